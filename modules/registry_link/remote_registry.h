#pragma once
// The region's registry at another node: ITI-42 over mutual TLS, and ITI-18 to find out what became
// of a submission whose answer was lost (ITI TF-2 3.42, 3.18). Both calls are recorded as the
// initiator's. Thread-safe; lives as long as the module.

#include "core/client_pipeline.h"
#include "core/peer_port.h"
#include "core/ports.h"
#include "platform/base/ids.h"
#include "registry_link/settings.h"

#include <atomic>

namespace musubi::registry_link {

class RemoteRegistry final : public core::DocumentRegistryPort {
public:
    RemoteRegistry(core::PeerPort& peers, core::ClientPipeline& pipeline, IdSource& ids,
                   Settings settings);

    /// Every error and warning of the registry is handed on. Otherwise the error is
    /// XDSRegistryNotAvailable (kPeerUnavailable), with kReasonOutcomeUnknown when the registry may
    /// have taken the submission all the same; XDSRegistryBusy (kBusy) when too many registrations
    /// are under way.
    Result<std::vector<Issue>> register_document_set(core::CallContext const& call,
                                                     domain::Submission submission) override;
    bool is_remote() const override { return true; }
    Result<bool> is_registered(core::CallContext const& call,
                               core::SentSubmission const& sent) override;

    /// Whether the registry answered when it was last called.
    bool answers() const { return answers_; }

private:
    Result<std::vector<Issue>> send(Identity const& identity, domain::Submission const& submission,
                                    std::string security);
    Result<std::vector<Issue>> after_lost_answer(core::CallContext const& call,
                                                 domain::Submission const& submission);
    /// What the registry holds of a submission set, with everything in it; one recorded query.
    Result<domain::Submission> look_up(core::CallContext const& call,
                                       std::string const& set_unique_id);
    Result<domain::Submission> ask(Identity const& identity, std::string const& query,
                                   std::string security);
    /// In whose name we call: the header with the user's assertion, or nothing.
    std::string security_of(domain::Subject const& subject) const;
    Identity const* identity_for(domain::Subject const& subject) const;

    core::PeerPort& peers_;
    core::ClientPipeline& pipeline_;
    IdSource& ids_;
    Settings const settings_;
    std::atomic<std::int64_t> in_flight_{0};
    std::atomic<bool> answers_{true};
};

}  // namespace musubi::registry_link
