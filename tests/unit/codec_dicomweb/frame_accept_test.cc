// In which form frames are wanted (DICOM PS3.18 8.7.3.3).

#include "codec/dicomweb/frame_accept.h"

#include <gtest/gtest.h>

namespace musubi::dicomweb {
namespace {

using Strings = std::vector<std::string>;
constexpr char kExplicit[] = "1.2.840.10008.1.2.1", kImplicit[] = "1.2.840.10008.1.2";
constexpr char kBaseline[] = "1.2.840.10008.1.2.4.50", kLossless[] = "1.2.840.10008.1.2.4.70";
constexpr char kJls[] = "1.2.840.10008.1.2.4.80", kVideo[] = "1.2.840.10008.1.2.4.102";

TEST(FrameAccept, SaysWhatIsAskedOfTheArchive) {
    struct Row {
        char const* accept;
        Strings syntaxes;
        bool package;
    };
    Strings const native{kExplicit, kImplicit};
    for (Row const& row :
         {Row{"", native, true}, Row{"*/*", native, true}, Row{"multipart/related", native, true},
          Row{"multipart/related; type=\"application/octet-stream\"", native, true},
          Row{"multipart/related; type=application/octet-stream; "
              "transfer-syntax=1.2.840.10008.1.2.1",
              native, true},
          Row{"multipart/related; type=\"application/octet-stream\"; transfer-syntax=*", {}, true},
          Row{"multipart/related; type=\"image/jpeg\"", {kLossless}, true},
          Row{"multipart/related; type=\"IMAGE/JPEG\"; transfer-syntax=1.2.840.10008.1.2.4.50",
              {kBaseline},
              true},
          Row{"multipart/related; type=\"image/jls\"; transfer-syntax=*",
              {kJls, "1.2.840.10008.1.2.4.81"},
              true},
          Row{"multipart/related; type=\"image/png\", multipart/related; type=\"image/jls\", "
              "multipart/related; type=\"image/jpeg\"",
              {kJls, kLossless},
              true},
          Row{"application/octet-stream", native, false},
          Row{"image/jpeg; transfer-syntax=1.2.840.10008.1.2.4.50, multipart/related",
              {kBaseline},
              false}}) {
        SCOPED_TRACE(row.accept);
        auto const got = read_frame_accept(row.accept, true);
        ASSERT_TRUE(got.ok());
        EXPECT_EQ(got->transfer_syntaxes(), row.syntaxes);
        EXPECT_EQ(got->package, row.package);
    }
}

TEST(FrameAccept, SaysHowFramesAreLabelled) {
    auto const label = [](char const* accept, char const* syntax) {
        return read_frame_accept(accept, true)->content_type(syntax);
    };
    std::string const octets = "application/octet-stream; transfer-syntax=1.2.840.10008.1.2.1";
    EXPECT_EQ(label("", kExplicit), octets);
    EXPECT_EQ(label("", kImplicit), octets) << "the octets are the same";
    EXPECT_EQ(label("", kJls), "");
    EXPECT_EQ(label("*/*; transfer-syntax=*", kJls),
              "image/jls; transfer-syntax=1.2.840.10008.1.2.4.80");
    EXPECT_EQ(label("multipart/related; transfer-syntax=*", kExplicit), octets);
    EXPECT_EQ(label("*/*; transfer-syntax=*", "1.2.840.10008.1.2.5"),
              "image/dicom-rle; transfer-syntax=1.2.840.10008.1.2.5");
    EXPECT_EQ(label("multipart/related; type=\"image/x-jls\"", kJls),
              "image/x-jls; transfer-syntax=1.2.840.10008.1.2.4.80");
    EXPECT_EQ(
        label("multipart/related; type=\"application/octet-stream\"; transfer-syntax=*", kJls),
        "application/octet-stream; transfer-syntax=1.2.840.10008.1.2.4.80");
    EXPECT_EQ(label("*/*; transfer-syntax=*", kVideo), "") << "video has no frames to be had";
}

TEST(FrameAccept, WhatIsNotHadIsNotAcceptable) {
    for (char const* accept :
         {"image/png", "application/dicom", "multipart/related; type=\"application/dicom\"",
          "multipart/related; type=\"video/mpeg\"; transfer-syntax=*", "*/*;q=0",
          "multipart/related; type=\"image/jls\"; transfer-syntax=1.2.840.10008.1.2.4.50"}) {
        auto const done = read_frame_accept(accept, true);
        ASSERT_FALSE(done.ok()) << accept;
        EXPECT_EQ(done.error().code, Code::kUnsupported) << accept;
    }
    EXPECT_EQ(read_frame_accept("image/jpeg", false).error().code, Code::kUnsupported)
        << "several frames need a package";
}

TEST(FrameAccept, NonsenseIsRefused) {
    for (std::string const& accept :
         {std::string("multipart/related; type=\"image/jpeg\"; transfer-syntax=x"),
          std::string("nonsense"), std::string(9000, 'a')})
        EXPECT_EQ(read_frame_accept(accept, true).error().code, Code::kInvalidContent) << accept;
}

}  // namespace
}  // namespace musubi::dicomweb
