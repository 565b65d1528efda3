#include "pix/authorities.h"

#include "domain/reason.h"
#include "unit/pix/fakes.h"

#include <gtest/gtest.h>

namespace musubi::pix {
namespace {

using test::kKita;
using test::kOther;

domain::Member member(std::vector<std::string> authorities = {kKita}) {
    domain::Member m;
    m.assigning_authorities = std::move(authorities);
    return m;
}

domain::SentIdentifier cx(std::string id, std::string name, std::string oid, std::string type) {
    return {std::move(id),
            {std::move(name), std::move(oid), std::move(type), "PID^1^3^1^4"},
            "PI",
            "PID^1^3^1"};
}

struct Row {
    char const* what;
    domain::SentIdentifier identifier;
    std::vector<std::string> allowed;
    std::string authority;  ///< empty: refused
};

// ITI TF-2 Appendix E, 3.8.4.1.3
TEST(FeedableIds, TheAssigningAuthorityIsReadInEachOfItsForms) {
    Row const rows[] = {
        {"OID and type", cx("1", "", kKita, "ISO"), {kKita}, kKita},
        {"all three, agreeing", cx("1", "KITA", kKita, "ISO"), {kKita}, kKita},
        {"all three, a namespace nobody configured",
         cx("1", "HOUSE", kKita, "ISO"),
         {kKita},
         kKita},
        {"all three, contradicting", cx("1", "OTHER", kKita, "ISO"), {kKita}, ""},
        {"namespace alone", cx("1", "KITA", "", ""), {kKita}, kKita},
        {"namespace nobody configured", cx("1", "HOUSE", "", ""), {kKita}, ""},
        {"none, sender with one domain", cx("1", "", "", ""), {kKita}, kKita},
        {"none, sender with two domains", cx("1", "", "", ""), {kKita, kOther}, ""},
        {"none, sender without a domain", cx("1", "", "", ""), {}, ""},
        {"another type than ISO", cx("1", "", kKita, "DNS"), {kKita}, ""},
        {"OID without its type", cx("1", "", kKita, ""), {kKita}, ""},
        {"no OID", cx("1", "", "kita", "ISO"), {kKita}, ""},
        {"no id", cx("", "", kKita, "ISO"), {kKita}, ""},
        {"an OID that is none of the region's",
         cx("1", "", "1.2.392.77", "ISO"),
         {"1.2.392.77"},
         ""},
        {"another word for the authority", cx("1", "KITA-OLD", "", ""), {kKita}, kKita},
        {"somebody else's domain", cx("1", "", kOther, "ISO"), {kKita}, ""},
        {"somebody else's domain by name", cx("1", "OTHER", "", ""), {kKita}, ""},
    };
    for (Row const& row : rows) {
        auto const ids =
            feedable_ids({row.identifier}, member(row.allowed), test::FakeAuthorities());
        ASSERT_EQ(ids.ok(), !row.authority.empty()) << row.what;
        if (ids) {
            EXPECT_EQ(ids->at(0).id, (domain::PatientId{"1", row.authority})) << row.what;
            EXPECT_EQ(ids->at(0).type_code, "PI") << row.what;
        } else {
            ASSERT_EQ(ids.error().issues.size(), 1U) << row.what;
            EXPECT_EQ(ids.error().issues[0].reason, Reason::kUnknownKeyIdentifier) << row.what;
            EXPECT_EQ(ids.error().issues[0].location, "PID^1^3^1") << row.what;
        }
    }
}

TEST(FeedableIds, IdsOfOthersAreIgnoredBesideOneOfOurs) {
    auto const ids = feedable_ids({cx("7", "", kOther, "ISO"), cx("1", "", kKita, "ISO")}, member(),
                                  test::FakeAuthorities());
    ASSERT_TRUE(ids.ok());
    EXPECT_EQ(*ids, (std::vector<domain::LocalId>{{{"1", kKita}, "PI"}}));
}

// ITI TF-2 table 3.8-2: 250 characters for a whole CX. What is longer would not fit the index, and
// version 3 has no way to say a control character.
TEST(FeedableIds, AnIdThatCannotBeKeptAsItStandsIsRefusedWhateverStandsBesideIt) {
    auto const longest = cx(std::string(domain::kLongestPatientId, '7'), "", kKita, "ISO");
    EXPECT_TRUE(feedable_ids({longest}, member(), test::FakeAuthorities()).ok());
    EXPECT_TRUE(
        feedable_ids({cx("患 1", "", kKita, "ISO")}, member(), test::FakeAuthorities()).ok());
    for (std::string const& id :
         {longest.id + "7", std::string("1\x01"), std::string("1\n2"), std::string("\x7f")}) {
        auto const ids = feedable_ids({cx("1", "", kKita, "ISO"), cx(id, "", kKita, "ISO")},
                                      member(), test::FakeAuthorities());
        ASSERT_FALSE(ids.ok()) << id;
        EXPECT_EQ(ids.error().code, Code::kInvalidContent);
        ASSERT_EQ(ids.error().issues.size(), 1U);
        EXPECT_EQ(ids.error().issues[0].reason, Reason::kDataType);
        EXPECT_EQ(ids.error().issues[0].location, "PID^1^3^1");
    }
}

TEST(FeedableIds, AnIdThatStandsTwiceCountsOnce) {
    auto const ids = feedable_ids({cx("1", "KITA", "", ""), cx("1", "", kKita, "ISO")}, member(),
                                  test::FakeAuthorities());
    ASSERT_TRUE(ids.ok());
    EXPECT_EQ(ids->size(), 1U);
}

TEST(FeedableIds, NoneLeftNamesEveryProblem) {
    auto const ids = feedable_ids({cx("1", "", kOther, "ISO"), cx("", "", kKita, "ISO")}, member(),
                                  test::FakeAuthorities());
    ASSERT_FALSE(ids.ok());
    EXPECT_EQ(ids.error().code, Code::kInvalidContent);
    EXPECT_EQ(ids.error().issues.size(), 2U);
    EXPECT_FALSE(feedable_ids({}, member(), test::FakeAuthorities()).ok());
}

}  // namespace
}  // namespace musubi::pix
