// QPD-3 of ITI-21 and ITI-22 (ITI TF-2 3.21.4.1.2, 3.22.4.1.2).
#include "codec/hl7v2/errors.h"
#include "codec/hl7v2/parse.h"
#include "codec/hl7v2/query.h"
#include "domain/reason.h"
#include "support/source_tree.h"

#include <gtest/gtest.h>

namespace musubi::hl7v2 {
namespace {

using List = std::vector<std::string>;

Result<DemographicsMessage> read(std::string const& text) {
    auto const message = parse(as_bytes(text));
    if (!message) return message.error();
    return read_demographics_query(*message);
}
Result<DemographicsMessage> ask(std::string const& criteria, std::string const& more = "",
                                std::string const& trigger = "Q22") {
    return read("MSH|^~\\&|HIS|H|M|R|2025||QBP^" + trigger +
                "^QBP_Q21|M4|P|2.5||||||UNICODE UTF-8\rQPD|IHE PDQ Query|T2|" + criteria + "|" +
                more + "\rRCP|I|10^RD\r");
}
List problems_of(Result<DemographicsMessage> const& asked) {
    if (asked) return {"accepted"};
    List list;
    for (Issue const& issue : asked.error().issues) {
        Condition const condition = condition_of(asked.error().code, issue.reason);
        list.push_back(std::to_string(static_cast<int>(condition)) + " " + issue.location);
    }
    return list;
}

TEST(DemographicsQuery, ReadsEveryCriterionThatMustBeSupported) {
    auto const asked = ask(
        "@PID.3.1^123*~@PID.3.4.1^HOSP1~@PID.3.4.2^2.999.1.1~@PID.3.4.3^ISO~@PID.3.5^PI~"
        "@PID.5.1.1^患*~@PID.5.2^太郎~@PID.5.3^M~@PID.5.7^L~@PID.5.8^I~@PID.7.1^19600102~@PID.8^M~"
        "@PID.11.1.1^1-2~@PID.11.3^静岡市~@PID.11.4^静岡県~@PID.11.5^422-8033~@PID.11.6^JPN~"
        "@PID.18.1^A1~@PID.18.4.2^2.999.5~@PID.18.4.3^ISO~"
        "@PID.6.1.1^鈴木~@PID.6.2^花子~@PID.13.1^054-1",
        "80||||^^^&2.999.1.1&ISO~^^^HOSP2");
    ASSERT_TRUE(asked);
    domain::DemographicsQuery const& q = asked->query;
    EXPECT_EQ(asked->frame.tag, "T2");
    EXPECT_EQ(asked->frame.page_size, 10);
    ASSERT_EQ(q.ids.size(), 1U);
    EXPECT_EQ(q.ids[0].id.id, "123*");
    EXPECT_EQ(q.ids[0].id.authority.namespace_id, "HOSP1");
    EXPECT_EQ(q.ids[0].id.authority.universal_id, "2.999.1.1");
    EXPECT_EQ(q.ids[0].id.authority.universal_id_type, "ISO");
    EXPECT_EQ(q.ids[0].id.type_code, "PI");
    EXPECT_EQ(q.ids[0].id.location, "QPD^1^3^1");
    EXPECT_EQ(q.ids[0].id.authority.location, "QPD^1^3^2");
    ASSERT_EQ(q.names.size(), 1U);
    EXPECT_EQ(q.names[0].family, "患*");
    EXPECT_EQ(q.names[0].given, "太郎");
    EXPECT_EQ(q.names[0].middle, "M");
    EXPECT_EQ(q.names[0].type_code, "L");
    EXPECT_EQ(q.names[0].script, domain::Script::kIdeographic);
    EXPECT_EQ(q.birth->low, "19600102");
    EXPECT_EQ(q.birth->high, "19600102");
    EXPECT_EQ(q.sex, "M");
    ASSERT_EQ(q.addresses.size(), 1U);
    EXPECT_EQ(q.addresses[0],
              (domain::PostalAddress{"1-2", "", "静岡市", "静岡県", "422-8033", "JPN", "", ""}));
    EXPECT_EQ(q.account->id, "A1");
    EXPECT_EQ(q.account->authority.universal_id, "2.999.5");
    ASSERT_EQ(q.mothers_maiden_names.size(), 1U);
    EXPECT_EQ(q.mothers_maiden_names[0].family, "鈴木");
    EXPECT_EQ(q.mothers_maiden_names[0].given, "花子");
    EXPECT_EQ(q.phones, List{"054-1"});
    EXPECT_EQ(q.minimum_degree, 80);
    ASSERT_EQ(q.domains.size(), 2U);
    EXPECT_EQ(q.domains[1].namespace_id, "HOSP2");
    EXPECT_EQ(q.domains[1].location, "QPD^1^8^2");
}

TEST(DemographicsQuery, CountsPartsThatAreLeftOutAsTheFirst) {
    for (std::string const name : {"@PID.5", "@PID.5.1", "@PID.5.1.1", "@pid.5.1"}) {
        auto const asked = ask(name + "^YAMADA");
        ASSERT_TRUE(asked) << name;
        EXPECT_EQ(asked->query.names.at(0).family, "YAMADA") << name;
    }
    for (std::string const name : {"@PID.7", "@PID.7.1", "@PID.7.1.1"}) {
        EXPECT_EQ(ask(name + "^1960")->query.birth->low, "1960") << name;
    }
    for (std::string const name : {"@PID.8", "@PID.8.1"})
        EXPECT_EQ(ask(name + "^F")->query.sex, "F") << name;
    auto const whole = ask("@PID.3.1^1~@PID.3.4^N&2.999&ISO");
    ASSERT_TRUE(whole);
    EXPECT_EQ(whole->query.ids[0].id.authority.universal_id, "2.999");
    EXPECT_EQ(ask("@PID.3.1^1~@PID.3.4^N")->query.ids[0].id.authority.namespace_id, "N");
}

TEST(DemographicsQuery, CombinesSpellingsOfAName) {
    auto const asked = ask("@PID.5.1.1^山田~@PID.5.1.1^ヤマダ~@PID.5.2^花子&ハナコ");
    ASSERT_TRUE(asked);
    ASSERT_EQ(asked->query.names.size(), 4U);
    EXPECT_EQ(asked->query.names[0].family, "山田");
    EXPECT_EQ(asked->query.names[0].given, "花子");
    EXPECT_EQ(asked->query.names[3].family, "ヤマダ");
    EXPECT_EQ(asked->query.names[3].given, "ハナコ");
    EXPECT_EQ(asked->query.names[0].script, domain::Script::kUntold);
}

TEST(DemographicsQuery, BlanksAroundAValueArePaddingAndAloneNoCriterion) {
    auto const asked = ask("@PID.3.1^77 ~@PID.3.4.2^2.999.1~@PID.5.2^  ");
    ASSERT_TRUE(asked);
    ASSERT_EQ(asked->query.ids.size(), 1U);
    EXPECT_EQ(asked->query.ids[0].id.id, "77");
    EXPECT_TRUE(asked->query.names.empty());
}

TEST(DemographicsQuery, ASecondIdBeginsASecondCriterion) {
    auto const asked = ask("@PID.3.1^1~@PID.3.4.2^2.999.1~@PID.3.1^2~@PID.3.4.2^2.999.2");
    ASSERT_TRUE(asked);
    ASSERT_EQ(asked->query.ids.size(), 2U);
    EXPECT_EQ(asked->query.ids[0].id.authority.universal_id, "2.999.1");
    EXPECT_EQ(asked->query.ids[1].id.id, "2");
    EXPECT_EQ(asked->query.ids[1].id.authority.universal_id, "2.999.2");
}

TEST(DemographicsQuery, PutsAPhoneTogetherFromItsParts) {
    EXPECT_EQ(ask("@PID.13.6^054~@PID.13.7^0000000")->query.phones, List{"0540000000"});
    EXPECT_EQ(ask("@PID.13.7^0000000")->query.phones, List{"0000000"});
    EXPECT_EQ(ask("@PID.13.12^054-1~@PID.14.1^03-1")->query.phones, (List{"054-1", "03-1"}));
    EXPECT_EQ(problems_of(ask("@PID.13.6^054")), List{"101 QPD^1^3^1"});
}

TEST(DemographicsQuery, TellsEveryProblemAtItsPlace) {
    std::pair<std::string, List> const rows[] = {
        {"", {"101 QPD^1^3"}},
        {"@PID.5.1.1^", {"101 QPD^1^3"}},
        {"@PID.3.1^1", {"101 QPD^1^3^1"}},
        {"@PID.3.4.2^2.999", {"101 QPD^1^3^1"}},
        {"@PID.18.4.2^2.999", {"101 QPD^1^3^1"}},
        {"@PID.5.7^L", {"101 QPD^1^3^1"}},
        {"PID.5.1^X", {"102 QPD^1^3^1^1"}},
        {"@PID^X", {"102 QPD^1^3^1^1"}},
        {"@PID.5.1.1.1^X", {"102 QPD^1^3^1^1"}},
        {"@PID.0^X", {"102 QPD^1^3^1^1"}},
        {"@PID.x^X", {"102 QPD^1^3^1^1"}},
        {"@PID.99999999999^X", {"102 QPD^1^3^1^1"}},
        {"@PID.8^M~@PID.19^1", {"102 QPD^1^3^2^1"}},
        {"@PID.8^M~@PV1.2^O", {"102 QPD^1^3^2^1"}},
        {"@PID.8^M~@NK1.2.1^X", {"102 QPD^1^3^2^1"}},
        {"@PID.5.4^X", {"102 QPD^1^3^1^1"}},
        {"@PID.11.1.2^X", {"102 QPD^1^3^1^1"}},
        {"@PID.8^X", {"102 QPD^1^3^1^2"}},
        {"@PID.8^M~@PID.8^F", {"102 QPD^1^3^2"}},
        {"@PID.8^M&F", {"102 QPD^1^3^1"}},
        {"@PID.7^S35", {"102 QPD^1^3^1^2"}},
        {"@PID.7^1960~@PID.7^1961", {"102 QPD^1^3^2"}},
        {"@PID.5.1^X~@PID.5.8^Z", {"102 QPD^1^3^2^2"}},
        {"@PID.5.1^1&2&3&4&5&6&7&8&9&10&11&12&13&14&15&16&17~@PID.8^M", {"102 QPD^1^3^1^2"}},
        {"@PID.19^1~@PID.7^x~@PID.3.1^1", {"102 QPD^1^3^1^1", "102 QPD^1^3^2^2", "101 QPD^1^3^3"}},
    };
    for (auto const& [criteria, expected] : rows) {
        EXPECT_EQ(problems_of(ask(criteria)), expected) << criteria;
    }
    EXPECT_EQ(problems_of(ask("@PID.8^M", "101")), List{"102 QPD^1^4"});
    EXPECT_EQ(ask("@PID.8^M", "101").error().code, Code::kInvalidContent);
}

TEST(DemographicsQuery, BoundsWhatNamesMultiplyTo) {
    std::string const nine = "1&2&3&4&5&6&7&8&9";
    EXPECT_EQ(problems_of(ask("@PID.5.1^" + nine + "~@PID.5.2^" + nine)), List{"102 QPD^1^3^1"});
    EXPECT_EQ(ask("@PID.5.1^" + nine + "~@PID.5.2^1&2&3&4&5&6&7")->query.names.size(), 63U);
}

// ITI TF-2 3.22.4.1.2
TEST(DemographicsQuery, ReadsTheVisitOnlyForVisitQueries) {
    auto const asked = ask("@PID.8^M~@PV1.3.2^389~@PV1.19.1^V1", "", "ZV1");
    ASSERT_TRUE(asked);
    ASSERT_EQ(asked->query.visit.size(), 2U);
    EXPECT_EQ(asked->query.visit[0].field, 3);
    EXPECT_EQ(asked->query.visit[0].component, 2);
    EXPECT_EQ(asked->query.visit[0].value, "389");
    EXPECT_EQ(asked->query.visit[1].field, 19);
    EXPECT_EQ(asked->query.visit[1].location, "QPD^1^3^3");
    EXPECT_EQ(problems_of(ask("@PV1.44^2025", "", "ZV1")), List{"102 QPD^1^3^1^1"});
    for (int const field : {2, 3, 7, 8, 9, 10, 17, 19})
        EXPECT_TRUE(ask("@PV1." + std::to_string(field) + "^x", "", "ZV1")) << field;
}

TEST(DemographicsQuery, PutsNothingThatWasAskedIntoErrors) {
    auto const asked = ask("@PID.7^SECRET~@PID.8^SECRET~@PID.19^SECRET~@PID.3.1^SECRET");
    ASSERT_FALSE(asked);
    std::string all = asked.error().detail;
    for (Issue const& issue : asked.error().issues) all += issue.context + issue.location;
    EXPECT_EQ(all.find("SECRET"), std::string::npos);
}

TEST(DemographicsQuery, AnswersSamplesAsTheirTableSays) {
    auto const shared = test::shared_dir();
    if (!shared) GTEST_SKIP() << "no shared samples beside the checkout";
    auto const folder = *shared / "samples" / "iti-21";
    auto const query = read(test::read_file(folder / "ipf-query.hl7"));
    ASSERT_TRUE(query);
    ASSERT_EQ(query->query.ids.size(), 1U);
    EXPECT_EQ(query->query.ids[0].id.id, "12345678");
    EXPECT_EQ(query->query.ids[0].id.authority.universal_id, "1.2.3.4");
    EXPECT_EQ(query->query.ids[0].id.authority.universal_id_type, "KRYSO");
    auto const utf8 = read(test::read_file(folder / "ipf-query-non-ascii-utf8.hl7"));
    ASSERT_TRUE(utf8);
    EXPECT_EQ(utf8->query.names.at(0).family, "ÄÖÜè");
    EXPECT_EQ(read(test::read_file(folder / "ipf-query-page-size-1.hl7"))->frame.page_size, 1);
    EXPECT_EQ(problems_of(read(test::read_file(folder / "ipf-query-wrong-structure.hl7"))),
              List{"200 MSH^1^9^1^3"});
}

}  // namespace
}  // namespace musubi::hl7v2
