// What becomes of images of which metadata or frames are wanted.

#include "imaging/web_parts.h"

#include "platform/base/text.h"
#include "support/dicom_files.h"

#include <gtest/gtest.h>

namespace musubi::imaging {
namespace {

constexpr char kExplicit[] = "1.2.840.10008.1.2.1", kVideo[] = "1.2.840.10008.1.2.4.102";

FoundImage found(std::string const& instance, std::string const& file) {
    FoundImage out;
    out.asked = {{"1.2", "1.2.3", instance}, std::nullopt, "2.999.1"};
    ByteView const octets = as_bytes(file);
    out.image = {std::make_shared<MemoryContent>(Bytes(octets.begin(), octets.end())), kExplicit};
    out.patient = "P";
    return out;
}

std::string file_of(std::string const& instance, std::string const& more = "") {
    test::ImageFile image{"1.2", "1.2.3", instance, "HOSP-0001"};
    image.pixels = 8;
    image.more = more;
    return test::image_file(image);
}

TEST(WebParts, MetadataTakeThePlaceOfImages) {
    Delivery delivery;
    delivery.found.push_back(found("1.2.3.1", file_of("1.2.3.1")));
    delivery.found.push_back(found("1.2.3.2", file_of("1.2.3.2", "no element")));
    delivery.found.push_back(found("1.2.3.3", file_of("1.2.3.3")));
    ASSERT_TRUE(turn_into_metadata(delivery, "https://node/xds-i/source"));
    ASSERT_EQ(delivery.found.size(), 2U);
    std::string const json(as_text(*delivery.found[1].image.content->in_memory()));
    EXPECT_NE(json.find(R"("00080018":{"vr":"UI","Value":["1.2.3.3"]})"), json.npos);
    EXPECT_NE(json.find("\"https://node/xds-i/source/studies/1.2/series/1.2.3/instances/1.2.3.3/"
                        "frames/1\""),
              json.npos);
    ASSERT_EQ(delivery.missed.size(), 1U);
    EXPECT_EQ(delivery.missed[0].asked.name.instance, "1.2.3.2");
    EXPECT_EQ(delivery.missed[0].patient, "P") << "recorded as one that did not go out";
    EXPECT_EQ(delivery.missed[0].code, Code::kInvalidContent);
}

TEST(WebParts, MetadataOfOneAnswerAreBounded) {
    test::DicomWriter text;
    text.octets(0x0040A160, "UT", std::string(1 << 20, '\1'));  // six characters each
    std::string const file = file_of("1.2.3.1", text.done());
    Delivery delivery;
    for (int i = 0; i < 5; ++i) delivery.found.push_back(found("1.2.3.1", file));
    EXPECT_TRUE(turn_into_metadata(delivery, ""));
    EXPECT_EQ(delivery.found.size(), 5U);
    Delivery larger;
    for (int i = 0; i < 6; ++i) larger.found.push_back(found("1.2.3.1", file));
    auto const done = turn_into_metadata(larger, "");
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code, Code::kTooLarge);
    EXPECT_FALSE(done.error().issues.empty()) << "told why";
}

TEST(WebParts, FramesThatCannotBeHadAreMissed) {
    auto const acceptable = dicomweb::read_frame_accept("*/*; transfer-syntax=*", true);
    ASSERT_TRUE(acceptable);
    test::DicomWriter shape;
    shape.octets(0x00280010, "US", std::string("\2\0", 2));
    shape.octets(0x00280011, "US", std::string("\2\0", 2));
    shape.octets(0x00280100, "US", std::string("\x10\0", 2));
    struct Row {
        std::string file;
        char const* syntax;
        std::uint32_t number;
        std::optional<Code> missed;
    };
    std::string const good = file_of("1.2.3.1", shape.done());
    for (Row const& row :
         {Row{good, kExplicit, 1, std::nullopt}, Row{good, kExplicit, 2, Code::kNotFound},
          Row{good, kVideo, 1, Code::kUnsupported},
          Row{file_of("1.2.3.1"), kExplicit, 1, Code::kInvalidContent}}) {
        Delivery delivery;
        delivery.found.push_back(found("1.2.3.1", row.file));
        delivery.found[0].image.transfer_syntax = row.syntax;
        auto const cut = cut_frames(delivery, {row.number}, *acceptable);
        EXPECT_EQ(delivery.found.size(), row.missed ? 0U : 1U);
        EXPECT_EQ(cut.frames.size(), row.missed ? 0U : 1U);
        ASSERT_EQ(delivery.missed.size(), row.missed ? 1U : 0U);
        if (row.missed) {
            EXPECT_EQ(delivery.missed[0].code, *row.missed);
        }
    }
    Delivery nothing;
    EXPECT_TRUE(cut_frames(nothing, {1}, *acceptable).frames.empty());
}

}  // namespace
}  // namespace musubi::imaging
