// What was removed, altered, reordered or written anew shows.

#include "module/atna/audit_fixture.h"

#include <fstream>

namespace musubi::atna {
namespace {

TEST_F(AuditTrail, VerifyNamesTheFirstAlteredRecord) {
    fill(5);
    EXPECT_EQ(verified().damage, Damage::kNone);
    sabotage("UPDATE atna.record SET organisation = 'other' WHERE seq = 3");
    auto const columns = verified();
    EXPECT_EQ(columns.damage, Damage::kAltered);
    EXPECT_EQ(columns.seq, 3);
    EXPECT_EQ(columns.records, 2);
    sabotage(
        "UPDATE atna.record SET sealed = set_byte(sealed, 40, 255 - get_byte(sealed, 40)) WHERE "
        "seq = 2");
    auto const content = verified();
    EXPECT_EQ(content.damage, Damage::kAltered);
    EXPECT_EQ(content.seq, 2);
}

TEST_F(AuditTrail, VerifyNamesTheFirstRemovedRecordAlsoAtTheEnd) {
    fill(5);
    sabotage("DELETE FROM atna.record WHERE seq = 3");
    auto const middle = verified();
    EXPECT_EQ(middle.damage, Damage::kRemoved);
    EXPECT_EQ(middle.seq, 3);
    sabotage("DELETE FROM atna.record WHERE seq >= 3");
    auto const end = verified();
    EXPECT_EQ(end.damage, Damage::kCutOff);
    EXPECT_EQ(end.seq, 3);
}

TEST_F(AuditTrail, VerifyNamesTheFirstReorderedRecord) {
    fill(5);
    sabotage(
        "UPDATE atna.record SET seq = 100 WHERE seq = 2; UPDATE atna.record SET seq = 2 WHERE seq "
        "= 4;"
        "UPDATE atna.record SET seq = 4 WHERE seq = 100");
    auto const result = verified();
    EXPECT_EQ(result.damage, Damage::kReordered);
    EXPECT_EQ(result.seq, 2);
}

TEST_F(AuditTrail, VerifyFindsAChainThatWasComputedAnewWithoutARecord) {
    fill(4);
    // What somebody with all rights in the database but without the keys can do: drop a row and
    // rehash the rest.
    sabotage(
        "CREATE TABLE atna.copy AS SELECT * FROM atna.record WHERE seq <> 2; DELETE FROM "
        "atna.record");
    sabotage(
        "INSERT INTO atna.pending (event_uuid, sealed) SELECT event_uuid, sealed FROM atna.copy "
        "ORDER BY seq");
    auto const result =
        verified();  // seals the three again: a valid chain, but not the one that was anchored
    EXPECT_EQ(result.damage, Damage::kCutOff);
}

TEST_F(AuditTrail, NothingIsSealedOnTopOfAChainThatLostItsEnd) {
    fill(5);
    sabotage("DELETE FROM atna.record WHERE seq >= 4");
    DatabaseAudit audit(*pool_, *sealer_, system_ids());
    for (int i = 6; i <= 8; ++i) ASSERT_TRUE(audit.record({event(i)}).ok());
    Indexer indexer(*pool_, *keys_, *sealer_, folder_ / "journal", nullptr);
    EXPECT_EQ(indexer.run().error().code, Code::kConflict);
    EXPECT_EQ(count("pending"), 3);
    auto const result = verified();
    EXPECT_EQ(result.damage, Damage::kCutOff);
    EXPECT_EQ(result.seq, 4);
    EXPECT_EQ(search(archive(), {})->size(), 3U) << "what is there can still be searched";
}

TEST_F(AuditTrail, AnAnchorThatIsBehindIsNoDamage) {
    fill(3);
    auto const anchor = folder_ / "journal/chain.anchor";
    auto const older = test::read_file(anchor);
    DatabaseAudit audit(*pool_, *sealer_, system_ids());
    ASSERT_TRUE(audit.record({event(4)}).ok());
    EXPECT_EQ(verified().damage, Damage::kNone);
    std::ofstream(anchor, std::ios::trunc) << older;  // as after a crash between commit and anchor
    ASSERT_TRUE(audit.record({event(5)}).ok());
    auto const result = verified();
    EXPECT_EQ(result.damage, Damage::kNone) << result.text;
    EXPECT_EQ(result.records, 5);
}

TEST_F(AuditTrail, VerifyDistrustsAForgedAnchor) {
    fill(2);
    auto const anchor = folder_ / "journal/chain.anchor";
    auto text = test::read_file(anchor);
    text[0] = '1';
    std::ofstream(anchor, std::ios::trunc) << text;
    EXPECT_EQ(verified().damage, Damage::kCutOff);
}

TEST_F(AuditTrail, TheServingRoleCannotTouchTheChain) {
    fill(1);
    for (char const* statement : {"UPDATE atna.record SET rule = 'x'", "DELETE FROM atna.record",
                                  "TRUNCATE atna.record", "UPDATE atna.pending SET sealed = ''"}) {
        EXPECT_FALSE(pg::run_script(database_.serving(), statement).ok()) << statement;
    }
    EXPECT_TRUE(pg::run_script(database_.report(), "SELECT * FROM atna.record").ok());
    EXPECT_FALSE(pg::run_script(database_.report(), "DELETE FROM atna.record").ok());
}

}  // namespace
}  // namespace musubi::atna
