// ITI-42 against a real database: what is stored, what is refused, and that a refusal leaves
// nothing.
#include "module/registry/world.h"

#include <gtest/gtest.h>

#include <thread>

namespace musubi::registry::test {
namespace {

using domain::AssociationType;
using domain::QueryKind;
using Codes = std::vector<std::string>;

std::string status_of(World& world, int n) {
    Answer const answer = world.query("root", QueryKind::kGetDocuments,
                                      {{"XDSDocumentEntryEntryUUID", many({urn(n)})}}, "LeafClass");
    if (answer.objects.entries.size() != 1) return "absent";
    std::string const status = answer.objects.entries[0].status.value_or("");
    return status.substr(status.rfind(':') + 1);
}

class RegisterTest : public testing::Test {
protected:
    RegisterTest() { world_.policy.rules["kita"] = {{"own", {"kita"}, {}, {}, {}}}; }
    Answer submit(Draft const& draft) { return world_.submit("kita", draft); }
    void accept(Draft const& draft) {
        Answer const answer = submit(draft);
        ASSERT_TRUE(answer.success) << answer.body;
    }
    World world_;
};

TEST_F(RegisterTest, MoreDocumentsThanTheLimitAreRefusedAndTheLimitIsNot) {
    auto const many_entries = [](int first, int count) {
        Draft draft(first);
        for (int i = 1; i <= count; ++i) draft.add(entry(first + i));
        return draft;
    };
    accept(many_entries(1000, 200));
    EXPECT_EQ(submit(many_entries(2000, 201)).codes, Codes{"XDSRegistryOutOfResources"});
    EXPECT_EQ(status_of(world_, 2001), "absent");
}

TEST_F(RegisterTest, WhatWasSubmittedComesBackWithWhatTheRegistryAssigns) {
    auto e = entry(2);
    e.home = "urn:oid:2.999.66";
    e.extra_slots = {{"urn:example:extra", {"個別", "二"}}};
    domain::Author author;
    author.persons = {"^𠮷田^葛󠄀花^^^"};  // a supplementary character and a variation sequence
    author.institutions = {"北病院"};
    e.authors = {author};
    e.reference_ids = {"A1^^^&2.999.4&ISO^urn:ihe:iti:xds:2013:accession"};
    accept(Draft(1).add(e).add(folder(3)).put(10, 3, 2));
    Answer const answer = world_.query("root", QueryKind::kGetAll,
                                       {{"patientId", one(kPatient)},
                                        {"XDSDocumentEntryStatus", approved()},
                                        {"XDSSubmissionSetStatus", approved()},
                                        {"XDSFolderStatus", approved()}},
                                       "LeafClass");
    ASSERT_TRUE(answer.success) << answer.body;
    ASSERT_EQ(answer.objects.entries.size(), 1u);
    auto const& back = answer.objects.entries[0];
    EXPECT_EQ(back.id, urn(2));
    EXPECT_EQ(back.lid, urn(2));
    EXPECT_EQ(back.version, "1");
    EXPECT_EQ(back.status, std::string(domain::to_urn(domain::Availability::kApproved)));
    EXPECT_EQ(back.patient_id, kPatient);
    EXPECT_EQ(back.unique_id, oid(2));
    EXPECT_EQ(back.name[0].value, "診療情報提供書");
    EXPECT_FALSE(back.home);
    ASSERT_EQ(back.authors.size(), 1u);
    EXPECT_EQ(back.authors[0].persons, author.persons);
    EXPECT_EQ(back.authors[0].institutions, author.institutions);
    EXPECT_EQ(back.reference_ids, e.reference_ids);
    ASSERT_EQ(back.extra_slots.size(), 1u);
    EXPECT_EQ(back.extra_slots[0].values, e.extra_slots[0].values);
    ASSERT_EQ(answer.objects.folders.size(), 1u);
    EXPECT_EQ(answer.objects.folders[0].last_update_time, to_dtm(world_.clock.now()));
    EXPECT_EQ(answer.objects.associations.size(), 4u);
}

TEST_F(RegisterTest, ASymbolicIdBecomesAUuid) {
    auto e = entry(2);
    e.id = "theDocument";
    Draft draft(1);
    draft.add(e);
    accept(draft);
    Answer const answer = world_.query("root", QueryKind::kGetDocuments,
                                       {{"XDSDocumentEntryUniqueId", many({oid(2)})}});
    ASSERT_EQ(answer.ids.size(), 1u);
    EXPECT_EQ(answer.ids[0].rfind("urn:uuid:", 0), 0u);
}

TEST_F(RegisterTest, NothingOfARefusedSubmissionStays) {
    auto second = entry(3);
    second.repository_unique_id.reset();
    Answer const answer = submit(Draft(1).add(entry(2)).add(second));
    EXPECT_FALSE(answer.success);
    EXPECT_EQ(answer.codes, Codes{"XDSRegistryMetadataError"});
    EXPECT_EQ(
        world_.sql(
            "SELECT (SELECT count(*) FROM registry.entry)::text || (SELECT count(*) FROM "
            "registry.uuid_dir)::text || (SELECT count(*) FROM registry.unique_id_dir)::text"),
        "000");
    accept(Draft(1).add(entry(2)));
}

TEST_F(RegisterTest, ErrorsOfFormAndOfStateAreToldTogether) {
    accept(Draft(1).add(entry(2)));
    auto e = entry(3);
    e.language_code.reset();
    Answer const answer = submit(Draft(1).add(e));
    EXPECT_EQ(std::count(answer.codes.begin(), answer.codes.end(), "XDSRegistryMetadataError"), 3)
        << answer.body;
    EXPECT_EQ(
        std::count(answer.codes.begin(), answer.codes.end(), "XDSDuplicateUniqueIdInRegistry"), 1);
}

TEST_F(RegisterTest, AnUnknownPatientIsRefused) {
    Answer const answer =
        submit(Draft(1, "P9^^^&2.999.1.1.1&ISO").add(entry(2, "P9^^^&2.999.1.1.1&ISO")));
    EXPECT_EQ(answer.codes, Codes{"XDSUnknownPatientId"});
    EXPECT_NE(answer.contexts[0].find("P9^^^"), std::string::npos);
}

TEST_F(RegisterTest, APreassignedUuidIsTakenOnce) {
    accept(Draft(1).add(entry(2)));
    auto e = entry(2);
    e.unique_id = oid(9);
    Answer const answer = submit(Draft(3).add(e));
    EXPECT_EQ(answer.codes, Codes{"XDSRegistryMetadataError"});
}

TEST_F(RegisterTest, TheSameDocumentIsAcceptedAgainAndBothCopiesAreFound) {
    accept(Draft(1).add(entry(2)));
    auto again = entry(3);
    again.unique_id = oid(2);
    accept(Draft(4).add(again));
    Answer const found = world_.query("root", QueryKind::kGetDocuments,
                                      {{"XDSDocumentEntryUniqueId", many({oid(2)})}});
    EXPECT_EQ(found.ids, urns({2, 3}));
    auto other = entry(5);
    other.unique_id = oid(2);
    other.hash = "0000000000000000000000000000000000000000";
    EXPECT_EQ(submit(Draft(6).add(other)).codes, Codes{"XDSNonIdenticalHash"});
    other.hash = again.hash;
    other.size = "11";
    EXPECT_EQ(submit(Draft(6).add(other)).codes, Codes{"XDSNonIdenticalSize"});
}

TEST_F(RegisterTest, ASetOrFolderUniqueIdIsUniqueAcrossAllObjects) {
    accept(Draft(1).add(entry(2)).add(folder(3)));
    for (int const used : {1, 2, 3}) {
        Draft draft(10);
        draft.add(entry(11));
        draft.s.submission_sets[0].unique_id = oid(used);
        EXPECT_EQ(submit(draft).codes, Codes{"XDSDuplicateUniqueIdInRegistry"}) << used;
        auto f = folder(12);
        f.unique_id = oid(used);
        EXPECT_EQ(submit(Draft(10).add(f)).codes, Codes{"XDSDuplicateUniqueIdInRegistry"}) << used;
    }
}

TEST_F(RegisterTest, ReplacementDeprecatesTheOldAndItsDescendantsAndNothingElse) {
    accept(Draft(1).add(entry(2)).add(entry(3)));
    accept(Draft(4).add(entry(5)).relate(20, AssociationType::kAppend, 5, 2));
    accept(Draft(6).add(entry(7)).relate(21, AssociationType::kTransform, 7, 5));
    accept(Draft(8).add(entry(9)).relate(22, AssociationType::kReplace, 9, 2));
    EXPECT_EQ(status_of(world_, 2), "Deprecated");
    EXPECT_EQ(status_of(world_, 5), "Deprecated");
    EXPECT_EQ(status_of(world_, 7), "Deprecated");
    EXPECT_EQ(status_of(world_, 3), "Approved");
    EXPECT_EQ(status_of(world_, 9), "Approved");
    EXPECT_EQ(submit(Draft(30).add(entry(31)).relate(32, AssociationType::kAppend, 31, 2)).codes,
              Codes{"XDSRegistryDeprecatedDocumentError"});
}

TEST_F(RegisterTest, ReplacementCarriesFolderMembershipAndItsTime) {
    accept(Draft(1).add(entry(2)).add(folder(3)).put(10, 3, 2));
    world_.clock.advance(3600);
    accept(Draft(4).add(entry(5)).relate(20, AssociationType::kReplace, 5, 2));
    Answer const folders = world_.query("root", QueryKind::kGetFolderAndContents,
                                        {{"XDSFolderEntryUUID", one(urn(3))}}, "LeafClass");
    ASSERT_EQ(folders.objects.folders.size(), 1u) << folders.body;
    EXPECT_EQ(folders.objects.folders[0].last_update_time, to_dtm(world_.clock.now()));
    EXPECT_EQ(folders.objects.entries.size(), 2u);
    EXPECT_EQ(folders.objects.associations.size(), 2u);
    Answer const set =
        world_.query("root", QueryKind::kGetAssociations, {{"uuid", many({urn(4)})}}, "LeafClass");
    EXPECT_EQ(set.objects.associations.size(),
              2u);  // the new entry, and its membership in the folder
}

TEST_F(RegisterTest, AnExistingEntryJoinsAnExistingFolder) {
    accept(Draft(1).add(entry(2)).add(folder(3)));
    accept(Draft(4).put(10, 3, 2));
    Answer const found = world_.query("root", QueryKind::kGetFoldersForDocument,
                                      {{"XDSDocumentEntryEntryUUID", one(urn(2))}});
    EXPECT_EQ(found.ids, urns({3}));
}

TEST_F(RegisterTest, ARelationshipToAnotherPatientsDocumentIsRefused) {
    accept(Draft(1, kOtherPatient).add(entry(2, kOtherPatient)));
    EXPECT_EQ(
        world_.submit("root", Draft(3).add(entry(4)).relate(20, AssociationType::kReplace, 4, 2))
            .codes,
        Codes{"XDSPatientIdDoesNotMatch"});
}

TEST_F(RegisterTest, AHiddenTargetIsRefusedLikeAnAbsentOne) {
    ASSERT_TRUE(
        world_.submit("minami", Draft(1).add(entry(2)).add(folder(3)).put(10, 3, 2)).success);
    Answer const hidden =
        submit(Draft(4).add(entry(5)).relate(20, AssociationType::kReplace, 5, 2));
    EXPECT_EQ(hidden.codes, Codes{"UnresolvedReferenceException"});
    World other;
    other.policy.rules["kita"] = world_.policy.rules["kita"];
    Answer const absent =
        other.submit("kita", Draft(4).add(entry(5)).relate(20, AssociationType::kReplace, 5, 2));
    EXPECT_EQ(hidden.body, absent.body);
    EXPECT_EQ(submit(Draft(4).add(entry(5)).put(30, 3, 5)).codes,
              Codes{"UnresolvedReferenceException"});
    EXPECT_EQ(submit(Draft(4).add(entry(5)).refer(2)).codes, Codes{"UnresolvedReferenceException"});
    // Duplicates are seen by everybody: uniqueness is the registry's.
    auto e = entry(6);
    e.unique_id = oid(2);
    e.size = "99";
    EXPECT_EQ(submit(Draft(4).add(e)).codes, Codes{"XDSNonIdenticalSize"});
}

TEST_F(RegisterTest, WhatAMemberMaySeeOfAnotherItMayReferToButNotChange) {
    world_.policy.rules["kita"].push_back({"matrix", {"minami"}, {}, {}, {"N^^2.999.5"}});
    ASSERT_TRUE(
        world_.submit("minami", Draft(1).add(entry(2)).add(folder(3)).put(10, 3, 2)).success);
    int n = 20;
    for (auto const type :
         {AssociationType::kAppend, AssociationType::kTransform, AssociationType::kSigns}) {
        Answer const told = submit(Draft(n).add(entry(n + 1)).relate(n + 2, type, n + 1, 2));
        EXPECT_TRUE(told.success) << told.body;
        n += 10;
    }
    Answer const folded = submit(Draft(60).add(folder(61)).put(62, 61, 2).refer(2));
    EXPECT_TRUE(folded.success) << folded.body;
    for (auto const type : {AssociationType::kReplace, AssociationType::kTransformReplace}) {
        Answer const told = submit(Draft(70).add(entry(71)).relate(72, type, 71, 2));
        EXPECT_EQ(told.codes, Codes{"XDSRegistryMetadataError"});
    }
    EXPECT_EQ(submit(Draft(70).add(entry(71)).put(72, 3, 71)).codes,
              Codes{"XDSRegistryMetadataError"});
    EXPECT_EQ(status_of(world_, 2), "Approved");
    EXPECT_EQ(status_of(world_, 71), "absent");
    // The publisher still replaces it, and what others appended goes with it.
    world_.policy.rules["minami"] = {{"own", {"minami"}, {}, {}, {}}};
    Answer const replaced = world_.submit(
        "minami", Draft(80).add(entry(81)).relate(82, AssociationType::kReplace, 81, 2));
    EXPECT_TRUE(replaced.success) << replaced.body;
    EXPECT_EQ(status_of(world_, 2), "Deprecated");
    EXPECT_EQ(status_of(world_, 21), "Deprecated");
}

TEST_F(RegisterTest, PolicyIsToldWhetherASubmissionRefersToWhatIsRegistered) {
    accept(Draft(1).add(entry(2)));
    EXPECT_FALSE(world_.policy.last_query().refers);
    accept(Draft(3).add(entry(4)).relate(20, AssociationType::kAppend, 4, 2));
    EXPECT_TRUE(world_.policy.last_query().refers);
}

TEST_F(RegisterTest, OneOfManyConcurrentReplacementsWins) {
    accept(Draft(1).add(entry(2)));
    std::vector<Answer> answers(16);
    std::vector<std::thread> threads;
    for (int i = 0; i < 16; ++i) {
        threads.emplace_back([&, i] {
            answers[static_cast<std::size_t>(i)] =
                submit(Draft(100 + i)
                           .add(entry(200 + i))
                           .relate(300 + i, AssociationType::kReplace, 200 + i, 2));
        });
    }
    for (auto& thread : threads) thread.join();
    int won = 0;
    for (auto const& answer : answers) {
        if (answer.success) {
            ++won;
        } else {
            EXPECT_EQ(answer.codes, Codes{"XDSRegistryDeprecatedDocumentError"}) << answer.body;
        }
    }
    EXPECT_EQ(won, 1);
    EXPECT_EQ(world_.sql("SELECT count(*)::text FROM registry.entry WHERE status = 1"), "1");
}

TEST_F(RegisterTest, OneOfManyConcurrentSubmissionsOfOneSetWinsAcrossPatients) {
    std::vector<Answer> answers(12);
    std::vector<std::thread> threads;
    for (int i = 0; i < 12; ++i) {
        threads.emplace_back([&, i] {
            std::string const patient = i % 2 == 0 ? kPatient : kOtherPatient;
            Draft draft(100 + i, patient);
            draft.s.submission_sets[0].unique_id = oid(1);
            draft.add(entry(200 + i, patient));
            answers[static_cast<std::size_t>(i)] = submit(draft);
        });
    }
    for (auto& thread : threads) thread.join();
    int won = 0;
    for (auto const& answer : answers) {
        if (answer.success) {
            ++won;
        } else {
            EXPECT_EQ(answer.codes, Codes{"XDSDuplicateUniqueIdInRegistry"}) << answer.body;
        }
    }
    EXPECT_EQ(won, 1);
}

TEST_F(RegisterTest, ConcurrentNewLabelsStayWithoutGaps) {
    std::vector<std::thread> threads;
    std::atomic<int> good{0};
    for (int i = 0; i < 12; ++i) {
        threads.emplace_back([&, i] {
            auto e = entry(200 + i);
            e.type_codes[0].code = "type" + std::to_string(i % 4);
            if (submit(Draft(100 + i).add(e)).success) ++good;
        });
    }
    for (auto& thread : threads) thread.join();
    EXPECT_EQ(good, 12);
    EXPECT_EQ(world_.sql("SELECT max(label_id)::text || count(*)::text || (SELECT last FROM "
                         "registry.label_count) "
                         "FROM registry.label"),
              "444");
}

TEST_F(RegisterTest, PolicyIsToldTheLabelsThatWouldBeAdded) {
    accept(Draft(1).add(entry(2)));
    auto const query = world_.policy.last_query();
    EXPECT_EQ(query.patients, std::vector<std::string>{kPatient});
    ASSERT_EQ(query.publishes.size(), 1u);
    EXPECT_EQ(query.publishes[0].owner, "kita");
    EXPECT_EQ(query.publishes[0].type_code, "type^^2.999.5");
    EXPECT_EQ(query.publishes[0].confidentiality_codes, std::vector<std::string>{"N^^2.999.5"});
}

// security.md 6.2: the patient and the submission set, for success and for refusal.
TEST_F(RegisterTest, TheRecordNamesPatientAndSubmissionSet) {
    accept(Draft(1).add(entry(2)));
    static_cast<void>(submit(Draft(1).add(entry(3))));
    auto const events = world_.audit.take();
    ASSERT_EQ(events.size(), 2u);
    for (auto const& event : events) {
        ASSERT_EQ(event.objects.size(), 2u);
        EXPECT_EQ(event.objects[0].id, kPatient);
        EXPECT_EQ(event.objects[1].id, oid(1));
        EXPECT_EQ(event.action, 'C');
    }
    EXPECT_EQ(events[0].outcome, domain::AuditOutcome::kSuccess);
    EXPECT_NE(events[1].outcome, domain::AuditOutcome::kSuccess);
}

// Architecture 6: whoever administers the database reads no names.
TEST_F(RegisterTest, NoTextOfTheMetadataIsReadableInTheDatabase) {
    auto e = entry(2);
    domain::Author author;
    author.persons = {"^Yamada^Taro^^^"};
    e.authors = {author};
    e.reference_ids = {"ACC77^^^&2.999.4&ISO^urn:ihe:iti:xds:2013:accession"};
    accept(Draft(1).add(e));
    std::string const dump = world_.sql(
        "SELECT (SELECT string_agg(e::text, '') FROM registry.entry e) || (SELECT "
        "string_agg(f::text || "
        "encode(f.sealed, 'escape'), '') FROM registry.fragment f)");
    EXPECT_EQ(dump.find("Yamada"), std::string::npos);
    EXPECT_EQ(dump.find("ACC77"), std::string::npos);
    EXPECT_EQ(dump.find("LocalizedString"), std::string::npos);
    EXPECT_NE(dump.find("2.999.7.2"), std::string::npos);
}

}  // namespace
}  // namespace musubi::registry::test
