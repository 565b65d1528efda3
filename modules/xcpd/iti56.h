#pragma once
// ITI-56 Patient Location Query, responding (XCPD supplement "Health Data Locator and Revoke",
// trial implementation): in which communities a patient has records, by an id that the asker knows.
// We tell of our own community only: what others told us about their patients is not kept, so this
// node calls itself no health data locator in ITI-55.
//
// Hidden equals absent: an id that nobody fed, of a domain that nobody knows, or of a person of
// whom the asker may see nothing is answered with no location. The answer has no word for errors:
// those are SOAP faults.

#include "codec/soap/exchange.h"
#include "core/patient_ports.h"
#include "core/transaction.h"
#include "xcpd/iti55.h"

namespace musubi::xcpd {

struct LocationDeps {
    core::AuthorityPort const& authorities;
    core::CrossReferencePort const& cross_references;
    Settings settings;
};

struct LocationRequest {
    domain::SentIdentifier id;
    std::string text;  ///< of the payload, for the record
    std::string message_id;
};

struct Location {
    std::string patient;  ///< regional id (CX); empty: no location
    domain::PatientId requested;
};

struct Iti56 {
    using Deps = LocationDeps;
    using Wire = soap::Incoming;
    using Request = LocationRequest;
    using Response = Location;
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

}  // namespace musubi::xcpd
