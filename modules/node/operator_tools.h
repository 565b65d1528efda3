#pragma once
// What operators' commands work with, beside a running node: its database and keys, and an audit
// trail through the database alone (the journal belongs to the node).

#include "atna/archive.h"
#include "atna/audit.h"
#include "atna/evidence_settings.h"
#include "mpi/store.h"
#include "node/composition.h"
#include "node/platform_services.h"
#include "policy/merge_watcher.h"
#include "registry/ports.h"
#include "repository/merge_watcher.h"
#include "xca/correlations.h"

namespace musubi::node {

struct OperatorTools {
    std::unique_ptr<PlatformServices> services;
    std::unique_ptr<atna::EntrySealer> sealer;
    std::unique_ptr<atna::DatabaseAudit> audit;
    core::Ports ports;  ///< those who follow changes of identity
    std::unique_ptr<registry::PatientWatcher> registry;
    std::unique_ptr<policy::MergeWatcher> policy;
    std::unique_ptr<repository::MergeWatcher> repository;
    std::unique_ptr<xca::CorrelationWatcher> correlations;
    std::unique_ptr<Composition> modules;  ///< of open_with_modules()
    std::unique_ptr<mpi::Store> patients;

    /// Who may open it where operators.required is set.
    enum class Who : std::uint8_t {
        kOperator,         ///< with a session (operator_register.h); named in the records then
        kFirstOrOperator,  ///< anybody as long as there is no operator
        kAnybody,          ///< to log in
    };
    /// Where windows for maintenance are asked for (maintenance/terms.h), commands that touch
    /// patients are refused outside one.
    enum class Touches : std::uint8_t { kPatients, kNobody };
    static Result<std::unique_ptr<OperatorTools>> open(std::string const& config_file,
                                                       Who who = Who::kOperator,
                                                       Touches touches = Touches::kPatients);
    static Result<std::unique_ptr<OperatorTools>> open(std::string const& config_file,
                                                       Touches touches) {
        return open(config_file, Who::kOperator, touches);
    }
    /// For commands that change identities: every module of the node is made (none is started), so
    /// that all who follow are told, and matching keeps to the agreement.
    static Result<std::unique_ptr<OperatorTools>> open_with_modules(std::string const& config_file);

    core::Config const& config() const { return services->config; }
    atna::Archive archive() const;
    /// Operators may name a patient by any id that was fed.
    Result<std::string> regional_id(std::string const& cx) const;
    /// An operator's word in the audit trail about a patient (CX; empty: about none).
    domain::AuditEvent patient_event(std::string const& what, std::string const& patient_cx) const;
    /// Writes down that an operator looked something up about a patient.
    Status record_look(std::string const& what, std::string const& patient_cx) const;
    /// Writes down that somebody looked into the audit trail; without that nothing is shown.
    Status record_log_used(std::string const& what) const;
};

/// The file of the agreement that is in force now.
std::string agreement_file(core::Config const& config);

/// The operator who is logged in, else the account that runs the command.
std::string account();
/// The account in any case.
std::string system_account();

/// Which command this process is, as far as its words are ours: "patient show". For records.
std::string const& acting_command();
void remember_command(std::vector<std::string> const& arguments);

}  // namespace musubi::node
