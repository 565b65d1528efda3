// Hidden leaves no trace: what a member may not see must answer, octet by octet, like a registry
// that never held it.
#include "module/registry/world.h"

#include <gtest/gtest.h>

namespace musubi::registry::test {
namespace {

using domain::AssociationType;
using domain::QueryKind;
using Codes = std::vector<std::string>;

enum class With { kVisibleOnly, kHiddenToo };

domain::DocumentEntry secret(int n) {
    auto e = entry(n);
    e.confidentiality_codes[0].code = "R";
    return e;
}

void accept(World& world, std::string const& member, Draft const& draft) {
    Answer const answer = world.submit(member, draft);
    if (!answer.success) throw std::runtime_error(answer.body);
}

/// Member clinic sees kita's documents with confidentiality N, nothing else. Visible: set 1 (entry
/// 2, folder 4), set 7 (entry 8 APND 2). Hidden: minami's set 30 (entry 31, folder 32 holding it,
/// APND to 2 and membership of 31 in the visible folder), kita's set 40 with only a secret entry
/// 41, and minami's set 50 that replaces nothing visible.
void fill(World& world, With with) {
    world.policy.rules["clinic"] = {{"clause", {"kita"}, {}, {}, {"N^^2.999.5"}}};
    world.policy.everything["kita"] = true;
    world.policy.everything["minami"] = true;
    world.clock.set(1'800'000'000);
    accept(world, "kita", Draft(1).add(entry(2)).add(folder(4)).put(10, 4, 2));
    accept(world, "kita", Draft(7).add(entry(8)).relate(21, AssociationType::kAppend, 8, 2));
    world.clock.advance(7200);
    if (with == With::kHiddenToo) {
        accept(world, "minami",
               Draft(30)
                   .add(entry(31))
                   .add(folder(32))
                   .put(60, 32, 31)
                   .put(62, 4, 31)
                   .relate(64, AssociationType::kAppend, 31, 2)
                   .refer(8));
        accept(world, "kita",
               Draft(40).add(secret(41)).relate(65, AssociationType::kTransform, 41, 2));
        accept(world, "minami",
               Draft(50).add(entry(51)).relate(66, AssociationType::kReplace, 51, 31));
        accept(world, "minami", Draft(55, kOtherPatient).add(entry(56, kOtherPatient)));
    }
}

struct Case {
    std::string name;
    QueryKind kind;
    Parameters parameters;
};

std::vector<Case> cases() {
    auto const patient = one(kPatient);
    std::vector<int> numbers = {1,  2,  4,  7,  8,  10, 11, 21, 30, 31, 32, 40,
                                41, 50, 51, 55, 56, 60, 61, 62, 63, 64, 65, 66};
    std::vector<std::string> all, unique;
    for (int const n : numbers) {
        all.push_back(urn(n));
        unique.push_back(oid(n));
    }
    std::vector<std::string> types;
    for (auto const type :
         {AssociationType::kAppend, AssociationType::kTransform, AssociationType::kReplace}) {
        types.emplace_back(domain::to_urn(type));
    }
    std::vector<Case> out = {
        {"FindDocuments",
         QueryKind::kFindDocuments,
         {{"XDSDocumentEntryPatientId", patient}, {"XDSDocumentEntryStatus", approved()}}},
        {"FindDocuments by author",
         QueryKind::kFindDocuments,
         {{"XDSDocumentEntryPatientId", patient},
          {"XDSDocumentEntryStatus", approved()},
          {"XDSDocumentEntryAuthorPerson", many({"%"})}}},
        {"FindDocuments of the other patient",
         QueryKind::kFindDocuments,
         {{"XDSDocumentEntryPatientId", one(kOtherPatient)},
          {"XDSDocumentEntryStatus", approved()}}},
        {"FindSubmissionSets",
         QueryKind::kFindSubmissionSets,
         {{"XDSSubmissionSetPatientId", patient}, {"XDSSubmissionSetStatus", approved()}}},
        {"FindFolders",
         QueryKind::kFindFolders,
         {{"XDSFolderPatientId", patient}, {"XDSFolderStatus", approved()}}},
        {"FindFolders by time",
         QueryKind::kFindFolders,
         {{"XDSFolderPatientId", patient},
          {"XDSFolderStatus", approved()},
          {"XDSFolderLastUpdateTimeFrom", {"20270115090000"}}}},
        {"GetAll",
         QueryKind::kGetAll,
         {{"patientId", patient},
          {"XDSDocumentEntryStatus", approved()},
          {"XDSSubmissionSetStatus", approved()},
          {"XDSFolderStatus", approved()}}},
        {"GetDocuments", QueryKind::kGetDocuments, {{"XDSDocumentEntryEntryUUID", many(all)}}},
        {"GetDocuments by unique id",
         QueryKind::kGetDocuments,
         {{"XDSDocumentEntryUniqueId", many(unique)}}},
        {"GetFolders", QueryKind::kGetFolders, {{"XDSFolderEntryUUID", many(all)}}},
        {"GetAssociations", QueryKind::kGetAssociations, {{"uuid", many(all)}}},
        {"GetDocumentsAndAssociations",
         QueryKind::kGetDocumentsAndAssociations,
         {{"XDSDocumentEntryEntryUUID", many(all)}}},
        {"GetSubmissionSets", QueryKind::kGetSubmissionSets, {{"uuid", many(all)}}},
        {"FindDocumentsByReferenceId",
         QueryKind::kFindDocumentsByReferenceId,
         {{"XDSDocumentEntryPatientId", patient},
          {"XDSDocumentEntryStatus", approved()},
          {"XDSDocumentEntryReferenceIdList", many({"A^^^&1.2&ISO^urn:ihe:iti:xds:2013:order"})}}},
        {"multi FindDocuments",
         QueryKind::kFindDocumentsForMultiplePatients,
         {{"XDSDocumentEntryPatientId", many({kPatient, kOtherPatient})},
          {"XDSDocumentEntryStatus", approved()}}},
        {"multi FindDocuments by code",
         QueryKind::kFindDocumentsForMultiplePatients,
         {{"XDSDocumentEntryClassCode", many({"class^^2.999.5"})},
          {"XDSDocumentEntryStatus", approved()}}},
        {"multi FindFolders",
         QueryKind::kFindFoldersForMultiplePatients,
         {{"XDSFolderCodeList", many({"folder^^2.999.5"})}, {"XDSFolderStatus", approved()}}},
    };
    for (int const n : numbers) {
        std::string const suffix = " " + std::to_string(n);
        out.push_back({"GetSubmissionSetAndContents" + suffix,
                       QueryKind::kGetSubmissionSetAndContents,
                       {{"XDSSubmissionSetEntryUUID", one(urn(n))}}});
        out.push_back({"GetSubmissionSetAndContents uid" + suffix,
                       QueryKind::kGetSubmissionSetAndContents,
                       {{"XDSSubmissionSetUniqueId", one(oid(n))}}});
        out.push_back({"GetFolderAndContents" + suffix,
                       QueryKind::kGetFolderAndContents,
                       {{"XDSFolderEntryUUID", one(urn(n))}}});
        out.push_back({"GetFoldersForDocument" + suffix,
                       QueryKind::kGetFoldersForDocument,
                       {{"XDSDocumentEntryEntryUUID", one(urn(n))}}});
        out.push_back(
            {"GetRelatedDocuments" + suffix,
             QueryKind::kGetRelatedDocuments,
             {{"XDSDocumentEntryEntryUUID", one(urn(n))}, {"AssociationTypes", many(types)}}});
        out.push_back(
            {"GetAssociations" + suffix, QueryKind::kGetAssociations, {{"uuid", many({urn(n)})}}});
        out.push_back({"GetSubmissionSets" + suffix,
                       QueryKind::kGetSubmissionSets,
                       {{"uuid", many({urn(n)})}}});
    }
    return out;
}

TEST(Visibility, WhatIsHiddenAnswersLikeWhatIsAbsentInEveryQuery) {
    World absent, hidden;
    fill(absent, With::kVisibleOnly);
    fill(hidden, With::kHiddenToo);
    std::size_t seen = 0;
    for (Case const& c : cases()) {
        for (std::string const type : {"ObjectRef", "LeafClass"}) {
            Answer const without = absent.query("clinic", c.kind, c.parameters, type);
            Answer const with = hidden.query("clinic", c.kind, c.parameters, type);
            EXPECT_EQ(with.body, without.body) << c.name << " " << type;
            seen += without.ids.size();
        }
    }
    EXPECT_GT(seen, 50u) << "the visible part must be visible";
}

TEST(Visibility, TheSameQueriesShowMoreToThePermitThatCoversEverything) {
    World world;
    fill(world, With::kHiddenToo);
    for (Case const& c : cases()) {
        Answer const some = world.query("clinic", c.kind, c.parameters);
        Answer const all = world.query("root", c.kind, c.parameters);
        EXPECT_TRUE(std::includes(all.ids.begin(), all.ids.end(), some.ids.begin(), some.ids.end()))
            << c.name;
    }
    // Entry 51 replaced 31 and joined its folder: with the folder 4 itself three entries and three
    // memberships.
    EXPECT_EQ(
        world.query("root", QueryKind::kGetFolderAndContents, {{"XDSFolderEntryUUID", one(urn(4))}})
            .ids.size(),
        7u);
}

// Own things without any visible entry: an empty folder, a set whose only entry is hidden by its
// label.
TEST(Visibility, TheOwnSetAndFolderShowToTheirPublisher) {
    World world;
    world.policy.rules["clinic"] = {{"clause", {"nobody"}, {}, {}, {}}};
    accept(world, "clinic", Draft(1).add(folder(4)));
    EXPECT_EQ(
        world.query("clinic", QueryKind::kGetFolders, {{"XDSFolderEntryUUID", many({urn(4)})}}).ids,
        urns({4}));
    EXPECT_EQ(world
                  .query("clinic", QueryKind::kGetSubmissionSetAndContents,
                         {{"XDSSubmissionSetEntryUUID", one(urn(1))}})
                  .ids.size(),
              3u);
    EXPECT_TRUE(
        world.query("other", QueryKind::kGetFolders, {{"XDSFolderEntryUUID", many({urn(4)})}})
            .ids.empty());
}

TEST(Visibility, LimitsAndTheOnePatientRuleCountWhatIsVisible) {
    World world(Settings{.max_results = 2});
    world.policy.rules["clinic"] = {{"clause", {"kita"}, {}, {}, {}}};
    world.policy.everything["kita"] = world.policy.everything["minami"] = true;
    accept(world, "kita", Draft(1).add(entry(2)).add(entry(3)));
    accept(world, "minami", Draft(10).add(entry(11)).add(entry(12)));
    accept(world, "minami", Draft(20, kOtherPatient).add(entry(21, kOtherPatient)));
    Parameters const find{{"XDSDocumentEntryPatientId", one(kPatient)},
                          {"XDSDocumentEntryStatus", approved()}};
    EXPECT_EQ(world.query("clinic", QueryKind::kFindDocuments, find).ids, urns({2, 3}));
    EXPECT_EQ(world.query("root", QueryKind::kFindDocuments, find).codes,
              Codes{"XDSTooManyResults"});
    Parameters const get{{"XDSDocumentEntryEntryUUID", many({urn(2), urn(21)})}};
    EXPECT_EQ(world.query("clinic", QueryKind::kGetDocuments, get, "LeafClass").ids, urns({2}));
    EXPECT_EQ(world.query("root", QueryKind::kGetDocuments, get, "LeafClass").codes,
              Codes{"XDSResultNotSinglePatient"});
}

/// A set may refer to an entry of another patient, and is then about two: who may see both gets
/// neither under the other's name.
TEST(Visibility, AReferenceToAnotherPatientsEntryMakesAnAnswerOfTwoPatients) {
    World world;
    world.policy.everything["kita"] = true;
    world.policy.rules["clinic"] = {{"clause", {"kita"}, {}, {}, {}}};
    accept(world, "kita", Draft(1).add(entry(2)));
    accept(world, "kita", Draft(20, kOtherPatient).add(entry(21, kOtherPatient)).refer(2));
    struct Ask {
        QueryKind kind;
        Parameters parameters;
    };
    for (Ask const& ask : {Ask{QueryKind::kGetSubmissionSetAndContents,
                               {{"XDSSubmissionSetEntryUUID", one(urn(20))}}},
                           Ask{QueryKind::kGetSubmissionSets, {{"uuid", many({urn(2)})}}}}) {
        auto const whole = world.query("root", ask.kind, ask.parameters, "LeafClass");
        EXPECT_EQ(whole.codes, Codes{"XDSResultNotSinglePatient"});
        EXPECT_TRUE(whole.ids.empty());
        EXPECT_TRUE(world.query("root", ask.kind, ask.parameters).success);
        // Who sees what the agreement shows of the one patient sees that one's.
        EXPECT_TRUE(world.query("clinic", ask.kind, ask.parameters, "LeafClass").success);
    }
    // What is asked of one patient stays answered: associations name nobody.
    auto const around = world.query("root", QueryKind::kGetDocumentsAndAssociations,
                                    {{"XDSDocumentEntryEntryUUID", many({urn(2)})}}, "LeafClass");
    EXPECT_TRUE(around.success);
    EXPECT_EQ(around.objects.entries.size(), 1U);
}

/// Documents that ended with their keys are not there: a limit that counted them would tell of
/// them, and refuse for good whoever asks for what is left.
TEST(Visibility, LimitsDoNotCountWhatWasDestroyed) {
    World world(Settings{.max_results = 2});
    world.policy.everything["kita"] = world.policy.everything["minami"] = true;
    auto const authored = [](int n) {
        auto out = entry(n);
        domain::Author author;
        author.persons = {"^Aoba^Ichiro"};
        out.authors = {author};
        return out;
    };
    Draft many_of_minami(10);
    for (int i = 11; i < 24; ++i) many_of_minami.add(authored(i));
    accept(world, "minami", many_of_minami);
    auto const minami = world.keys->list()->back().institution;
    accept(world, "kita", Draft(1).add(authored(2)).add(authored(3)));
    ASSERT_GT(*world.keys->erase(minami), 0);
    Parameters find{{"XDSDocumentEntryPatientId", one(kPatient)},
                    {"XDSDocumentEntryStatus", approved()}};
    Parameters by_author = find;
    by_author.emplace_back("XDSDocumentEntryAuthorPerson", one("%"));
    for (std::string const type : {"ObjectRef", "LeafClass"}) {
        for (auto const& parameters : {find, by_author}) {
            auto const left = world.query("root", QueryKind::kFindDocuments, parameters, type);
            EXPECT_TRUE(left.success) << type;
            EXPECT_EQ(left.ids, urns({2, 3})) << type;
        }
    }
    accept(world, "kita", Draft(4).add(entry(5)));
    for (std::string const type : {"ObjectRef", "LeafClass"}) {
        EXPECT_EQ(world.query("root", QueryKind::kFindDocuments, find, type).codes,
                  Codes{"XDSTooManyResults"});
    }
}

TEST(Visibility, ALabelThatIsNewSinceTheLastQueryIsSeenAtOnce) {
    World world;
    world.policy.rules["clinic"] = {{"clause", {"kita"}, {}, {}, {}}};
    Parameters const find{{"XDSDocumentEntryPatientId", one(kPatient)},
                          {"XDSDocumentEntryStatus", approved()}};
    for (int i = 0; i < 4; ++i) {
        auto e = entry(10 + i);
        e.type_codes[0].code = "type" + std::to_string(i);
        accept(world, "kita", Draft(100 + i).add(e));
        EXPECT_EQ(world.query("clinic", QueryKind::kFindDocuments, find).ids.size(),
                  static_cast<std::size_t>(i + 1));
    }
}

// ITI TF-2 3.8.4.2.4, 3.18.4.1.2.3.9.
class Merge : public testing::Test {
protected:
    std::string const a = "A^^^&2.999.1.1.1&ISO", b = "B^^^&2.999.1.1.1&ISO",
                      c = "C^^^&2.999.1.1.1&ISO";
    Merge() {
        for (auto const& cx : {a, b, c}) world_.know(cx);
        accept(world_, "root", Draft(1, a).add(entry(2, a)).add(folder(3, a)).put(10, 3, 2));
        accept(world_, "root", Draft(4, b).add(entry(5, b)));
        accept(world_, "root", Draft(6, c).add(entry(7, c)));
    }
    std::vector<std::string> find(std::string const& cx) {
        return world_
            .query("root", QueryKind::kFindDocuments,
                   {{"XDSDocumentEntryPatientId", one(cx)}, {"XDSDocumentEntryStatus", approved()}})
            .ids;
    }
    World world_;
};

TEST_F(Merge, TheSurvivorShowsTheUnionAndTheSubsumedNothing) {
    world_.merge(a, b);
    EXPECT_EQ(find(a), urns({}));
    EXPECT_EQ(find(b), urns({2, 5}));
    EXPECT_EQ(find(c), urns({7}));
}

TEST_F(Merge, ChainsAreFollowedInEitherOrder) {
    world_.merge(a, b);
    world_.merge(b, c);
    EXPECT_EQ(find(c), urns({2, 5, 7}));
    EXPECT_EQ(find(b), urns({}));
    World other;
    for (auto const& cx : {a, b, c}) other.know(cx);
    accept(other, "root", Draft(1, a).add(entry(2, a)));
    other.merge(b, c);
    other.merge(a, b);
    EXPECT_EQ(
        other
            .query("root", QueryKind::kFindDocuments,
                   {{"XDSDocumentEntryPatientId", one(c)}, {"XDSDocumentEntryStatus", approved()}})
            .ids,
        urns({2}));
}

TEST_F(Merge, TellingItTwiceOrBackwardsChangesNothing) {
    world_.merge(a, b);
    world_.merge(a, b);
    world_.merge(b, a);
    world_.merge(a, c);
    EXPECT_EQ(find(b), urns({2, 5}));
    EXPECT_EQ(find(c), urns({7}));
}

TEST_F(Merge, ObjectsCarryTheSurvivingId) {
    world_.merge(a, b);
    Answer const answer =
        world_.query("root", QueryKind::kGetDocuments,
                     {{"XDSDocumentEntryEntryUUID", many({urn(2), urn(5)})}}, "LeafClass");
    ASSERT_EQ(answer.objects.entries.size(), 2u) << answer.body;
    for (auto const& e : answer.objects.entries) EXPECT_EQ(e.patient_id, b);
    EXPECT_EQ(answer.body.find("A^^^"), std::string::npos);
}

TEST_F(Merge, SubmissionsGoToTheSurvivorAndMayReplaceWhatTheSubsumedHad) {
    world_.merge(a, b);
    EXPECT_EQ(world_.submit("root", Draft(20, a).add(entry(21, a))).codes,
              Codes{"XDSUnknownPatientId"});
    accept(world_, "root",
           Draft(22, b).add(entry(23, b)).relate(30, AssociationType::kReplace, 23, 2));
    EXPECT_EQ(find(b), urns({5, 23}));
    Answer const folder = world_.query("root", QueryKind::kGetFolderAndContents,
                                       {{"XDSFolderEntryUUID", one(urn(3))}}, "LeafClass");
    EXPECT_EQ(folder.objects.entries.size(), 2u) << folder.body;
}

TEST_F(Merge, TheScopeIsThatOfTheSurvivor) {
    world_.policy.rules["clinic"] = {{"clause", {"root"}, {}, {}, {}}};
    world_.merge(a, b);
    EXPECT_EQ(world_
                  .query("clinic", QueryKind::kGetAll,
                         {{"patientId", one(b)},
                          {"XDSDocumentEntryStatus", approved()},
                          {"XDSSubmissionSetStatus", approved()},
                          {"XDSFolderStatus", approved()}})
                  .ids,
              world_
                  .query("root", QueryKind::kGetAll,
                         {{"patientId", one(b)},
                          {"XDSDocumentEntryStatus", approved()},
                          {"XDSSubmissionSetStatus", approved()},
                          {"XDSFolderStatus", approved()}})
                  .ids);
    EXPECT_EQ(world_.policy.last_query().patients, std::vector<std::string>{b});
}

}  // namespace
}  // namespace musubi::registry::test
