// Data sets as JSON (DICOM PS3.18 annex F).

#include "codec/dicomparts/metadata.h"

#include "codec/dicomparts/json_value.h"
#include "platform/base/text.h"
#include "support/dicom_files.h"
#include "unit/codec_dicomparts/pieces.h"

#include <gtest/gtest.h>

namespace musubi::dicomparts {
namespace {

using test::DicomWriter;
constexpr char kExplicit[] = "1.2.840.10008.1.2.1", kImplicit[] = "1.2.840.10008.1.2";
constexpr char kCt[] = "1.2.840.10008.5.1.4.1.1.2";

std::string file_of(std::string const& data_set, std::string const& syntax = kExplicit) {
    return test::dicom_file(kCt, "1.2.3", syntax, data_set);
}

/// The JSON, or the name of the error's code.
std::string told(std::string const& data_set, std::string const& syntax = kExplicit,
                 std::string const& instance = "") {
    auto const got = read_metadata(Pieces(file_of(data_set, syntax)), instance);
    return got ? *got : std::string(to_string(got.error().code));
}

std::string const kBroken(to_string(Code::kInvalidContent));

TEST(Metadata, TellsEveryValueRepresentation) {
    using std::string_view_literals::operator""sv;
    struct Row {
        char const* vr;
        std::string_view octets;
        char const* json;
    };
    for (Row const& row : {
             Row{"AE", " HOSPPACS ", R"("Value":["HOSPPACS"])"},
             Row{"AT", "\x28\0\x10\0\x08\0\xFE\xCA"sv, R"("Value":["00280010","0008CAFE"])"},
             Row{"CS", "ORIGINAL\\PRIMARY ", R"("Value":["ORIGINAL","PRIMARY"])"},
             Row{"DA", "20240401", R"("Value":["20240401"])"},
             Row{"DS", "1.50\\ -3 \\+.5e3", R"("Value":[1.50,-3,0.5e3])"},
             Row{"DS", "1\\\\3 ", R"("Value":[1,null,3])"},
             Row{"DS", "1],\"x\":[2 ", R"("Value":["1],\"x\":[2"])"},
             Row{"IS", "007 ", R"("Value":[7])"},
             Row{"FL", "\0\0\x80\x3f\0\0\xc0\x7f"sv, R"("Value":[1,null])"},
             Row{"FD", "\0\0\0\0\0\0\xf8\x3f"sv, R"("Value":[1.5])"},
             Row{"SS", "\xFE\xFF\x05\0"sv, R"("Value":[-2,5])"},
             Row{"US", "\xFE\xFF"sv, R"("Value":[65534])"},
             Row{"SL", "\xFE\xFF\xFF\xFF"sv, R"("Value":[-2])"},
             Row{"UL", "\xFE\xFF\xFF\xFF"sv, R"("Value":[4294967294])"},
             Row{"SV", "\xFE\xFF\xFF\xFF\xFF\xFF\xFF\xFF"sv, R"("Value":[-2])"},
             Row{"UV", "\xFE\xFF\xFF\xFF\xFF\xFF\xFF\xFF"sv, R"("Value":["18446744073709551614"])"},
             Row{"OB", "\1\2"sv, R"("InlineBinary":"AQI=")"},
             Row{"UN", "\1\2\3\4"sv, R"("InlineBinary":"AQIDBA==")"},
             Row{"LT", " a\\b\r\n", R"("Value":[" a\\b\r\n"])"},
             Row{"PN", "YAMADA^TARO=\xE5\xB1\xB1\xE7\x94\xB0^\xE5\xA4\xAA\xE9\x83\x8E",
                 "\"Value\":[{\"Alphabetic\":\"YAMADA^TARO\",\"Ideographic\":\"\xE5\xB1\xB1\xE7\x94"
                 "\xB0^\xE5\xA4\xAA\xE9\x83\x8E\"}]"},
             Row{"PN", "A^B\\\\==C ", R"("Value":[{"Alphabetic":"A^B"},null,{"Phonetic":"C"}])"},
             Row{"UI", "1.2.3\0"sv, R"("Value":["1.2.3"])"},
             Row{"LO", "say \"yes\" ", R"("Value":["say \"yes\""])"},
             Row{"LO", "   ", ""},
             Row{"US", "", ""},
         }) {
        std::string out;
        put_value(out, row.vr, as_bytes(row.octets), TextDecoder("ISO_IR 192"));
        EXPECT_EQ(out, *row.json == '\0' ? "" : std::string(",") + row.json) << row.vr;
    }
}

