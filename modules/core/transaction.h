#pragma once
// What a transaction is. A module writes one struct per transaction and hands it to
// core::define<T>(), which demands every member: leave one out and it does not compile. The
// pipeline is the only caller.
//
//   struct Iti18 {
//       using Deps = registry::Deps;
//       using Wire = soap::Incoming;      // what the binding delivers
//       using Request = domain::StoredQuery;
//       using Response = QueryResult;
//       using Reply = soap::Outgoing;     // what the binding sends
//       static TransactionSpec const& spec();
//       static Result<Request> decode(Deps&, Wire const&, DecodeContext const&);
//       static Result<Located> locate(Deps&, Request const&, Subject const&);
//       static PolicyQuery policy_query(Request const&, Located const&);
//       static Result<Response> handle(Deps&, Authorized<Request> const&);
//       static int withhold(Permit const&, Response&);           // how many items it had to
//       remove: 0 unless a bug static std::vector<AuditDraft> audit(Deps&, AuditInput<Request,
//       Response> const&); static Result<Reply> encode(Deps&, Response&&, Request const&); static
//       Reply encode_error(Deps&, Error const&, Request const*);
//   };
//
// One member is optional, for changes that depend on another node's answer:
//       static Status settle(Deps&, Response const&, AuditedTx&);
// With it handle() runs without a transaction, so that nobody holds a database connection while it
// waits for a neighbour; settle() queues what the answer changed, and commits together with the
// audit record.
//
// Optional too, for what only neighbours can answer:
//       static Result<std::shared_ptr<Errand>> set_out(Deps&, Authorized<Request> const&);
// Called after the decision, and again whenever the errand it returned is done, until it returns
// null; meanwhile the request is parked: no thread, no work slot, no database connection. What it
// learns it keeps in Authorized::notes(), where handle() finds it. Not for changes.
//
// encode_error answers everything that went wrong after the envelope was understood; `Request
// const*` is null when decoding failed. A payload that breaks its schema is refused with the spec's
// `malformed`, and with the request if it could be decoded all the same.

#include "core/audited_tx.h"
#include "core/errand.h"
#include "domain/access.h"
#include "domain/audit_event.h"

#include <any>
#include <chrono>
#include <concepts>
#include <map>
#include <string>
#include <string_view>
#include <typeindex>
#include <vector>

