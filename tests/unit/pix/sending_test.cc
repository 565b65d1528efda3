// What a consumer's acknowledgement means for the notification (HL7 table 0008; pix-pdq 1.2).
#include "pix/notifier.h"
#include "unit/pix/fakes.h"

namespace musubi::pix {
namespace {

/// Answers the message it gets with a code and, if there is one, a condition of table 0357.
class Consumers final : public core::MllpPeerPort, public core::PeerPort {
public:
    std::string code, condition;

    Result<std::string> exchange(core::MllpPeerCall const& call) override {
        auto const message = hl7v2::parse(as_bytes(call.message));
        std::string const id = message ? message->get("MSH", {10}) : "";
        return "MSH|^~\\&|C|F|M|R|2026||ACK^A31^ACK|1|P|2.5\rMSA|" + code + "|" + id + "\r" +
               (condition.empty() ? "" : "ERR|||" + condition + "|E\r");
    }
    Result<core::PeerReply> post(core::PeerCall const&) override {
        std::string const detail = condition.empty()
                                       ? ""
                                       : "<acknowledgementDetail typeCode=\"E\"><code code=\"" +
                                             condition + "\"/></acknowledgementDetail>";
        return core::PeerReply{
            200,
            {},
            "<s:Envelope xmlns:s=\"http://www.w3.org/2003/05/soap-envelope\" "
            "xmlns:a=\"http://www.w3.org/2005/08/addressing\"><s:Header><a:Action>"
            "urn:hl7-org:v3:MCCI_IN000002UV01</a:Action></s:Header><s:Body><MCCI_IN000002UV01 "
            "xmlns=\"urn:hl7-org:v3\"><acknowledgement><typeCode code=\"" +
                code + "\"/>" + detail +
                "</acknowledgement></MCCI_IN000002UV01></s:Body></s:Envelope>"};
    }
};

struct Row {
    char const *v2, *v2_condition, *v3, *v3_condition;
    std::optional<Code> failure;
};

TEST(NotificationSending, OnlyWhatWouldBeRefusedAgainIsRefused) {
    Consumers consumers;
    test::FakeAuthorities const authorities;
    Settings settings;
    settings.device = "2.999.1";
    Consumer consumer;
    consumer.device = "2.999.2";
    consumer.url = "https://localhost/consumer";
    Notice const notice{"0d5be9d2-0000-4000-8000-000000000001",
                        "20260101120000",
                        "R1^^^&1.2.392.1&ISO",
                        {{{"K1", test::kKita}, "PI"}}};
    Sending const sending{settings, consumer, notice};
    for (Row const& row :
         {Row{"AA", "", "CA", "", std::nullopt}, Row{"CA", "", "AA", "", std::nullopt},
          Row{"AE", "207", "AE", "INTERR", Code::kInvalidContent},
          Row{"AR", "203", "CR", "NS203", Code::kInvalidContent},
          Row{"AR", "", "AR", "", Code::kPeerUnavailable},
          Row{"CR", "207", "CR", "INTERR", Code::kPeerUnavailable}}) {
        consumers.code = row.v2;
        consumers.condition = row.v2_condition;
        auto const old_way = send_iti10(sending, consumers, authorities);
        consumers.code = row.v3;
        consumers.condition = row.v3_condition;
        auto const new_way = send_iti46(sending, consumers, system_ids());
        for (Status const* way : {&old_way, &new_way}) {
            EXPECT_EQ(way->ok(), !row.failure) << row.v2 << row.v2_condition;
            if (row.failure && !way->ok()) {
                EXPECT_EQ(way->error().code, *row.failure) << row.v2 << way->error().detail;
            }
        }
    }
}

}  // namespace
}  // namespace musubi::pix
