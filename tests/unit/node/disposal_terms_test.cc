// When the keys of a member may be destroyed (guideline controls DS-1, DS-2).

#include "node/preservation/disposal_terms.h"

#include "node/preservation/erasure.h"
#include "policy/tree.h"

#include <gtest/gtest.h>

namespace musubi::node {
namespace {

WallTime at(char const* day) { return *end_of_term(WallTime{}, day); }

policy::Tree text(std::string value) {
    policy::Tree out;
    out.kind = policy::Tree::Kind::kText;
    out.text = std::move(value);
    return out;
}
policy::Tree map(std::vector<std::pair<std::string, policy::Tree>> entries) {
    policy::Tree out;
    out.kind = policy::Tree::Kind::kMap;
    for (auto& [key, value] : entries) out.entries.push_back({key, std::move(value)});
    return out;
}
policy::Tree list(std::vector<policy::Tree> items) {
    policy::Tree out;
    out.kind = policy::Tree::Kind::kList;
    out.items = std::move(items);
    return out;
}

class Disposal : public ::testing::Test {
protected:
    Disposal() {
        for (char const* code : {"gone", "here"}) {
            policy::AgreementMember member;
            member.member.code = code;
            member.member.institution_oid = std::string("1.2.") + (code[0] == 'g' ? "1" : "2");
            member.status =
                code[0] == 'g' ? policy::MemberStatus::kLeft : policy::MemberStatus::kActive;
            agreement.members.push_back(std::move(member));
        }
        about.member = "gone";
        about.names = {"1.2.1"};
        about.known = {"gone", "here", "1.2.1", "1.2.2"};
        about.kinds = {{"c^^s", "t^^s", 3, at("P10Y")}};
        about.now = at("P16Y");
        types = list({map({{"code", text("t^^s")}, {"retention", text("P5Y")}}),
                      map({{"code", text("c^^s")}, {"kind", text("class")}})});
    }
    std::string faults() {
        agreement.tree = std::make_shared<policy::Tree const>(
            map({{"document_types", types}, {"disposal", disposal}}));
        std::string out;
        for (auto const& fault : disposal_faults(agreement, about)) out += fault + "\n";
        return out;
    }

    policy::Agreement agreement;
    DisposalCase about;
    policy::Tree types, disposal = map({{"clause", text("K8.3")}});
};

}  // namespace

TEST_F(Disposal, IsAllowedWhenTheMemberHasLeftAndEveryRetentionIsOver) {
    EXPECT_EQ(faults(), "");
    EXPECT_EQ(disposal_clause(agreement), "K8.3");
}

TEST_F(Disposal, NeedsAClause) {
    disposal = map({});
    EXPECT_NE(faults().find("no section 'disposal'"), std::string::npos);
}

TEST_F(Disposal, IsNotForMembersThatAreThere) {
    about.member = "here";
    about.names = {"1.2.2"};
    EXPECT_NE(faults().find("has not left: its status is active"), std::string::npos);
    about.member = "gone";
    EXPECT_NE(faults().find("here is of the same institution OID"), std::string::npos)
        << "a key that two members share";
}

TEST_F(Disposal, WaitsForTheRetentionOfEveryKindUnlessTheAgreementReleasesTheMember) {
    about.now = at("P14Y");
    EXPECT_NE(faults().find("3 documents of type t^^s must be kept until 1985"), std::string::npos)
        << faults();
    about.now = at("P16Y");
    about.kinds.push_back({"", "unnamed^^s", 1, at("P1D")});
    EXPECT_NE(faults().find("names no retention"), std::string::npos);
    // The longer of two terms counts.
    about.kinds.pop_back();
    types.items[1].entries.push_back({"retention", text("P7Y")});
    EXPECT_NE(faults().find("must be kept until 1987"), std::string::npos);
    disposal = map({{"clause", text("K8.3")}, {"before_retention_ends", list({text("here")})}});
    EXPECT_NE(faults(), "");
    disposal = map({{"clause", text("K8.3")}, {"before_retention_ends", list({text("gone")})}});
    EXPECT_EQ(faults(), "");
}

TEST_F(Disposal, StopsForEveryHold) {
    auto const hold = [&](char const* member) {
        disposal = map(
            {{"clause", text("K8.3")},
             {"before_retention_ends", list({text("gone")})},
             {"holds", list({map({{"member", text(member)}, {"reason", text("a lawsuit")}})})}});
        return faults();
    };
    for (char const* member : {"gone", "1.2.1", "any"})
        EXPECT_NE(hold(member).find("hold of the agreement: a lawsuit"), std::string::npos);
    EXPECT_EQ(hold("here"), "");
    EXPECT_NE(hold("gnoe").find("who is no member"), std::string::npos)
        << "a hold that names nobody by mistake stops everything";
    hold("here");
    about.holds = {"gone"};
    EXPECT_NE(faults().find("hold of the configuration"), std::string::npos);
}

TEST(EndOfTerm, GoesByTheCalendar) {
    auto const day = [](char const* begin, char const* term) {
        auto const end = end_of_term(*end_of_term(WallTime{}, begin), term);
        return end ? to_rfc3339(*end).substr(0, 16) : end.error().detail;
    };
    EXPECT_EQ(day("P0D", "P5Y"), "1975-01-01T00:00");
    EXPECT_EQ(day("P30D", "P1M"), "1970-02-28T00:00") << "there is no 31 February";
    EXPECT_EQ(day("P2Y59D", "P1Y"), "1973-02-28T00:00");
    EXPECT_EQ(day("P0D", "P2W"), "1970-01-15T00:00");
    EXPECT_EQ(day("P0D", "P1DT2H3M"), "1970-01-02T02:03");
    for (char const* wrong : {"", "P", "5Y", "P5", "PY", "P-5Y", "P5X", "P5H", "P9999999999Y"})
        EXPECT_FALSE(end_of_term(WallTime{}, wrong).ok()) << wrong;
}

TEST(ErasureCertificate, IsOneCanonicalLineThatNamesKeysAndObjects) {
    Erasure erasure;
    erasure.member = "gone";
    erasure.names = {"1.2.1", "gone"};
    vault::KeyInfo key;
    key.id = 7;
    key.version = 2;
    key.institution = "1.2.1";
    key.fingerprint = "ab";
    erasure.keys = {key};
    erasure.officers = {"CN=\"a\"", "CN=b"};
    erasure.counts.documents = 3;
    ErasureEnd end;
    end.audit_record = 12;
    end.documents = 3;
    end.objects_sha256 = "cd";
    auto const text = erasure_certificate(erasure_facts(erasure), end);
    EXPECT_TRUE(text.starts_with("{\"destroyed\":{\"at\":\"1970-01-01T00:00:00.000000Z\","))
        << text;
    for (char const* part :
         {"\"audit_record\":12", "\"objects_sha256\":\"cd\"",
          "\"keys\":[{\"fingerprint\":\"ab\",\"id\":7,\"made\":\"\",\"name\":\"1.2.1\","
          "\"version\":2}]",
          "\"officers\":[\"CN=\\\"a\\\"\",\"CN=b\"]", "\"format\":\"musubi-erasure-1\"}"})
        EXPECT_NE(text.find(part), std::string::npos) << part << " in " << text;
    EXPECT_EQ(text.find('\n'), std::string::npos);
}

}  // namespace musubi::node
