#include "codec/mtom/part_reader.h"

#include "recorder.h"

#include <gtest/gtest.h>

namespace musubi::mtom {
namespace {

using test::Outcome;
using test::run_bytewise;
using test::run_random;
using test::run_whole;

/// The outcome, after making sure that slicing does not change it.
Outcome read(std::string_view body, std::string const& boundary = "B", Limits const& limits = {}) {
    Outcome const whole = run_whole(body, boundary, limits);
    Outcome const bytewise = run_bytewise(body, boundary, limits);
    EXPECT_EQ(whole.ok, bytewise.ok);
    EXPECT_EQ(whole.code, bytewise.code);
    if (whole.ok) {
        EXPECT_EQ(whole.picture, bytewise.picture);
    }
    for (unsigned seed = 1; seed <= 5; ++seed) {
        Outcome const sliced = run_random(body, boundary, seed, limits);
        EXPECT_EQ(whole.ok, sliced.ok);
        if (whole.ok) {
            EXPECT_EQ(whole.picture, sliced.picture);
        }
    }
    return whole;
}
std::string part(std::string_view headers, std::string_view data) {
    return "--B\r\n" + std::string(headers) + "\r\n" + std::string(data) + "\r\n";
}
Limits strict() {
    Limits limits;
    limits.line_ends = LineEnds::kCrlf;
    return limits;
}

TEST(PartReader, GivesPartsHeadersAndOctetsUnchanged) {
    std::string const binary("\r\n--\r\n--BB\r\n-\0\xff\n--B\n \r\r\n", 24);
    Outcome const got = read(
        part("Content-Type: text/xml\r\nContent-ID: <a@b>\r\n", "<x/>") +
        part("content-id:<c@d>\r\nCONTENT-TRANSFER-ENCODING: Binary\r\nX-Other: 1\r\n", binary) +
        "--B--\r\n");
    ASSERT_TRUE(got.ok);
    ASSERT_EQ(got.parts.size(), 2U);
    EXPECT_EQ(got.parts[0].headers.content_id, "a@b");
    EXPECT_EQ(got.parts[0].headers.content_type, "text/xml");
    EXPECT_EQ(got.parts[0].data, "<x/>");
    EXPECT_EQ(got.parts[1].headers.content_id, "c@d");
    EXPECT_EQ(got.parts[1].data, binary);
}

TEST(PartReader, SkipsPreambleAndEpilogue) {
    Outcome const got =
        read("This is MIME\r\n--Bx\r\n\r\n" + part("", "1") + "--B--\r\nepilogue --B\r\n--B\r\n",
             "B", strict());
    EXPECT_TRUE(got.ok);
    EXPECT_EQ(got.picture, "[|||1].");
    EXPECT_EQ(read("\r\n" + part("", "1") + "--B--").picture, "[|||1].");
}

TEST(PartReader, TakesEmptyPartsAndBlanksBehindDelimiters) {
    EXPECT_EQ(read("--B \t\r\nContent-ID: <1>\r\n\r\n\r\n--B\t\r\n\r\n--B--").picture,
              "[1|||][|||].");
    // A delimiter right behind the headers' blank line
    EXPECT_EQ(read("--B\r\n\r\n--B\r\n\r\nx\r\n--B--").picture, "[|||][|||x].");
}

TEST(PartReader, UnfoldsHeaders) {
    Outcome const got = read(
        "--B\r\nContent-Type: application/xop+xml;\r\n\tcharset=UTF-8;\r\n "
        "type=\"a/b\"\r\nContent-ID:\r\n <i@d>\r\n\r\n\r\n--B--");
    ASSERT_TRUE(got.ok);
    EXPECT_EQ(got.parts[0].headers.content_type,
              "application/xop+xml;\tcharset=UTF-8; type=\"a/b\"");
    EXPECT_EQ(got.parts[0].headers.content_id, "i@d");
}

TEST(PartReader, ReadsLfBodiesOnlyWhenLenient) {
    std::string const body = "--B\nContent-ID: <1>\n\na\r\nb\n--B\n\n--B--\n";
    EXPECT_EQ(read(body).picture, "[1|||a\r\nb][|||].");
    EXPECT_EQ(read(body, "B", strict()).code, Code::kInvalidMessage);
    // A body with CRLF is never ended by a lone LF.
    EXPECT_EQ(read("--B\r\n\r\na\n--B--\r\n--B--").picture, "[|||a\n--B--].");
    // Only the headers are LF: tolerated too, but not strictly.
    std::string const headers = "--B\r\nContent-ID: <1>\n\nx\r\n--B--";
    EXPECT_EQ(read(headers).picture, "[1|||x].");
    EXPECT_FALSE(read(headers, "B", strict()).ok);
}

TEST(PartReader, RefusesABodyWithoutItsFinalDelimiter) {
    std::string const whole = part("Content-ID: <1>\r\n", "data") + "--B--";
    for (std::size_t size = 0; size < whole.size(); ++size) {
        Outcome const got = run_whole(whole.substr(0, size), "B");
        EXPECT_FALSE(got.ok) << size;
        EXPECT_EQ(got.code, Code::kInvalidMessage);
    }
    EXPECT_TRUE(read(whole).ok);
    EXPECT_FALSE(read(part("", "x") + "--B\r\n").ok);
    EXPECT_FALSE(read("--B--\r\n").ok) << "a package without root";
    EXPECT_FALSE(read(whole, "other").ok);
}

TEST(PartReader, RefusesHeadersThatTwoReadersWouldReadDifferently) {
    for (std::string_view const headers :
         {"Content-ID <a>\r\n", ": x\r\n", " folded: first\r\n",
          "Content-ID: <a>\r\nContent-Id: <b>\r\n",
          "Content-Transfer-Encoding: binary\r\nContent-Transfer-Encoding: base64\r\n",
          "X: a\x01z\r\n", "X: a\rb\r\n", "Content-Transfer-Encoding: gzip\r\n"}) {
        Outcome const got = read(part(headers, "") + "--B--");
        EXPECT_FALSE(got.ok) << headers;
        EXPECT_EQ(got.code, Code::kInvalidMessage);
    }
    Outcome const twice =
        read(part("Content-ID: <a>\r\n", "") + part("Content-ID: <a>\r\n", "") + "--B--");
    EXPECT_EQ(twice.code, Code::kInvalidMessage);
    EXPECT_TRUE(read(part("", "") + part("", "") + "--B--").ok)
        << "parts without an id are not twins";
}

TEST(PartReader, ADocumentThatIsItselfAPackageIsOctets) {
    std::string const inner = "--C\r\nContent-Type: text/html\r\n\r\n<p/>\r\n--C--\r\n";
    Outcome const got =
        read(part("Content-Type: multipart/related; boundary=C\r\nContent-ID: <a>\r\n", inner) +
             "--B--");
    ASSERT_TRUE(got.ok);
    ASSERT_EQ(got.parts.size(), 1U);
    EXPECT_EQ(got.parts[0].data, inner);
}

TEST(PartReader, HoldsItsLimitsAtTheEdge) {
    Limits limits;
    limits.parts = 3;
    std::string const three = part("", "1") + part("", "2") + part("", "3");
    EXPECT_TRUE(read(three + "--B--", "B", limits).ok);
    EXPECT_EQ(read(three + part("", "4") + "--B--", "B", limits).code, Code::kTooLarge);

    limits = {};
    limits.header_block = 100;
    // "X: " + value + CRLF + CRLF
    EXPECT_TRUE(read(part("X: " + std::string(93, 'a') + "\r\n", "") + "--B--", "B", limits).ok);
    EXPECT_EQ(read(part("X: " + std::string(94, 'a') + "\r\n", "") + "--B--", "B", limits).code,
              Code::kTooLarge);
    EXPECT_EQ(run_whole("--B\r\nX: " + std::string(1000, 'a'), "B", limits).code, Code::kTooLarge)
        << "endless line";

    limits = {};
    limits.preamble = 20;
    EXPECT_TRUE(read(std::string(11, 'p') + "\r\n" + part("", "") + "--B--", "B", limits).ok);
    EXPECT_EQ(read(std::string(21, 'p') + "\r\n" + part("", "") + "--B--", "B", limits).code,
              Code::kTooLarge);
    EXPECT_EQ(Limits{}.parts, 256U);
    EXPECT_EQ(Limits{}.header_block, 16384U);
}

TEST(PartReader, UndoesTransferEncodings) {
    auto const data = [](std::string_view encoding, std::string_view body) {
        Outcome const got = read(
            part("Content-Transfer-Encoding: " + std::string(encoding) + "\r\n", body) + "--B--");
        return got.ok ? got.parts[0].data : "ERROR";
    };
    EXPECT_EQ(data("BASE64", "aGVs\r\nbG8g\r\n d29ybGQ="), "hello world");
    EXPECT_EQ(data("base64", ""), "");
    EXPECT_EQ(data("base64", "aGVs=bG8"), "ERROR");
    EXPECT_EQ(data("base64", "aGU=aGVs"), "ERROR");
    EXPECT_EQ(data("base64", "aGVsb"), "ERROR");
    EXPECT_EQ(data("base64", "aGVs*"), "ERROR");
    EXPECT_EQ(data("quoted-printable", "a=3Db=E5=b1=B1 \t\r\nsoft=\r\nline= \r\n end  "),
              "a=b山\r\nsoftline end");
    EXPECT_EQ(data("quoted-printable", "a=4"), "ERROR");
    EXPECT_EQ(data("quoted-printable", "a=G1"), "ERROR");
    EXPECT_EQ(data("quoted-printable", "a="), "a");
    EXPECT_EQ(data("7bit", "a=3D"), "a=3D");
    EXPECT_EQ(data("8bit", "\xe5"), "\xe5");
    EXPECT_EQ(data("\"binary\"", "x"), "ERROR");
}

TEST(PartReader, StopsAtTheHandlersErrorAndRepeatsIt) {
    class Refusing final : public PartHandler {
    public:
        Status part_begin(PartHeaders const&) override { return {}; }
        Status part_data(ByteView) override { return Error(Code::kStorageUnavailable, "disk"); }
        Status part_end() override {
            ADD_FAILURE();
            return {};
        }
        Status done() override {
            ADD_FAILURE();
            return {};
        }
    } handler;
    PartReader reader("B", {}, handler);
    std::string const body = part("", "data") + "--B--";
    EXPECT_EQ(reader.feed(as_bytes(body)).error().code, Code::kStorageUnavailable);
    EXPECT_EQ(reader.feed(as_bytes(body)).error().code, Code::kStorageUnavailable);
    EXPECT_EQ(reader.finish().error().code, Code::kStorageUnavailable);
}

TEST(PartReader, HandsDataOnWithoutKeepingIt) {
    class Counting final : public PartHandler {
    public:
        Status part_begin(PartHeaders const&) override { return {}; }
        Status part_data(ByteView piece) override {
            seen += piece.size();
            return {};
        }
        Status part_end() override { return {}; }
        Status done() override { return {}; }
        std::size_t seen = 0;
    } handler;
    PartReader reader("B", {}, handler);
    ASSERT_TRUE(reader.feed(as_bytes("--B\r\n\r\n")));
    // Nearly a delimiter, again and again: the worst case for what may be held back.
    std::string const slice = "\r\n--B" + std::string(70, ' ') + "\r\n--";
    std::size_t fed = 0;
    for (int i = 0; i < 2000; ++i) {
        ASSERT_TRUE(reader.feed(as_bytes(slice.substr(0, i % 2 ? slice.size() : 30) + "x")));
        fed += (i % 2 ? slice.size() : 30) + 1;
        ASSERT_GE(handler.seen + 200, fed);
    }
    ASSERT_TRUE(reader.feed(as_bytes("\r\n--B--")));
    EXPECT_TRUE(reader.finish());
    EXPECT_EQ(handler.seen, fed);
}

// Streams made of the pieces that parsers trip over: no crash, one outcome however they are sliced.
TEST(PartReader, SurvivesHostileStreams) {
    std::string const longest(70, 'x');
    std::vector<std::string> const pieces = {"--B",
                                             "--B--",
                                             "\r\n",
                                             "\n",
                                             "\r",
                                             "--",
                                             "-",
                                             "B",
                                             " ",
                                             "\t",
                                             "Content-ID: <a>",
                                             "Content-Id:<a%40b>",
                                             "\r\n\r\n",
                                             "Content-Transfer-Encoding: base64",
                                             "Content-Transfer-Encoding: quoted-printable",
                                             "Content-Type: multipart/related; boundary=B",
                                             "=41",
                                             "=",
                                             "QUJD",
                                             "====",
                                             std::string(70, ' '),
                                             std::string("\0\xff", 2),
                                             ":",
                                             "data",
                                             longest,
                                             "--B\r\n",
                                             "\r\n--B\r\n"};
    std::mt19937 random(17);
    Limits limits;
    limits.header_block = 120;
    limits.parts = 5;
    limits.preamble = 100;
    int good = 0;
    for (int round = 0; round < 6000; ++round) {
        limits.line_ends = round % 2 ? LineEnds::kLenient : LineEnds::kCrlf;
        std::string body = round % 3 ? "--B\r\n" : "";
        int const count = static_cast<int>(random() % 24);
        for (int i = 0; i < count; ++i) body += pieces[random() % pieces.size()];
        if (round % 5) body += "\r\n\r\n\r\n--B--";
        Outcome const whole = run_whole(body, "B", limits);
        Outcome const bytewise = run_bytewise(body, "B", limits);
        Outcome const sliced = run_random(body, "B", static_cast<unsigned>(round), limits);
        ASSERT_EQ(whole.ok, bytewise.ok) << body;
        ASSERT_EQ(whole.ok, sliced.ok) << body;
        ASSERT_LE(whole.parts.size(), limits.parts);
        if (!whole.ok) continue;
        ++good;
        ASSERT_EQ(whole.picture, bytewise.picture) << body;
        ASSERT_EQ(whole.picture, sliced.picture) << body;
    }
    EXPECT_GT(good, 300);
}

}  // namespace
}  // namespace musubi::mtom