TEST(Metadata, NumbersAreJsonOrNone) {
    for (auto const& [text, json] :
         std::vector<std::pair<std::string, std::string>>{{"1", "1"},
                                                          {"-0", "-0"},
                                                          {"+5", "5"},
                                                          {"1.", "1"},
                                                          {"-.25", "-0.25"},
                                                          {"1E+5", "1e5"},
                                                          {"000.10", "0.10"},
                                                          {"", ""},
                                                          {"-", ""},
                                                          {".", ""},
                                                          {"1e", ""},
                                                          {"1 2", ""},
                                                          {"0x10", ""},
                                                          {"nan", ""},
                                                          {"1,5", ""},
                                                          {"--1", ""}})
        EXPECT_EQ(json_number(text), json) << text;
}

TEST(Metadata, IsOneObjectWithItemsInIt) {
    DicomWriter item;
    item.text(0x00080100, "SH", "113030").text(0x00080102, "SH", "DCM");
    for (auto const lengths : {DicomWriter::Lengths::kDefined, DicomWriter::Lengths::kUndefined}) {
        DicomWriter set(false, lengths);
        set.text(0x00080005, "CS", "ISO_IR 100").text(0x00080060, "CS", "CT");
        set.sequence(0x00081111, {}).sequence(0x0040A043, {item.done(), ""});
        set.octets(0x00420011, "OB", std::string(kMostBinary + 2, 'x'))
            .text(0x00420012, "LO", "a/b");
        EXPECT_EQ(told(set.done()),
                  R"({"00080005":{"vr":"CS","Value":["ISO_IR 192"]},)"
                  R"("00080060":{"vr":"CS","Value":["CT"]},"00081111":{"vr":"SQ"},)"
                  R"("0040A043":{"vr":"SQ","Value":[{"00080100":{"vr":"SH","Value":["113030"]},)"
                  R"("00080102":{"vr":"SH","Value":["DCM"]}},{}]},)"
                  R"("00420012":{"vr":"LO","Value":["a/b"]}})");
    }
}

