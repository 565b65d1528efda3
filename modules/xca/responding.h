#pragma once
// The responding gateway (XCA, ITI TF-1 18): other communities ask this one for documents. The
// questions are handed to the registry and the repository of this node as calls of the node to
// itself, in the name of the community that asks: a member of the agreement like any other. It
// never calls the initiating gateway, so that no question goes round in circles.

#include "codec/soap/exchange.h"
#include "core/document_ports.h"
#include "core/own_messages_port.h"
#include "core/ports.h"

namespace musubi::xca {

enum class UnknownPatient : std::uint8_t { kEmptyAnswer, kError };

/// Lives as long as the module; thread-safe.
struct RespondingDeps {
    /// Registry and repository are looked up per call: a node may run without one of them.
    core::Ports const& ports;
    std::string home;  ///< of this community, urn:oid:...
    UnknownPatient unknown_patient = UnknownPatient::kEmptyAnswer;
    core::OwnMessagesPort const* own_messages = nullptr;  ///< null: nothing is sent from here

    /// kInvalidContent when this node sent the message itself: it went round.
    Status refuse_own(std::string const& message_id) const;
};

struct CrossQuery {
    core::AskedQuery asked;
    std::optional<Issue> wrong_home;  ///< told by locate(), so that the record holds the question
    std::string message_id = {};
};

struct CrossQueryAnswer {
    std::unique_ptr<core::QueryFindings> found;  ///< null: nothing
};

/// ITI-38 Cross Gateway Query (ITI TF-2 3.38).
struct Iti38 {
    using Deps = RespondingDeps;
    using Wire = soap::Incoming;
    using Request = CrossQuery;
    using Response = CrossQueryAnswer;
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

struct CrossRetrieve {
    std::vector<domain::DocumentRequest> wanted;  ///< of this community, in the order asked
    std::vector<core::MissedDocument> misdirected;
    std::string message_id = {};
};

/// Drafts of a retrieve's records; either may be null.
std::vector<core::AuditDraft> retrieve_drafts(CrossRetrieve const* request,
                                              core::RetrieveFindings const* response);

/// ITI-39 Cross Gateway Retrieve (ITI TF-2 3.39).
struct Iti39 {
    using Deps = RespondingDeps;
    using Wire = soap::Incoming;
    using Request = CrossRetrieve;
    using Response = core::RetrieveFindings;
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

}  // namespace musubi::xca
