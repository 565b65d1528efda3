// C-GET against an archive that does its worst (DICOM PS3.4 C.4.3, PS3.8).

#include "platform/dicomnet/archive.h"

#include "platform/base/log.h"
#include "support/dimse_archive.h"

#include <gtest/gtest.h>

namespace musubi::dicomnet {
namespace {

using test::DimseArchive;
using test::ImageFile;
using namespace std::chrono_literals;
constexpr char kCt[] = "1.2.840.10008.5.1.4.1.1.2";
constexpr char kExplicit[] = "1.2.840.10008.1.2.1", kImplicit[] = "1.2.840.10008.1.2";
constexpr char kLossless[] = "1.2.840.10008.1.2.4.70";

class Collector final : public ObjectReader {
public:
    Status piece(ByteView octets) override {
        largest = std::max(largest, octets.size());
        file += as_text(octets);
        if (file.size() > most) return Error(Code::kTooLarge, "enough");
        return {};
    }
    std::string file;
    std::size_t largest = 0, most = SIZE_MAX;
};

class Get : public ::testing::Test {
protected:
    Get() { archive.hold(image); }
    Peer peer() const { return {"127.0.0.1", archive.port(), "ARCHIVE", "MUSUBI", nullptr, ""}; }
    Patience patience(std::chrono::milliseconds whole = 20s) {
        return {std::chrono::steady_clock::now() + whole, silence, cancelled};
    }
    Result<std::unique_ptr<Retrieval>> open(std::vector<std::string> const& syntaxes = {
                                                kExplicit}) {
        return open_get(peer(), {{kCt}, syntaxes}, patience(whole));
    }
    /// Opens and fetches.
    Status fetch(Collector& into) {
        auto const retrieval = TRY(open());
        return retrieval->fetch({image.study, image.series, image.instance}, patience(whole), into);
    }
    Error refusal() {
        Collector into;
        auto const done = fetch(into);
        EXPECT_FALSE(done.ok());
        return done ? Error() : done.error();
    }

