// Nothing of a person lies anywhere in the clear once hospitals have told and asked about it, in
// every generation and character set: database dump, data files and WAL, the server's log, the
// node's folder (segments, journal, keys, logs), metrics, what operators are shown.

#include <gtest/gtest.h>

#include <fstream>

#include "codec/hl7v2/charset.h"
#include "codec/hl7v3/actions.h"
#include "node/pix/consumer.h"
#include "support/needles.h"
#include "support/pix_partner.h"
#include "support/source_tree.h"
#include "unit/pdq/v3_fixture.h"
#include "unit/platform_vault/temp_folder.h"

namespace musubi::test {
namespace {

constexpr char kFirst[] = "2.16.840.1.113883.3.72.5.9.1";
constexpr char kSecond[] = "2.16.840.1.113883.3.72.5.9.2";

std::string cx(std::string const& number, std::string const& authority) {
    return number + "^^^&" + authority + "&ISO";
}

class IdentityCanary : public ::testing::Test {
protected:
    IdentityCanary() {
        int number = 0;
        for (std::string const& text :
             {family_, given_, family_kana_, given_kana_, family_half_, mother_, street_, city_,
              phone_, phone_digits_, birth_, insurance_, account_, number_, ward_, doctor_})
            needles_.add("text " + std::to_string(++number), text);
    }

    static TestNode::Options options(TestCluster& cluster, V2Consumer const& consumer) {
        TestNode::Options options;
        options.cluster = &cluster;
        options.settings = fast_notifications(consumer.setting());
        options.settings.push_back("log.level=debug");
        return options;
    }

    /// An ADT message about the person under one more number; `prior` for MRG-1.
    std::string told(std::string const& event, std::string const& id, hl7v2::Encoding encoding,
                     std::string const& prior = "", std::string const& birth = "") const {
        hl7v2::Charset const charset = hl7v2::charset_for(encoding);
        std::string text = adt25(event, id, prior);
        std::size_t const msh_end = text.find('\r');
        text.insert(msh_end, "||||||" + charset.declared + "||" + charset.declared_scheme);
        std::size_t const pid = text.find("\rPID|") + 1, end = text.find('\r', pid);
        std::string const kana = encoding == hl7v2::Encoding::kCp932 ? family_half_ : family_kana_;
        text.replace(pid, end - pid,
                     "PID|1||" + id + "||" + family_ + "^" + given_ + "^^^^^L^I~" + kana + "^" +
                         given_kana_ + "^^^^^L^P|" + mother_ + "|" +
                         (birth.empty() ? birth_ : birth) + "|F|||" + street_ + "^^" + city_ +
                         "^^0010017^JPN^H||^PRN^PH^^^^^^^^^" + phone_ + "|||||" + account_);
        if (prior.empty())
            text.replace(text.find("PV1||N"), 6, "PV1||I|" + ward_ + "||||" + doctor_);
        if (prior.empty()) text += "IN1|1||06139998|||||||" + account_ + "^" + insurance_ + "^01\r";
        auto const octets = hl7v2::encode_text(text, charset, {});
        EXPECT_TRUE(octets.ok()) << octets.error().detail;
        return octets ? *octets : "";
    }
    std::string told_v3(std::string const& interaction, std::string const& id,
                        std::string const& prior = "") const {
        std::string text = v3_feed(interaction, id, prior, {family_, given_, birth_});
        auto const insert = [&](std::string const& before, std::string const& what) {
            text.insert(text.find(before), what);
        };
        insert("<birthTime", "<telecom use=\"HP\" value=\"tel:" + phone_ +
                                 "\"/><administrativeGenderCode code=\"F\"/>");
        insert("</patientPerson>", "<addr><streetAddressLine>" + street_ +
                                       "</streetAddressLine><city>" + city_ + "</city></addr>");
        return text;
    }
    std::string question(std::string const& criteria) const {
        return "MSH|^~\\&|APP|KITA|MUSUBI|REGION|20260101120000||QBP^Q22^QBP_Q21|" + control_id() +
               "|P|2.5||||||UNICODE UTF-8\rQPD|IHE PDQ Query|" + control_id() + "|" + criteria +
               "\rRCP|I\r";
    }