TEST(Metadata, PixelsAreReferences) {
    DicomWriter set;
    set.octets(0x00080000, "UL", std::string(4, '\0'));
    set.text(0x00280008, "IS", "3").octets(0x7FE00010, "OW", std::string(600, 'p'));
    set.octets(0xFFFCFFFC, "OB", "zz");
    EXPECT_EQ(told(set.done(), kExplicit, "https://x/i"),
              R"({"00280008":{"vr":"IS","Value":[3]},)"
              R"("7FE00010":{"vr":"OW","BulkDataURI":"https://x/i/frames/1,2,3"}})");
    EXPECT_EQ(told(set.done()), R"({"00280008":{"vr":"IS","Value":[3]}})");
    DicomWriter many;
    many.text(0x00280008, "IS", "1001").octets(0x7FE00010, "OW", "");
    EXPECT_EQ(told(many.done(), kExplicit, "https://x/i"),
              R"({"00280008":{"vr":"IS","Value":[1001]}})");
    // Those of an icon are bulk as well.
    DicomWriter icon, outside;
    icon.octets(0x7FE00010, "OW", "pppp");
    outside.sequence(0x00880200, {icon.done()});
    EXPECT_EQ(told(outside.done()), R"({"00880200":{"vr":"SQ","Value":[{}]}})");
}

TEST(Metadata, OfImplicitValueRepresentationsComesFromTheDictionary) {
    DicomWriter item(true), set(true);
    item.text(0x00080100, "SH", "113030");
    set.text(0x00080060, "CS", "CT").text(0x00090010, "LO", "MAKER").octets(0x00091001, "LO", "x ");
    using std::string_view_literals::operator""sv;
    set.octets(0x00280103, "US", "\1\0"sv).octets(0x00280120, "SS", "\x30\xF8"sv);
    set.sequence(0x0040A043, {item.done()}).octets(0x60003000, "OW", "oo");
    set.octets(0x7FE00010, "OW", "pp");
    EXPECT_EQ(told(set.done(), kImplicit, "u"),
              R"({"00080060":{"vr":"CS","Value":["CT"]},"00090010":{"vr":"LO","Value":["MAKER"]},)"
              R"("00091001":{"vr":"UN","InlineBinary":"eCA="},"00280103":{"vr":"US","Value":[1]},)"
              R"("00280120":{"vr":"SS","Value":[-2000]},)"
              R"("0040A043":{"vr":"SQ","Value":[{"00080100":{"vr":"SH","Value":["113030"]}}]},)"
              R"("60003000":{"vr":"OW","InlineBinary":"b28="},)"
              R"("7FE00010":{"vr":"OW","BulkDataURI":"u/frames/1"}})");
}

TEST(Metadata, IsUtf8WhateverTheFileIs) {
    struct Row {
        char const* sets;
        char const* octets;
        char const* utf8;
    };
    for (Row const& row : {
             Row{"ISO_IR 100", "M\xFCller ", "M\xC3\xBCller"},
             Row{"ISO_IR 192", "\xE5\xB1\xB1 ", "\xE5\xB1\xB1"},
             Row{"GB18030", "\xCD\xF5", "\xE7\x8E\x8B"},
             Row{"\\ISO 2022 IR 87", "\x1b$B;3ED\x1b(B", "\xE5\xB1\xB1\xE7\x94\xB0"},
             Row{"ISO 2022 IR 13\\ISO 2022 IR 87", "\xD4\xCF\xC0\xDE",
                 "\xEF\xBE\x94\xEF\xBE\x8F\xEF\xBE\x80\xEF\xBE\x9E"},
             Row{"\\ISO 2022 IR 149", "\x1b$)C\xB1\xE8", "\xEA\xB9\x80"},
             // No such set, or not what was said: never an error.
             Row{"", "M\xFCller ", "M\xEF\xBF\xBDller"},
             Row{"ISO_IR 999", "M\xFCller ", "M\xEF\xBF\xBDller"},
             Row{"ISO_IR 192", "M\xFCller ", "M\xEF\xBF\xBDller"},
         }) {
        SCOPED_TRACE(row.sets);
        std::string out;
        put_value(out, "LO", as_bytes(std::string_view(row.octets)), TextDecoder(row.sets));
        EXPECT_EQ(out, std::string(",\"Value\":[\"") + row.utf8 + "\"]");
        EXPECT_TRUE(is_valid_utf8(out));
    }
}

TEST(Metadata, AnItemMayHaveACharacterSetOfItsOwn) {
    DicomWriter item, set;
    item.text(0x00080005, "CS", "ISO_IR 100").text(0x00080104, "LO", "M\xFCller");
    set.text(0x00080005, "CS", "ISO_IR 192").sequence(0x0040A043, {item.done()});
    set.text(0x0040A160, "UT", "\xC3\xBC");
    EXPECT_EQ(told(set.done()),
              R"({"00080005":{"vr":"CS","Value":["ISO_IR 192"]},"0040A043":{"vr":"SQ","Value":[)"
              R"({"00080005":{"vr":"CS","Value":["ISO_IR 192"]},)"
              "\"00080104\":{\"vr\":\"LO\",\"Value\":[\"M\xC3\xBCller\"]}}]},"
              "\"0040A160\":{\"vr\":\"UT\",\"Value\":[\"\xC3\xBC\"]}}");
}

TEST(Metadata, AreInOrderWhateverTheFileIs) {
    DicomWriter item, set;
    item.text(0x00080104, "LO", "c").text(0x00080100, "SH", "a").text(0x00080102, "SH", "b");
    set.text(0x00080060, "CS", "CT").sequence(0x0040A043, {item.done()});
    set.text(0x00100010, "PN", "").octets(0x7FE00010, "OW", "pp");
    EXPECT_EQ(told(set.done(), kExplicit, "u"),
              R"({"00080060":{"vr":"CS","Value":["CT"]},"00100010":{"vr":"PN"},)"
              R"("0040A043":{"vr":"SQ","Value":[{"00080100":{"vr":"SH","Value":["a"]},)"
              R"("00080102":{"vr":"SH","Value":["b"]},"00080104":{"vr":"LO","Value":["c"]}}]},)"
              R"("7FE00010":{"vr":"OW","BulkDataURI":"u/frames/1"}})");
    DicomWriter twice;
    twice.text(0x00100020, "LO", "A").text(0x00080060, "CS", "CT").text(0x00100020, "LO", "B");
    EXPECT_EQ(told(twice.done()), kBroken);
}

TEST(Metadata, BrokenFilesAreRefused) {
    EXPECT_EQ(told(DicomWriter().text(0x00080060, "CS", "A").text(0x00080060, "CS", "B").done()),
              kBroken)
        << "twice";
    EXPECT_EQ(told(std::string(8, '\0')), kBroken) << "no value representation";
    EXPECT_EQ(told("", "1.2.840.10008.1.2.1.99"), to_string(Code::kUnsupported)) << "deflated";
    EXPECT_EQ(read_metadata(Pieces("no file"), "").error().code, Code::kInvalidContent);
    // An end that does not come; more inside than outside.
    EXPECT_EQ(told(std::string("\x40\0\x43\xA0SQ\0\0\xFF\xFF\xFF\xFF", 12)), kBroken);
    DicomWriter inner;
    inner.octets(0x00080060, "CS", "CT");
    std::string longer = inner.done();
    longer[6] = 100;
    EXPECT_EQ(
        told(DicomWriter().sequence(0x0040A043, {longer}).text(0x0040A160, "UT", longer).done()),
        kBroken);
}

TEST(Metadata, NestingIsLimited) {
    for (auto const lengths : {DicomWriter::Lengths::kDefined, DicomWriter::Lengths::kUndefined}) {
        std::string inner;
        for (int depth = 0; depth < 1000; ++depth) {
            std::string const outer =
                DicomWriter(false, lengths).sequence(0x0040A730, {inner}).done();
            if (outer.size() > 30'000) break;
            inner = outer;
        }
        EXPECT_EQ(told(inner), kBroken);
        // Also where it is only passed over, in what is unknown.
        EXPECT_EQ(told(std::string("\x09\0\x01\x10UN\0\0\xFF\xFF\xFF\xFF\xFE\xFF\0\xE0\xFF\xFF\xFF"
                                   "\xFF",
                                   20) +
                       inner),
                  kBroken);
    }
}

TEST(Metadata, TooMuchIsTooLarge) {
    std::string const text(kMostText, '\1');  // six characters each
    DicomWriter set;
    set.octets(0x0040A160, "UT", text);
    EXPECT_GT(told(set.done()).size(), text.size() * 6);
    set.octets(0x0040A161, "UT", text).octets(0x0040A162, "UT", text);
    EXPECT_EQ(told(set.done()), to_string(Code::kTooLarge));
    DicomWriter larger;
    larger.octets(0x0040A160, "UT", text + "  ");
    EXPECT_EQ(told(larger.done()), "{}");
}

TEST(Metadata, CutAnywhereItIsAnObjectOrAnError) {
    DicomWriter item, set(false, DicomWriter::Lengths::kUndefined);
    item.text(0x00080100, "SH", "113030");
    set.text(0x00080005, "CS", "ISO_IR 100").sequence(0x0040A043, {item.done(), item.done()});
    set.octets(0x7FE00010, "OW", "pixels");
    std::string const file = file_of(set.done());
    for (std::size_t size = 0; size < file.size(); ++size) {
        auto const got = read_metadata(Pieces(file.substr(0, size)), "u");
        EXPECT_TRUE(!got || (got->starts_with('{') && got->ends_with('}'))) << size;
    }
}

TEST(Metadata, LargeObjectsAreNotReadWhole) {
    DicomWriter set;
    set.text(0x00080060, "CS", "CT").octets(0x7FE00010, "OW", std::string(4 << 20, 'p'));
    Pieces const content(file_of(set.done()), 64 * 1024);
    ASSERT_TRUE(read_metadata(content, "").ok());
    EXPECT_EQ(content.readings, 1);
}

}  // namespace
}  // namespace musubi::dicomparts
