// The audit record repository: whatever another system sends is kept byte for byte, and found by
// what can be read of it (ITI TF-2 3.20).
#include "codec/auditmsg/audit_message.h"
#include "codec/syslog/syslog_message.h"
#include "module/atna/exchange_fixture.h"

namespace musubi::atna {
namespace {

std::string const kPatient = "R7^^^&2.999.1.1.1&ISO";

class ReceiverTest : public ExchangeTest {
protected:
    static std::string message(std::string const& user = "dr-elsewhere") {
        auto out = event(1);
        out.participants.front().user_id = user;
        out.objects = {domain::audit_patient(kPatient),
                       domain::audit_document("1.2.3", "2.999.1.1.2", std::nullopt)};
        return auditmsg::write(out);
    }
    static std::string line(std::string const& message) {
        syslog::Header header;
        header.time = event(1).time;
        header.host = "other";
        return syslog::write(header, message);
    }
    void expect_kept(std::string const& text) {
        receive({text});
        seal();
        auto const all = found();
        ASSERT_FALSE(all.empty());
        bool kept = false;
        for (auto const& one : all) kept = kept || one.line == text;
        EXPECT_TRUE(kept) << text.substr(0, 100);
    }
};

TEST_F(ReceiverTest, AMessageIsFoundByWhatItTells) {
    receive({line(message())});
    seal();
    SearchQuery by_patient, by_user, by_document, by_member, by_transaction, by_other;
    by_patient.patient = kPatient;
    by_user.user = "dr-elsewhere";
    by_document.document = "1.2.3";
    by_member.member = "clinic-kita";
    by_transaction.transaction = "ITI-18";
    by_other.user = "dr-else";
    for (auto const& query : {by_patient, by_user, by_document, by_member, by_transaction}) {
        auto const all = found(query);
        ASSERT_EQ(all.size(), 1U);
        EXPECT_EQ(all[0].received, "tls");
        EXPECT_EQ(all[0].line, line(message()));
        EXPECT_EQ(all[0].message, message());
        EXPECT_EQ(all[0].event.organisation, "clinic-kita");
        EXPECT_EQ(all[0].event.time, event(1).time);
    }
    EXPECT_TRUE(found(by_other).empty());
}

TEST_F(ReceiverTest, AnythingIsKeptByteForByte) {
    for (std::string const& text :
         {std::string("<13>1 - - - - - - plain words of some other program"),
          std::string("not even syslog"), std::string(1, '\0') + "\xFF\xFE octets",
          "<85>1 - h a p IHE+RFC-3881 - \xEF\xBB\xBF" + message(),
          "<85>1 - h a p DICOM+RFC3881 - " + message().substr(0, 600),
          "<85>1 - h a p m - " + message() + std::string(1'000'000, ' '),
          std::string("<85>1 - - - - - - <!DOCTYPE a [<!ENTITY b 'c'>]><AuditMessage>&b;"),
          std::string()}) {
        expect_kept(text);
    }
    EXPECT_EQ(verify(archive())->damage, Damage::kNone);
}

TEST_F(ReceiverTest, ACutMessageIsFoundByWhatCameOfIt) {
    auto const whole = message();
    auto const patient_end = whole.find("</ParticipantObjectIdentification>");
    receive({line(whole.substr(0, patient_end))}, "", "udp");
    seal();
    SearchQuery query;
    query.patient = kPatient;
    auto const all = found(query);
    ASSERT_EQ(all.size(), 1U);
    EXPECT_EQ(all[0].received, "udp");
    EXPECT_EQ(all[0].event.event_id.code, "110112");
    EXPECT_EQ(all[0].event.organisation, "");
}

TEST_F(ReceiverTest, ImpossibleTimesAndEndlessIdsDoNotReachTheColumns) {
    auto bad = event(1);
    bad.time = WallTime(std::chrono::sys_days(std::chrono::year(1800) / 1 / 1));
    bad.event_types = {{std::string(10'000, 'c'), "IHE Transactions", "x"}};
    bad.objects.clear();
    for (int i = 0; i < 500; ++i)
        bad.objects.push_back(domain::audit_patient(std::to_string(i) + "^^^&2.999.1.1.1&ISO"));
    receive({line(auditmsg::write(bad))});
    seal();
    auto const rows =
        pg::run_script(database_.superuser(),
                       "SELECT time > now() - interval '1 hour', transaction, event_type = '', "
                       "cardinality(patients) FROM atna.record");
    ASSERT_TRUE(rows.ok()) << rows.error().detail;
    EXPECT_EQ(rows->at(0), (std::vector<std::string>{"t", "syslog", "t", "64"}));
}

TEST_F(ReceiverTest, TheJsonLineShowsReceivedOctetsLegiblyAndWhole) {
    std::string const text = "<13>1 - - - - - - caf\xE9";
    receive({text});
    seal();
    auto const all = found();
    ASSERT_EQ(all.size(), 1U);
    auto const json = to_json_line(all[0]);
    EXPECT_NE(json.find("\"message\": \"caf?\""), std::string::npos) << json;
    EXPECT_NE(json.find("\"received\": \"tls\""), std::string::npos);
    EXPECT_NE(json.find("\"line\": \"" + to_base64(as_bytes(text)) + "\""), std::string::npos);
}

}  // namespace
}  // namespace musubi::atna
