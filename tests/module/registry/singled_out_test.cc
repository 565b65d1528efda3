// Documents about which the patient said something in particular, and those who follow what is
// registered.
#include "domain/reason.h"
#include "module/registry/world.h"

#include <gtest/gtest.h>

namespace musubi::registry::test {
namespace {

using domain::AssociationType;
using domain::QueryKind;

/// The clinic sees kita's documents, but for what single words say.
class SingledOut : public testing::Test {
protected:
    SingledOut() {
        world_.policy.everything["kita"] = true;
        domain::ScopeRule rule;
        rule.rule_id = "clause";
        rule.owners = {"kita"};
        rule.effect = domain::Effect::kConsent;
        world_.policy.rules["clinic"] = {rule};
    }
    void say(int document, bool open) {
        domain::ConsentRule word;
        word.open = open;
        word.document = oid(document);
        world_.policy.consent.words.push_back(word);
    }
    void everything(bool open) {
        domain::ConsentRule word;
        word.open = open;
        world_.policy.consent.words.push_back(word);
    }
    void publish(Draft const& draft) {
        Answer const answer = world_.submit("kita", draft);
        ASSERT_TRUE(answer.success) << answer.body;
    }
    Parameters find() {
        return {{"XDSDocumentEntryPatientId", one(kPatient)},
                {"XDSDocumentEntryStatus", approved()}};
    }
    std::vector<std::string> found(QueryKind kind, Parameters const& parameters,
                                   std::string const& type = "ObjectRef") {
        return world_.query("clinic", kind, parameters, type).ids;
    }
    World world_;
};

TEST_F(SingledOut, OneDocumentIsHiddenAmongOthersOfItsKind) {
    publish(Draft(1).add(entry(2)).add(entry(3)));
    everything(true);
    say(2, false);
    EXPECT_EQ(found(QueryKind::kFindDocuments, find()), urns({3}));
    EXPECT_EQ(found(QueryKind::kFindDocuments, find(), "LeafClass"), urns({3}));
    EXPECT_EQ(
        found(QueryKind::kGetDocuments, {{"XDSDocumentEntryUniqueId", many({oid(2), oid(3)})}}),
        urns({3}));
    auto by_author = find();
    by_author.emplace_back("XDSDocumentEntryAuthorPerson", many({"%"}));
    EXPECT_EQ(found(QueryKind::kFindDocuments, by_author), urns({}));
}

TEST_F(SingledOut, OneDocumentIsShownWhereNothingElseIs) {
    publish(Draft(1).add(entry(2)).add(entry(3)));
    everything(false);
    say(3, true);
    EXPECT_EQ(found(QueryKind::kFindDocuments, find()), urns({3}));
    EXPECT_EQ(found(QueryKind::kFindSubmissionSets, {{"XDSSubmissionSetPatientId", one(kPatient)},
                                                     {"XDSSubmissionSetStatus", approved()}}),
              urns({1}));
}

TEST_F(SingledOut, SetsFoldersAndAssociationsOfAHiddenDocumentAreHiddenWithIt) {
    publish(Draft(1).add(entry(2)).add(folder(4)).put(10, 4, 2));
    publish(Draft(7).add(entry(8)).relate(21, AssociationType::kAppend, 8, 2));
    everything(true);
    say(2, false);
    EXPECT_EQ(found(QueryKind::kGetAll, {{"patientId", one(kPatient)},
                                         {"XDSDocumentEntryStatus", approved()},
                                         {"XDSSubmissionSetStatus", approved()},
                                         {"XDSFolderStatus", approved()}})
                  .size(),
              3U)
        << "set 7, entry 8, and what joins them";
    EXPECT_EQ(found(QueryKind::kFindFolders,
                    {{"XDSFolderPatientId", one(kPatient)}, {"XDSFolderStatus", approved()}}),
              urns({}));
}

TEST_F(SingledOut, AReferenceToAHiddenDocumentIsOneToNothing) {
    publish(Draft(1).add(entry(2)).add(folder(4)).put(10, 4, 2));
    everything(true);
    Draft const append = Draft(7).add(entry(8)).relate(21, AssociationType::kAppend, 8, 2);
    EXPECT_TRUE(world_.submit("clinic", append).success);
    say(2, false);
    Answer const refused = world_.submit(
        "clinic", Draft(30).add(entry(31)).relate(41, AssociationType::kAppend, 31, 2));
    EXPECT_EQ(refused.codes, std::vector<std::string>{"UnresolvedReferenceException"});
    Answer const folder_refused = world_.submit("clinic", Draft(50).add(entry(51)).put(60, 4, 51));
    for (auto const& code : folder_refused.codes)
        EXPECT_EQ(code, "UnresolvedReferenceException") << "the folder shows by entry 2 alone";
    EXPECT_FALSE(folder_refused.success);
}

class Follower final : public core::DocumentWatcherPort {
public:
    Status document_registered(core::CallContext const& call,
                               core::RegisteredDocument const& document) override {
        if (refuses) return Error(Code::kDenied, Reason::kGeneral, "not this one");
        EXPECT_NE(call.tx, nullptr);
        registered[*document.entry.unique_id] = document.key;
        patient = document.patient;
        return {};
    }
    Status documents_deprecated(core::CallContext const&,
                                std::vector<std::string> const& keys) override {
        deprecated.insert(deprecated.end(), keys.begin(), keys.end());
        return {};
    }
    bool refuses = false;
    std::map<std::string, std::string> registered;
    std::string patient;
    std::vector<std::string> deprecated;
};

TEST_F(SingledOut, WhoFollowsDocumentsIsToldOfNewAndReplacedOnesAndMayRefuse) {
    Follower follower;
    world_.ports.join<core::DocumentWatcherPort>(follower);
    world_.deps.ports = &world_.ports;
    publish(Draft(1).add(entry(2)));
    ASSERT_EQ(follower.registered.size(), 1U);
    EXPECT_EQ(follower.patient, kPatient);
    std::string const first = follower.registered.at(oid(2));
    publish(Draft(5).add(entry(6)).relate(9, AssociationType::kReplace, 6, 2));
    EXPECT_EQ(follower.deprecated, std::vector<std::string>{first});
    follower.refuses = true;
    Answer const refused = world_.submit("kita", Draft(10).add(entry(11)));
    EXPECT_FALSE(refused.success);
    EXPECT_EQ(refused.codes, std::vector<std::string>{"XDSRegistryError"})
        << "not that the patient were unknown";
    everything(true);
    EXPECT_EQ(found(QueryKind::kFindDocuments, find()), urns({6})) << "nothing of it is left";
}

}  // namespace
}  // namespace musubi::registry::test
