// Answers of many communities made one, and how far a neighbour is believed (ITI TF-2 3.18, 3.38;
// ITI TF-3 4.2.4).
#include "xca/merge.h"

#include "platform/xml/parse.h"

#include <gtest/gtest.h>

namespace musubi::xca {
namespace {

using ebxml::ResponseStatus;
using Strings = std::vector<std::string>;

constexpr char kTwo[] = "urn:oid:2.999.1.2";
constexpr char kOther[] = "urn:oid:2.999.1.3";
constexpr char kOurs[] = "R1^^^&2.999.1.1.1&ISO";
constexpr char kTheirs[] = "T1^^^&2.999.1.2.1&ISO";

Community community() {
    Community out;
    out.name = "two";
    out.homes = {kTwo, "urn:oid:2.999.1.22"};
    out.correlation = Correlation::kNone;
    return out;
}

std::string package(std::string const& id, std::string const& home) {
    return "<rim:RegistryPackage id=\"" + id + "\"" +
           (home.empty() ? "" : " home=\"" + home + "\"") + "><rim:Classification id=\"c" + id +
           "\" classifiedObject=\"" + id +
           "\" classificationNode=\"urn:uuid:a54d6aa5-d40d-43f9-88c5-b4633d873bdd\"/>"
           "</rim:RegistryPackage>";
}
std::string reference(std::string const& id, std::string const& home) {
    return "<rim:ObjectRef id=\"" + id + "\"" + (home.empty() ? "" : " home=\"" + home + "\"") +
           "/>";
}
std::string entry(std::string const& id, std::string const& patient, std::string const& unique) {
    return "<rim:ExtrinsicObject id=\"" + id + "\" home=\"" + kTwo +
           "\" objectType=\"urn:uuid:7edca82f-054d-47f2-a032-9b2a5b5186c1\">"
           "<rim:ExternalIdentifier id=\"p" +
           id + "\" registryObject=\"" + id +
           "\" identificationScheme=\"urn:uuid:58a6f841-87b3-4a3e-92fd-a8ffeff98427\" value=\"" +
           patient + "\"/><rim:ExternalIdentifier id=\"u" + id + "\" registryObject=\"" + id +
           "\" identificationScheme=\"urn:uuid:2e82c1f6-a085-4c72-9da3-8640a32e42ab\" value=\"" +
           unique + "\"/></rim:ExtrinsicObject>";
}
std::string escaped(std::string text) {
    for (std::size_t at = 0; (at = text.find('&', at)) != std::string::npos; at += 5)
        text.replace(at, 1, "&amp;");
    return text;
}
std::string error(std::string const& code, std::string const& location = "elsewhere") {
    return "<rs:RegistryError errorCode=\"" + code + "\" codeContext=\"why\" location=\"" +
           location + "\" severity=\"urn:oasis:names:tc:ebxml-regrep:ErrorSeverityType:Error\"/>";
}

class Merge : public ::testing::Test {
protected:
    Status take(std::string const& status, std::string const& errors, std::string const& objects,
                bool by_patient = true) {
        std::string const prefix = status == "PartialSuccess"
                                       ? "urn:ihe:iti:2007:ResponseStatusType:"
                                       : "urn:oasis:names:tc:ebxml-regrep:ResponseStatusType:";
        auto const document = xml::parse(as_bytes(
            "<query:AdhocQueryResponse "
            "xmlns:query=\"urn:oasis:names:tc:ebxml-regrep:xsd:query:3.0\""
            " xmlns:rim=\"urn:oasis:names:tc:ebxml-regrep:xsd:rim:3.0\""
            " xmlns:rs=\"urn:oasis:names:tc:ebxml-regrep:xsd:rs:3.0\" status=\"" +
            prefix + status + "\">" +
            (errors.empty() ? "" : "<rs:RegistryErrorList>" + errors + "</rs:RegistryErrorList>") +
            "<rim:RegistryObjectList>" + objects +
            "</rim:RegistryObjectList></query:AdhocQueryResponse>"));
        EXPECT_TRUE(document.ok());
        AskedOf asked{from_, "community-2", by_patient ? kOurs : "", by_patient ? kTheirs : ""};
        return merge.take(asked, document->root());
    }
    Strings codes() const {
        Strings out;
        for (auto const& row : merge.rows) out.push_back(row.error_code);
        return out;
    }

