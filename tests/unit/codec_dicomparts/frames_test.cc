// Single frames (DICOM PS3.5 8.1, A.4).

#include "codec/dicomparts/frames.h"

#include "codec/dicomparts/slices.h"
#include "support/dicom_files.h"
#include "unit/codec_dicomparts/pieces.h"

#include <gtest/gtest.h>

namespace musubi::dicomparts {
namespace {

using test::DicomWriter;
constexpr char kExplicit[] = "1.2.840.10008.1.2.1", kJpeg[] = "1.2.840.10008.1.2.4.50";

std::string number(std::uint64_t value, int octets) {
    std::string out;
    for (int i = 0; i < octets; ++i) out.push_back(static_cast<char>(value >> (8 * i) & 0xFF));
    return out;
}

DicomWriter described(int rows, int columns, int bits, int frames, bool implicit = false) {
    DicomWriter set(implicit);
    set.octets(0x00280002, "US", number(1, 2)).text(0x00280004, "CS", "MONOCHROME2");
    if (frames > 0) set.text(0x00280008, "IS", std::to_string(frames));
    set.octets(0x00280010, "US", number(static_cast<std::uint64_t>(rows), 2));
    set.octets(0x00280011, "US", number(static_cast<std::uint64_t>(columns), 2));
    set.octets(0x00280100, "US", number(static_cast<std::uint64_t>(bits), 2));
    return set;
}

std::string item(std::string const& value) {
    return std::string("\xFE\xFF\0\xE0", 4) + number(value.size(), 4) + value;
}

/// Compressed pixel data: the offset table and the fragments.
std::string compressed(std::string const& table, std::vector<std::string> const& fragments) {
    std::string out = std::string("\xE0\x7F\x10\0OB\0\0\xFF\xFF\xFF\xFF", 12) + item(table);
    for (auto const& one : fragments) out += item(one);
    return out + std::string("\xFE\xFF\xDD\xE0\0\0\0\0", 8);
}

/// The octets of the frames with a bar between them, or the name of the error's code.
std::string cut(std::string const& data_set, std::vector<std::uint32_t> const& numbers,
                std::string const& syntax = kJpeg) {
    auto const file = std::make_shared<Pieces>(
        test::dicom_file("1.2.840.10008.5.1.4.1.1.2", "1.2.3", syntax, data_set));
    auto const frames = find_frames(*file, numbers);
    if (!frames) return std::string(to_string(frames.error().code));
    std::vector<Slice> slices;
    for (Frame const& frame : *frames) {
        std::string text = slices.empty() ? "" : "|";
        for (Extent const& one : frame) {
            slices.push_back({text, one.offset, one.size});
            text.clear();
        }
    }
    SlicedContent const content(file, slices);
    std::string out;
    auto const read = content.read([&](ByteView piece) -> Status {
        out += as_text(piece);
        return {};
    });
    EXPECT_TRUE(read.ok());
    EXPECT_EQ(out.size(), content.size());
    return out;
}

std::string const kBroken(to_string(Code::kInvalidContent));
std::string const kAbsent(to_string(Code::kNotFound));

TEST(Frames, OfNativePixelsAreFoundByTheirSize) {
    for (bool const implicit : {false, true}) {
        auto set = described(1, 2, 16, 3, implicit);
        set.octets(0x7FE00010, "OW", "aaaabbbbcccc");
        std::string const syntax = implicit ? "1.2.840.10008.1.2" : kExplicit;
        EXPECT_EQ(cut(set.done(), {1}, syntax), "aaaa");
        EXPECT_EQ(cut(set.done(), {1, 3}, syntax), "aaaa|cccc");
        EXPECT_EQ(cut(set.done(), {4}, syntax), kAbsent);
    }
    // An odd frame is padded, which is not part of it.
    auto single = described(1, 3, 8, 0);
    single.octets(0x7FE00010, "OW", std::string("abc\0", 4));
    EXPECT_EQ(cut(single.done(), {1}, kExplicit), "abc");
    EXPECT_EQ(cut(single.done(), {2}, kExplicit), kAbsent);
}

TEST(Frames, OfNativePixelsMustFitWhatIsSaid) {
    auto few = described(1, 2, 16, 3);
    few.octets(0x7FE00010, "OW", "aaaabbbb");
    EXPECT_EQ(cut(few.done(), {1, 2}, kExplicit), "aaaa|bbbb");
    EXPECT_EQ(cut(few.done(), {3}, kExplicit), kBroken);
    auto none = described(0, 2, 16, 1);
    none.octets(0x7FE00010, "OW", "aaaa");
    EXPECT_EQ(cut(none.done(), {1}, kExplicit), kBroken);
    auto huge = described(65535, 65535, 64, 2'000'000'000);
    huge.octets(0x7FE00010, "OW", "aaaa");
    EXPECT_EQ(cut(huge.done(), {1'999'999'999}, kExplicit), kBroken);
    auto bits = described(1, 3, 1, 2);
    bits.octets(0x7FE00010, "OB", "aa");
    EXPECT_EQ(cut(bits.done(), {1}, kExplicit), to_string(Code::kUnsupported));
    auto one = described(1, 3, 1, 1);
    one.octets(0x7FE00010, "OB", "aa");
    EXPECT_EQ(cut(one.done(), {1}, kExplicit), "a");
}

TEST(Frames, ObjectsWithoutPixelsHaveNone) {
    EXPECT_EQ(cut(described(1, 2, 16, 1).done(), {1}, kExplicit), kAbsent);
    EXPECT_EQ(cut("", {1}, kExplicit), kAbsent);
}

TEST(Frames, ThatAreCompressedAreFragments) {
    auto const set = described(1, 2, 8, 3).done();
    EXPECT_EQ(cut(set + compressed("", {"aa", "bbbb", ""}), {1, 2, 3}), "aa|bbbb|");
    EXPECT_EQ(cut(set + compressed("", {"aa", "bbbb", "cc"}), {4}), kAbsent);
    EXPECT_EQ(cut(set + compressed("", {"aa", "bbbb"}), {1}), kBroken) << "which is whose?";
    EXPECT_EQ(cut(described(1, 2, 8, 1).done() + compressed("", {"aa", "bb", "cc"}), {1}), "aabbcc")
        << "all of them are the only frame";
    EXPECT_EQ(cut(described(1, 2, 8, 1).done() + compressed("", {}), {1}), kBroken);
}

TEST(Frames, AreFoundByTheBasicOffsetTable) {
    auto const set = described(1, 2, 8, 2).done();
    std::vector<std::string> const fragments{"aa", "AA", "bb"};
    std::string const table = number(0, 4) + number(20, 4);
    EXPECT_EQ(cut(set + compressed(table, fragments), {1}), "aaAA");
    EXPECT_EQ(cut(set + compressed(table, fragments), {1, 2}), "aaAA|bb");
    for (std::string const& wrong :
         {number(0, 4), number(0, 4) + number(19, 4), number(20, 4) + number(0, 4),
          number(0, 4) + number(0xFFFFFFFF, 4), number(0, 4) + number(0, 4)})
        EXPECT_EQ(cut(set + compressed(wrong, fragments), {1, 2}), kBroken);
}

TEST(Frames, AreFoundByTheExtendedOffsetTable) {
    auto const with = [](std::string const& offsets, std::string const& lengths) {
        auto set = described(1, 2, 8, 2);
        set.octets(0x7FE00001, "OV", offsets).octets(0x7FE00002, "OV", lengths);
        return set.done() + compressed("", {"aaaa", "bb"});
    };
    std::string const offsets = number(0, 8) + number(12, 8), lengths = number(3, 8) + number(2, 8);
    EXPECT_EQ(cut(with(offsets, lengths), {1, 2}), "aaa|bb");
    EXPECT_EQ(cut(with(offsets, lengths), {2}), "bb");
    EXPECT_EQ(cut(with(offsets, number(5, 8) + number(2, 8)), {1}), kBroken);
    EXPECT_EQ(cut(with(number(0, 8), lengths), {1}), kBroken);
    EXPECT_EQ(cut(with(number(~0ULL, 8) + number(1, 8), lengths), {1}), kBroken);
}

TEST(Frames, BrokenPixelsAreRefused) {
    auto const set = described(1, 2, 8, 1).done();
    std::string const good = compressed("", {"aaaa"});
    for (std::size_t size = 0; size < good.size(); ++size) {
        std::string const got = cut(set + good.substr(0, size), {1});
        EXPECT_TRUE(got == kBroken || (size == 0 && got == kAbsent)) << size << " " << got;
    }
    std::string strange = good;
    strange[20] = 'x';
    EXPECT_EQ(cut(set + strange, {1}), kBroken);
}

TEST(Frames, OfALargeImageAreReadOnce) {
    auto set = described(1, 1024, 8, 4000);
    set.octets(0x7FE00010, "OW", std::string(4000 * 1024, 'p'));
    auto const file = std::make_shared<Pieces>(
        test::dicom_file("1.2.840.10008.5.1.4.1.1.2", "1.2.3", kExplicit, set.done()), 64 * 1024);
    auto const frames = find_frames(*file, {1, 3999});
    ASSERT_TRUE(frames.ok());
    EXPECT_EQ(file->readings, 1);
    std::vector<Slice> slices;
    for (Frame const& frame : *frames) slices.push_back({"-", frame[0].offset, frame[0].size});
    std::size_t octets = 0;
    ASSERT_TRUE(SlicedContent(file, slices).read([&](ByteView piece) -> Status {
        octets += piece.size();
        return {};
    }));
    EXPECT_EQ(file->readings, 2);
    EXPECT_EQ(octets, 2 * 1025U);
}

TEST(Slices, SayWhatTheSinkSays) {
    auto const source = std::make_shared<Pieces>("0123456789");
    auto const all = [&](std::vector<Slice> slices) -> std::string {
        std::string out;
        auto const read =
            SlicedContent(source, std::move(slices)).read([&](ByteView piece) -> Status {
                out += as_text(piece);
                return {};
            });
        return read ? out : "failed";
    };
    EXPECT_EQ(all({{"<", 1, 2}, {"><", 3, 0}, {"", 8, 2}}), "<12><89");
    EXPECT_EQ(all({{"", 8, 2}, {"", 1, 2}}), "failed");
    EXPECT_EQ(all({{"", 8, 3}}), "failed");
    EXPECT_EQ(SlicedContent(source, {{"", 0, 9}})
                  .read([](ByteView) -> Status { return Error(Code::kConflict, "no"); })
                  .error()
                  .code,
              Code::kConflict);
}

}  // namespace
}  // namespace musubi::dicomparts
