// The state checks of ITI-42 (ITI TF-2 3.42.4.1.3): every row has its code, and the object it is
// about in the context.
#include "registry/registration.h"

#include "domain/reason.h"

#include <gtest/gtest.h>

namespace musubi::registry {
namespace {

using domain::Association;
using domain::AssociationType;
using domain::Availability;

constexpr char const* kPatient = "P1^^^&1.2.3&ISO";
constexpr char const* kOtherPatient = "P2^^^&1.2.3&ISO";

class CountingIds final : public IdSource {
public:
    Uuid uuid() override {
        std::array<std::uint8_t, 16> octets{};
        octets[0] = 0xAA;
        octets[15] = static_cast<std::uint8_t>(++uuids_);
        return Uuid(octets);
    }
    std::int64_t key() override { return ++keys_; }
    void random(std::uint8_t* out, std::size_t size) override {
        std::fill(out, out + size, std::uint8_t{0});
    }

private:
    int uuids_ = 0;
    std::int64_t keys_ = 1000;
};

Uuid registered(int n) {
    std::array<std::uint8_t, 16> octets{};
    octets[15] = static_cast<std::uint8_t>(n);
    return Uuid(octets);
}

Association association(std::string id, AssociationType type, std::string source,
                        std::string target) {
    Association a;
    a.id = std::move(id);
    a.type_urn = std::string(domain::to_urn(type));
    a.source = std::move(source);
    a.target = std::move(target);
    return a;
}

class Registration : public testing::Test {
protected:
    Registration() {
        domain::SubmissionSet set;
        set.id = "set";
        set.patient_id = kPatient;
        set.unique_id = "1.2.9";
        submission_.submission_sets.push_back(set);
        add_entry("doc", "1.2.10");
        state_.patients[kPatient] = {1, 1};
        state_.patients[kOtherPatient] = {2, 2};
    }

    void add_entry(std::string id, std::string unique_id) {
        domain::DocumentEntry entry;
        entry.id = id;
        entry.object_type = std::string(domain::kStableEntryType);
        entry.patient_id = kPatient;
        entry.unique_id = std::move(unique_id);
        entry.hash = "da39a3ee5e6b4b0d3255bfef95601890afd80709";
        entry.size = "10";
        submission_.entries.push_back(entry);
        submission_.associations.push_back(
            association("sm-" + id, AssociationType::kHasMember, "set", id));
    }

    KnownObject& know(int n, ObjectKind kind = ObjectKind::kEntry) {
        KnownObject object;
        object.kind = kind;
        object.patient_key = 1;
        object.survivor = 1;
        object.key = n;
        object.visible = true;
        object.own = true;
        return state_.references[registered(n)] = object;
    }

    void relate(AssociationType type, int n) {
        submission_.associations.push_back(association("rel", type, "doc", registered(n).to_urn()));
    }

    Result<Plan> decide() {
        numbered_ = number(submission_, ids_);
        return decide_registration(*numbered_, state_, ids_);
    }

    /// The reasons of a refusal in order; empty when it was accepted.
    std::vector<Reason> refused() {
        auto plan = decide();
        std::vector<Reason> reasons;
        if (plan) return reasons;
        for (Issue const& issue : plan.error().issues) {
            reasons.push_back(issue.reason);
            EXPECT_FALSE(issue.context.empty());
        }
        return reasons;
    }

