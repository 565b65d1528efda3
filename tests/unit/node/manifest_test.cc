#include "node/preservation/manifest.h"

#include "node/approval.h"

#include <gtest/gtest.h>

namespace musubi::node {
namespace {

BackupManifest sample() {
    BackupManifest manifest;
    manifest.made = "2026-11-21T02:25:00.000000Z";
    manifest.region = "北 地域";
    manifest.chain_seq = 7;
    manifest.chain_hash = "ab";
    manifest.rows = {{"atna.record", 7}, {"registry.entry", 0}};
    manifest.files = {{"blobs", "segments/0000000001.segment", 100, 5, {"n", 60, "h"}}};
    return manifest;
}

}  // namespace

TEST(Manifest, IsReadAsItWasWritten) {
    auto const read = read_manifest(write_manifest(sample()));
    ASSERT_TRUE(read.ok()) << read.error().detail;
    EXPECT_EQ(read->region, sample().region);
    EXPECT_EQ(read->chain_seq, 7);
    EXPECT_EQ(read->rows, sample().rows);
    ASSERT_EQ(read->files.size(), 1U);
    EXPECT_EQ(read->files[0].path, "segments/0000000001.segment");
    EXPECT_EQ(read->files[0].size, 100U);
    EXPECT_EQ(read->files[0].object.size, 60U);
    EXPECT_EQ(write_manifest(*read), write_manifest(sample()));
}

TEST(Manifest, ThatIsCutOffOrLeadsOutOfItsFolderIsRefused) {
    std::string const whole = write_manifest(sample());
    for (std::size_t size = 0; size + 1 < whole.size(); ++size)
        EXPECT_FALSE(read_manifest(whole.substr(0, size)).ok()) << size;
    for (char const* path : {"../x", "/etc/x", "a/../../x", "a//b", "", "."}) {
        auto manifest = sample();
        manifest.files[0].path = path;
        EXPECT_FALSE(read_manifest(write_manifest(manifest)).ok()) << path;
    }
    EXPECT_FALSE(read_manifest(whole + "file\n").ok());
}

TEST(Manifest, TellsWhichDataKeysWereDestroyed) {
    auto manifest = sample();
    for (char const* path : {"0000000a.key", "00000003.erased", "token.key", "deep/00000004.erased",
                             "0000000b.erased", "nothing.erased"})
        manifest.files.push_back({"keys", path, 1, 1, {"n", 1, "h"}});
    manifest.files.push_back({"journal", "0000000c.erased", 1, 1, {"n", 1, "h"}});
    EXPECT_EQ(destroyed_keys(manifest), (std::set<std::string>{"00000003", "0000000b"}));
    EXPECT_EQ(key_number(manifest.files[1]), "0000000a");
    EXPECT_EQ(key_number(manifest.files[3]), "");
}

TEST(OfficersApproval, IsForOneDocumentOfOneRegionAndForADay) {
    WallTime const now{std::chrono::hours(24 * 365 * 50)};
    Approval approval{"Kita", "1.2.3", "damaged index", to_rfc3339(now + std::chrono::hours(8)),
                      system_ids().uuid()};
    auto const outcome = [&](std::string const& text, std::string const& document,
                             std::string const& region) {
        auto const done = check_approval(text, {}, {region, document, {}, now});
        return done ? std::string("approved") : done.error().detail;
    };
    std::string const text = write_approval(approval);
    EXPECT_EQ(outcome(text, "1.2.3", "Kita"), "approval: two officers must sign");
    EXPECT_EQ(outcome(text, "1.2.4", "Kita"), "approval: of another document");
    EXPECT_EQ(outcome(text, "1.2.3", "Minami"), "approval: of another region");
    approval.until = to_rfc3339(now);
    EXPECT_EQ(outcome(write_approval(approval), "1.2.3", "Kita"), "approval: its time is over");
    approval.until = to_rfc3339(now + std::chrono::hours(25));
    EXPECT_EQ(outcome(write_approval(approval), "1.2.3", "Kita"), "approval: longer than a day");
    approval.until = "9999";
    EXPECT_EQ(outcome(write_approval(approval), "1.2.3", "Kita"), "this is no approval");
    EXPECT_EQ(outcome(text + "more\n", "1.2.3", "Kita"), "this is no approval");
    approval.act = kEraseKeys;
    approval.until = to_rfc3339(now + std::chrono::hours(8));
    EXPECT_EQ(outcome(write_approval(approval), "1.2.3", "Kita"), "approval: of another act");
    EXPECT_EQ(check_approval(text, {Bytes{1, 2}}, {"Kita", "1.2.3", {}, now}).error().code,
              Code::kDenied);
}

}  // namespace musubi::node
