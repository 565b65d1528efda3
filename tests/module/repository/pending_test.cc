// Documents whose registration elsewhere is not confirmed, on a real database with the rights of an
// installation.

#include "repository/pending.h"
#include "module/repository/fixture.h"

#include <gtest/gtest.h>

#include "platform/pg/admin.h"
#include "support/source_tree.h"
#include "support/test_database.h"

namespace musubi::repository {
namespace {

class NoRegistry final : public core::DocumentRegistryPort {
    Result<std::vector<Issue>> register_document_set(core::CallContext const&,
                                                     domain::Submission) override {
        return std::vector<Issue>();
    }
};
class NoPatients final : public core::PatientIdentityPort {
    Result<std::string> survivor_of(std::string const& cx) const override { return cx; }
    Result<std::vector<std::string>> authorities_of(std::string const&) const override {
        return std::vector<std::string>();
    }
};
/// Remembers what was removed.
class NoBlobs final : public blob::BlobStore {
public:
    std::vector<Uuid> removed;
    Result<blob::StoredBlob> put(Content const&, std::string const&) override { return Error(); }
    Result<blob::StoredBlob> adopt(ReceivedContent&, std::string const&) override {
        return Error();
    }
    Result<std::shared_ptr<Content>> get(Uuid const&, std::string const&) override {
        return Error();
    }
    Status verify(Uuid const&) override { return Error(); }
    Result<bool> exists(Uuid const&) override { return false; }
    Status remove(Uuid const& id) override {
        removed.push_back(id);
        return {};
    }
    Status list(WallTime, std::function<Status(blob::BlobInfo const&)> const&) override {
        return {};
    }
};

class Pending : public ::testing::Test {
protected:
    static pg::PoolConfig config(std::string conninfo) {
        pg::PoolConfig config;
        config.conninfo = std::move(conninfo);
        config.size = 2;
        return config;
    }
    static std::unique_ptr<vault::KeyRing> open_keys(std::filesystem::path const& folder) {
        auto keys = vault::KeyRing::open(folder / "keys", folder / "master.key",
                                         vault::KeyRing::IfAbsent::kCreate);
        if (!keys) throw std::runtime_error(keys.error().detail);
        return std::move(*keys);
    }
    static std::filesystem::path make_folder() {
        std::string name =
            (std::filesystem::temp_directory_path() / "musubi-pending-XXXXXX").string();
        if (!::mkdtemp(name.data())) throw std::runtime_error("mkdtemp");
        return name;
    }
    Pending() { EXPECT_TRUE(segments.start_writing()); }
    ~Pending() override { std::filesystem::remove_all(folder); }

    /// One small and one large document.
    PendingSubmission store(std::int64_t key) {
        DocumentRow small, large;
        small.unique_id = "2.999." + std::to_string(key);
        small.key = key * 10;
        small.mime_type = large.mime_type = "text/plain";
        small.sha1 = large.sha1 = Bytes(20, 7);
        large.unique_id = small.unique_id + ".1";
        large.key = key * 10 + 1;
        large.blob_id = system_ids().uuid();
        PendingSubmission submission;
        submission.key = key;
        submission.member = "hospital";
        submission.sent.set_unique_id = "2.999.9";
        Bytes const sealed(3, 1);
        small.location = segments.append({{small.key, sealed}})->front();
        auto const stored = store_pending(pool, {small, large}, submission);
        EXPECT_TRUE(stored) << stored.error().detail;
        return submission;
    }
    std::string count(std::string const& table) {
        return (*pg::run_script(database.superuser(),
                                "select count(*) from repository." + table))[0][0];
    }
    static WallTime later() { return system_clock().now() + std::chrono::hours(1); }