namespace musubi::core {

struct SoapBinding {
    std::string_view path;    ///< "/xds/registry"
    std::string_view action;  ///< wsa:Action of the request
    std::string_view response_action;
    bool mtom = false;                       ///< packaging of request and response (ITI TF-2 V.8)
    std::string_view operation;              ///< for the WSDL
    std::string_view request_element;        ///< body element for the WSDL, "{namespace}local"
    std::string_view response_element = {};  ///< likewise
    /// "{namespace}local" of a header block with leave that needs no doing: a sender may insist on
    /// its being understood.
    std::string_view leave = {};
};

struct Hl7v2Binding {
    std::string_view message_type;                 ///< "ADT"
    std::vector<std::string_view> trigger_events;  ///< "A01" ...
    /// Only messages of this version (MSH-12) or a later one, before any that takes all versions:
    /// two transactions may share an event (A40 of ITI-8 and of ITI-30).
    std::string_view since = {};
};

struct TransactionSpec {
    std::string_view id;    ///< "ITI-18"
    std::string_view name;  ///< as in the audit record's EventTypeCode
    domain::Action action = domain::Action::kQuery;
    bool changes_data = false;  ///< runs inside an AuditedTx
    domain::AuditCode event_id;
    char event_action = 'E';
    bool requester_is_source = true;  ///< false where the data flows the other way (ITI-43)
    std::vector<SoapBinding> soap;
    std::vector<Hl7v2Binding> hl7v2;
    Reason malformed{};  ///< the transaction's code for a payload that breaks its schema
    bool errors_are_faults = false;  ///< its answer has no word for an error (ITI-56)
};

struct DecodeContext {
    domain::Subject const& subject;
};

/// The outcome of the locate stage: whose data the request touches.
struct Located {
    std::vector<std::string> patients;  ///< regional patient ids, surviving, CX form
    std::any details;                   ///< the module's own findings for the act stage
};

struct PolicyQuery {
    std::vector<std::string> patients;
    std::vector<domain::Label> publishes;  ///< labels of what a submission would add
    bool refers = false;  ///< it points to objects registered before: the scope tells to which
    /// Authorities that fed a patient, where the locate stage has learnt them: policy need not ask
    /// the patient index again. No part of the question.
    std::map<std::string, std::vector<std::string>> fed_by = {};
    bool operator==(PolicyQuery const& other) const {
        return patients == other.patients && publishes == other.publishes && refers == other.refers;
    }
};

/// Proof that policy permitted one request. Only the pipeline makes it; stores that return clinical
/// data take it.
class Permit {
public:
    std::string const& rule_id() const { return rule_id_; }
    domain::Subject const& subject() const { return *subject_; }
    /// Nothing is allowed for a patient that was not decided about.
    domain::Scope const& scope_for(std::string const& patient_cx) const;
    bool everything() const { return everything_; }

private:
    friend class Pipeline;
    Permit() = default;
    std::string rule_id_;
    std::string cited_;  ///< the same as records name it
    domain::Subject const* subject_ = nullptr;
    bool everything_ = false;
    std::vector<std::pair<std::string, domain::Scope>> scopes_;
    std::vector<std::pair<std::string, domain::AuditDetail>> details_;  ///< for records, by patient
};

/// What policy was asked and said. The same question inside one request gets the same answer
/// without asking again: a handler that holds its transaction must not wait for a second database
/// connection.
struct Decided {
    domain::Action action;
    PolicyQuery query;
    Permit const* permit;
};

/// One request on its way, for handlers that call another transaction of this node.
struct CallContext {
    domain::Subject const& subject;
    AuditedTx* tx;  ///< null for reads
    std::string const& trace;
    std::string const& endpoint;
    std::chrono::steady_clock::time_point deadline;
    std::string_view local_address =
        {};  ///< of this node, as the peer reached it; for the record of an inner call
    Decided const* decided = nullptr;  ///< the caller's own permit
    std::any* notes = nullptr;         ///< of a transaction that sets out, until it is over
};

template <class R>
class Authorized {
public:
    R const& operator*() const { return *request_; }
    R const* operator->() const { return request_; }
    Permit const& permit() const { return *permit_; }
    Located const& located() const { return *located_; }
    CallContext const& call() const { return *call_; }
    domain::Subject const& subject() const { return call_->subject; }
    /// What set_out() wants handle() to know; its own type.
    std::any& notes() const { return *call_->notes; }
    /// Only for transactions with changes_data.
    AuditedTx& tx() const { return *call_->tx; }

private:
    friend class Pipeline;
    template <class T>
    friend struct DefinitionOf;
    Authorized(R const& request, Permit const& permit, Located const& located,
               CallContext const& call)
        : request_(&request), permit_(&permit), located_(&located), call_(&call) {}
    R const* request_;
    Permit const* permit_;
    Located const* located_;
    CallContext const* call_;
};

/// What the transaction knows for its audit record; the pipeline adds time, participants, source,
/// rule and trace.
struct AuditDraft {
    domain::AuditOutcome outcome = domain::AuditOutcome::kSuccess;
    std::string outcome_description;
    std::vector<domain::AuditObject> objects;
    std::optional<char> action;  ///< when it differs from the spec's
};

template <class Request, class Response>
struct AuditInput {
    Request const* request;    ///< null: decoding failed
    Response const* response;  ///< null: no answer with data
    Located const* located;    ///< null: not reached
    Error const* error;        ///< set when the request was refused or failed
};

template <class T>
concept Transaction = requires(
    typename T::Deps& deps, typename T::Wire const& wire, typename T::Request const& request,
    typename T::Response& response, DecodeContext const& context, Located const& located,
    Authorized<typename T::Request> const& authorized, Permit const& permit,
    domain::Subject const& subject, Error const& error,
    AuditInput<typename T::Request, typename T::Response> const& audit_input) {
    { T::spec() } -> std::same_as<TransactionSpec const&>;
    { T::decode(deps, wire, context) } -> std::same_as<Result<typename T::Request>>;
    { T::locate(deps, request, subject) } -> std::same_as<Result<Located>>;
    { T::policy_query(request, located) } -> std::same_as<PolicyQuery>;
    { T::handle(deps, authorized) } -> std::same_as<Result<typename T::Response>>;
    { T::withhold(permit, response) } -> std::same_as<int>;
    { T::audit(deps, audit_input) } -> std::same_as<std::vector<AuditDraft>>;
    { T::encode(deps, std::move(response), request) } -> std::same_as<Result<typename T::Reply>>;
    { T::encode_error(deps, error, &request) } -> std::same_as<typename T::Reply>;
};

}  // namespace musubi::core
