// Signed roots: made, stamped, published; and what they show after the trail was tampered with by
// somebody who has all rights in the database, and in the end those of the node as well.

#include "module/atna/roots_fixture.h"

namespace musubi::atna {
namespace {

TEST_F(SignedTrail, RootsCoverTheChainWithoutGapsAndFollowEachOther) {
    auto const first = signed_over(5);
    auto const second = signed_over(3);
    EXPECT_EQ(first.first, 1);
    EXPECT_EQ(first.last, 5);
    EXPECT_EQ(second.first, 6);
    EXPECT_EQ(second.last, 8);
    EXPECT_EQ(second.previous, document_hash(write_root(first)));
    EXPECT_EQ(second.agreement, "sha256:00");
    EXPECT_FALSE(maker().make({system_clock().now(), true, ""})->has_value()) << "nothing new";
    fill_more(2);
    auto const result = judge();
    EXPECT_EQ(result.damage, Damage::kNone) << result.text;
    EXPECT_EQ(result.roots, 2);
    EXPECT_EQ(result.stamped, 0);
    EXPECT_EQ(result.uncovered, 2);
    EXPECT_TRUE(fs::exists(folder_ / "evidence/root-2.p7s"));
}

TEST_F(SignedTrail, ALongChainGetsSeveralRoots) {
    fill_more(7);
    auto with = settings();
    with.max_records = 3;
    auto several = maker(with);
    for (auto const last : {3, 6, 7})
        EXPECT_EQ((*several.make({system_clock().now(), false, ""}))->root.last, last);
    EXPECT_EQ(judge().roots, 3);
}

TEST_F(SignedTrail, OneStampsForAnotherAndAnAuthorityThatIsAwayOnlyDelays) {
    signed_over(2);
    EXPECT_EQ(stamped({"http://away"}).error().code, Code::kPeerUnavailable);
    EXPECT_TRUE(oldest_unstamped(*pool_)->has_value());
    EXPECT_EQ(judge().damage, Damage::kNone);
    signed_over(2);
    EXPECT_EQ(*stamped({"http://away", "http://nonsense", "http://here"}), 2);
    EXPECT_EQ(desk().asked.size(), 1U + 6U);
    EXPECT_FALSE(oldest_unstamped(*pool_)->has_value());
    EXPECT_EQ(*stamped({"http://here"}), 0) << "once for each root";
    auto const result = judge();
    EXPECT_EQ(result.damage, Damage::kNone) << result.text;
    EXPECT_EQ(result.stamped, 2);
    EXPECT_TRUE(fs::exists(folder_ / "evidence/root-1.tsr"));
    // An old answer is good for nothing but its own root.
    signed_over(1);
    EXPECT_FALSE(stamped({"http://yesterday"}).ok());
}

TEST_F(SignedTrail, ProgramsOfOthersCanCheckARoot) {
    signed_over(3);
    ASSERT_TRUE(stamped({"http://here"}).ok());
    auto const folder = (folder_ / "evidence/root-1").string();
    auto const cms = "openssl cms -verify -binary -inform DER -in " + folder + ".p7s -content " +
                     folder + ".json -CAfile '" + evidence_.certificate +
                     "' -purpose any -out /dev/null 2>/dev/null";
    EXPECT_EQ(std::system(cms.c_str()), 0);
    auto const ts = "openssl ts -verify -data " + folder + ".p7s -in " + folder + ".tsr -CAfile '" +
                    desk().authority.authorities() + "' >/dev/null 2>&1";
    EXPECT_EQ(std::system(ts.c_str()), 0);
}

TEST_F(SignedTrail, NothingIsSignedOnTopOfAChainThatWasTouched) {
    signed_over(3);
    fill_more(4);
    sabotage("UPDATE atna.record SET rule = 'other' WHERE seq = 5");
    EXPECT_EQ(maker().make({system_clock().now(), true, ""}).error().code, Code::kConflict);
    sabotage("DELETE FROM atna.record WHERE seq = 5");
    EXPECT_EQ(maker().make({system_clock().now(), true, ""}).error().code, Code::kConflict);
    sabotage("DELETE FROM atna.record WHERE seq > 2");
    EXPECT_EQ(maker().make({system_clock().now(), true, ""}).error().code, Code::kConflict);
    EXPECT_EQ(count("root"), 1);
}

TEST_F(SignedTrail, ARecordThatIsAlteredRemovedOrMovedIsNamed) {
    signed_over(6);
    sabotage("UPDATE atna.record SET organisation = 'other' WHERE seq = 4");
    EXPECT_EQ(judge().damage, Damage::kAltered);
    EXPECT_EQ(judge().seq, 4);
    sabotage("DELETE FROM atna.record WHERE seq = 3");
    EXPECT_EQ(judge().damage, Damage::kRemoved);
    EXPECT_EQ(judge().seq, 3);
}

TEST_F(SignedTrail, RemovalAtTheEndShowsWithoutAnchorAndWithoutTheTableOfRoots) {
    signed_over(4);
    signed_over(4);
    auto const kept = copy_of_roots();
    sabotage("DELETE FROM atna.record WHERE seq > 6");
    fs::remove(folder_ / "journal/chain.anchor");
    auto const by_table = judge("");
    EXPECT_EQ(by_table.damage, Damage::kCutOff);
    EXPECT_EQ(by_table.seq, 7);
    // Whoever has the whole machine also takes the roots away: then a copy elsewhere tells.
    sabotage("DELETE FROM atna.root WHERE number = 2");
    EXPECT_EQ(judge("").damage, Damage::kNone) << "what is left hangs together";
    auto const by_copy = judge(kept);
    EXPECT_EQ(by_copy.damage, Damage::kCutOff);
    EXPECT_EQ(by_copy.seq, 7);
    EXPECT_NE(by_copy.text.find("root 2"), std::string::npos) << by_copy.text;
}

TEST_F(SignedTrail, AChainThatWasComputedAnewWithTheNodesOwnKeysDoesNotFitItsRoots) {
    signed_over(5);
    auto const kept = copy_of_roots();
    sabotage(
        "CREATE TABLE atna.copy AS SELECT * FROM atna.record WHERE seq <> 2; DELETE FROM "
        "atna.record; INSERT INTO atna.pending (event_uuid, sealed) SELECT event_uuid, sealed FROM "
        "atna.copy ORDER BY seq");
    fs::remove(folder_ / "journal/chain.anchor");
    fill_more(3);  // seals them again; the chain is long enough and valid
    EXPECT_EQ(verify(archive())->damage, Damage::kNone) << "without roots nobody can tell";
    auto const result = judge(kept);
    EXPECT_EQ(result.damage, Damage::kCutOff);
    EXPECT_EQ(result.seq, 1);
    EXPECT_NE(result.text.find("root 1"), std::string::npos) << result.text;
    // Even when the table's root is signed anew with the evidence key, the published one is not.
    sabotage("DELETE FROM atna.root");
    EXPECT_EQ(maker().make({system_clock().now(), true, ""}).error().code, Code::kConflict)
        << "what was published is not said anew";
    fs::remove_all(folder_ / "evidence");
    ASSERT_TRUE(maker().make({system_clock().now(), true, ""})->has_value());
    EXPECT_EQ(judge("").damage, Damage::kNone);
    EXPECT_EQ(judge(kept).damage, Damage::kRoot);
}

TEST_F(SignedTrail, RootsAreJudgedBySignatureStampAndPlace) {
    signed_over(2);
    signed_over(2);
    signed_over(2);
    ASSERT_EQ(*stamped({"http://here"}), 3);
    auto const spoiled = [&](std::string const& how, std::int64_t seq) {
        sabotage(
            "CREATE TABLE atna.a AS TABLE atna.root; CREATE TABLE atna.b AS TABLE "
            "atna.root_stamp; " +
            how);
        auto const result = judge("");
        EXPECT_EQ(result.damage, Damage::kRoot) << how << ": " << result.text;
        EXPECT_EQ(result.seq, seq) << how << ": " << result.text;
        sabotage(
            "DELETE FROM atna.root_stamp; DELETE FROM atna.root; INSERT INTO atna.root TABLE "
            "atna.a; INSERT INTO atna.root_stamp TABLE atna.b; DROP TABLE atna.a, atna.b");
        EXPECT_EQ(judge("").damage, Damage::kNone);
    };
    spoiled(
        "UPDATE atna.root SET document = replace(document, 'node-a', 'node-b') WHERE number = "
        "2",
        3);
    spoiled("UPDATE atna.root SET document = 'nonsense' WHERE number = 2", 0);
    spoiled(
        "UPDATE atna.root SET signature = (SELECT signature FROM atna.root WHERE number = 1) "
        "WHERE number = 3",
        5);
    spoiled(
        "UPDATE atna.root_stamp SET stamp = (SELECT stamp FROM atna.root_stamp WHERE number = "
        "1) WHERE number = 2",
        3);
    spoiled(
        "UPDATE atna.root_stamp SET stamp = set_byte(stamp, length(stamp) - 9, 255 - "
        "get_byte(stamp, length(stamp) - 9)) WHERE number "
        "= 1",
        1);
    spoiled("DELETE FROM atna.root_stamp WHERE number = 2; DELETE FROM atna.root WHERE number = 2",
            5);
    // Signed by somebody else.
    auto other = judged("");
    other.evidence.certificates = {test::signing_identity("somebody").certificate};
    EXPECT_EQ(verify(other)->damage, Damage::kRoot);
}

TEST_F(SignedTrail, APublishedRootIsNeverWrittenOver) {
    signed_over(2);
    std::ofstream(folder_ / "evidence/root-1.json") << "something else";
    EXPECT_EQ(maker().publish_after(0).error().code, Code::kConflict);
    EXPECT_EQ(judge().damage, Damage::kRoot);
    fs::remove_all(folder_ / "evidence");
    EXPECT_EQ(*maker().publish_after(0), 1) << "what is missing comes back";
    EXPECT_EQ(judge().damage, Damage::kNone);
}

TEST_F(SignedTrail, AnExchangedEvidenceKeyGoesOn) {
    signed_over(2);
    auto with = settings();
    auto const fresh = test::signing_identity("evidence-2");
    with.certificate = fresh.certificate;
    with.key = fresh.key;
    fill_more(2);
    EXPECT_EQ(maker(with).make({system_clock().now(), true, ""}).error().code, Code::kConflict)
        << "the key before is not known";
    with.former = {evidence_.certificate};
    ASSERT_TRUE(maker(with).make({system_clock().now(), true, ""})->has_value());
    auto both = judged("");
    both.evidence.certificates.push_back(fresh.certificate);
    EXPECT_EQ(verify(both)->damage, Damage::kNone);
    EXPECT_EQ(judge("").damage, Damage::kRoot);
}

TEST_F(SignedTrail, AFaultBetweenCommitAndPublicationLosesNothing) {
    fill_more(3);
    for (char const* point : {"atna.before_root_commit", "atna.after_root_commit"}) {
        arm_faults(std::string(point) + "=error");
        EXPECT_FALSE(maker().make({system_clock().now(), true, ""}).ok());
        arm_faults("");
        EXPECT_EQ(judge().damage, Damage::kNone) << point;
        static_cast<void>(maker().make({system_clock().now(), true, ""}));
        fill_more(1);
    }
    EXPECT_GE(*maker().publish_after(0), 2);
    EXPECT_EQ(judge().roots, count("root"));
    EXPECT_TRUE(fs::exists(folder_ / "evidence/root-2.json"));
}

TEST_F(SignedTrail, TheServingRoleCanOnlyAddRoots) {
    signed_over(1);
    for (char const* statement :
         {"UPDATE atna.root SET document = ''", "DELETE FROM atna.root", "TRUNCATE atna.root",
          "UPDATE atna.root_stamp SET stamp = ''", "DELETE FROM atna.root_stamp"})
        EXPECT_FALSE(pg::run_script(database_.serving(), statement).ok()) << statement;
    EXPECT_TRUE(pg::run_script(database_.report(), "SELECT * FROM atna.root").ok());
}

}  // namespace
}  // namespace musubi::atna