    test::TestDatabase database{migrations()};
    std::filesystem::path const folder = make_folder();
    std::unique_ptr<vault::KeyRing> const keys = open_keys(folder);
    pg::Pool pool{config(database.serving())};
    NoBlobs blobs;
    blob::SegmentStore segments{{.folder = folder / "segments", .segment_bytes = 1 << 20}};
    NoPatients patients;
    NoRegistry registry;
    Deps deps{pool,     *keys,    blobs,     segments,       system_ids(),
              patients, registry, "2.999.1", "urn:oid:2.999"};
};

TEST_F(Pending, StoredDocumentsCarryTheirPendingSubmission) {
    store(5);
    auto const rows = find(pool, {"2.999.5", "2.999.5.1"});
    ASSERT_TRUE(rows) << rows.error().detail;
    ASSERT_EQ(rows->size(), 2U);
    EXPECT_EQ((*rows)[0].pending, 5);
    auto const one = find_pending(pool, 5);
    ASSERT_TRUE(one && *one);
    EXPECT_EQ((*one)->member, "hospital");
    EXPECT_EQ((*one)->sent.set_unique_id, "2.999.9");
    ASSERT_EQ((*one)->sent.documents.size(), 2U);
    EXPECT_EQ((*one)->sent.documents[0].sha1_hex, to_hex(Bytes(20, 7)));
}

TEST_F(Pending, ConfirmedDocumentStaysAndIsPendingNoMore) {
    store(5);
    ASSERT_TRUE(confirm(pool, 5));
    EXPECT_FALSE((*find(pool, {"2.999.5"}))[0].pending);
    EXPECT_FALSE(*find_pending(pool, 5));
    ASSERT_TRUE(drop(deps, 5));
    EXPECT_EQ(count("document"), "2");
    EXPECT_TRUE(blobs.removed.empty());
}

TEST_F(Pending, DroppedSubmissionLeavesNothingAndOthersStay) {
    store(5);
    store(6);
    blob::Location const small_of_5 = *find(pool, {"2.999.5"})->front().location;
    ASSERT_TRUE(drop(deps, 5));
    EXPECT_EQ(count("document"), "2");
    EXPECT_FALSE(segments.read(small_of_5, 50));
    EXPECT_TRUE(segments.read(*find(pool, {"2.999.6"})->front().location, 60));
    EXPECT_EQ(count("pending_document"), "2");
    EXPECT_EQ(blobs.removed.size(), 1U);
    EXPECT_TRUE(*find_pending(pool, 6));
    EXPECT_TRUE(drop(deps, 5)) << "a second time";
}

TEST_F(Pending, OldestComeFirstAndYoungOnesNotAtAll) {
    store(6);
    store(5);
    auto const all = pending_before(pool, later(), 10);
    ASSERT_TRUE(all) << all.error().detail;
    ASSERT_EQ(all->size(), 2U);
    EXPECT_EQ((*all)[0].key, 6);
    EXPECT_EQ(pending_before(pool, later(), 1)->size(), 1U);
    EXPECT_TRUE(pending_before(pool, system_clock().now() - std::chrono::hours(1), 10)->empty());
}

TEST_F(Pending, ConfirmedCopyIsPreferredToAPendingOneOfTheSameUniqueId) {
    store(5);
    ASSERT_TRUE(pg::run_script(
        database.superuser(),
        "insert into repository.document (unique_id, document_key, patient, owner, owner_oid, "
        "class_code, type_code, practice_code, confidentiality, mime_type, size, sha1, blob_id, "
        "segment, segment_offset, segment_length) select unique_id, 99, patient, owner, owner_oid, "
        "class_code, type_code, practice_code, confidentiality, mime_type, size, sha1, blob_id, "
        "segment, segment_offset, segment_length "
        "from repository.document where unique_id = '2.999.5'"));
    auto const rows = find(pool, {"2.999.5"});
    ASSERT_EQ(rows->size(), 2U);
    EXPECT_EQ((*rows)[0].key, 99);
    EXPECT_FALSE((*rows)[0].pending);
}

TEST_F(Pending, ServingRoleCannotRemoveWhatWasConfirmed) {
    store(5);
    ASSERT_TRUE(confirm(pool, 5));
    auto const serving = [&](std::string const& statement) {
        return pg::run_script(database.serving(), statement);
    };
    EXPECT_FALSE(serving("delete from repository.document"));
    EXPECT_FALSE(serving("delete from repository.content"));
    EXPECT_FALSE(serving(
        "insert into repository.pending_document select 50, '2.999.5', 5, 'x', 'y', stored_at from "
        "repository.document where document_key = 50"));
    ASSERT_TRUE(
        serving("insert into repository.pending_document (document_key, unique_id, submission_key, "
                "set_unique_id, member) values (50, '2.999.5', 5, 'x', 'y')"));
    // It can make it pending again, but that takes nothing away: the registry is asked once more.
    static_cast<void>(drop(deps, 5));
    EXPECT_EQ(count("document"), "2");
    EXPECT_TRUE(segments.read(*find(pool, {"2.999.5"})->front().location, 50));
}

}  // namespace
}  // namespace musubi::repository
