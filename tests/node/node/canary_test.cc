// Nothing that a patient or a document brought lies anywhere in the clear: database dump, data
// files and WAL, blobs, journal, keys, temporary files, logs, metrics; neither as it was sent nor
// as base64, hexadecimal, UTF-16 or the Japanese encodings.

#include <gtest/gtest.h>

#include "platform/base/japanese.h"
#include "platform/base/text.h"
#include "support/invariants.h"
#include "support/needles.h"
#include "unit/platform_net/tls_peer.h"

namespace musubi::test {
namespace {

namespace fs = std::filesystem;

class Canary : public ::testing::Test {
protected:
    Canary() {
        int number = 0;
        for (std::string const& text : {family_, given_, title_, author_, content_, comments_}) {
            needles_.add("canary " + std::to_string(++number), text);
        }
    }

    // Unmistakable, and such that the Japanese encodings have them.
    std::string const family_ = "隠密鶴亀", given_ = "秘匿之介", title_ = "極秘題名珊瑚礁",
                      author_ = "覆面医師麒麟", content_ = "カナリアの本文は誰にも見えない",
                      comments_ = "CANARYCOMMENTqzxwvk";
    Needles needles_;
};

TEST_F(Canary, SearchFindsEveryFormThatItLooksFor) {
    for (std::string const& text : {family_, given_, title_, author_, content_, comments_}) {
        for (std::size_t before = 0; before < 3; ++before) {
            std::string const around = std::string(before, 'x') + text + "yyy";
            EXPECT_FALSE(needles_.found_in("{" + to_base64(as_bytes(around)) + "}").empty())
                << text << " at " << before;
        }
        EXPECT_FALSE(needles_.found_in("\\x" + to_hex(as_bytes(text))).empty());
        EXPECT_FALSE(needles_.found_in(to_utf16(code_points("a" + text), true)).empty());
        EXPECT_FALSE(needles_.found_in(to_utf16(code_points("a" + text), false)).empty());
        EXPECT_FALSE(needles_.found_in(*encode_iso2022jp(text, {})).empty());
    }
    EXPECT_EQ(code_points("aé漢"), U"aé漢");
}

TEST_F(Canary, NothingPersonalLiesAnywhereInTheClear) {
    TestCluster cluster(TestCluster::Durability::kReal);
    TestNode::Options options;
    options.cluster = &cluster;
    options.settings = {"log.level=debug"};
    TestNode node(options);
    NodeClient hospital(node, "hospital-kita");
    std::string const local = fresh_patient(kHospitalAuthority);
    ASSERT_NE(
        hospital.exchange_hl7(adt_message("A01", local, "", family_ + "^" + given_)).find("MSA|AA"),
        std::string::npos);
    auto shown = node.command({"patient", "show", "--patient", local});
    ASSERT_EQ(shown.status, 0) << shown.output;
    std::string const patient(
        trim(shown.output.substr(shown.output.rfind("\n", shown.output.size() - 2) + 1)));

    std::vector<NewDocument> documents(2);
    for (NewDocument& document : documents) {
        document.title = title_;
        document.author = "D1^" + author_;
    }
    std::string large = content_ + comments_;
    while (large.size() < 600'000) large += content_ + "。" + comments_ + "\n";
    documents[0].content = text_document(content_ + comments_);
    documents[1].content = text_document(large);
    Papers papers = papers_for(patient, documents);
    for (auto& entry : papers.submission.entries) {
        entry.source_patient_id = local;
        entry.source_patient_info = {"PID-5|" + family_ + "^" + given_ + "^^^^^L^I"};
        entry.description = {{comments_, "ja-JP", ""}};
    }
    Heard const heard = hospital.submit(papers);
    ASSERT_TRUE(heard.success()) << heard.text();
    auto const found = hospital.find(patient);
    ASSERT_EQ(found.objects.entries.size(), 2U) << found.text();
    EXPECT_EQ(found.objects.entries[0].name.at(0).value, title_);
    ASSERT_TRUE(hospital.retrieve({documents[0].unique_id, documents[1].unique_id}).success());
    // What goes wrong must not tell either: a broken message, a refused one, a search by author.
    Papers wrong = papers;
    wrong.submission.entries[0].language_code = "canary " + title_;
    wrong.submission.entries[0].class_codes[0].code = family_;
    EXPECT_FALSE(hospital.submit(wrong).success());
    static_cast<void>(hospital.exchange_hl7("MSH|^~\\&|" + comments_ + "|" + comments_));
    domain::RawQuery by_author =
        find_documents_query(patient, {std::string(to_urn(domain::Availability::kApproved))});
    by_author.parameters.push_back(
        {"$XDSDocumentEntryAuthorPerson", {{ebxml::query_list({"%" + author_ + "%"})}}});
    EXPECT_EQ(hospital.query(by_author, kQueryAction).objects.entries.size(), 2U);
    // An upload that has come half way lies in the staging folder while everything is searched.
    TlsPeerOptions identity;
    identity.crt = hospital.crt();
    identity.key = hospital.key();
    identity.ca = hospital.ca();
    TlsPeer half(node.https(), identity);
    ASSERT_TRUE(half.connected());
    half.send(
        "POST /xds/repository HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9000000\r\n"
        "Content-Type: multipart/related; type=\"application/xop+xml\"; boundary=b; "
        "start-info=\"application/soap+xml\"\r\n\r\n"
        "--b\r\nContent-Type: application/xop+xml; type=\"application/soap+xml\"\r\n\r\n" +
        envelope(kProvideAction, "<x/>") + "\r\n--b\r\nContent-ID: <doc@x>\r\n\r\n" + large);
    EXPECT_TRUE(eventually([&] {
        for (auto const& file : fs::directory_iterator(node.folder() / "blobs/staging")) {
            if (file.file_size() > 400'000) return true;
        }
        return false;
    }));

    std::string const metrics = node.operator_page("/metrics");
    needles_.expect_absent("metrics", metrics);
    EXPECT_EQ(node.verify_audit(), "");
    node.sql("checkpoint");
    auto const dump =
        run_command({"/usr/lib/postgresql/15/bin/pg_dump", "-d", node.database().superuser()});
    ASSERT_EQ(dump.status, 0) << dump.output.substr(0, 500);
    EXPECT_NE(dump.output.find(documents[0].unique_id), std::string::npos);
    needles_.expect_absent("database dump", dump.output);
    EXPECT_GT(needles_.expect_absent_under(cluster.data_folder() / "pg_wal"), 0);
    auto const oid =
        node.sql("select oid::text from pg_database where datname = current_database()");
    EXPECT_GT(needles_.expect_absent_under(cluster.data_folder() / "base" / oid[0][0]), 100);
    // Blobs, staging, segments, journal, keys, log.
    EXPECT_GT(needles_.expect_absent_under(node.folder()), 3);
    EXPECT_GT(needles_.expect_absent_under(node.folder() / "blobs/segments"), 0);
    EXPECT_NE(node.log().find("event="), std::string::npos);
}

}  // namespace
}  // namespace musubi::test
