#include "support/invariants.h"

#include "platform/blob/segment_store.h"

#include <gtest/gtest.h>

namespace musubi::test {
namespace {

void expect_none(TestNode const& node, char const* what, std::string const& statement) {
    auto const rows = node.sql(statement);
    EXPECT_TRUE(rows.empty()) << what << ", for example " << (rows.empty() ? "" : rows[0][0]);
}

constexpr char const* kRecordOfRow =
    "concat_ws(' ', segment, segment_offset, segment_length, document_key)";

std::set<std::string> files_under(std::filesystem::path const& folder) {
    std::set<std::string> names;
    std::error_code gone;  // the sweeper is at work
    for (std::filesystem::recursive_directory_iterator file(folder, gone), end; file != end;
         file.increment(gone)) {
        if (gone) break;
        if (file->is_regular_file(gone)) names.insert(file->path().filename());
    }
    return names;
}

}  // namespace

Attempt::Fate fate_of(Heard const& heard) {
    if (heard.success()) return Attempt::Fate::kAcknowledged;
    if (heard.refused()) return Attempt::Fate::kRefused;
    EXPECT_EQ(heard.kind, Heard::Kind::kNothing)
        << "neither an answer nor a fault: " << heard.text();
    return Attempt::Fate::kUnknown;
}

Visible check_attempt(NodeClient const& client, Attempt const& attempt) {
    auto const found = client.find_all(attempt.papers.patient());
    EXPECT_TRUE(found.success()) << found.text();
    std::size_t seen = 0;
    for (NewDocument const& document : attempt.papers.documents) {
        auto const* entry = found.entry(document.unique_id);
        if (!entry) continue;
        ++seen;
        EXPECT_EQ(entry->hash, document.content->sha1_hex());
        EXPECT_EQ(entry->size, std::to_string(document.content->size()));
        if (!attempt.with_content) continue;
        auto const fetched = client.retrieve({document.unique_id});
        EXPECT_TRUE(fetched.success()) << fetched.text();
        auto const octets = fetched.documents.find(document.unique_id);
        EXPECT_TRUE(octets != fetched.documents.end() &&
                    octets->second == octets_of(*document.content))
            << "content of " << document.unique_id << " is not what was sent";
    }
    EXPECT_TRUE(seen == 0 || seen == attempt.papers.documents.size())
        << "half a submission is visible: " << seen;
    if (attempt.fate == Attempt::Fate::kAcknowledged) {
        EXPECT_EQ(seen, attempt.papers.documents.size()) << "an acknowledged document is lost";
    }
    return seen == 0 ? Visible::kNothing : Visible::kEverything;
}

void check_audited(TestNode const& node, Attempt const& attempt, std::string const& transaction) {
    atna::SearchQuery query;
    query.document = attempt.papers.set_id();
    query.transaction = transaction;
    query.outcome = domain::AuditOutcome::kSuccess;
    EXPECT_FALSE(node.audit(query).empty())
        << transaction << " of " << attempt.papers.set_id() << " is visible but not recorded";
}

void check_store(TestNode const& node) {
    expect_none(node, "an entry of ours has no document",
                std::string("select unique_id from registry.entry where repository = '") +
                    kRepositoryId +
                    "' and not exists (select 1 from repository.document d where d.unique_id = "
                    "entry.unique_id)");
    expect_none(node, "a document has no entry",
                "select unique_id from repository.document d where not exists (select 1 from "
                "registry.entry e where e.unique_id = d.unique_id)");
    expect_none(node, "a small document has no content",
                "select unique_id from repository.document d where blob_id is null and segment is "
                "null and not exists "
                "(select 1 from repository.content c where c.document_key = d.document_key)");
    auto const records = live_records(node);
    for (auto const& row : node.sql(std::string("select ") + kRecordOfRow +
                                    ", unique_id from "
                                    "repository.document where segment is not null")) {
        EXPECT_TRUE(records.contains(row[0])) << row[1] << " has lost its record";
    }
    expect_none(node, "an entry belongs to no submission",
                "select e.unique_id from registry.entry e where not exists (select 1 from "
                "registry.association a where a.patient_key = e.patient_key and a.source_key = "
                "e.set_key and a.target_key = e.entry_key and a.type = 1)");
    expect_none(node, "an entryUUID stands twice",
                "select uuid::text from registry.entry group by uuid having count(*) > 1");
    expect_none(node, "one unique id has two hashes",
                "select unique_id from registry.entry group by unique_id having "
                "count(distinct hash) > 1");
    expect_none(node, "a replaced entry is still approved",
                "select e.unique_id from registry.entry e join registry.association a on "
                "a.target_patient_key = e.patient_key and a.target_key = e.entry_key and a.type in "
                "(2, 5) and a.source_kind = 1 where e.status = 1");
    expect_none(node, "an entry was replaced twice",
                "select target_key::text from registry.association where type in (2, 5) and "
                "source_kind = 1 group by target_patient_key, target_key having count(*) > 1");
    auto const files = files_under(node.folder() / "blobs/data");
    for (auto const& row : node.sql("select blob_id::text, unique_id from repository.document "
                                    "where blob_id is not null")) {
        EXPECT_TRUE(files.contains(row[0])) << row[1] << " has lost its blob";
    }
}

std::set<std::string> live_records(TestNode const& node) {
    blob::SegmentStore const store({.folder = node.folder() / "blobs/segments"});
    std::set<std::string> records;
    auto const segments = store.segments();
    EXPECT_TRUE(segments);
    if (!segments) return records;
    for (std::uint32_t const segment : *segments) {
        // One that was emptied may go while we look.
        static_cast<void>(store.list(segment, [&](blob::RecordInfo const& record) -> Status {
            if (!record.removed) {
                records.insert(std::to_string(segment) + " " + std::to_string(record.at.offset) +
                               " " + std::to_string(record.at.length) + " " +
                               std::to_string(record.id));
            }
            return {};
        }));
    }
    return records;
}

void check_no_orphans(TestNode const& node) {
    std::set<std::string> owned;
    for (auto const& row :
         node.sql("select blob_id::text from repository.document where blob_id is not null")) {
        owned.insert(row[0]);
    }
    std::set<std::string> rows;
    for (auto const& row : node.sql(std::string("select ") + kRecordOfRow +
                                    " from repository.document where segment is not null")) {
        rows.insert(row[0]);
    }
    EXPECT_TRUE(eventually([&] { return live_records(node) == rows; }))
        << "records without a document are not collected";
    EXPECT_TRUE(eventually([&] {
        return files_under(node.folder() / "blobs/staging").empty() &&
               files_under(node.folder() / "blobs/data") == owned;
    })) << "files without a document are not collected";
}

}  // namespace musubi::test
