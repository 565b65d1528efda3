// musubi keys open: an operator opens one document in an emergency, with the word of two officers.
// On record and announced to the member that published it before the first octet is there.

#include "node/open_command.h"
#include "node/approval_files.h"
#include "node/statement_files.h"
#include "platform/vault/durable_file.h"
#include "policy/notices.h"
#include "repository/stock.h"
#include "repository/store.h"

#include <cstdio>

namespace musubi::node {
namespace {

constexpr pg::Statement kInsertOpening{
    "node.opening_insert",
    "insert into node.opening (nonce, unique_id, patient, owner, reason, officers, opened_by) "
    "values ($1, $2, $3, $4, $5, $6, $7)"};

domain::AuditEvent opening_event(OperatorTools const& tools, repository::DocumentRow const& row,
                                 Approval const& approval, std::vector<std::string> const& signers,
                                 bool started) {
    auto event = tools.patient_event("keys-open", row.patient);
    event.event_id = domain::dcm("110113", "Security Alert");
    event.event_types = {started ? domain::dcm("110127", "Emergency Override Started")
                                 : domain::dcm("110138", "Emergency Override Stopped")};
    event.action = 'E';
    event.objects.front().details = {{"reason", approval.reason},
                                     {"approval", approval.nonce.to_string()}};
    add_approvers(event.objects.front(), signers);
    event.objects.push_back(domain::audit_document(
        row.unique_id, tools.config().text("repository.unique_id"), std::nullopt));
    return event;
}

policy::Notice notice_of(OperatorTools const& tools, repository::DocumentRow const& row,
                         Approval const& approval) {
    policy::Notice notice;
    notice.kind = policy::NoticeKind::kEmergency;
    notice.recipient = row.label.owner;
    notice.patient = row.patient;
    notice.member = tools.config().text("node.region");
    notice.person = account();
    notice.clause = "operator";
    notice.reason = approval.reason;
    notice.made_at = system_clock().now();
    return notice;
}

/// All in one commit; an approval counts once.
Status record_opening(OperatorTools& tools, repository::DocumentRow const& row,
                      Approval const& approval, std::vector<std::string> const& signers) {
    auto const agreement = TRY(agreement_of(tools));
    auto done = tools.services->pool->run([&](pg::Tx& tx) -> Status {
        pg::Params params;
        params.uuid(approval.nonce)
            .text(row.unique_id)
            .text(row.patient)
            .text(row.label.owner)
            .text(approval.reason)
            .text_array(std::span<std::string const>(signers))
            .text(account());
        tx.queue(kInsertOpening, std::move(params), 1);
        policy::queue_notice(tx, system_ids(), *agreement, notice_of(tools, row, approval),
                             "opening|" + approval.nonce.to_string());
        return tools.audit->record_in(tx, {opening_event(tools, row, approval, signers, true)});
    });
    if (!done && done.error().code == Code::kConflict)
        return Error(Code::kConflict, "this approval was used before");
    return done;
}

Status write_document(OperatorTools& tools, repository::DocumentRow const& row, vault::File& out) {
    PlatformServices& services = *tools.services;
    blob::SegmentStore const segments(
        {.folder = std::filesystem::path(services.config.text("blob.folder")) / "segments"});
    repository::StockItem item;
    item.unique_id = row.unique_id;
    item.key = row.key;
    item.owner_oid = row.owner_oid;
    item.size = row.size;
    item.blob_id = row.blob_id;
    item.location = row.location;
    TRY(repository::read_item({*services.pool, *services.keys, *services.blobs, segments}, item,
                              [&](ByteView plain) { return out.write(plain); }));
    return out.sync();
}

}  // namespace

Status write_opening_approval(OperatorTools& tools, std::string const& document,
                              OpeningRequest const& request) {
    return write_approval_file(tools.config(),
                               {kOpenDocument, document, request.reason, request.out});
}

Status open_document(OperatorTools& tools, std::string const& document,
                     OpeningRequest const& request) {
    if (request.out.empty() || request.approval.empty())
        return Error(Code::kInvalidContent,
                     "open needs --out FILE, the approval and the officers' signatures");
    auto const [text, signatures] =
        TRY(read_approval_files({request.approval, request.signatures}));
    ApprovalCheck const check{tools.config().text("node.region"), document,
                              TRY(officers_of(tools.config())), system_clock().now()};
    auto const signers = check_approval(text, signatures, check);
    if (!signers) {
        // Somebody tried: that is on record too, without a word about patients.
        auto event = tools.patient_event("keys-open", "");
        event.event_id = domain::dcm("110113", "Security Alert");
        event.event_types = {domain::dcm("110127", "Emergency Override Started")};
        event.outcome = domain::AuditOutcome::kMinorFailure;
        event.outcome_description = signers.error().detail;
        TRY(tools.audit->record({event}));
        return signers.error();
    }
    Approval const approval = TRY(read_approval(text));
    auto const rows = TRY(repository::find(*tools.services->pool, {document}));
    if (rows.empty()) return Error(Code::kNotFound, "there is no such document");
    repository::DocumentRow const& row = rows.front();
    // An approval counts once: it is not used up for a place where nothing can be written.
    vault::File out = TRY(vault::File::create(request.out));
    if (Status const recorded = record_opening(tools, row, approval, *signers); !recorded) {
        std::error_code ignored;
        std::filesystem::remove(request.out, ignored);
        return recorded.error();
    }
    Status const written = write_document(tools, row, out);
    auto ended = opening_event(tools, row, approval, *signers, false);
    if (!written) ended.outcome = domain::AuditOutcome::kSeriousFailure;
    TRY(tools.audit->record({ended}));
    TRY(written);
    std::printf("opened into %s; %s is told\n", request.out.c_str(), row.label.owner.c_str());
    return {};
}

}  // namespace musubi::node