    void feed(NodeClient& toolkit, NodeClient& lenient, NodeClient& hospital) {
        using enum hl7v2::Encoding;
        for (auto const encoding : {kIso2022Jp, kUtf8, kCp932, kEucJp}) {
            std::string const number = number_ + std::to_string(static_cast<int>(encoding));
            std::string const message = told("A28", cx(number, kFirst), encoding);
            // The last two have no name in HL7: undeclared they are refused, silently too, unless
            // the agreement lets the octets tell.
            bool const declared = encoding == kIso2022Jp || encoding == kUtf8;
            EXPECT_EQ(ack_of(toolkit.exchange_hl7(message)), declared ? "AA" : "AE");
            EXPECT_EQ(ack_of(lenient.exchange_hl7(message)), "AA") << static_cast<int>(encoding);
        }
        EXPECT_EQ(
            ack_of(hospital.exchange_hl7(told("A28", cx(number_, kHospitalAuthority), kIso2022Jp))),
            "AA");
        std::string const old_id = cx(number_ + "V3", kSecond), now = cx(number_ + "V3B", kSecond);
        for (std::string const& id : {old_id, now}) {
            EXPECT_TRUE(
                holds(post_v3(toolkit, "PRPA_IN201301UV02", told_v3("PRPA_IN201301UV02", id)),
                      "<typeCode code=\"CA\"/>"));
        }
        // Merged in both generations; linked and parted by the source.
        EXPECT_TRUE(
            holds(post_v3(toolkit, "PRPA_IN201304UV02", told_v3("PRPA_IN201304UV02", now, old_id)),
                  "<typeCode code=\"CA\"/>"));
        std::string const first = cx(number_ + "1", kFirst), second = cx(number_ + "2", kFirst);
        EXPECT_EQ(ack_of(toolkit.exchange_hl7(told("A40", first, kUtf8, second))), "AA");
        EXPECT_EQ(ack_of(toolkit.exchange_hl7(link25("A24", first, now))), "AA");
        // What is doubtful waits for people.
        EXPECT_EQ(ack_of(toolkit.exchange_hl7(
                      told("A28", cx(number_ + "9", kSecond), kUtf8, "", "18970331"))),
                  "AA");
        // What is wrong must not tell either.
        std::string broken = told("A28", cx(number_ + "7", kFirst), kUtf8);
        broken.replace(broken.find(birth_), 4, "XXXX");
        EXPECT_NE(ack_of(toolkit.exchange_hl7(broken)), "AA");
        EXPECT_NE(ack_of(toolkit.exchange_hl7(told("A28", cx(number_, "1.2.3.4"), kUtf8))), "AA");
        EXPECT_NE(ack_of(toolkit.exchange_hl7(
                      told("A40", cx(number_ + "N", kFirst), kUtf8, cx(number_ + "M", kFirst)))),
                  "AA");
        std::string odd = told_v3("PRPA_IN201301UV02", now);
        odd.replace(odd.find("<telecom"), 8, "<" + account_);
        static_cast<void>(post_v3(toolkit, "PRPA_IN201301UV02", odd));
    }

    void ask(NodeClient& toolkit, NodeClient& clinic) {
        std::string const criteria =
            "@PID.5.1.1^" + family_ + "~@PID.5.2^" + given_ + "~@PID.7^" + birth_;
        EXPECT_TRUE(holds(segment_of(toolkit.exchange_hl7(question(criteria)), "PID"), family_));
        EXPECT_EQ(segment_of(clinic.exchange_hl7(question(criteria)), "PID"), "") << "no consent";
        for (std::string const& other :
             {"@PID.13.1^" + phone_digits_, "@PID.11.1.1^" + street_ + "~@PID.5.1.1^" + family_,
              "@PID.6.1.1^" + mother_, "@PID.99^" + account_, "@PID.18.1^" + account_}) {
            static_cast<void>(toolkit.exchange_hl7(question(other)));
            static_cast<void>(clinic.exchange_hl7(question(other)));
        }
        std::string const v3 = v3_find(
            v3_parameter("livingSubjectBirthTime", "<value value=\"" + birth_ + "\"/>") +
            v3_parameter("livingSubjectName", "<value><family>" + family_ + "</family><given>" +
                                                  given_ + "</given></value>"));
        for (auto const& [path, action] :
             {std::pair{"/pdq/supplier", hl7v3::kFindActions.request},
              std::pair{"/xcpd/responding", hl7v3::kDiscoveryActions.request}}) {
            auto const answer =
                toolkit.post(path, kSoapType, {{envelope(std::string(action), v3), nullptr}});
            ASSERT_TRUE(answer.ok());
            EXPECT_TRUE(holds(answer->body, family_)) << answer->body;
        }
        EXPECT_TRUE(pix_ids(toolkit, cx(number_ + "1", kFirst)).starts_with("OK"));
        EXPECT_EQ(pix_ids(toolkit, cx(number_ + "X", kFirst)), "AE");
        EXPECT_TRUE(
            holds(post_v3(toolkit, "PRPA_IN201309UV02", v3_pix_query(cx(number_ + "1", kFirst))),
                  "code=\"OK\""));
    }

