// Messages of other implementations, with the outcome that their own tests expect.
#include "codec/hl7v3/read.h"
#include "codec/hl7v3/write.h"
#include "domain/reason.h"
#include "support/source_tree.h"
#include "unit/codec_hl7v3/messages.h"

#include <gtest/gtest.h>

namespace musubi::hl7v3 {
namespace {

class Hl7v3SharedSamples : public testing::Test {
protected:
    void SetUp() override {
        if (!test::shared_dir())
            GTEST_SKIP() << "no shared samples beside this checkout (set MUSUBI_SHARED)";
    }
    /// Valid by our schema, and parsed.
    xml::Document valid(std::string const& name) {
        std::string const text = test::read_file(*test::shared_dir() / "samples" / name);
        EXPECT_EQ(test::v3::our_verdict(text), "") << name;
        return test::v3::parsed(text);
    }
};

TEST_F(Hl7v3SharedSamples, AddIsTakenWithAllThatItTells) {
    auto const document = valid("iti-44/ipf-add-201301.xml");
    auto const feed = read_patient_feed(document.root());
    ASSERT_TRUE(feed) << feed.error().detail;
    EXPECT_EQ(feed->event, domain::FeedEvent::kAdd);
    ASSERT_EQ(feed->identifiers.size(), 3U);
    EXPECT_EQ(feed->identifiers[0].id, "PIX10515W3");
    EXPECT_EQ(feed->identifiers[0].authority.universal_id, "1.3.6.1.4.1.21367.2005.1.1");
    EXPECT_EQ(feed->identifiers[2].authority.namespace_id, "domain2");
    domain::Demographics person;
    feed->demographics.apply_to(person);
    ASSERT_EQ(person.names.size(), 2U);
    EXPECT_EQ(person.names[0].family, "WASHINGTON");
    EXPECT_EQ(person.names[0].given, "MARY");
    EXPECT_EQ(person.names[0].middle, "ROSE");
    EXPECT_EQ(person.names[1].type_code, "B");
    EXPECT_EQ(person.addresses.size(), 2U);
    EXPECT_EQ(person.home_phones.size(), 4U);
    EXPECT_EQ(person.business_phones.size(), 1U);
    EXPECT_EQ(person.nationality, "US");
    EXPECT_EQ(person.language, "eng");
    EXPECT_EQ(person.birth_place, "Chicago");
    ASSERT_EQ(person.mothers_maiden_names.size(), 1U);
    EXPECT_EQ(person.mothers_maiden_names[0].family, "JOHN");
}

TEST_F(Hl7v3SharedSamples, MergeIsTaken) {
    auto const document = valid("iti-44/ipf-merge-201304.xml");
    auto const feed = read_patient_feed(document.root());
    ASSERT_TRUE(feed) << feed.error().detail;
    EXPECT_EQ(feed->event, domain::FeedEvent::kMerge);
    EXPECT_EQ(feed->identifiers.at(0).id, "120-01");
    EXPECT_EQ(feed->prior_identifiers.at(0).id, "120-02");
    EXPECT_EQ(feed->prior_identifiers.at(0).authority.universal_id, "1.2.3.4.666");
}

TEST_F(Hl7v3SharedSamples, TwoPatientsInOneFeedAreRefused) {
    auto const document = valid("iti-44/ipf-two-patients-in-one-feed.xml");
    auto const feed = read_patient_feed(document.root());
    ASSERT_FALSE(feed);
    EXPECT_EQ(feed.error().code, Code::kInvalidContent);
    EXPECT_EQ(feed.error().reason, Reason::kSegmentSequence);
}

TEST_F(Hl7v3SharedSamples, TypesWithPrefixAreTakenOnlyWhereTheyExist) {
    valid("iti-44/ipf-xsi-type-qualified-good.xml");
    EXPECT_NE(test::v3::our_verdict(test::read_file(*test::shared_dir() / "samples" /
                                                    "iti-44/ipf-xsi-type-qualified-wrong.xml")),
              "");
}

TEST_F(Hl7v3SharedSamples, AcknowledgementsOfPeersAreRead) {
    for (std::string const name : {"iti-44/ipf-ack", "iti-45/ipf-response", "iti-47/ipf-response",
                                   "iti-47/ipf-response-no-match", "iti-55/ipf-response"}) {
        auto const document = valid(name + ".xml");
        auto const ack = read_acknowledgement(document.root());
        ASSERT_TRUE(ack) << name;
        EXPECT_EQ(ack->outcome, Acknowledgement::Outcome::kAccepted) << name;
        EXPECT_FALSE(ack->target.empty()) << name;
    }
}

TEST_F(Hl7v3SharedSamples, IdsQueriesAreTaken) {
    std::pair<char const*, char const*> const rows[] = {
        {"iti-45/nist-mesa10501-04.xml", "1.3.6.1.4.1.21367.2005.1.1"},
        {"iti-45/nist-mesa10502-03-unknown-id.xml", ""},
        {"iti-45/nist-mesa10503-01-unknown-domain.xml", ""}};
    for (auto const& [name, authority] : rows) {
        auto const document = valid(name);
        auto const query = read_cross_reference_query(document.root());
        ASSERT_TRUE(query) << name;
        EXPECT_FALSE(query->id.id.empty()) << name;
        if (*authority != 0) {
            EXPECT_EQ(query->id.authority.universal_id, authority);
            EXPECT_EQ(query->domains.at(0).universal_id, "1.3.6.1.4.1.21367.2005.1.2");
        }
        Seal const seal{
            "11111111-2222-4333-8444-555555555555", "20260401", {"2.999.1", ""}, "P", ""};
        std::string const answer = write_cross_reference_response(
            read_header(document.root()), read_query_echo(document.root()), seal, {});
        EXPECT_EQ(test::v3::our_verdict(answer), "") << name;
        EXPECT_EQ(test::v3::tool_findings(test::v3::parsed(answer).root()), "") << name;
    }
}

TEST_F(Hl7v3SharedSamples, PdqQueriesAreTaken) {
    auto const document = valid("iti-47/ipf-query.xml");
    auto const query = read_find_query(document.root(), FindRules::kPdq);
    ASSERT_TRUE(query) << query.error().detail;
    EXPECT_EQ(query->initial_quantity, 2);
    EXPECT_EQ(query->criteria.minimum_degree, 75);
    EXPECT_EQ(query->criteria.sex, "M");
    EXPECT_EQ(query->criteria.domains.size(), 3U);
    EXPECT_EQ(query->criteria.names.at(0).family, "Jones");
    auto const odd = valid("iti-47/ipf-connectathon-namespace-prefixes.xml");
    auto const moore = read_find_query(odd.root(), FindRules::kPdq);
    ASSERT_TRUE(moore) << moore.error().detail;
    EXPECT_EQ(moore->criteria.names.at(0).family, "MOORE");
    EXPECT_EQ(moore->initial_quantity, 30);
}

TEST_F(Hl7v3SharedSamples, DiscoveriesAreTaken) {
    auto const document = valid("iti-55/ipf-request.xml");
    auto const query = read_find_query(document.root(), FindRules::kXcpd);
    ASSERT_TRUE(query) << query.error().detail;
    EXPECT_EQ(query->home_community, "1.2.3.928.955");
    EXPECT_EQ(query->author_authority, "1.2.840.114350.1.13.99997.2.3412");
    EXPECT_FALSE(query->deferred);
    auto const later = valid("iti-55/ipf-request-deferred.xml");
    auto const deferred = read_find_query(later.root(), FindRules::kXcpd);
    ASSERT_TRUE(deferred) << deferred.error().detail;
    EXPECT_TRUE(deferred->deferred);
    EXPECT_EQ(deferred->respond_to, "***REPLACEME***");
}

// Its values are placeholders; with real ones in their place it is a good query.
TEST_F(Hl7v3SharedSamples, TemplateOfADiscoveryIsTakenOnceFilled) {
    auto const raw = valid("iti-55/connect-request.xml");
    EXPECT_FALSE(read_find_query(raw.root(), FindRules::kXcpd));
    std::string text =
        test::read_file(*test::shared_dir() / "samples" / "iti-55/connect-request.xml");
    text = test::v3::replaced(test::v3::replaced(text, "\"Gender\"", "\"F\""), "\"BirthTime\"",
                              "\"1960\"");
    auto const document = test::v3::parsed(text);
    auto const query = read_find_query(document.root(), FindRules::kXcpd);
    ASSERT_TRUE(query) << query.error().detail;
    EXPECT_EQ(query->criteria.ids.at(0).id.id, "SubjectID");
    // Names that are no OIDs do not come back in devices.
    Seal const seal{
        "11111111-2222-4333-8444-555555555555", "20260401", {"2.999.1", "2.999"}, "P", ""};
    std::string const answer = write_find_response(read_header(document.root()),
                                                   read_query_echo(document.root()), seal, {});
    EXPECT_EQ(test::v3::our_verdict(answer), "");
    EXPECT_EQ(test::v3::tool_findings(test::v3::parsed(answer).root()), "");
}

TEST_F(Hl7v3SharedSamples, PatientLocationQueriesAreTaken) {
    auto const document = valid("iti-56/ipf-request.xml");
    auto const id = read_patient_location_query(document.root());
    ASSERT_TRUE(id);
    EXPECT_EQ(id->id, "38273N237");
    valid("iti-56/ipf-response.xml");
}

}  // namespace
}  // namespace musubi::hl7v3
