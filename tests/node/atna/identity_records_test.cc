// What each transaction of patient identity leaves in the trail, record for record, as it stands in
// tests/data/audit; read there against the tables of ITI TF-2 (3.8, 3.9, 3.10, 3.21, 3.22, 3.44,
// 3.45, 3.46, 3.47, 3.55, 3.56) and of the national extension of ITI-20. MUSUBI_GOLDEN_OUT=FOLDER
// writes what was recorded there, to be read before it is taken over.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>

#include "codec/hl7v3/actions.h"
#include "node/atna/audit_text.h"
#include "node/pix/consumer.h"
#include "platform/xml/parse.h"
#include "support/audit_schema.h"
#include "support/pix_partner.h"
#include "unit/pdq/v3_fixture.h"

namespace musubi::test {
namespace {

constexpr char kAuthority[] = "2.16.840.1.113883.3.72.5.9.1";
std::string const kOne = "G1^^^&" + std::string(kAuthority) + "&ISO";
std::string const kTwo = "G2^^^&" + std::string(kAuthority) + "&ISO";
std::string const kThree = "G3^^^&" + std::string(kAuthority) + "&ISO";
std::string const kForeign = "G1^^^&1.2.3.4&ISO";

std::string v2(std::string const& type, std::string const& control, std::string const& rest,
               std::string const& version = "2.5") {
    return "MSH|^~\\&|APP|KITA|MUSUBI|REGION|20260101120000||" + type + "|" + control + "|P|" +
           version + "\r" + rest;
}
std::string feed(std::string const& event, std::string const& control, std::string const& id,
                 std::string const& rest = "PV1||O\r") {
    return v2("ADT^" + event, control,
              "EVN|" + event + "|20260101120000\rPID|1||" + id + "||YAMADA^TARO\r" + rest, "2.3.1");
}

/// What the tables ask of every transaction, the national extension's mandatory columns included.
void check_columns(std::string const& message) {
    auto const document = xml::parse(as_bytes(message));
    ASSERT_TRUE(document.ok()) << message;
    int sources = 0, destinations = 0, audit_sources = 0;
    for (xml::Element const part : document->root().children()) {
        audit_sources += part.local_name() == "AuditSourceIdentification";
        if (part.local_name() == "AuditSourceIdentification") {
            EXPECT_NE(part.attribute("AuditSourceID").value_or(""), "");
        }
        for (xml::Element const code : part.children()) {
            if (!code.attribute("csd-code")) continue;
            EXPECT_NE(code.attribute("codeSystemName").value_or(""), "") << message;
            EXPECT_NE(code.attribute("originalText").value_or(""), "") << message;
        }
        if (part.local_name() != "ActiveParticipant") continue;
        EXPECT_NE(part.attribute("UserID").value_or(""), "");
        EXPECT_TRUE(part.attribute("UserIsRequestor").has_value());
        EXPECT_NE(part.attribute("NetworkAccessPointID").value_or(""), "");
        std::string_view const type = part.attribute("NetworkAccessPointTypeCode").value_or("");
        EXPECT_TRUE(type == "1" || type == "2") << message;
        std::string_view const role = part.first_child().attribute("csd-code").value_or("");
        sources += role == "110153";
        destinations += role == "110152";
    }
    EXPECT_EQ(sources, 1) << message;
    EXPECT_EQ(destinations, 1) << message;
    EXPECT_EQ(audit_sources, 1) << message;
}

class Recorded {
public:
    explicit Recorded(TestNode& node) : node_(node) {}

    /// The records of `transaction` since the last call are those of tests/data/audit/NAME.txt.
    void expect(std::string const& name, std::string const& transaction, std::size_t count) {
        SCOPED_TRACE(name);
        std::vector<atna::FoundRecord> fresh;
        ASSERT_TRUE(eventually([&] {
            fresh = since(transaction);
            return fresh.size() >= count;
        })) << "not recorded";
        EXPECT_EQ(fresh.size(), count);
        std::string text;
        for (auto const& record : fresh) {
            seen_ = std::max(seen_, record.seq);
            check_columns(record.message);
            if (schema_) {
                EXPECT_TRUE(schema_->valid(record.message)) << record.message;
            }
            text += text_.of(record.message);
        }
        if (char const* folder = std::getenv("MUSUBI_GOLDEN_OUT"))
            std::ofstream(std::filesystem::path(folder) / (name + ".txt")) << text;
        auto const golden = source_dir() / "tests/data/audit" / (name + ".txt");
        ASSERT_TRUE(std::filesystem::exists(golden)) << text;
        EXPECT_EQ(text, read_file(golden));
    }
    void expect_one(std::string const& name, std::string const& transaction) {
        expect(name, transaction, 1);
    }

private:
    std::vector<atna::FoundRecord> since(std::string const& transaction) const {
        atna::SearchQuery query;
        query.transaction = transaction;
        auto found = node_.audit(query);
        std::erase_if(found, [&](auto const& record) { return record.seq <= seen_; });
        std::reverse(found.begin(), found.end());
        return found;
    }

