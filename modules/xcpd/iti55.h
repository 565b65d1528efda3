#pragma once
// ITI-55 Cross Gateway Patient Discovery, responding side (ITI TF-2 3.55): another community asks
// whether we know a person, and by which id to ask for documents. The answer goes back at once; a
// deferred one is deferred.h's.
//
// Several who fit are told apart by asking for an attribute that the question did not bring; only
// when it brought all of them they are listed.

#include "codec/hl7v3/read.h"
#include "codec/hl7v3/write.h"
#include "codec/soap/exchange.h"
#include "core/patient_finder.h"
#include "core/transaction.h"
#include "platform/base/clock.h"
#include "platform/base/ids.h"

namespace musubi::xcpd {

struct Settings {
    int max_persons = 10;            ///< listed in one answer at most
    std::string home;                ///< OID of this community
    std::string region;              ///< for people
    std::string regional_authority;  ///< OID: its ids are visible whenever the patient is
    /// How long others may keep by which id we know a patient (CorrelationTimeToLive, ITI TF-2
    /// 3.55); 0: they are not told that they may.
    std::chrono::seconds correlation_kept{0};
};

struct Deps {
    core::PatientFinder finder;
    Clock const& clock;
    IdSource& ids;
    Settings settings;
    core::Ports const* ports = nullptr;  ///< OwnMessagesPort is looked up per call; null: not
};

struct DiscoveryRequest {
    hl7v3::Header header;
    hl7v3::QueryEcho echo;
    hl7v3::FindQuery query;
    std::optional<Error>
        problem;  ///< told by locate(), so that record and answer hold the question
};

struct Discovery {
    std::vector<core::VisiblePatient> patients;
    std::vector<hl7v3::WantedAttribute> wanted;  ///< not empty: nobody is told
};

struct Iti55 {
    using Deps = xcpd::Deps;
    using Wire = soap::Incoming;
    using Request = DiscoveryRequest;
    using Response = Discovery;
    using Reply = soap::Outgoing;

    static core::TransactionSpec const& spec();
    static Result<Request> decode(Deps&, Wire const&, core::DecodeContext const&);
    static Result<core::Located> locate(Deps&, Request const&, domain::Subject const&);
    static core::PolicyQuery policy_query(Request const&, core::Located const&);
    static Result<Response> handle(Deps&, core::Authorized<Request> const&);
    static int withhold(core::Permit const&, Response&);
    static std::vector<core::AuditDraft> audit(Deps&, core::AuditInput<Request, Response> const&);
    static Result<Reply> encode(Deps&, Response&&, Request const&);
    static Reply encode_error(Deps&, Error const&, Request const*);
};

/// What a discovery says; its problem is that of its content, whatever its priority.
/// kInvalidMessage: another message.
Result<DiscoveryRequest> read_discovery(xml::Element payload);
/// The record's object for the question: the query, and which community asked.
domain::AuditObject audit_question(DiscoveryRequest const& request);
hl7v3::Seal seal_of(Clock const& clock, IdSource& ids, Settings const& settings);
/// For a payload that breaks its schema; the answer says so in its own way.
inline constexpr Reason kReasonSchema{0xF202};
Error in_v3_words(Error const& error);

/// What could still be asked for to tell persons apart.
std::vector<hl7v3::WantedAttribute> unasked_attributes(domain::DemographicsQuery const& query);
/// The shortest of the agreement's sets that can be completed by attributes which the protocol can
/// ask for; empty: none can.
std::vector<hl7v3::WantedAttribute> wanted_by_agreement(
    std::vector<std::vector<domain::DemographicsRules::Criterion>> const& missing);

}  // namespace musubi::xcpd