    CountingIds ids_;
    domain::Submission submission_;
    State state_;
    std::unique_ptr<NumberedSubmission> numbered_;
};

using Reasons = std::vector<Reason>;

TEST_F(Registration, GivesOneUuidToASymbolicIdAndToEveryReference) {
    auto const plan = decide();
    ASSERT_TRUE(plan);
    auto const& s = numbered_->submission;
    EXPECT_EQ(s.entries[0].id, numbered_->entries[0].uuid.to_urn());
    EXPECT_EQ(s.associations[0].source, s.set().id);
    EXPECT_EQ(s.associations[0].target, s.entries[0].id);
    EXPECT_EQ(s.entries[0].lid, s.entries[0].id);
    EXPECT_EQ(s.entries[0].version, "1");
    EXPECT_NE(s.entries[0].id, s.set().id);
}

TEST_F(Registration, KeepsASubmittedUuidInLowerCase) {
    submission_.entries[0].id = "urn:uuid:ABCDEF00-0000-0000-0000-000000000001";
    submission_.associations[0].target = submission_.entries[0].id;
    ASSERT_TRUE(decide());
    EXPECT_EQ(numbered_->submission.entries[0].id, "urn:uuid:abcdef00-0000-0000-0000-000000000001");
    EXPECT_EQ(numbered_->submission.associations[0].target, numbered_->submission.entries[0].id);
}

TEST_F(Registration, DropsTheSubmittedHome) {
    submission_.entries[0].home = "urn:oid:1.2.3";
    ASSERT_TRUE(decide());
    EXPECT_FALSE(numbered_->submission.entries[0].home);
}

TEST_F(Registration, PlansTheAssociationsOfTheSubmission) {
    auto const plan = decide();
    ASSERT_TRUE(plan);
    EXPECT_EQ(plan->patient_key, 1);
    ASSERT_EQ(plan->associations.size(), 1u);
    EXPECT_EQ(plan->associations[0].source.kind, ObjectKind::kSet);
    EXPECT_EQ(plan->associations[0].target.key, numbered_->entries[0].key);
    EXPECT_TRUE(plan->deprecate.empty());
}

TEST_F(Registration, RefusesAPatientThatNoFeedTold) {
    state_.patients.clear();
    auto const plan = decide();
    ASSERT_FALSE(plan);
    ASSERT_EQ(plan.error().issues.size(), 1u);
    EXPECT_EQ(plan.error().issues[0].reason, Reason::kUnknownPatientId);
    EXPECT_NE(plan.error().issues[0].context.find(kPatient), std::string::npos);
}

TEST_F(Registration, RefusesASubsumedPatient) {
    state_.patients[kPatient] = {1, 2};
    EXPECT_EQ(refused(), Reasons{Reason::kUnknownPatientId});
}

TEST_F(Registration, RefusesAnUnknownPatientOfAFolder) {
    domain::Folder folder;
    folder.id = "folder";
    folder.patient_id = "P9^^^&1.2.3&ISO";
    submission_.folders.push_back(folder);
    EXPECT_EQ(refused(), Reasons{Reason::kUnknownPatientId});
}

TEST_F(Registration, RefusesAUuidThatIsRegistered) {
    submission_.entries[0].id = registered(7).to_urn();
    submission_.associations[0].target = submission_.entries[0].id;
    state_.taken_uuids.insert(registered(7));
    EXPECT_EQ(refused(), Reasons{Reason::kMetadata});
}

TEST_F(Registration, RefusesASubmissionSetUniqueIdThatIsRegistered) {
    for (ObjectKind const kind : {ObjectKind::kEntry, ObjectKind::kSet, ObjectKind::kFolder}) {
        state_.unique_ids["1.2.9"] = {kind, "", std::nullopt};
        EXPECT_EQ(refused(), Reasons{Reason::kDuplicateUniqueIdInRegistry});
    }
}

TEST_F(Registration, RefusesAFolderUniqueIdThatIsRegistered) {
    domain::Folder folder;
    folder.id = "folder";
    folder.unique_id = "1.2.77";
    submission_.folders.push_back(folder);
    state_.unique_ids["1.2.77"] = {ObjectKind::kEntry, "", std::nullopt};
    EXPECT_EQ(refused(), Reasons{Reason::kDuplicateUniqueIdInRegistry});
}

TEST_F(Registration, AcceptsARepeatedDocumentWithEqualHashAndSize) {
    state_.unique_ids["1.2.10"] = {ObjectKind::kEntry, "DA39A3EE5E6B4B0D3255BFEF95601890AFD80709",
                                   10};
    auto const plan = decide();
    ASSERT_TRUE(plan);
    EXPECT_EQ(plan->repeats, std::vector<std::size_t>{0});
}

TEST_F(Registration, ComparesSizesAsNumbers) {
    submission_.entries[0].size = "0010";
    state_.unique_ids["1.2.10"] = {ObjectKind::kEntry, "da39a3ee5e6b4b0d3255bfef95601890afd80709",
                                   10};
    EXPECT_TRUE(decide());
}

TEST_F(Registration, RefusesARepeatedDocumentWithAnotherHash) {
    state_.unique_ids["1.2.10"] = {ObjectKind::kEntry, "0000000000000000000000000000000000000000",
                                   10};
    EXPECT_EQ(refused(), Reasons{Reason::kNonIdenticalHash});
}

TEST_F(Registration, RefusesARepeatedDocumentWithAnotherSize) {
    state_.unique_ids["1.2.10"] = {ObjectKind::kEntry, "da39a3ee5e6b4b0d3255bfef95601890afd80709",
                                   11};
    EXPECT_EQ(refused(), Reasons{Reason::kNonIdenticalSize});
}

TEST_F(Registration, RefusesADocumentWithTheUniqueIdOfAFolder) {
    state_.unique_ids["1.2.10"] = {ObjectKind::kFolder, "", std::nullopt};
    EXPECT_EQ(refused(), Reasons{Reason::kDuplicateUniqueIdInRegistry});
}

class Relationship : public Registration, public testing::WithParamInterface<AssociationType> {};

TEST_P(Relationship, NeedsATargetThatExists) {
    relate(GetParam(), 5);
    EXPECT_EQ(refused(), Reasons{Reason::kUnresolvedReference});
}

TEST_P(Relationship, TreatsAHiddenTargetAsAbsent) {
    relate(GetParam(), 5);
    auto const absent = decide();
    know(5).visible = false;
    auto const hidden = decide();
    ASSERT_FALSE(absent);
    ASSERT_FALSE(hidden);
    EXPECT_EQ(hidden.error().issues[0].reason, absent.error().issues[0].reason);
    EXPECT_EQ(hidden.error().issues[0].context, absent.error().issues[0].context);
    EXPECT_EQ(hidden.error().code, absent.error().code);
}

TEST_P(Relationship, NeedsATargetThatIsApproved) {
    relate(GetParam(), 5);
    KnownObject& target = know(5);
    target.status = Availability::kDeprecated;
    target.entry_kind = GetParam() == AssociationType::kIsSnapshotOf ? domain::EntryKind::kOnDemand
                                                                     : domain::EntryKind::kStable;
    EXPECT_EQ(refused(), Reasons{Reason::kDeprecatedDocument});
}

TEST_P(Relationship, NeedsATargetOfTheSamePatient) {
    relate(GetParam(), 5);
    KnownObject& target = know(5);
    target.survivor = 2;
    target.entry_kind = GetParam() == AssociationType::kIsSnapshotOf ? domain::EntryKind::kOnDemand
                                                                     : domain::EntryKind::kStable;
    EXPECT_EQ(refused(), Reasons{Reason::kPatientIdDoesNotMatch});
}

TEST_P(Relationship, NeedsADocumentEntryAsTarget) {
    relate(GetParam(), 5);
    know(5, ObjectKind::kFolder);
    EXPECT_EQ(refused(), Reasons{Reason::kMetadata});
}

TEST_P(Relationship, AcceptsATargetOfAPatientThatWasMergedIntoThisOne) {
    relate(GetParam(), 5);
    KnownObject& target = know(5);
    target.patient_key = 3;
    target.entry_kind = GetParam() == AssociationType::kIsSnapshotOf ? domain::EntryKind::kOnDemand
                                                                     : domain::EntryKind::kStable;
    auto const plan = decide();
    ASSERT_TRUE(plan);
    EXPECT_EQ(plan->deprecate.contains({3, 5}), domain::is_replacement(GetParam()));
}

TEST_P(Relationship, RefersToAnotherMembersDocumentButReplacesNone) {
    relate(GetParam(), 5);
    KnownObject& target = know(5);
    target.own = false;
    target.entry_kind = GetParam() == AssociationType::kIsSnapshotOf ? domain::EntryKind::kOnDemand
                                                                     : domain::EntryKind::kStable;
    EXPECT_EQ(refused(),
              domain::is_replacement(GetParam()) ? Reasons{Reason::kMetadata} : Reasons{});
}

INSTANTIATE_TEST_SUITE_P(AllTypes, Relationship,
                         testing::Values(AssociationType::kReplace, AssociationType::kAppend,
                                         AssociationType::kTransform,
                                         AssociationType::kTransformReplace,
                                         AssociationType::kSigns, AssociationType::kIsSnapshotOf));

TEST_F(Registration, AppendMayPointIntoTheSubmissionAndReplaceMayNot) {
    add_entry("doc2", "1.2.11");
    submission_.associations.push_back(association("rel", AssociationType::kAppend, "doc2", "doc"));
    EXPECT_EQ(refused(), Reasons{});
    submission_.associations.back().type_urn =
        std::string(domain::to_urn(AssociationType::kReplace));
    EXPECT_EQ(refused(), Reasons{Reason::kUnresolvedReference});
}

TEST_F(Registration, SnapshotOfAStableEntryIsRefused) {
    relate(AssociationType::kIsSnapshotOf, 5);
    know(5);
    EXPECT_EQ(refused(), Reasons{Reason::kMetadata});
}

TEST_F(Registration, TwoReplacementsOfOneEntryInOneSubmissionAreRefused) {
    add_entry("doc2", "1.2.11");
    relate(AssociationType::kReplace, 5);
    submission_.associations.push_back(
        association("rel2", AssociationType::kReplace, "doc2", registered(5).to_urn()));
    know(5);
    EXPECT_EQ(refused(), Reasons{Reason::kDeprecatedDocument});
}

TEST_F(Registration, ReplacementDeprecatesTheTargetAndItsDescendants) {
    relate(AssociationType::kReplace, 5);
    know(5);
    state_.descendants = {{1, 6}, {1, 7}};
    auto const plan = decide();
    ASSERT_TRUE(plan);
    EXPECT_EQ(plan->deprecate, (std::set<EntryAt>{{1, 5}, {1, 6}, {1, 7}}));
}

TEST_F(Registration, ReplacementJoinsTheFoldersOfTheReplacedEntryAndTellsTheSet) {
    relate(AssociationType::kTransformReplace, 5);
    know(5);
    state_.folders.push_back({registered(5), registered(8), 1, 8, 1});
    auto const plan = decide();
    ASSERT_TRUE(plan);
    ASSERT_EQ(plan->associations.size(), 4u);
    PlannedAssociation const& member = plan->associations[2];
    PlannedAssociation const& told = plan->associations[3];
    EXPECT_TRUE(member.propagated);
    EXPECT_EQ(member.association.source, registered(8).to_urn());
    EXPECT_EQ(member.association.target, numbered_->submission.entries[0].id);
    EXPECT_EQ(told.association.source, numbered_->submission.set().id);
    EXPECT_EQ(told.association.target, member.association.id);
    EXPECT_EQ(told.target.kind, ObjectKind::kAssociation);
    EXPECT_NE(member.uuid, told.uuid);
}

TEST_F(Registration, AMembershipThatTheSubmissionBringsItselfIsNotMadeAgain) {
    relate(AssociationType::kReplace, 5);
    know(5);
    know(8, ObjectKind::kFolder);
    submission_.associations.push_back(
        association("fd", AssociationType::kHasMember, registered(8).to_urn(), "doc"));
    state_.folders.push_back({registered(5), registered(8), 1, 8, 1});
    auto const plan = decide();
    ASSERT_TRUE(plan);
    EXPECT_EQ(plan->associations.size(), 3u);
}

TEST_F(Registration, AReplacementOfTwoEntriesOfOneFolderJoinsItOnce) {
    for (int const old : {5, 6}) {
        relate(AssociationType::kReplace, old);
        know(old);
        state_.folders.push_back({registered(old), registered(8), 1, 8, 1});
    }
    auto const plan = decide();
    ASSERT_TRUE(plan);
    // The set's member, the two replacements, one membership and the set's word on it.
    EXPECT_EQ(plan->associations.size(), 5u);
}

TEST_F(Registration, AFolderOfAnotherPatientStopsTheReplacement) {
    relate(AssociationType::kReplace, 5);
    know(5);
    state_.folders.push_back({registered(5), registered(8), 2, 8, 2});
    EXPECT_EQ(refused(), Reasons{Reason::kPatientIdDoesNotMatch});
}

TEST_F(Registration, AFolderMembershipNeedsApprovedEndsOfThePatient) {
    submission_.associations.push_back(
        association("fd", AssociationType::kHasMember, registered(8).to_urn(), "doc"));
    EXPECT_EQ(refused(), Reasons{Reason::kUnresolvedReference});
    KnownObject& folder = know(8, ObjectKind::kFolder);
    EXPECT_EQ(refused(), Reasons{});
    folder.status = Availability::kDeprecated;
    EXPECT_EQ(refused(), Reasons{Reason::kDeprecatedDocument});
    folder.status = Availability::kApproved;
    folder.survivor = 2;
    EXPECT_EQ(refused(), Reasons{Reason::kPatientIdDoesNotMatch});
    know(8, ObjectKind::kEntry);
    EXPECT_EQ(refused(), Reasons{Reason::kMetadata});
}

TEST_F(Registration, AnExistingEntryInAnExistingFolderNeedsBothApproved) {
    submission_.associations.push_back(association("fd", AssociationType::kHasMember,
                                                   registered(8).to_urn(), registered(9).to_urn()));
    know(8, ObjectKind::kFolder);
    KnownObject& entry = know(9);
    EXPECT_EQ(refused(), Reasons{});
    entry.status = Availability::kDeprecated;
    EXPECT_EQ(refused(), Reasons{Reason::kDeprecatedDocument});
}

TEST_F(Registration, AnotherMembersDocumentJoinsAnOwnFolderAndNothingJoinsAnotherMembersFolder) {
    submission_.associations.push_back(association("fd", AssociationType::kHasMember,
                                                   registered(8).to_urn(), registered(9).to_urn()));
    know(8, ObjectKind::kFolder);
    know(9).own = false;
    EXPECT_EQ(refused(), Reasons{});
    know(9);
    know(8, ObjectKind::kFolder).own = false;
    EXPECT_EQ(refused(), Reasons{Reason::kMetadata});
}

TEST_F(Registration, AReferenceMayPointToADeprecatedEntryOfAnotherPatient) {
    submission_.associations.push_back(
        association("ref", AssociationType::kHasMember, "set", registered(9).to_urn()));
    EXPECT_EQ(refused(), Reasons{Reason::kUnresolvedReference});
    KnownObject& entry = know(9);
    entry.survivor = 2;
    entry.status = Availability::kDeprecated;
    EXPECT_EQ(refused(), Reasons{});
}

TEST_F(Registration, ARegisteredSetGetsNoNewMembersAndASetRefersToEntriesOnly) {
    submission_.associations.push_back(
        association("ref", AssociationType::kHasMember, registered(9).to_urn(), "doc"));
    know(9, ObjectKind::kSet);
    EXPECT_EQ(refused(), Reasons{Reason::kMetadata});
    submission_.associations.back() =
        association("ref", AssociationType::kHasMember, "set", registered(9).to_urn());
    for (ObjectKind const kind :
         {ObjectKind::kSet, ObjectKind::kFolder, ObjectKind::kAssociation}) {
        know(9, kind);
        EXPECT_EQ(refused(), Reasons{Reason::kMetadata});
    }
}

TEST_F(Registration, TellsAllThatIsWrongAtOnce) {
    state_.patients.clear();
    state_.unique_ids["1.2.9"] = {ObjectKind::kSet, "", std::nullopt};
    state_.unique_ids["1.2.10"] = {ObjectKind::kEntry, "", 11};
    relate(AssociationType::kReplace, 5);
    EXPECT_EQ(refused(), (Reasons{Reason::kUnknownPatientId, Reason::kDuplicateUniqueIdInRegistry,
                                  Reason::kNonIdenticalHash, Reason::kNonIdenticalSize,
                                  Reason::kUnresolvedReference}));
}

TEST_F(Registration, ASymbolicReferenceThatNamesNothingIsLeftToValidation) {
    submission_.associations.push_back(
        association("ref", AssociationType::kHasMember, "set", "nobody"));
    auto const plan = decide();
    ASSERT_TRUE(plan);
    EXPECT_EQ(plan->associations.size(), 1u);
}

TEST_F(Registration, RefusesASubmissionWithoutItsSet) {
    submission_.submission_sets.clear();
    EXPECT_EQ(refused(), Reasons{Reason::kMetadata});
}

TEST_F(Registration, NamesTheObjectsToLookUp) {
    relate(AssociationType::kReplace, 5);
    submission_.associations.push_back(
        association("ref", AssociationType::kHasMember, "set", registered(9).to_urn()));
    numbered_ = number(submission_, ids_);
    EXPECT_EQ(referenced_uuids(*numbered_), (std::vector<Uuid>{registered(5), registered(9)}));
    EXPECT_EQ(replaced_uuids(*numbered_), (std::vector<Uuid>{registered(5)}));
}

}  // namespace
}  // namespace musubi::registry