    /// A load, and decisions of operators about the pair that waits.
    void operate(TestNode& node) {
        vault::TempFolder elsewhere;
        std::string const file = elsewhere / "people.ndjson";
        std::ofstream(file) << "{\"authority\": \"" << kHospitalAuthority << "\", \"id\": \""
                            << number_ << "L\", \"person\": {\"names\": [{\"family\": \"" << family_
                            << "\", \"given\": \"" << given_ << "\"}], \"birth_time\": \"" << birth_
                            << "\", \"sex\": \"F\"}}\n{\"broken\": \"" << family_ << "\"}\n";
        auto const loaded = node.command({"patient", "load", file});
        EXPECT_NE(loaded.status, -1);
        needles_.expect_absent("what the load says", loaded.output);
        auto const queue = node.command({"patient", "review", "list"});
        EXPECT_EQ(queue.status, 0) << queue.output;
        ASSERT_TRUE(holds(queue.output, number_ + "9")) << "nothing doubtful: " << queue.output;
        auto const waiting = cx(number_ + "9", kSecond), other = cx(number_ + "1", kFirst);
        for (char const* verb : {"show", "link", "undo", "separate"}) {
            auto const done =
                node.command({"patient", "review", verb, "--a", waiting, "--b", other});
            EXPECT_EQ(done.status, 0) << verb << ": " << done.output;
            EXPECT_FALSE(holds(done.output, family_) || holds(done.output, birth_)) << verb;
        }
    }

    // Unmistakable, and such that the Japanese encodings have them.
    std::string const family_ = "忍野鸚鵡", given_ = "秘乃介丸", family_kana_ = "オシノオウム",
                      given_kana_ = "ヒノスケマル", family_half_ = "ｵｼﾉｵｳﾑ", mother_ = "隠岐珊瑚",
                      street_ = "夢幻町九丁目八番地", city_ = "蜃気楼市", phone_ = "0985-73-1946",
                      phone_digits_ = "0985731946", birth_ = "18970313", insurance_ = "98765401987",
                      account_ = "NAISHOACCT", number_ = "NAISHO7731", ward_ = "NAISHOWARD",
                      doctor_ = "NAISHODOC";
    Needles needles_;
};

TEST_F(IdentityCanary, NothingOfAPersonLiesAnywhereInTheClear) {
    V2Consumer consumer;
    consumer.go_away();
    TestCluster cluster(TestCluster::Durability::kReal);
    TestNode node(options(cluster, consumer));
    NodeClient toolkit(node, "toolkit"), lenient(node, "toolkit-lenient"),
        hospital(node, "hospital-kita"), clinic(node, "clinic-kita");
    feed(toolkit, lenient, hospital);
    ask(toolkit, clinic);
    operate(node);
    ASSERT_TRUE(node.wait_log("event=outbox.retry"));
    EXPECT_NE(node.sql("select count(*) from node.outbox")[0][0], "0") << "nothing waits";

    needles_.expect_absent("metrics", node.operator_page("/metrics"));
    needles_.expect_absent("health", node.operator_page("/health/ready"));
    EXPECT_EQ(node.verify_audit(), "");
    node.sql("checkpoint");
    auto const dump =
        run_command({"/usr/lib/postgresql/15/bin/pg_dump", "-d", node.database().superuser()});
    ASSERT_EQ(dump.status, 0) << dump.output.substr(0, 500);
    EXPECT_TRUE(holds(dump.output, kFirst)) << "the look itself works";
    needles_.expect_absent("database dump", dump.output);
    EXPECT_GT(needles_.expect_absent_under(cluster.data_folder() / "pg_wal"), 0);
    auto const oid =
        node.sql("select oid::text from pg_database where datname = current_database()");
    EXPECT_GT(needles_.expect_absent_under(cluster.data_folder() / "base" / oid[0][0]), 100);
    needles_.expect_absent("the server's log",
                           read_file(cluster.data_folder().parent_path() / "server.log"));
    EXPECT_GT(needles_.expect_absent_under(node.folder()), 3);
    EXPECT_TRUE(holds(node.log(), "event="));
}

// The search itself: each text is found in the form in which each partner sends it.
TEST_F(IdentityCanary, EachMessageWouldBeFound) {
    using enum hl7v2::Encoding;
    for (auto const encoding : {kIso2022Jp, kUtf8, kCp932, kEucJp}) {
        std::string const octets = told("A28", cx(number_, kFirst), encoding);
        EXPECT_GE(needles_.found_in(octets).size(), 10U) << static_cast<int>(encoding);
        EXPECT_GE(needles_.found_in(to_base64(as_bytes(octets))).size(), 10U);
        EXPECT_GE(needles_.found_in(to_hex(as_bytes(octets))).size(), 10U);
    }
    EXPECT_GE(needles_.found_in(told_v3("PRPA_IN201301UV02", cx(number_, kSecond))).size(), 6U);
}

}  // namespace
}  // namespace musubi::test
