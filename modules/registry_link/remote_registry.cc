#include "registry_link/remote_registry.h"

#include "codec/ebxml/read.h"
#include "codec/ebxml/write.h"
#include "codec/saml/header.h"
#include "domain/reason.h"
#include "platform/base/log.h"
#include "platform/base/metrics.h"
#include "platform/base/text.h"
#include "registry_link/soap_call.h"

#include <algorithm>
#include <thread>

namespace musubi::registry_link {
namespace {

/// Security fact sheet, table 6.2: the client's records.
core::TransactionSpec const& register_spec() {
    static core::TransactionSpec const kSpec{.id = "ITI-42",
                                             .name = "Register Document Set-b",
                                             .action = domain::Action::kPublish,
                                             .event_id = domain::dcm("110106", "Export"),
                                             .event_action = 'R',
                                             .soap = {},
                                             .hl7v2 = {}};
    return kSpec;
}

core::TransactionSpec const& query_spec() {
    static core::TransactionSpec const kSpec{.id = "ITI-18",
                                             .name = "Registry Stored Query",
                                             .action = domain::Action::kQuery,
                                             .event_id = domain::dcm("110112", "Query"),
                                             .event_action = 'E',
                                             .soap = {},
                                             .hl7v2 = {}};
    return kSpec;
}

core::ClientCall client_call(core::TransactionSpec const& spec, core::CallContext const& call,
                             std::string const& url) {
    return {spec, call.subject, call.trace, call.endpoint, std::string(call.local_address), url};
}

/// What was sent in the user's name, as evidence, beside the thing it was sent for.
void keep_assertion(domain::AuditObject& object, domain::Subject const& subject,
                    std::string const& security) {
    if (security.empty()) return;
    object.details.push_back({"urn:oasis:names:tc:SAML:2.0:assertion", *subject.assertion->octets});
}

Error not_available(Reason certainty, std::string detail) {
    bool const unknown = certainty == core::kReasonOutcomeUnknown;
    Error error(
        Code::kPeerUnavailable,
        {{Severity::kError, Reason::kRegistryNotAvailable,
          unknown ? "the registry did not answer; whether it took the submission is not known yet"
                  : "the registry cannot be reached; nothing was stored",
          ""}});
    error.reason = unknown ? core::kReasonOutcomeUnknown : Reason::kRegistryNotAvailable;
    error.detail = std::move(detail);
    return error;
}

core::SentSubmission identity_of(domain::Submission const& submission) {
    core::SentSubmission sent;
    sent.set_unique_id = submission.set().unique_id.value_or("");
    for (auto const& entry : submission.entries) {
        sent.documents.push_back({entry.unique_id.value_or(""), entry.hash.value_or("")});
    }
    return sent;
}

/// What the registry holds under the submission set, against what was sent.
Result<bool> same_documents(domain::Submission const& held, core::SentSubmission const& sent) {
    if (held.submission_sets.empty()) return false;
    for (auto const& document : sent.documents) {
        auto const found =
            std::find_if(held.entries.begin(), held.entries.end(),
                         [&](auto const& entry) { return entry.unique_id == document.unique_id; });
        // The set is there: that we may not see its entries must not be taken for their absence.
        if (found == held.entries.end())
            return Error(Code::kConflict, "the submission set shows other documents");
        if (!equals_ignore_case(found->hash.value_or(""), document.sha1_hex)) return false;
    }
    return true;
}

template <class Object>
bool keeps_extras(Object const& sent, std::vector<Object> const& held) {
    auto const same = [&](Object const& one) { return one.unique_id == sent.unique_id; };
    auto const found = std::find_if(held.begin(), held.end(), same);
    if (found == held.end()) return true;
    return std::all_of(sent.extra_slots.begin(), sent.extra_slots.end(), [&](auto const& extra) {
        return std::any_of(found->extra_slots.begin(), found->extra_slots.end(),
                           [&](auto const& kept) { return kept.name == extra.name; });
    });
}

/// The one warning that the framework has for a registration (ITI TF-3 4.2.3.1.6), seen in what is
/// held when the answer that carried it was lost.
std::vector<Issue> unsaved_extras(domain::Submission const& sent, domain::Submission const& held) {
    auto const all_kept = [](auto const& ours, auto const& theirs) {
        return std::all_of(ours.begin(), ours.end(),
                           [&](auto const& one) { return keeps_extras(one, theirs); });
    };
    if (all_kept(sent.submission_sets, held.submission_sets) &&
        all_kept(sent.entries, held.entries) && all_kept(sent.folders, held.folders)) {
        return {};
    }
    return {{Severity::kWarning, Reason::kExtraMetadataNotSaved,
             "the registry did not keep all of the extra metadata", ""}};
}

/// Leaves again when it goes.
struct Slot {
    explicit Slot(std::atomic<std::int64_t>& taken) : taken_(taken), number(++taken) {}
    ~Slot() { --taken_; }
    Slot(Slot const&) = delete;
    Slot& operator=(Slot const&) = delete;
    std::atomic<std::int64_t>& taken_;
    std::int64_t const number;
};

}  // namespace

RemoteRegistry::RemoteRegistry(core::PeerPort& peers, core::ClientPipeline& pipeline, IdSource& ids,
                               Settings settings)
    : peers_(peers), pipeline_(pipeline), ids_(ids), settings_(std::move(settings)) {}

Identity const* RemoteRegistry::identity_for(domain::Subject const& subject) const {
    auto const found = settings_.identities.find(subject.member.code);
    return found == settings_.identities.end() ? nullptr : &found->second;
}

std::string RemoteRegistry::security_of(domain::Subject const& subject) const {
    if (!settings_.forward_assertion || !subject.assertion || !subject.assertion->octets) return {};
    auto header = saml::write_security(as_bytes(*subject.assertion->octets));
    // It was verified on its way in; the registry decides for itself what it makes of its absence.
    if (!header)
        log_warning("registry_link.assertion_not_sent", {{"detail", header.error().detail}});
    return header ? std::move(*header) : std::string();
}

Result<std::vector<Issue>> RemoteRegistry::register_document_set(core::CallContext const& call,
                                                                 domain::Submission submission) {
    // The registry makes the caller the owner: nobody publishes under another member's certificate.
    Identity const* const identity = identity_for(call.subject);
    if (!identity) {
        Error error(Code::kUnsupported,
                    {{Severity::kError, Reason::kRepositoryGeneral,
                      "this repository does not publish for your organisation", ""}});
        error.detail = "registry_link.identities does not name member " + call.subject.member.code;
        return error;
    }
    Slot const slot(in_flight_);
    if (slot.number > settings_.in_flight) {
        return Error(Code::kBusy, {{Severity::kError, Reason::kBusy,
                                    "too many registrations at once; try again", ""}});
    }
    std::vector<Issue> warnings;
    core::ClientCall record = client_call(register_spec(), call, settings_.url);
    if (!submission.submission_sets.empty()) {
        domain::SubmissionSet const& set = submission.set();
        if (set.patient_id) record.objects.push_back(domain::audit_patient(*set.patient_id));
        if (set.unique_id) record.objects.push_back(domain::audit_submission_set(*set.unique_id));
    }
    if (!record.objects.empty())
        keep_assertion(record.objects.back(), call.subject, security_of(call.subject));
    TRY(pipeline_.call(record, [&]() -> Status {
        auto answer = send(*identity, submission, security_of(call.subject));
        answers_ = answer || answer.error().code != Code::kPeerUnavailable;
        if (!answer && answer.error().reason == core::kReasonOutcomeUnknown) {
            log_warning("registry_link.answer_lost", {{"detail", answer.error().detail}});
            answer = after_lost_answer(call, submission);
        }
        warnings = TRY(std::move(answer));
        return {};
    }));
    return warnings;
}

Result<std::vector<Issue>> RemoteRegistry::send(Identity const& identity,
                                                domain::Submission const& submission,
                                                std::string security) {
    auto const message = call_soap(peers_, ids_,
                                   {settings_.url, "urn:ihe:iti:2007:RegisterDocumentSet-b",
                                    ebxml::write_submit_objects_request(submission), identity,
                                    settings_.register_timeout, std::move(security)});
    if (!message) {
        bool const nothing_done = message.error().reason == core::kReasonNothingDone;
        return not_available(nothing_done ? core::kReasonNothingDone : core::kReasonOutcomeUnknown,
                             message.error().detail);
    }
    auto const response = ebxml::read_registry_response(message->envelope.payload);
    if (!response || response->status == ebxml::ResponseStatus::kPartialSuccess) {
        return not_available(core::kReasonOutcomeUnknown, "the answer is no answer to ITI-42");
    }
    std::vector<Issue> issues = response->issues();
    if (response->status == ebxml::ResponseStatus::kSuccess) return issues;
    if (issues.empty()) {
        issues.push_back(
            {Severity::kError, Reason::kGeneral, "the registry refused without saying why", ""});
    }
    return Error(Code::kInvalidContent, std::move(issues));
}

Result<std::vector<Issue>> RemoteRegistry::after_lost_answer(core::CallContext const& call,
                                                             domain::Submission const& submission) {
    counter("musubi_registry_link_lost_answers_total").add();
    if (submission.submission_sets.empty() || !submission.set().unique_id) {
        return not_available(core::kReasonOutcomeUnknown, "nothing to ask the registry by");
    }
    core::SentSubmission const sent = identity_of(submission);
    for (std::size_t attempt = 0;; ++attempt) {
        auto const held = look_up(call, sent.set_unique_id);
        auto const registered = held ? same_documents(*held, sent) : Result<bool>(held.error());
        if (!registered)
            return not_available(core::kReasonOutcomeUnknown, registered.error().detail);
        if (*registered) return unsaved_extras(submission, *held);
        if (attempt == settings_.ask_again.size()) break;
        std::this_thread::sleep_for(settings_.ask_again[attempt]);
    }
    return not_available(core::kReasonOutcomeUnknown,
                         "the registry does not hold the submission so far");
}

Result<bool> RemoteRegistry::is_registered(core::CallContext const& call,
                                           core::SentSubmission const& sent) {
    return same_documents(TRY(look_up(call, sent.set_unique_id)), sent);
}

Result<domain::Submission> RemoteRegistry::look_up(core::CallContext const& call,
                                                   std::string const& set_unique_id) {
    Identity const* const identity = identity_for(call.subject);
    if (!identity)
        return Error(Code::kUnsupported, "no identity for member " + call.subject.member.code);
    domain::RawQuery query;
    query.id = to_urn(domain::QueryKind::kGetSubmissionSetAndContents);
    query.return_type = "LeafClass";
    query.parameters = {{"$XDSSubmissionSetUniqueId", {{ebxml::query_text(set_unique_id)}}}};
    std::string const request = ebxml::write_adhoc_query_request(query);
    core::ClientCall record = client_call(query_spec(), call, settings_.url);
    domain::AuditObject object;
    object.id = query.id;
    object.role = 24;
    object.id_type =
        domain::ihe_transaction(std::string(query_spec().id), std::string(query_spec().name));
    object.query = request;
    object.details.push_back({"QueryEncoding", "UTF-8"});
    record.objects.push_back(std::move(object));
    domain::Submission held;
    TRY(pipeline_.call(record, [&]() -> Status {
        auto told = ask(*identity, request, security_of(call.subject));
        answers_ = told || told.error().code != Code::kPeerUnavailable;
        held = TRY(std::move(told));
        return {};
    }));
    return held;
}

Result<domain::Submission> RemoteRegistry::ask(Identity const& identity, std::string const& query,
                                               std::string security) {
    auto const message =
        TRY(call_soap(peers_, ids_,
                      {settings_.url, "urn:ihe:iti:2007:RegistryStoredQuery", query, identity,
                       settings_.ask_timeout, std::move(security)}));
    auto answer = TRY(ebxml::read_query_response(message.envelope.payload));
    if (answer.response.status != ebxml::ResponseStatus::kSuccess) {
        return Error(Code::kPeerUnavailable, "the registry refused the query");
    }
    return std::move(answer.objects);
}

}  // namespace musubi::registry_link