    Community from_ = community();
    Seen seen;
    QueryMerge merge{seen};
};

TEST_F(Merge, StatusIsThatOfAllTogether) {
    merge.local("urn:oid:2.999.1.1", nullptr, "");
    EXPECT_EQ(merge.status(), ResponseStatus::kSuccess);
    merge.unavailable(from_);
    EXPECT_EQ(merge.status(), ResponseStatus::kPartialSuccess);
    EXPECT_EQ(codes(), Strings{"XDSUnavailableCommunity"});
    QueryMerge alone(seen);
    alone.unavailable(from_);
    EXPECT_EQ(alone.status(), ResponseStatus::kFailure);
    Error const broken(Code::kBusy, "busy");
    QueryMerge own(seen);
    own.local("urn:oid:2.999.1.1", &broken, "");
    EXPECT_EQ(own.status(), ResponseStatus::kFailure);
    EXPECT_EQ(own.rows.at(0).location, "urn:oid:2.999.1.1");
    EXPECT_EQ(QueryMerge(seen).status(), ResponseStatus::kSuccess) << "nobody knows the patient";
}

TEST_F(Merge, ErrorsAreHandedOnUnderTheNameAndHomeOfWhoMadeThem) {
    ASSERT_TRUE(take("PartialSuccess",
                     error("XDSRegistryBusy") + error("no code") +
                         error("XDSTooManyResults", "urn:oid:2.999.1.22 x"),
                     reference("urn:uuid:1", kTwo)));
    EXPECT_EQ(codes(), (Strings{"XDSRegistryBusy", "XDSRegistryError", "XDSTooManyResults"}));
    EXPECT_EQ(merge.rows[0].context, "two: why");
    EXPECT_EQ(merge.rows[0].location, kTwo);
    EXPECT_EQ(merge.rows[2].location, "urn:oid:2.999.1.22 x");
    EXPECT_EQ(merge.status(), ResponseStatus::kPartialSuccess);
}

TEST_F(Merge, AnUnknownPatientIsNothingToTell) {
    ASSERT_TRUE(take("Failure", error("XDSUnknownPatientId"), ""));
    EXPECT_TRUE(merge.rows.empty());
    EXPECT_EQ(merge.status(), ResponseStatus::kSuccess);
    ASSERT_TRUE(take("Failure", error("XDSUnknownPatientId") + error("XDSRegistryBusy"), ""));
    EXPECT_EQ(codes(), Strings{"XDSRegistryBusy"});
    ASSERT_TRUE(take("Failure", "", ""));
    EXPECT_EQ(codes().back(), "XDSRegistryError")
        << "a failure without a reason is one all the same";
}

TEST_F(Merge, AnErrorBehindManyWarningsIsNotLost) {
    std::string warning = error("XDSExtraMetadataNotSaved");
    warning.replace(warning.find("Type:Error"), 10, "Type:Warning");
    std::string many;
    for (int i = 0; i < 150; ++i) many += warning;
    ASSERT_TRUE(take("Failure", many + error("XDSRegistryBusy"), ""));
    EXPECT_EQ(merge.status(), ResponseStatus::kFailure);
    EXPECT_EQ(codes().front(), "XDSRegistryBusy");
    EXPECT_EQ(codes().size(), 100U);
}

TEST_F(Merge, AnAnswerInPartThatDoesNotSayWhatIsMissingIsNotWhole) {
    ASSERT_TRUE(take("PartialSuccess", "", reference("urn:uuid:1", kTwo)));
    EXPECT_EQ(merge.status(), ResponseStatus::kPartialSuccess);
    EXPECT_EQ(codes(), Strings{"XDSRegistryError"});
    EXPECT_EQ(merge.objects.size(), 1U);
}

TEST_F(Merge, TellsForTheRecordHowFarAnAnswerWasOne) {
    ASSERT_TRUE(take("Success", "", ""));
    EXPECT_EQ(merge.told(), ResponseStatus::kSuccess);
    ASSERT_TRUE(take("PartialSuccess", error("XDSRegistryBusy"), ""));
    EXPECT_EQ(merge.told(), ResponseStatus::kPartialSuccess);
    ASSERT_TRUE(take("Failure", error("XDSRegistryBusy"), ""));
    EXPECT_EQ(merge.told(), ResponseStatus::kFailure);
    ASSERT_TRUE(take("Failure", error("XDSUnknownPatientId"), ""));
    EXPECT_EQ(merge.told(), ResponseStatus::kSuccess) << "it is an answer that nobody is known";
}

TEST_F(Merge, ObjectsWithoutHomeOrWithTheHomeOfOthersAreLeftOutAndToldOnce) {
    ASSERT_TRUE(take("Success", "",
                     reference("urn:uuid:1", "") + reference("urn:uuid:2", "") +
                         reference("urn:uuid:3", kOther) + reference("urn:uuid:4", kTwo) +
                         reference("urn:uuid:5", "urn:oid:2.999.1.22")));
    EXPECT_EQ(merge.objects.size(), 2U);
    EXPECT_EQ(codes(), (Strings{"XDSMissingHomeCommunityId", "XDSUnknownCommunity"}));
    EXPECT_NE(merge.rows[0].context.find("ObjectRef"), std::string::npos);
    from_.repair_home = true;
    ASSERT_TRUE(take("Success", "", reference("urn:uuid:6", "")));
    EXPECT_EQ(merge.objects.back().home, kTwo);
}

TEST_F(Merge, TheSameObjectFromTwoAnswersIsOneAndUnderTwoHomesTwo) {
    ASSERT_TRUE(take("Success", "", reference("urn:uuid:1", kTwo) + reference("urn:uuid:1", kTwo)));
    ASSERT_TRUE(
        take("Success", "",
             reference("urn:uuid:1", kTwo) + reference("urn:uuid:1", "urn:oid:2.999.1.22")));
    EXPECT_EQ(merge.objects.size(), 2U);
}

TEST_F(Merge, ObjectsOfAnotherPatientAreLeftOut) {
    ASSERT_TRUE(take(
        "Success", "",
        entry("urn:uuid:1", escaped(kTheirs), "1.1") + entry("urn:uuid:2", escaped(kOurs), "1.2")));
    ASSERT_EQ(merge.objects.size(), 1U);
    EXPECT_EQ(merge.objects[0].id, "urn:uuid:1");
    EXPECT_EQ(codes(), Strings{"XDSRegistryError"});
    EXPECT_EQ(merge.objects[0].patient, kOurs);
    EXPECT_NE(merge.objects[0].xml.find(escaped(kTheirs)), std::string::npos) << "left as it came";
    auto const known = seen.find(kTwo, "1.1");
    ASSERT_TRUE(known);
    EXPECT_EQ(known->patient, kOurs);
    EXPECT_EQ(known->label.owner, "community-2");
    EXPECT_FALSE(seen.find(kTwo, "1.2"));
}

std::string member_of(std::string const& set, std::string const& target) {
    return "<rim:Association id=\"a" + set + target + "\" sourceObject=\"" + set +
           "\" targetObject=\"" + target +
           "\" associationType=\"urn:oasis:names:tc:ebxml-regrep:AssociationType:HasMember\"/>";
}

/// What would be shown of the objects to somebody with this scope for our patient.
Strings shown(QueryMerge const& merge, domain::Scope const& scope) {
    auto objects = merge.objects;
    domain::Scope const nothing;
    QueryMerge::hide(
        [&](std::string const& patient) -> domain::Scope const& {
            return patient == kOurs ? scope : nothing;
        },
        objects);
    Strings out;
    for (auto const& one : objects) out.push_back(one.id);
    return out;
}

domain::Scope may_read(std::string const& owner, domain::Effect effect) {
    domain::ScopeRule rule;
    rule.owners = {owner};
    rule.effect = effect;
    domain::Scope out;
    out.rules = {rule};
    return out;
}

TEST_F(Merge, ASetShowsWithAnEntryInItAndABareIdToNobodyWhoIsNotExempt) {
    ASSERT_TRUE(take("Success", "",
                     entry("urn:uuid:1", escaped(kTheirs), "1.1") + package("urn:uuid:2", kTwo) +
                         member_of("urn:uuid:2", "urn:uuid:1") + reference("urn:uuid:3", kTwo)));
    ASSERT_EQ(merge.objects.size(), 4U);
    EXPECT_EQ(shown(merge, may_read("community-2", domain::Effect::kPermit)),
              (Strings{"urn:uuid:1", "urn:uuid:2", "aurn:uuid:2urn:uuid:1"}));
    EXPECT_EQ(shown(merge, may_read("community-3", domain::Effect::kPermit)), Strings());
    EXPECT_EQ(shown(merge, domain::Scope()), Strings());
}

domain::ConsentRule word(bool open, std::string const& code = "") {
    domain::ConsentRule out;
    out.open = open;
    out.code = code;
    return out;
}

TEST_F(Merge, ASetWithoutEntriesShowsToWhomItsOwnersDocumentsCould) {
    ASSERT_TRUE(take("Success", "", package("urn:uuid:2", kTwo)));
    Strings const all{"urn:uuid:2"};
    EXPECT_EQ(shown(merge, may_read("community-2", domain::Effect::kPermit)), all);
    EXPECT_EQ(shown(merge, may_read("community-2", domain::Effect::kDeny)), Strings());
    EXPECT_EQ(shown(merge, may_read("community-3", domain::Effect::kPermit)), Strings());
    EXPECT_EQ(shown(merge, domain::Scope()), Strings());
    auto scope = may_read("community-2", domain::Effect::kConsent);
    EXPECT_EQ(shown(merge, scope), Strings()) << "the patient said nothing";
    scope.consent.open_unsaid = true;
    EXPECT_EQ(shown(merge, scope), all);
    scope.consent.words = {word(false)};
    EXPECT_EQ(shown(merge, scope), Strings()) << "withdrawn";
    scope.consent.words = {word(true)};
    EXPECT_EQ(shown(merge, scope), all);
    scope.consent.words = {word(true, "a^^b")};
    EXPECT_EQ(shown(merge, scope), all) << "one kind of documents";
    scope.emergency = domain::EmergencyPass();
    scope.consent.words = {word(false)};
    EXPECT_EQ(shown(merge, scope), all);
}

TEST_F(Merge, AnAnswerByIdsBelongsToThePatientItWasSeenFor) {
    seen.note(kTwo, "urn:uuid:1", {kOurs, {}});
    ASSERT_TRUE(
        take("Success", "", package("urn:uuid:1", kTwo) + package("urn:uuid:2", kTwo), false));
    ASSERT_EQ(merge.objects.size(), 2U);
    EXPECT_EQ(merge.objects[0].patient, kOurs);
    EXPECT_EQ(merge.objects[1].patient, "");
}

TEST_F(Merge, WhatIsNoAnswerToAQueryIsNone) {
    auto const document = xml::parse(as_bytes("<a/>"));
    EXPECT_FALSE(merge.take({from_, "m", "", ""}, document->root()));
}

TEST(SeenObjects, TheOldestGoFirst) {
    Seen seen(2);
    for (std::string const id : {"1", "2", "3"}) seen.note("h", id, {"p" + id, {}});
    EXPECT_FALSE(seen.find("h", "1"));
    EXPECT_EQ(seen.find("h", "3")->patient, "p3");
    EXPECT_FALSE(seen.find("other", "3"));
}

}  // namespace
}  // namespace musubi::xca
