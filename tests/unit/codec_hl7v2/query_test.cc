// ITI-9 and the cancellation of queries (ITI TF-2 3.9.4.1, 3.21.4.3).
#include "codec/hl7v2/query.h"

#include "codec/hl7v2/errors.h"
#include "codec/hl7v2/parse.h"
#include "domain/reason.h"
#include "support/source_tree.h"

#include <gtest/gtest.h>

namespace musubi::hl7v2 {
namespace {

using List = std::vector<std::string>;

std::string msh(std::string_view type, std::string_view version = "2.5") {
    return "MSH|^~\\&|HIS|HOSP1|MUSUBI^2.999.7^ISO|REGION|20250401||" + std::string(type) +
           "|M3|P|" + std::string(version) + "\r";
}
template <class T>
List problems_of(Result<T> const& read) {
    if (read) return {"accepted"};
    List list;
    for (Issue const& issue : read.error().issues) {
        Condition const condition = condition_of(read.error().code, issue.reason);
        list.push_back(std::to_string(static_cast<int>(condition)) + " " + issue.location);
    }
    return list;
}
Result<CrossReferenceMessage> cross_reference(std::string const& text) {
    auto const message = parse(as_bytes(text));
    if (!message) return message.error();
    return read_cross_reference_query(*message);
}
Result<QueryCancel> cancel(std::string const& text) {
    auto const message = parse(as_bytes(text));
    if (!message) return message.error();
    return read_query_cancel(*message);
}
std::string q23(std::string const& qpd, std::string const& rest = "RCP|I\r") {
    return msh("QBP^Q23^QBP_Q21") + "QPD|" + qpd + "\r" + rest;
}

TEST(CrossReferenceQuery, ReadsIdDomainsAndFrame) {
    auto const asked =
        cross_reference(q23("IHE PIX Query|T1|12345^^^&2.999.1.1&ISO^PI|"
                            "^^^&2.999.1.2&ISO~^^^HOSP3~~^^^H4&2.999.1.4&ISO"));
    ASSERT_TRUE(asked);
    EXPECT_EQ(asked->frame.trigger, "Q23");
    EXPECT_EQ(asked->frame.control_id, "M3");
    EXPECT_EQ(asked->frame.application, "HIS");
    EXPECT_EQ(asked->frame.facility, "HOSP1");
    EXPECT_EQ(asked->frame.source, (HierarchicDesignator{"MUSUBI", "2.999.7", "ISO"}));
    EXPECT_EQ(asked->frame.name, "IHE PIX Query");
    EXPECT_EQ(asked->frame.tag, "T1");
    EXPECT_EQ(asked->query.id.id, "12345");
    EXPECT_EQ(asked->query.id.location, "QPD^1^3^1^1");
    EXPECT_EQ(asked->query.id.authority.universal_id, "2.999.1.1");
    EXPECT_EQ(asked->query.id.authority.location, "QPD^1^3^1^4");
    ASSERT_EQ(asked->query.domains.size(), 3U);
    EXPECT_EQ(asked->query.domains[1].namespace_id, "HOSP3");
    EXPECT_EQ(asked->query.domains[1].location, "QPD^1^4^2");
    EXPECT_EQ(asked->query.domains[2].universal_id_type, "ISO");
    EXPECT_EQ(asked->query.domains[2].location, "QPD^1^4^4");
}

TEST(CrossReferenceQuery, TakesAnyNameAndAnyLegalFormOfTheAuthority) {
    for (std::string const name : {"IHE PIX Query", "QRY_1001^Query^IHEDEMO", "Q23^Get Ids"}) {
        for (std::string const hd : {"N", "&2.999&ISO", "N&2.999&ISO", ""}) {
            EXPECT_TRUE(cross_reference(q23(name + "|T|1^^^" + hd))) << name << hd;
        }
    }
    EXPECT_TRUE(cross_reference(q23("N|T|1^^^N", "")));  // without RCP
}

TEST(CrossReferenceQuery, BlanksAroundAnIdArePaddingAndAloneNone) {
    auto const padded = cross_reference(q23("N|T| 00123  ^^^N"));
    ASSERT_TRUE(padded);
    EXPECT_EQ(padded->query.id.id, "00123");
    EXPECT_EQ(problems_of(cross_reference(q23("N|T|  ^^^N"))), List{"101 QPD^1^3^1^1"});
}

TEST(CrossReferenceQuery, TellsEveryProblemAtItsPlace) {
    EXPECT_EQ(problems_of(cross_reference(q23("||^^^N~2^^^N", "RCP|D|x^XX\rDSC|p|B\r"))),
              (List{"101 QPD^1^1", "101 QPD^1^2", "102 RCP^1^1", "102 RCP^1^2^1^1",
                    "102 RCP^1^2^1^2", "102 DSC^1^2", "101 QPD^1^3^1^1", "102 QPD^1^3^2"}));
    EXPECT_EQ(problems_of(cross_reference(msh("QBP^Q23^QBP_Q21"))), List{"100 QPD^1"});
    EXPECT_EQ(problems_of(cross_reference(q23("N|T|1^^^N") + "QPD|N|T|2^^^N\r")),
              List{"100 QPD^2"});
}

TEST(CrossReferenceQuery, RejectsWhatTheHeaderMayNotAsk) {
    std::string const rest = "QPD|N|T|1^^^N\r";
    EXPECT_EQ(problems_of(cross_reference(msh("ADT^A01") + rest)), List{"200 MSH^1^9^1^1"});
    EXPECT_EQ(problems_of(cross_reference(msh("QBP^Q21") + rest)), List{"201 MSH^1^9^1^2"});
    EXPECT_EQ(problems_of(cross_reference(msh("QBP^Q23^QBP_Q22") + rest)), List{"200 MSH^1^9^1^3"});
    EXPECT_EQ(problems_of(cross_reference(msh("QBP^Q23", "2.3.1") + rest)), List{"203 MSH^1^12"});
    EXPECT_EQ(problems_of(cross_reference(msh("QBP^Q23") + rest)), List{"accepted"});
}

TEST(QueryFrame, ReadsPageSizeAndPointer) {
    auto const asked = cross_reference(q23("N|T|1^^^N", "RCP|I|10^RD\rDSC|p-8f3a|I\r"));
    ASSERT_TRUE(asked);
    EXPECT_EQ(asked->frame.page_size, 10);
    EXPECT_EQ(asked->frame.continuation, "p-8f3a");
    EXPECT_FALSE(cross_reference(q23("N|T|1^^^N", "RCP|I\r"))->frame.page_size);
    for (std::string const bad : {"0", "-1", "1x", "1000001", "99999999999999999999"}) {
        EXPECT_EQ(problems_of(cross_reference(q23("N|T|1^^^N", "RCP|I|" + bad + "^RD\r"))),
                  List{"102 RCP^1^2^1^1"})
            << bad;
    }
}

TEST(QueryCancel, NamesTheTag) {
    auto const read = cancel(msh("QCN^J01^QCN_J01") + "QID|T2|IHE PDQ Query\r");
    ASSERT_TRUE(read);
    EXPECT_EQ(read->tag, "T2");
    EXPECT_EQ(read->name, "IHE PDQ Query");
    EXPECT_EQ(read->application, "HIS");
    EXPECT_EQ(problems_of(cancel(msh("QCN^J01"))), List{"100 QID^1"});
    EXPECT_EQ(problems_of(cancel(msh("QCN^J01") + "QID||x\r")), List{"101 QID^1^1"});
    EXPECT_EQ(problems_of(cancel(msh("QCN^J02") + "QID|T\r")), List{"201 MSH^1^9^1^2"});
}

TEST(CrossReferenceQuery, AnswersSamplesAsTheirTableSays) {
    auto const shared = test::shared_dir();
    if (!shared) GTEST_SKIP() << "no shared samples beside the checkout";
    auto const folder = *shared / "samples";
    EXPECT_EQ(problems_of(cross_reference(test::read_file(folder / "iti-9/ipf-query.hl7"))),
              List{"accepted"});
    EXPECT_EQ(problems_of(
                  cross_reference(test::read_file(folder / "iti-9/ipf-query-wrong-structure.hl7"))),
              List{"200 MSH^1^9^1^3"});
    EXPECT_EQ(
        problems_of(cross_reference(test::read_file(folder / "iti-9/ipf-query-wrong-trigger.hl7"))),
        List{"201 MSH^1^9^1^2"});
    auto const stop = cancel(test::read_file(folder / "iti-21/ipf-cancel-qcn-j01.hl7"));
    ASSERT_TRUE(stop);
    EXPECT_EQ(stop->tag, "1402274727");
}

}  // namespace
}  // namespace musubi::hl7v2
