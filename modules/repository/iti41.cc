#include "repository/iti41.h"

#include "codec/ebxml/read.h"
#include "codec/ebxml/write.h"
#include "codec/mtom/cid.h"
#include "domain/document_label.h"
#include "domain/issues.h"
#include "domain/reason.h"
#include "platform/base/fault.h"
#include "platform/base/log.h"
#include "repository/signature_store.h"
#include "repository/store.h"
#include "repository/stored_content.h"

namespace musubi::repository {
namespace {

constexpr std::string_view kXdsb = "{urn:ihe:iti:xds-b:2007}ProvideAndRegisterDocumentSetRequest";
constexpr std::string_view kRegistryResponse =
    "{urn:oasis:names:tc:ebxml-regrep:xsd:rs:3.0}RegistryResponse";

Result<std::shared_ptr<ReceivedContent>> content_of(ebxml::ProvidedDocument const& document,
                                                    soap::Incoming const& wire) {
    ebxml::DocumentSource const& source = document.source;
    if (source.content_id.empty()) {
        auto bytes = from_base64(source.base64);
        if (!bytes) {
            return Error(Code::kInvalidContent,
                         {{Severity::kError, Reason::kRepositoryGeneral,
                           "Document " + document.id + ": its inline content is not base64", ""}});
        }
        return std::shared_ptr<ReceivedContent>(std::make_shared<MemoryContent>(std::move(*bytes)));
    }
    for (soap::IncomingAttachment const& attachment : wire.attachments) {
        if (attachment.content_id == source.content_id ||
            mtom::percent_decode(attachment.content_id) == source.content_id) {
            return attachment.content;
        }
    }
    return Error(Code::kInvalidMessage, "xop:Include refers to no part of the package");
}

std::string const* patient_of(ProvideRequest const& request) {
    auto const& sets = request.submission.submission_sets;
    return sets.empty() || !sets.front().patient_id ? nullptr : &*sets.front().patient_id;
}

/// Findings of the repository itself: each is told under the repository's name for it.
Error own_refusal(std::vector<Issue> issues) {
    Error error(Code::kInvalidContent, std::move(issues));
    error.reason = Reason::kRepositoryMetadata;
    return error;
}
bool is_own(Error const& error) {
    return error.reason == Reason::kRepositoryMetadata || error.code == Code::kTooLarge;
}

/// What the registry finds besides, so that a sender hears of everything at once. What it enters on
/// the way ends with the refusal's transaction; a registry elsewhere would keep it and is not
/// asked.
std::vector<Issue> found_by_registry(Deps& deps, core::Authorized<ProvideRequest> const& request) {
    if (deps.registry.is_remote()) return {};
    domain::Submission submission = request->submission;
    complete_metadata(submission, request->documents, deps.unique_id);
    bool const incomplete = leave_missing_documents_out(submission);
    auto const answer = deps.registry.register_document_set(request.call(), std::move(submission));
    std::vector<Issue> found = answer ? std::vector<Issue>() : answer.error().issues;
    std::erase_if(found, [&](Issue const& issue) {
        if (issue.reason == Reason::kDuplicateUniqueIdInMessage) return true;  // told already
        // A document that did not come has no content to compare with what is registered.
        return incomplete && (issue.reason == Reason::kNonIdenticalHash ||
                              issue.reason == Reason::kNonIdenticalSize);
    });
    return found;
}

Error refusal(Deps& deps, core::Authorized<ProvideRequest> const& request, std::vector<Issue> own) {
    std::vector<Issue> const others = found_by_registry(deps, request);
    if (others.empty()) return own_refusal(std::move(own));
    own.insert(own.end(), others.begin(), others.end());
    return Error(Code::kInvalidContent, std::move(own));
}

/// What locate() learns besides whose the request is.
struct Found {
    std::vector<domain::Label> labels;
    std::map<std::string, std::vector<std::string>> fed_by;
};

/// While the database looks the submission up, the small contents go to the disk: both take about
/// as long. They are durable when this returns success, hence before COMMIT is sent; of what the
/// registry refuses nothing stays.
Result<std::vector<Issue>> register_and_store(Deps& deps, core::CallContext const& call,
                                              domain::Submission submission,
                                              SealedDocuments& sealed) {
    std::optional<Status> stored;
    auto const store = [&] {
        try {
            stored = store_small(deps, sealed);
        } catch (std::exception const&) {  // out of memory
            stored = Error(Code::kInternal, "exception while contents were stored");
        }
    };
    pg::Tx& tx = call.tx->tx();
    tx.meanwhile(store);
    auto warnings = deps.registry.register_document_set(call, std::move(submission));
    tx.meanwhile({});
    if (!warnings) {
        free_small(deps, sealed);
        return warnings;
    }
    if (!stored) store();
    TRY(std::move(*stored));
    return warnings;
}

/// As the patient index writes it: a CX may carry trailing delimiters.
std::string canonical(std::string const& cx) {
    auto const id = domain::PatientId::parse(cx);
    return id ? id->to_cx() : cx;
}

/// What the publisher stored before. Others' documents are none here: whether one of that id and
/// digest exists is nobody's to find out by signing it. Never a second connection beside the
/// transaction's.
std::shared_ptr<Content const> own_document(Deps& deps, core::CallContext const& call,
                                            std::string const& unique_id) {
    auto const rows = call.tx ? find(call.tx->tx(), {unique_id}) : find(deps.pool, {unique_id});
    if (!rows) return nullptr;
    for (DocumentRow const& row : *rows) {
        bool const in_a_file = row.blob_id || row.location;
        if (row.label.owner != call.subject.member.code || row.pending || !in_a_file) continue;
        auto contents = open_contents(deps, {&row});
        if (contents.front()) return *contents.front();
    }
    return nullptr;
}

}  // namespace

Result<Inspected> inspect_documents(Deps& deps, domain::Submission& submission,
                                    core::Authorized<ProvideRequest> const& request) {
    Inspected out;
    auto const& documents = request->documents;
    if (deps.signatures) {
        out.signatures =
            TRY(deps.signatures->check(submission, documents, [&](std::string const& unique_id) {
                return own_document(deps, request.call(), unique_id);
            }));
        out.warnings = deps.signatures->issues(out.signatures);
    }
    auto const inspectors = deps.ports ? deps.ports->all<core::DocumentInspectorPort>()
                                       : std::vector<core::DocumentInspectorPort*>();
    for (domain::DocumentEntry& entry : submission.entries) {
        for (ProvidedDocument const& document : documents) {
            if (document.entry_id != entry.id) continue;
            for (auto* inspector : inspectors) {
                auto found = TRY(inspector->inspect(entry, *document.content));
                for (Issue& issue : found.issues) out.warnings.push_back(std::move(issue));
                if (found.note)
                    out.notes.push_back({inspector, entry.unique_id.value_or(""), found.note});
            }
        }
    }
    if (domain::any_error(out.warnings))
        return Error(Code::kInvalidContent, std::move(out.warnings));
    return out;
}

Result<SealedDocuments> seal_documents(Deps& deps,
                                       core::Authorized<ProvideRequest> const& request) {
    domain::Member const& member = request.subject().member;
    SealedDocuments sealed;
    for (domain::DocumentEntry const& entry : request->submission.entries) {
        for (ProvidedDocument const& document : request->documents) {
            if (document.entry_id != entry.id) continue;
            DocumentRow row;
            row.unique_id = entry.unique_id.value_or("");
            row.key = deps.ids.key();
            row.patient = patient_of(*request) ? canonical(*patient_of(*request)) : "";
            row.owner_oid = member.institution_oid;
            row.label = domain::label_of(entry, member.code);
            row.mime_type = entry.mime_type.value_or("application/octet-stream");
            row.source_token = source_token(deps.keys, entry.source_patient_id.value_or(""));
            row.size = document.content->size();
            row.sha1 = TRY(from_hex(document.content->sha1_hex()));
            if (Bytes const* plain = document.content->in_memory()) {
                sealed.small[sealed.rows.size()] =
                    TRY(deps.keys.seal(vault::Purpose::kDocument, member.institution_oid, *plain,
                                       content_aad(row.key, row.unique_id)));
            } else {
                row.blob_id = TRY(deps.blobs.adopt(*document.content, member.institution_oid)).id;
            }
            sealed.rows.push_back(std::move(row));
        }
    }
    TRY(FAULT("repository.after_blob"));
    return sealed;
}

Status store_small(Deps& deps, SealedDocuments& documents) {
    std::vector<blob::NewRecord> records;
    for (auto const& [place, sealed] : documents.small)
        records.push_back({documents.rows[place].key, sealed});
    auto const locations = TRY(deps.segments.append(records));
    auto location = locations.begin();
    for (auto const& [place, sealed] : documents.small)
        documents.rows[place].location = *location++;
    return {};
}

void free_small(Deps& deps, SealedDocuments const& documents) {
    for (auto const& [place, sealed] : documents.small) {
        DocumentRow const& row = documents.rows[place];
        if (!row.location) continue;
        if (Status const freed = deps.segments.remove(*row.location, row.key); !freed)
            log_warning("repository.record_left", {{"detail", freed.error().detail}});
    }
}

core::TransactionSpec const& Iti41::spec() {
    static core::TransactionSpec const kSpec{
        .id = "ITI-41",
        .name = "Provide and Register Document Set-b",
        .action = domain::Action::kPublish,
        .changes_data = true,
        .event_id = domain::dcm("110107", "Import"),
        .event_action = 'C',
        .requester_is_source = true,
        .soap = {{.path = "/xds/repository",
                  .action = "urn:ihe:iti:2007:ProvideAndRegisterDocumentSet-b",
                  .response_action = "urn:ihe:iti:2007:ProvideAndRegisterDocumentSet-bResponse",
                  .mtom = true,
                  .operation = "DocumentRepository_ProvideAndRegisterDocumentSet-b",
                  .request_element = kXdsb,
                  .response_element = kRegistryResponse}},
        .hl7v2 = {},
        .malformed = Reason::kRepositoryMetadata,
    };
    return kSpec;
}

Result<Iti41::Request> Iti41::decode(Deps&, Wire const& wire, core::DecodeContext const&) {
    ebxml::ProvideAndRegister message =
        TRY(ebxml::read_provide_and_register(wire.envelope.payload));
    if (message.documents.size() > kMaxProvided) {
        return Error(
            Code::kTooLarge,
            {{Severity::kError, Reason::kOutOfResources,
              "at most " + std::to_string(kMaxProvided) + " documents in one submission", ""}});
    }
    Request request;
    request.submission = std::move(message.submission);
    for (ebxml::ProvidedDocument const& document : message.documents) {
        auto content = TRY(content_of(document, wire));
        request.documents.push_back({document.id, std::move(content)});
    }
    return request;
}

Result<core::Located> Iti41::locate(Deps& deps, Request const& request,
                                    domain::Subject const& subject) {
    core::Located located;
    Found found;
    if (std::string const* patient = patient_of(request)) {
        auto standing = deps.identity.standing_of(canonical(*patient));
        // An unknown patient is nobody's data: the registry will say so, with all else that is
        // wrong.
        if (standing) {
            found.fed_by[standing->survivor] = std::move(standing->authorities);
            located.patients.push_back(std::move(standing->survivor));
        } else if (standing.error().code != Code::kNotFound) {
            return std::move(standing).error();
        }
    }
    for (auto const& entry : request.submission.entries)
        found.labels.push_back(domain::label_of(entry, subject.member.code));
    located.details = std::move(found);
    return located;
}

core::PolicyQuery Iti41::policy_query(Request const& request, core::Located const& located) {
    auto const& found = std::any_cast<Found const&>(located.details);
    return {located.patients, found.labels, domain::points_outside(request.submission),
            found.fed_by};
}

Result<Iti41::Response> Iti41::handle(Deps& deps, core::Authorized<Request> const& request) {
    std::vector<Issue> issues = check_documents(*request);
    if (!issues.empty()) return refusal(deps, request, std::move(issues));
    domain::Submission submission = request->submission;
    ProvideOutcome outcome;
    Inspected inspected = TRY(inspect_documents(deps, submission, request));
    outcome.warnings = std::move(inspected.warnings);
    SealedDocuments sealed = TRY(seal_documents(deps, request));
    complete_metadata(submission, request->documents, deps.unique_id);
    TRY(FAULT("repository.before_register"));
    for (Issue& warning :
         TRY(register_and_store(deps, request.call(), std::move(submission), sealed)))
        outcome.warnings.push_back(std::move(warning));
    for (auto const& [inspector, unique_id, note] : inspected.notes)
        TRY(inspector->registered(request.call(), unique_id, note));
    // Only now: what stands in a row, rolled back or not, stays in the database's files, and before
    // the registry has looked at them the codes may be any text.
    insert(request.tx().tx(), sealed.rows);
    outcome.signatures = std::move(inspected.signatures);
    TRY(insert_signatures(request.tx().tx(), deps.keys, sealed.rows, outcome.signatures));
    TRY(FAULT("repository.after_register"));
    return outcome;
}

int Iti41::withhold(core::Permit const&, Response&) { return 0; }

std::vector<core::AuditDraft> Iti41::audit(Deps&,
                                           core::AuditInput<Request, Response> const& input) {
    core::AuditDraft draft;
    if (input.request) {
        if (std::string const* patient = patient_of(*input.request)) {
            draft.objects.push_back(domain::audit_patient(*patient));
        }
        auto const& sets = input.request->submission.submission_sets;
        if (!sets.empty() && sets.front().unique_id) {
            draft.objects.push_back(domain::audit_submission_set(*sets.front().unique_id));
            if (input.response)
                add_signature_details(input.response->signatures, draft.objects.back());
        }
    }
    return {std::move(draft)};
}

Result<Iti41::Reply> Iti41::encode(Deps&, Response&& response, Request const&) {
    auto const rows = ebxml::error_rows(response.warnings, ebxml::Actor::kRegistry);
    return Reply{
        {{ebxml::write_registry_response(ebxml::ResponseStatus::kSuccess, rows), nullptr, ""}},
        true};
}

Iti41::Reply Iti41::encode_error(Deps& deps, Error const& error, Request const* request) {
    if (error.code == Code::kDenied && error.reason == Reason::kNone && request &&
        patient_of(*request)) {
        return encode_error(
            deps, Error(Code::kInvalidContent, {domain::unknown_patient(*patient_of(*request))}),
            nullptr);
    }
    // Findings come from the registry unless they are said to be our own; without findings it is
    // our failure.
    ebxml::Actor const actor =
        error.issues.empty() || is_own(error) ? ebxml::Actor::kRepository : ebxml::Actor::kRegistry;
    auto rows = ebxml::error_rows(error, actor, LogTrace::current());
    // Who looks first sees it: the registry is never asked about such a message.
    for (std::size_t i = 0; i < error.issues.size(); ++i) {
        if (error.issues[i].reason == Reason::kDuplicateUniqueIdInMessage)
            rows[i].error_code =
                ebxml::error_code(error.issues[i].reason, ebxml::Actor::kRepository);
    }
    return {{{ebxml::write_registry_response(ebxml::ResponseStatus::kFailure, rows), nullptr, ""}},
            false};
}

}  // namespace musubi::repository