    TestNode& node_;
    std::int64_t seen_ = 0;
    AuditText text_{kRegionalAuthority};
    std::optional<AuditSchema> const schema_ = AuditSchema::published();
};

class IdentityRecords : public ::testing::Test {
protected:
    std::string send(std::string const& message) { return ack_of(toolkit.exchange_hl7(message)); }
    bool find_v3(std::string const& path, std::string_view action, std::string const& id) {
        std::string const payload = v3_find(v3_id(kAuthority, id));
        auto const answer =
            toolkit.post(path, kSoapType, {{envelope(std::string(action), payload), nullptr}});
        return answer.ok() && holds(answer->body, "queryResponseCode");
    }

    TestNode node;
    NodeClient toolkit{node, "toolkit"};
    Recorded recorded{node};
};

TEST_F(IdentityRecords, FeedsInV2AreRecordedAsTheirTablesSay) {
    ASSERT_EQ(send(feed("A01", "GOLD-1", kOne)), "AA");
    recorded.expect_one("iti8-a01", "ITI-8");
    ASSERT_EQ(send(feed("A08", "GOLD-2", kOne)), "AA");
    recorded.expect_one("iti8-a08", "ITI-8");
    ASSERT_EQ(send(feed("A04", "GOLD-3", kTwo)), "AA");
    recorded.expect_one("iti8-a04", "ITI-8");
    ASSERT_EQ(send(feed("A40", "GOLD-4", kOne, "MRG|" + kTwo + "\r")), "AA");
    recorded.expect("iti8-a40", "ITI-8", 2);
    ASSERT_EQ(send(feed("A01", "GOLD-5", kForeign)), "AE");
    recorded.expect_one("iti8-refused", "ITI-8");
    std::string const person = "EVN||20260101120000\rPID|1||" + kThree + "||YAMADA^TARO\rPV1||N\r";
    ASSERT_EQ(send(v2("ADT^A28^ADT_A05", "GOLD-6", person)), "AA");
    recorded.expect_one("iti30-a28", "ITI-30");
    ASSERT_EQ(send(v2("ADT^A31^ADT_A05", "GOLD-7", person)), "AA");
    recorded.expect_one("iti30-a31", "ITI-30");
    ASSERT_EQ(send(v2("ADT^A47^ADT_A30", "GOLD-8",
                      "EVN||20260101120000\rPID|1||G4^^^&" + std::string(kAuthority) +
                          "&ISO||YAMADA^TARO\rMRG|" + kThree + "\r")),
              "AA");
    recorded.expect_one("iti30-a47", "ITI-30");
    ASSERT_EQ(send(v2("ADT^A40^ADT_A39", "GOLD-9",
                      "EVN||20260101120000\rPID|1||" + kOne + "||YAMADA^TARO\rMRG|G4^^^&" +
                          std::string(kAuthority) + "&ISO\r")),
              "AA");
    recorded.expect("iti30-a40", "ITI-30", 2);
}

TEST_F(IdentityRecords, LinksAndLinkChangesInV2AreRecordedAsTheirTablesSay) {
    ASSERT_EQ(send(feed("A01", "GOLD-1", kOne)), "AA");
    ASSERT_EQ(send(feed("A01", "GOLD-2", kTwo)), "AA");
    std::string const both = "EVN||20260101120000\rPID|1||" + kOne +
                             "||YAMADA^TARO\rPV1||N\rPID|2||" + kTwo + "||YAMADA^TARO\rPV1||N\r";
    ASSERT_EQ(send(v2("ADT^A24^ADT_A24", "GOLD-3", both)), "AA");
    recorded.expect("iti30-a24", "ITI-30", 1);
    ASSERT_EQ(send(v2("ADT^A37^ADT_A37", "GOLD-4", both)), "AA");
    recorded.expect("iti30-a37", "ITI-30", 1);

    auto const regional = [](std::string const& number) {
        return number + "^^^&" + kRegionalAuthority + "&ISO";
    };
    ASSERT_EQ(send(feed("A01", "GOLD-5", regional("GR1") + "~" + kThree)), "AA");
    ASSERT_EQ(send(feed("A01", "GOLD-6", regional("GR2"))), "AA");
    auto const change = [&](std::string const& control, std::string const& from) {
        return v2("ADT^A43^ADT_A43", control,
                  "EVN||20260101120000\rPID|1||" + regional("GR2") + "~" + kThree + "|| \rMRG|" +
                      regional(from) + "\r");
    };
    ASSERT_EQ(send(change("GOLD-7", "GR1")), "AA");
    recorded.expect("iti64", "ITI-64", 1);
    ASSERT_EQ(send(change("GOLD-8", "GR9")), "AE");
    recorded.expect("iti64-refused", "ITI-64", 1);
}

TEST_F(IdentityRecords, FeedsInV3AreRecordedAsTheirTablesSay) {
    auto const tell = [&](std::string const& interaction, std::string const& message_id,
                          std::string const& id, std::string const& prior = "") {
        std::string const text =
            v3_feed(interaction, id, prior, {"YAMADA", "TARO", ""}, message_id);
        return holds(post_v3(toolkit, interaction, text), "<typeCode code=\"CA\"/>");
    };
    ASSERT_TRUE(tell("PRPA_IN201301UV02", "2.999.77.1", kOne));
    recorded.expect_one("iti44-201301", "ITI-44");
    ASSERT_TRUE(tell("PRPA_IN201302UV02", "2.999.77.2", kOne));
    recorded.expect_one("iti44-201302", "ITI-44");
    ASSERT_EQ(send(feed("A01", "GOLD-9", kTwo)), "AA");
    ASSERT_TRUE(tell("PRPA_IN201304UV02", "2.999.77.3", kOne, kTwo));
    recorded.expect("iti44-201304", "ITI-44", 2);
    ASSERT_FALSE(tell("PRPA_IN201301UV02", "2.999.77.4", kForeign));
    recorded.expect_one("iti44-refused", "ITI-44");
}

TEST_F(IdentityRecords, QuestionsInV2AreRecordedWithTheWholeMessage) {
    ASSERT_EQ(send(feed("A01", "GOLD-1", kOne)), "AA");
    auto const pix = [&](std::string const& control, std::string const& id) {
        return send(v2("QBP^Q23^QBP_Q21", control, "QPD|IHE PIX Query|T1|" + id + "\rRCP|I\r"));
    };
    ASSERT_EQ(pix("GOLD-2", kOne), "AA");
    recorded.expect_one("iti9", "ITI-9");
    ASSERT_EQ(pix("GOLD-3", kTwo), "AE");
    recorded.expect_one("iti9-unknown", "ITI-9");
    std::string const by_id = "QPD|IHE PDQ Query|T2|@PID.3.1^G1~@PID.3.4.2^" +
                              std::string(kAuthority) + "~@PID.3.4.3^ISO\rRCP|I\r";
    ASSERT_EQ(send(v2("QBP^Q22^QBP_Q21", "GOLD-4", by_id)), "AA");
    recorded.expect_one("iti21", "ITI-21");
    ASSERT_EQ(send(v2("QBP^ZV1^QBP_Q21", "GOLD-5", by_id)), "AA");
    recorded.expect_one("iti22", "ITI-22");
    ASSERT_EQ(send(v2("QCN^J01^QCN_J01", "GOLD-6", "QID|T2|IHE PDQ Query\r")), "AA");
    recorded.expect_one("iti21-cancel", "ITI-21");
}

TEST_F(IdentityRecords, QuestionsInV3AreRecordedWithTheirParameters) {
    ASSERT_EQ(send(feed("A01", "GOLD-1", kOne)), "AA");
    std::string pix = v3_pix_query(kOne, {kRegionalAuthority});
    std::string const before = "<queryId root=\"2.999.9.2\" extension=\"";
    std::size_t const at = pix.find(before) + before.size();
    pix.replace(at, pix.find('"', at) - at, "Q1");
    ASSERT_TRUE(holds(post_v3(toolkit, "PRPA_IN201309UV02", pix), "code=\"OK\""));
    recorded.expect_one("iti45", "ITI-45");
    ASSERT_TRUE(find_v3("/pdq/supplier", hl7v3::kFindActions.request, "G1"));
    recorded.expect_one("iti47", "ITI-47");
    ASSERT_TRUE(find_v3("/pdq/supplier", hl7v3::kFindActions.request, "G2"));
    recorded.expect_one("iti47-nobody", "ITI-47");
    ASSERT_TRUE(find_v3("/xcpd/responding", hl7v3::kDiscoveryActions.request, "G1"));
    recorded.expect_one("iti55", "ITI-55");
    std::string const asked =
        "<PatientLocationQueryRequest xmlns=\"urn:ihe:iti:xcpd:2009\">"
        "<RequestedPatientId root=\"" +
        std::string(kAuthority) + "\" extension=\"G1\"/></PatientLocationQueryRequest>";
    std::string const action(hl7v3::kPatientLocationActions.request);
    auto const located =
        toolkit.post("/xcpd/responding", kSoapType, {{envelope(action, asked), nullptr}});
    ASSERT_TRUE(located.ok() && holds(located->body, "<CorrespondingPatientId "));
    recorded.expect_one("iti56", "ITI-56");
}

// The manager's side of a notification: action R.
TEST(IdentityNotificationRecords, NotificationsAreRecordedByTheManager) {
    V2Consumer v2_consumer;
    V3Consumer v3_consumer;
    for (bool const v3 : {false, true}) {
        TestNode::Options options;
        options.settings = fast_notifications(v3 ? v3_consumer.setting() : v2_consumer.setting());
        TestNode node(options);
        NodeClient toolkit(node, "toolkit");
        Recorded recorded(node);
        ASSERT_EQ(ack_of(toolkit.exchange_hl7(feed("A01", "GOLD-1", kOne))), "AA");
        recorded.expect_one(v3 ? "iti46" : "iti10", v3 ? "ITI-46" : "ITI-10");
    }
}

TEST(IdentityRecordsPublishedSchema, IsThereToCheckThem) {
    if (!AuditSchema::published()) GTEST_SKIP() << AuditSchema::kAbsent;
    EXPECT_FALSE(AuditSchema::published()->valid("<AuditMessage/>"));
}

}  // namespace
}  // namespace musubi::test
