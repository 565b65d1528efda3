// Nothing that a patient or a document brought lies anywhere in the clear: database dump, data
// files and WAL, blobs, journal, keys, temporary files, logs, metrics; neither as it was sent nor
// as base64, hexadecimal, UTF-16 or the Japanese encodings.

#include <gtest/gtest.h>

#include <fstream>

#include "platform/base/japanese.h"
#include "platform/base/text.h"
#include "support/invariants.h"
#include "support/source_tree.h"
#include "unit/platform_net/tls_peer.h"

namespace musubi::test {
namespace {

namespace fs = std::filesystem;

struct Needle {
    std::string what;
    std::string octets;
};

std::string utf16(std::u32string_view text, bool big_endian) {
    std::string out;
    for (char32_t const c : text) {
        char const high = static_cast<char>(c >> 8), low = static_cast<char>(c & 0xff);
        out += big_endian ? std::string{high, low} : std::string{low, high};
    }
    return out;
}

/// Code points of the basic plane.
std::u32string code_points(std::string const& utf8) {
    std::u32string out;
    for (std::size_t i = 0; i < utf8.size();) {
        auto const lead = static_cast<unsigned char>(utf8[i]);
        std::size_t const length = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : 3;
        char32_t c = length == 1 ? lead : lead & (0xffU >> (length + 1));
        for (std::size_t k = 1; k < length; ++k) {
            c = c << 6 | (static_cast<unsigned char>(utf8[i + k]) & 0x3f);
        }
        out.push_back(c);
        i += length;
    }
    return out;
}

/// What base64 of any text that holds `octets` must contain, for the three ways it may be aligned.
std::vector<std::string> base64_cores(std::string const& octets) {
    std::vector<std::string> cores;
    for (std::size_t shift = 0; shift < 3; ++shift) {
        std::string const whole =
            octets.substr((3 - shift) % 3, octets.size() / 3 * 3 - 3);  // only whole groups
        std::string const printed = to_base64(as_bytes(whole));
        cores.push_back(printed.substr(0, printed.find('=') == std::string::npos
                                              ? printed.size()
                                              : printed.find('=') / 4 * 4));
        if (cores.back().size() > 4) cores.back().resize(cores.back().size() - 4);
    }
    return cores;
}

std::vector<Needle> needles_of(std::string const& name, std::string const& utf8) {
    std::vector<Needle> needles = {{name, utf8}};
    needles.push_back({name + " as UTF-16BE", utf16(code_points(utf8), true)});
    needles.push_back({name + " as UTF-16LE", utf16(code_points(utf8), false)});
    if (auto jis = encode_iso2022jp(utf8, {})) {
        needles.push_back({name + " as ISO-2022-JP", *jis});
        for (auto& core : base64_cores(*jis)) needles.push_back({name + " JIS base64", core});
    }
    if (auto sjis = encode_cp932(utf8, {})) needles.push_back({name + " as CP932", *sjis});
    if (auto euc = encode_eucjp(utf8, {})) needles.push_back({name + " as EUC-JP", *euc});
    for (auto& core : base64_cores(utf8)) needles.push_back({name + " as base64", core});
    needles.push_back({name + " as hexadecimal", to_hex(as_bytes(utf8))});
    return needles;
}

std::vector<std::string> search(std::string const& haystack, std::vector<Needle> const& needles) {
    std::vector<std::string> hits;
    for (Needle const& needle : needles) {
        if (haystack.find(needle.octets) != std::string::npos) hits.push_back(needle.what);
    }
    return hits;
}

class Canary : public ::testing::Test {
protected:
    Canary() {
        int number = 0;
        for (std::string const& text : {family_, given_, title_, author_, content_, comments_}) {
            for (Needle& n : needles_of("canary " + std::to_string(++number), text)) {
                needles_.push_back(std::move(n));
            }
        }
    }
    void expect_absent(std::string const& where, std::string const& haystack) {
        EXPECT_FALSE(haystack.empty()) << where << " was not searched";
        for (auto const& hit : search(haystack, needles_)) ADD_FAILURE() << hit << " in " << where;
    }
    int expect_absent_under(fs::path const& folder) {
        int files = 0;
        for (auto const& file : fs::recursive_directory_iterator(folder)) {
            if (!file.is_regular_file() || file.file_size() == 0) continue;
            expect_absent(file.path(), read_file(file.path()));
            ++files;
        }
        return files;
    }

    // Unmistakable, and such that the Japanese encodings have them.
    std::string const family_ = "隠密鶴亀", given_ = "秘匿之介", title_ = "極秘題名珊瑚礁",
                      author_ = "覆面医師麒麟", content_ = "カナリアの本文は誰にも見えない",
                      comments_ = "CANARYCOMMENTqzxwvk";
    std::vector<Needle> needles_;
};

TEST_F(Canary, SearchFindsEveryFormThatItLooksFor) {
    for (std::string const& text : {family_, given_, title_, author_, content_, comments_}) {
        for (std::size_t before = 0; before < 3; ++before) {
            std::string const around = std::string(before, 'x') + text + "yyy";
            EXPECT_FALSE(search("{" + to_base64(as_bytes(around)) + "}", needles_).empty())
                << text << " at " << before;
        }
        EXPECT_FALSE(search("\\x" + to_hex(as_bytes(text)), needles_).empty());
        EXPECT_FALSE(search(utf16(code_points("a" + text), true), needles_).empty());
        EXPECT_FALSE(search(utf16(code_points("a" + text), false), needles_).empty());
        EXPECT_FALSE(search(*encode_iso2022jp(text, {}), needles_).empty());
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
    expect_absent("metrics", metrics);
    EXPECT_EQ(node.verify_audit(), "");
    node.sql("checkpoint");
    auto const dump =
        run_command({"/usr/lib/postgresql/15/bin/pg_dump", "-d", node.database().superuser()});
    ASSERT_EQ(dump.status, 0) << dump.output.substr(0, 500);
    EXPECT_NE(dump.output.find(documents[0].unique_id), std::string::npos);
    expect_absent("database dump", dump.output);
    EXPECT_GT(expect_absent_under(cluster.data_folder() / "pg_wal"), 0);
    auto const oid =
        node.sql("select oid::text from pg_database where datname = current_database()");
    EXPECT_GT(expect_absent_under(cluster.data_folder() / "base" / oid[0][0]), 100);
    // Blobs, staging, segments, journal, keys, log.
    EXPECT_GT(expect_absent_under(node.folder()), 3);
    EXPECT_GT(expect_absent_under(node.folder() / "blobs/segments"), 0);
    EXPECT_NE(node.log().find("event="), std::string::npos);
}

}  // namespace
}  // namespace musubi::test