    ImageFile image{"2.25.1", "2.25.1.1", "2.25.1.1.1", "HOSP-0001", kExplicit, kCt, 300'000};
    DimseArchive archive;
    std::chrono::milliseconds whole = 20s, silence = 5s;
    std::function<bool()> cancelled;
};

TEST_F(Get, HandsTheObjectOnInPiecesAsItWasSent) {
    Collector into;
    Status const done = fetch(into);
    ASSERT_TRUE(done.ok()) << done.error().detail;
    std::string const file = test::image_file(image);
    std::string const data = file.substr(file.find("ISO_IR") - 8);
    EXPECT_TRUE(into.file.ends_with(data));
    EXPECT_EQ(into.file.substr(128, 4), "DICM");
    EXPECT_NE(into.file.find(kExplicit), std::string::npos);
    EXPECT_LE(into.largest, 64U * 1024);
    EXPECT_EQ(archive.releases(), 1) << "ended in order";
}

TEST_F(Get, ManyObjectsShareAnAssociation) {
    std::vector<ImageFile> images;
    for (int i = 0; i < 20; ++i) {
        images.push_back({"2.25.1", "2.25.1.1", "2.25.1.1." + std::to_string(100 + i), "P",
                          kExplicit, kCt, 5'000});
        archive.hold(images.back());
    }
    auto const retrieval = open();
    ASSERT_TRUE(retrieval.ok());
    for (ImageFile const& one : images) {
        Collector into;
        ASSERT_TRUE(
            (*retrieval)->fetch({one.study, one.series, one.instance}, patience(), into).ok());
        EXPECT_NE(into.file.find(one.instance), std::string::npos);
    }
    Collector absent;
    auto const missing = (*retrieval)->fetch({"2.25.1", "2.25.1.1", "2.25.9"}, patience(), absent);
    ASSERT_FALSE(missing.ok());
    EXPECT_EQ(missing.error().code, Code::kNotFound);
    EXPECT_TRUE((*retrieval)->usable()) << "an answer is no reason to part";
    EXPECT_EQ(archive.associations(), 1);
}

TEST_F(Get, TheArchiveChoosesAmongTheSyntaxesOffered) {
    ImageFile other = image;
    other.instance = "2.25.1.1.2";
    other.transfer_syntax = kLossless;
    archive.hold(other);
    for (auto const& [offer, code] :
         std::vector<std::pair<std::vector<std::string>, std::optional<Code>>>{
             {{kExplicit, kLossless}, std::nullopt},
             {{kImplicit}, Code::kUnsupported},
             {{kExplicit}, Code::kUnsupported}}) {
        auto const retrieval = open(offer);
        ASSERT_TRUE(retrieval.ok());
        Collector into;
        auto const done =
            (*retrieval)->fetch({"2.25.1", "2.25.1.1", "2.25.1.1.2"}, patience(), into);
        EXPECT_EQ(done.ok(), !code.has_value());
        if (code) {
            EXPECT_EQ(done.error().code, *code);
        }
        std::set<std::string> expected;
        for (auto const& one : offer) expected.insert(std::string(kCt) + " " + one);
        EXPECT_EQ(archive.proposed(), expected) << "nothing else was offered";
    }
}

TEST_F(Get, RefusalsAreToldWithTheArchivesReason) {
    archive.behave("refuse");
    Error const error = refusal();
    EXPECT_EQ(error.code, Code::kPeerUnavailable);
    EXPECT_NE(error.reason, kReasonAnswered);
    EXPECT_NE(error.detail.find("our AE title is not known"), std::string::npos) << error.detail;
    archive.behave("no-context");
    EXPECT_EQ(refusal().code, Code::kUnsupported);
}

TEST_F(Get, NobodyThere) {
    Peer nobody = peer();
    nobody.port = 1;
    EXPECT_EQ(open_get(nobody, {{kCt}, {kExplicit}}, patience()).error().code,
              Code::kPeerUnavailable);
    nobody.host = "no-such-host.invalid";
    EXPECT_EQ(open_get(nobody, {{kCt}, {kExplicit}}, patience()).error().code,
              Code::kPeerUnavailable);
}

TEST_F(Get, EveryWaitHasAnEnd) {
    whole = 400ms;
    for (char const* mode : {"mute", "hang"}) {
        archive.behave(mode);
        EXPECT_EQ(refusal().code, Code::kPeerUnavailable) << mode;
    }
    whole = 20s;
    silence = 300ms;
    archive.behave("silent");
    Error const error = refusal();
    EXPECT_EQ(error.code, Code::kPeerUnavailable);
    EXPECT_NE(error.detail.find("silent"), std::string::npos) << error.detail;
}

TEST_F(Get, WhoNoLongerWantsItIsNotKeptWaiting) {
    archive.behave("hang");
    std::atomic<int> asked{0};
    cancelled = [&] { return ++asked > 5; };
    EXPECT_EQ(refusal().code, Code::kPeerUnavailable);
    EXPECT_GT(asked, 5);
}

TEST_F(Get, WhatBreaksOffIsNoObject) {
    for (char const* mode : {"abort", "cut", "release-early"}) {
        archive.behave(mode);
        EXPECT_EQ(refusal().code, Code::kPeerUnavailable) << mode;
    }
}

TEST_F(Get, ArchivesThatLieAreNotBelieved) {
    for (char const* mode : {"other", "lie", "garbage", "oversize", "odd"}) {
        archive.behave(mode);
        EXPECT_EQ(refusal().code, Code::kInvalidContent) << mode;
    }
}

TEST_F(Get, AnswersThatItCannotAreToldApart) {
    archive.behave("busy");
    Error error = refusal();
    EXPECT_EQ(error.code, Code::kPeerUnavailable);
    EXPECT_EQ(error.reason, kReasonAnswered);
    archive.behave("failed");
    error = refusal();
    EXPECT_EQ(error.code, Code::kUnsupported);
    EXPECT_EQ(error.reason, kReasonAnswered);
    EXPECT_NE(error.detail.find("C000"), std::string::npos);
}

TEST_F(Get, AnArchiveThatFailsInsteadOfSayingNoIsAskedWhetherItHasIt) {
    archive.behave("failed");
    auto const retrieval = open();
    ASSERT_TRUE(retrieval.ok());
    Collector into;
    ImageFile absent = image;
    absent.instance = "2.25.9";
    for (auto const& [one, code] :
         {std::pair(absent, Code::kNotFound), std::pair(image, Code::kUnsupported)}) {
        auto const done =
            (*retrieval)->fetch({one.study, one.series, one.instance}, patience(), into);
        ASSERT_FALSE(done.ok());
        EXPECT_EQ(done.error().code, code);
        EXPECT_TRUE((*retrieval)->usable());
    }
    EXPECT_EQ(archive.asked(), (std::vector<std::string>{"2.25.9", image.instance}));
}

TEST_F(Get, TheReadersErrorEndsItAtOnce) {
    Collector into;
    into.most = 20'000;
    auto const retrieval = open();
    ASSERT_TRUE(retrieval.ok());
    auto const done =
        (*retrieval)->fetch({image.study, image.series, image.instance}, patience(), into);
    ASSERT_FALSE(done.ok());
    EXPECT_EQ(done.error().code, Code::kTooLarge);
    EXPECT_LT(into.file.size(), 100'000U);
    EXPECT_FALSE((*retrieval)->usable());
}

TEST_F(Get, NothingReachesStandardError) {
    ::testing::internal::CaptureStderr();
    for (char const* mode : {"good", "refuse", "abort", "garbage", "odd", "other"}) {
        archive.behave(mode);
        Collector into;
        (void)fetch(into);
    }
    EXPECT_EQ(::testing::internal::GetCapturedStderr(), "");
}

}  // namespace
}  // namespace musubi::dicomnet
