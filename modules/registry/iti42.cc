#include "registry/iti42.h"

#include "codec/ebxml/read.h"
#include "codec/ebxml/write.h"
#include "core/audited_tx.h"
#include "core/origin_port.h"
#include "domain/document_label.h"
#include "domain/issues.h"
#include "domain/reason.h"
#include "domain/validate/validate.h"
#include "platform/base/fault.h"
#include "platform/base/log.h"
#include "registry/store.h"

namespace musubi::registry {
namespace {

constexpr std::size_t kMaxEntries = 200;

soap::Outgoing reply(ebxml::ResponseStatus status,
                     std::vector<ebxml::RegistryErrorRow> const& rows) {
    soap::Outgoing out;
    out.body.push_back({ebxml::write_registry_response(status, rows), nullptr, ""});
    out.success = status == ebxml::ResponseStatus::kSuccess;
    return out;
}

/// In the order of the message, before any patient is locked: labels have a lock of their own.
Result<std::vector<std::int32_t>> label_numbers(Deps& deps, pg::Tx& tx,
                                                std::vector<domain::Label> const& labels) {
    std::map<domain::Label, std::int32_t> numbers;
    for (domain::Label const& label : labels) numbers.emplace(label, 0);
    for (auto& [label, number] : numbers) number = TRY(deps.labels.number_for(tx, label));
    std::vector<std::int32_t> out;
    for (domain::Label const& label : labels) out.push_back(numbers.at(label));
    return out;
}

std::string watched_key(std::int64_t entry_key) { return "entry:" + std::to_string(entry_key); }

/// Who follows documents hears of them before anything is committed.
Status tell_watchers(Deps const& deps, core::CallContext const& call,
                     NumberedSubmission const& numbered, Plan const& plan) {
    if (!deps.ports) return {};
    domain::Submission const& s = numbered.submission;
    std::vector<std::string> deprecated;
    for (EntryAt const& entry : plan.deprecate) deprecated.push_back(watched_key(entry.key));
    for (auto* watcher : deps.ports->all<core::DocumentWatcherPort>()) {
        if (!deprecated.empty()) TRY(watcher->documents_deprecated(call, deprecated));
        for (std::size_t i = 0; i < s.entries.size(); ++i) {
            TRY(watcher->document_registered(
                call, {*s.set().patient_id, watched_key(numbered.entries[i].key), s.entries[i]}));
        }
    }
    return {};
}

/// Adds what the state says to what the message alone said. Both are told at once.
Error refusal(std::vector<Issue> issues, Error state) {
    for (Issue& issue : state.issues) issues.push_back(std::move(issue));
    if (issues.empty()) return state;
    bool const only_state = issues.size() == state.issues.size();
    Error error(only_state ? state.code : Code::kInvalidContent, std::move(issues));
    error.detail = std::move(state.detail);
    return error;
}

}  // namespace

core::TransactionSpec const& Iti42::spec() {
    static core::TransactionSpec const kSpec{
        "ITI-42",
        "Register Document Set-b",
        domain::Action::kPublish,
        true,
        domain::dcm("110107", "Import"),
        'C',
        true,
        {{"/xds/registry", "urn:ihe:iti:2007:RegisterDocumentSet-b",
          "urn:ihe:iti:2007:RegisterDocumentSet-bResponse", false,
          "DocumentRegistry_RegisterDocumentSet-b",
          "{urn:oasis:names:tc:ebxml-regrep:xsd:lcm:3.0}SubmitObjectsRequest",
          "{urn:oasis:names:tc:ebxml-regrep:xsd:rs:3.0}RegistryResponse"}},
        {},
        Reason::kMetadata};
    return kSpec;
}

/// What comes over the wire names a repository; our own registers inside. Nobody registers in the
/// name of somebody else's.
Result<domain::Submission> Iti42::decode(Deps& deps, Wire const& wire,
                                         core::DecodeContext const& context) {
    auto submission = TRY(ebxml::read_submission(wire.envelope.payload));
    if (submission.entries.size() > kMaxEntries) {
        return Error(
            Code::kTooLarge,
            {{Severity::kError, Reason::kOutOfResources,
              "at most " + std::to_string(kMaxEntries) + " documents in one submission", ""}});
    }
    auto const* origins = deps.ports ? deps.ports->find<core::OriginPort>() : nullptr;
    if (!origins) return submission;
    std::vector<Issue> issues;
    for (auto const& entry : submission.entries) {
        auto const& repository = entry.repository_unique_id;
        if (!repository || origins->may_register_from(context.subject.member, *repository))
            continue;
        issues.push_back(
            {Severity::kError, Reason::kMetadata,
             "repositoryUniqueId " + *repository + " is none that this member may register from",
             entry.id});
    }
    if (!issues.empty()) return Error(Code::kInvalidContent, std::move(issues));
    return submission;
}

Result<core::Located> Iti42::locate(Deps&, Request const& request, domain::Subject const& subject) {
    core::Located located;
    if (!request.submission_sets.empty() && request.set().patient_id) {
        located.patients.push_back(*request.set().patient_id);
    }
    std::vector<domain::Label> labels;
    for (auto const& entry : request.entries)
        labels.push_back(domain::label_of(entry, subject.member.code));
    located.details = std::move(labels);
    return located;
}

core::PolicyQuery Iti42::policy_query(Request const& request, core::Located const& located) {
    return {located.patients, std::any_cast<std::vector<domain::Label> const&>(located.details),
            domain::points_outside(request)};
}

Result<Registered> Iti42::handle(Deps& deps, core::Authorized<Request> const& request) {
    domain::Member const& member = request.subject().member;
    std::vector<Issue> issues = domain::validate(
        *request,
        {deps.affinity_domain, member.strictness, domain::SubmissionKind::kRegisterDocumentSet});
    bool const well_formed = !domain::any_error(issues);
    pg::Tx& tx = request.tx().tx();

    std::vector<std::int32_t> labels;
    if (well_formed) {
        labels = TRY(label_numbers(
            deps, tx, std::any_cast<std::vector<domain::Label> const&>(request.located().details)));
    }
    auto const numbered = number(*request, deps.ids);
    State const state = TRY(open_submission(tx, *numbered, {request.permit(), member}, deps.labels,
                                            well_formed ? Reserve::kYes : Reserve::kNo));
    auto plan = decide_registration(*numbered, state, deps.ids);
    if (!plan) return refusal(std::move(issues), std::move(plan).error());
    if (!well_formed) return Error(Code::kInvalidContent, std::move(issues));
    TRY(FAULT("registry.before_store"));
    std::string const institution =
        member.institution_oid.empty() ? member.code : member.institution_oid;
    TRY(write_submission(tx, deps.keys,
                         {*numbered, *plan, labels, member.code, institution, deps.clock.now()}));
    TRY(tell_watchers(deps, request.call(), *numbered, *plan));
    return Registered{std::move(issues)};
}

int Iti42::withhold(core::Permit const&, Response&) { return 0; }

/// security.md 6.2: the patient when there is one, the submission set.
std::vector<core::AuditDraft> Iti42::audit(Deps&,
                                           core::AuditInput<Request, Response> const& input) {
    core::AuditDraft draft;
    if (input.request && !input.request->submission_sets.empty()) {
        domain::SubmissionSet const& set = input.request->set();
        if (set.patient_id) draft.objects.push_back(domain::audit_patient(*set.patient_id));
        if (set.unique_id) draft.objects.push_back(domain::audit_submission_set(*set.unique_id));
    }
    return {draft};
}

Result<soap::Outgoing> Iti42::encode(Deps&, Response&& response, Request const&) {
    return reply(ebxml::ResponseStatus::kSuccess,
                 ebxml::error_rows(response.warnings, ebxml::Actor::kRegistry));
}

soap::Outgoing Iti42::encode_error(Deps&, Error const& denied_or_failed, Request const* request) {
    Error error = denied_or_failed;
    bool const has_patient =
        request && !request->submission_sets.empty() && request->set().patient_id;
    // A refusal that the agreement wants told has a reason.
    if (error.code == Code::kDenied && error.reason == Reason::kNone && has_patient) {
        error = Error(Code::kInvalidContent, {domain::unknown_patient(*request->set().patient_id)});
    }
    return reply(ebxml::ResponseStatus::kFailure,
                 ebxml::error_rows(error, ebxml::Actor::kRegistry, LogTrace::current()));
}

}  // namespace musubi::registry
