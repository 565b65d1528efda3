#include "repository/remote_registry.h"

#include "domain/issues.h"
#include "domain/reason.h"
#include "domain/validate/validate.h"
#include "platform/base/fault.h"
#include "platform/base/log.h"
#include "platform/base/metrics.h"
#include "repository/signature_store.h"

namespace musubi::repository {
namespace {

PendingSubmission pending_of(Deps& deps, core::Authorized<ProvideRequest> const& request,
                             domain::Submission const& submission) {
    PendingSubmission pending;
    pending.key = deps.ids.key();
    pending.member = request.subject().member.code;
    if (!submission.submission_sets.empty())
        pending.sent.set_unique_id = submission.set().unique_id.value_or("");
    return pending;
}

/// The registry has said no, or was never reached: nothing stays. What cannot be removed now is
/// settled later.
void drop_refused(Deps& deps, std::int64_t submission_key) {
    auto dropped = FAULT("repository.before_drop");
    if (dropped) dropped = drop(deps, submission_key);
    if (!dropped) log_warning("repository.drop_failed", {{"detail", dropped.error().detail}});
}

/// What goes on is written anew from what was understood: the registry cannot see what was wrong
/// with the form of the message, nor what is not among it.
std::vector<Issue> form_issues(core::Authorized<ProvideRequest> const& request) {
    auto issues = domain::form_issues(request->submission, request.subject().member.strictness);
    for (Issue& issue : issues) {
        if (issue.reason == Reason::kMetadata) issue.reason = Reason::kRepositoryMetadata;
    }
    return issues;
}

}  // namespace

Result<RemoteIti41::Request> RemoteIti41::decode(Deps& deps, Wire const& wire,
                                                 core::DecodeContext const& context) {
    return Iti41::decode(deps, wire, context);
}

Result<core::Located> RemoteIti41::locate(Deps& deps, Request const& request,
                                          domain::Subject const& subject) {
    return Iti41::locate(deps, request, subject);
}

core::PolicyQuery RemoteIti41::policy_query(Request const& request, core::Located const& located) {
    return Iti41::policy_query(request, located);
}

Result<RemoteIti41::Response> RemoteIti41::handle(Deps& deps,
                                                  core::Authorized<Request> const& request) {
    std::vector<Issue> issues = form_issues(request);
    for (Issue& issue : check_documents(*request)) issues.push_back(std::move(issue));
    if (domain::any_error(issues)) return Error(Code::kInvalidContent, std::move(issues));
    domain::Submission submission = request->submission;
    auto const& sets = submission.submission_sets;
    // Delivery asks the patient index here: a document of a patient whom it does not know could
    // never be fetched.
    if (!sets.empty() && sets.front().patient_id && request.located().patients.empty()) {
        return Error(Code::kInvalidContent, {domain::unknown_patient(*sets.front().patient_id)});
    }
    Response response;
    auto inspected = TRY(inspect_documents(deps, submission, request));
    response.warnings = std::move(inspected.warnings);
    for (Issue& issue : issues) response.warnings.push_back(std::move(issue));
    response.signatures = std::move(inspected.signatures);
    complete_metadata(submission, request->documents, deps.unique_id);
    SealedDocuments sealed = TRY(seal_documents(deps, request));
    TRY(store_small(deps, sealed));
    if (!sealed.rows.empty()) {
        PendingSubmission const pending = pending_of(deps, request, submission);
        TRY(FAULT("repository.before_pending"));
        TRY(store_pending(deps.pool, sealed.rows, pending, [&](pg::Tx& tx) {
            return insert_signatures(tx, deps.keys, sealed.rows, response.signatures);
        }));
        response.pending = pending.key;
    }
    auto answer = [&]() -> Result<std::vector<Issue>> {
        TRY(FAULT("repository.after_pending"));
        return deps.registry.register_document_set(request.call(), std::move(submission));
    }();
    if (!answer) {
        bool const unknown = answer.error().reason == core::kReasonOutcomeUnknown;
        if (unknown) counter("musubi_repository_unknown_registrations_total").add();
        if (!unknown && response.pending != 0) drop_refused(deps, response.pending);
        return std::move(answer).error();
    }
    for (Issue& warning : *answer) response.warnings.push_back(std::move(warning));
    TRY(FAULT("repository.after_register"));
    return response;
}

Status RemoteIti41::settle(Deps&, Response const& response, core::AuditedTx& tx) {
    if (response.pending != 0) confirm(tx.tx(), response.pending);
    return {};
}

std::vector<core::AuditDraft> RemoteIti41::audit(Deps& deps,
                                                 core::AuditInput<Request, Response> const& input) {
    ProvideOutcome outcome;
    if (input.response) outcome.signatures = input.response->signatures;
    return Iti41::audit(
        deps, {input.request, input.response ? &outcome : nullptr, input.located, input.error});
}

Result<RemoteIti41::Reply> RemoteIti41::encode(Deps& deps, Response&& response,
                                               Request const& request) {
    return Iti41::encode(deps, {std::move(response.warnings), {}}, request);
}

RemoteIti41::Reply RemoteIti41::encode_error(Deps& deps, Error const& error,
                                             Request const* request) {
    return Iti41::encode_error(deps, error, request);
}

Result<bool> settle_now(Deps& deps, core::CallContext const& call,
                        PendingSubmission const& submission) {
    domain::Subject publisher;
    publisher.member.code = submission.member;
    core::CallContext const own{publisher,     nullptr,       call.trace,
                                call.endpoint, call.deadline, call.local_address};
    if (!TRY(deps.registry.is_registered(own, submission.sent))) return false;
    TRY(FAULT("repository.before_confirm"));
    TRY(confirm(deps.pool, submission.key));
    log_info("repository.confirmed", {{"submission_key", std::to_string(submission.key)}});
    return true;
}

}  // namespace musubi::repository
