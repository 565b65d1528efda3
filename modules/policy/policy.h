#pragma once
// PolicyPort over an agreement file and the consent table.
//
// Thread-safe: the agreement is immutable and swapped as a whole; a request that has begun finishes
// under the one it began with. Consent is read from the database for every decision, never cached:
// a withdrawal counts for the next request. One round trip at most, none for exempt roles.

#include "core/community_port.h"
#include "core/evidence_ports.h"
#include "core/namesake_port.h"
#include "core/ports.h"
#include "core/temporary_ids.h"
#include "platform/vault/revocation_list.h"
#include "policy/acceptance.h"
#include "policy/call_meter.h"
#include "policy/decide.h"
#include "policy/disaster.h"
#include "policy/disaster_files.h"
#include "policy/stand_in.h"

#include <mutex>

namespace musubi::policy {

class AgreementPolicy final : public core::PolicyPort,
                              public core::CommunityPort,
                              public core::AgreementInForcePort,
                              public core::TemporaryIdsPort {
public:
    /// Nothing but an agreement that may be in force now is taken (acceptance.h); a refusal is
    /// recorded when `audit` has a port. `identity` may be null where nothing is published (tools);
    /// then publishing is refused.
    static Result<std::unique_ptr<AgreementPolicy>> open(AgreementSource source, pg::Pool& pool,
                                                         core::PatientIdentityPort const* identity,
                                                         Clock const& clock, AgreementAudit audit);
    /// Stores the agreement if it has never been in force. For a node that begins to serve.
    Status begin();

    /// Whoever hears of users that are met; null: nobody. Before the first request only.
    void tell_users_to(core::UserNamesPort* listener) { users_met_ = listener; }

    Result<domain::Member> member_of(core::PeerCertificate const& certificate) const override;
    Result<domain::Member> member_named(std::string const& code) const override;
    bool may_call(domain::Member const& member, std::string_view transaction_id) const override;
    Result<core::Decision> decide(domain::Subject const& subject, core::TransactionSpec const& spec,
                                  core::PolicyQuery const& query) const override;
    std::string source_name() const override;
    std::string agreement_hash() const override;
    domain::DemographicsRules demographics_rules() const override;
    std::vector<std::string> member_authorities() const override;
    std::shared_ptr<std::vector<std::string> const> member_authority_list() const override;
    bool insurance_is_key() const override;
    std::shared_ptr<std::set<std::string> const> temporary_authorities() const override;
    Result<domain::Member> community(std::string_view home) const override;
    std::vector<core::NamedCertificate> named_certificates() const override;
    bool gateways_open() const override;
    Status admit(domain::Subject const& subject, std::string_view transaction_id) const override;
    bool may_send(std::string_view member_code, std::string_view transaction_id) const override;
    domain::AssertionRules assertion_rules_for(domain::Member const& member,
                                               std::string_view transaction_id) const override;
    domain::AssertionRules assertion_rules(domain::Member const& member) const override;
    Result<domain::Subject> with_user(
        domain::Subject subject,
        std::shared_ptr<domain::UserAssertion const> assertion) const override;

    Result<Explanation> explain(domain::Subject const& subject, domain::Action action,
                                core::PolicyQuery const& query) const;

    /// Reads the file again; when it does not load or is not accepted, the old agreement stays and
    /// the problems are returned and recorded. A new version is in force with the return.
    Status reload();
    std::shared_ptr<Agreement const> agreement() const;
    /// When the version that waits comes into force, by reload(); nothing when none waits.
    std::optional<WallTime> next_begins() const;

private:
    AgreementPolicy(AgreementSource source, pg::Pool& pool,
                    core::PatientIdentityPort const* identity, Clock const& clock,
                    AgreementAudit audit)
        : source_(std::move(source)),
          pool_(pool),
          identity_(identity),
          clock_(clock),
          audit_(std::move(audit)),
          files_(source_.declarations, audit_.port, audit_.source_id),
          disasters_(pool, clock,
                     source_.stand_in ? DisasterWatch::Elsewhere(
                                            [this](Agreement const& agreement, WallTime at) {
                                                return files_.now(agreement, at);
                                            })
                                      : nullptr) {}
    /// A handshake looks at term and lists once; a connection may be open for longer.
    Status still_holds(core::PeerCertificate const& certificate) const;
    Status read_withdrawn();
    /// In the name of an emergency account whose seal was broken; kDenied for any other stranger.
    Result<domain::Member> holder_of(Agreement const& agreement,
                                     core::PeerCertificate const& certificate) const;
    /// The version that a request began under, while it may still run; else the one in force.
    std::shared_ptr<Agreement const> terms_of(domain::Member const& member) const;
    /// Now, or the last moment of a version that was replaced while the request ran.
    WallTime time_under(Agreement const& agreement) const;
    /// One more call of `caller` over the connection; kBusy beyond its rate.
    Status take_call(Agreement const& agreement, Connection const& line, std::string const& sender,
                     std::string const& caller) const;
    bool may_call(Agreement const& agreement, std::string_view member,
                  std::string_view transaction_id) const;
    /// What the files hold, if it may be in force; else the refusal is recorded.
    Result<Chosen> read();
    Result<Chosen> choose_now() const;
    /// The user's assertion is for one patient, and the question about another one.
    bool about_another_patient(Agreement const& agreement, domain::Subject const& subject,
                               core::PolicyQuery const& query) const;
    /// Nobody looks in an emergency before it is written down and on its way to those who are told.
    Status announce(Agreement const& now, Question const& question, Facts const& facts,
                    core::Decision const& decision) const;

    AgreementSource const source_;
    pg::Pool& pool_;
    core::PatientIdentityPort const* identity_;
    core::UserNamesPort* users_met_ = nullptr;
    Clock const& clock_;
    AgreementAudit const audit_;
    mutable DisasterFiles files_;  ///< of a stand-in only
    DisasterWatch const disasters_;
    std::optional<Signatures>
        to_store_;  ///< of an agreement that was never in force, until begin()
    /// Certificates that the agreement names by a digest or subject tell their end when they come.
    void remember_end(AgreementMember const& member, core::PeerCertificate const& shown) const;

    mutable CallMeter meter_;
    mutable StandInWitness stand_in_;
    mutable std::mutex ends_mutex_;
    mutable std::map<std::string, core::NamedCertificate> ends_;  ///< by fingerprint
    mutable std::mutex mutex_;                                    ///< guards the pointer only
    std::shared_ptr<Agreement const> agreement_;
    std::optional<WallTime> next_begins_;
    std::shared_ptr<vault::WithdrawnCertificates const> withdrawn_;
    std::shared_ptr<Agreement const> replaced_;  ///< the one before, for requests that began in it
    std::chrono::steady_clock::time_point replaced_at_{};
};

}  // namespace musubi::policy
