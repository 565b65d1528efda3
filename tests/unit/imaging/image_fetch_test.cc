// One image from an archive: what is delivered is what was asked for, in a transfer syntax that was
// asked for, without loss (imaging fact sheet 12.3, 15).

#include "imaging/image_fetch.h"

#include "unit/imaging/archive.h"
#include "unit/platform_vault/temp_folder.h"

#include <gtest/gtest.h>

namespace musubi::imaging {
namespace {

using Strings = std::vector<std::string>;
constexpr char kExplicit[] = "1.2.840.10008.1.2.1", kImplicit[] = "1.2.840.10008.1.2";
constexpr char kLossless[] = "1.2.840.10008.1.2.4.70", kLossy[] = "1.2.840.10008.1.2.4.50";

class ImageFetch : public ::testing::Test {
protected:
    ImageFetch() {
        auto source = std::make_shared<Source>();
        source->id = "2.999.30";
        source->base_url = "https://pacs/dicom-web";
        source->authorization = "Basic eA==";
        job_ = {source, {"2.25.1", "2.25.1.1", "2.25.1.1.1"}, "HOSP-0001", {kExplicit}};
        archive_.hold(image_);
    }
    Result<FetchedImage> fetch() {
        FetchTools const tools{archive_,
                               spool_,
                               of_all_,
                               std::make_shared<blob::StagingBudget>(most_),
                               std::chrono::steady_clock::now() + std::chrono::minutes(1),
                               {}};
        return fetch_image(tools, job_);
    }
    Code refusal() {
        auto const done = fetch();
        EXPECT_FALSE(done.ok());
        EXPECT_EQ(of_all_->held(), 0U) << "room is given back";
        return done ? Code::kInternal : done.error().code;
    }
    static std::string octets(FetchedImage const& image) {
        std::string out;
        EXPECT_TRUE(image.content
                        ->read([&](ByteView piece) -> Status {
                            out += as_text(piece);
                            return {};
                        })
                        .ok());
        return out;
    }

    test::ImageFile image_{"2.25.1", "2.25.1.1", "2.25.1.1.1", "HOSP-0001"};
    Archive archive_;
    vault::TempFolder folder_;
    blob::PassingSpool spool_{folder_ / ""};
    std::shared_ptr<blob::StagingBudget> of_all_ = std::make_shared<blob::StagingBudget>(1 << 20);
    std::uint64_t most_ = 1 << 20;
    ImageJob job_;
};

TEST_F(ImageFetch, DeliversTheObjectUnchangedHoweverItIsSliced) {
    for (std::size_t const slice : {1, 7, 130, 100'000}) {
        archive_.slice = slice;
        auto const got = fetch();
        ASSERT_TRUE(got.ok()) << got.error().detail;
        EXPECT_EQ(octets(*got), test::image_file(image_));
        EXPECT_EQ(got->transfer_syntax, kExplicit);
    }
    EXPECT_EQ(of_all_->held(), 0U);
}

TEST_F(ImageFetch, AsksAtTheAddressOfTheInstanceWithItsCredentials) {
    std::string url, authorization;
    archive_.before = [&](core::FetchCall const& call) {
        url = call.url;
        for (auto const& header : call.headers)
            if (header.name == "Authorization") authorization = header.value;
    };
    ASSERT_TRUE(fetch().ok());
    EXPECT_EQ(url, "https://pacs/dicom-web/studies/2.25.1/series/2.25.1.1/instances/2.25.1.1.1");
    EXPECT_EQ(authorization, "Basic eA==");
}

TEST_F(ImageFetch, AnObjectWithoutAPackageIsTaken) {
    auto& answer = archive_.answers[image_.instance];
    answer = {200, "application/dicom", test::image_file(image_), {}, {}};
    EXPECT_EQ(refusal(), Code::kInvalidContent) << "whether it was cut off nobody could tell";
    answer.headers = {{"Content-Length", std::to_string(answer.body.size())}};
    EXPECT_TRUE(fetch().ok());
    answer.headers = {{"Transfer-Encoding", "chunked"}};
    EXPECT_TRUE(fetch().ok());
}

TEST_F(ImageFetch, AnotherObjectIsNotBelieved) {
    for (auto* uid : {&image_.study, &image_.series, &image_.instance, &image_.patient_id}) {
        std::string const right = *uid;
        *uid = "2.25.66";
        archive_.answers["2.25.1.1.1"].body = Archive::package(test::image_file(image_));
        EXPECT_EQ(refusal(), Code::kInvalidContent);
        *uid = right;
    }
    // Where the manifest names no patient nothing is compared.
    image_.patient_id = "OTHER";
    archive_.answers["2.25.1.1.1"].body = Archive::package(test::image_file(image_));
    job_.patient_id.clear();
    EXPECT_TRUE(fetch().ok());
}

TEST_F(ImageFetch, BrokenAnswersAreNoImages) {
    std::string const good = archive_.answers[image_.instance].body;
    auto& answer = archive_.answers[image_.instance];
    std::string const first = good.substr(0, good.size() - 8);
    for (std::string const& body :
         {first, good.substr(0, 300), std::string(), first + "\r\n" + good,
          Archive::package(std::string(500, 'x')), Archive::package("")}) {
        answer.body = body;
        EXPECT_EQ(refusal(), Code::kInvalidContent) << body.size();
    }
    answer = {200, "text/html", good, {}, {}};
    EXPECT_EQ(refusal(), Code::kInvalidContent);
    answer = {200, "", good, {}, {}};
    EXPECT_EQ(refusal(), Code::kInvalidContent);
}

TEST_F(ImageFetch, WhatTheArchiveSaysIsToldApart) {
    auto& answer = archive_.answers[image_.instance];
    for (int const status : {404, 410}) {
        answer.status = status;
        EXPECT_EQ(refusal(), Code::kNotFound);
    }
    for (int const status : {500, 400, 302, 503, 401}) {
        answer.status = status;
        auto const done = fetch();
        ASSERT_FALSE(done.ok());
        EXPECT_EQ(done.error().code, Code::kPeerUnavailable);
        EXPECT_EQ(done.error().reason == kReasonAnswered, status != 503 && status != 401) << status;
    }
    answer.status = 200;
    answer.end = Error(Code::kPeerUnavailable, "reset");
    EXPECT_EQ(refusal(), Code::kPeerUnavailable);
}

TEST_F(ImageFetch, AStoredSyntaxThatIsListedIsTaken) {
    image_.transfer_syntax = kLossy;
    archive_.hold(image_);
    job_.accepted = {kExplicit, kLossy};
    auto const got = fetch();
    ASSERT_TRUE(got.ok());
    EXPECT_EQ(got->transfer_syntax, kLossy);
    EXPECT_EQ(archive_.asked(), Strings{"2.25.1.1.1 *"});
    job_.accepted.clear();
    EXPECT_TRUE(fetch().ok()) << "no wish: as it is stored";
}

TEST_F(ImageFetch, TheArchiveIsAskedToDecompress) {
    image_.transfer_syntax = kLossy;
    archive_.hold(image_);
    image_.transfer_syntax = kImplicit;
    archive_.answers["2.25.1.1.1 " + std::string(kImplicit)].body =
        Archive::package(test::image_file(image_));
    job_.accepted = {kImplicit, kExplicit};
    auto const got = fetch();
    ASSERT_TRUE(got.ok()) << got.error().detail;
    EXPECT_EQ(got->transfer_syntax, kImplicit);
    EXPECT_EQ(archive_.asked(), (Strings{"2.25.1.1.1 *", "2.25.1.1.1 " + std::string(kExplicit),
                                         "2.25.1.1.1 " + std::string(kImplicit)}));
}

TEST_F(ImageFetch, LossyImagesAreNeverAskedFor) {
    job_.accepted = {kLossy};
    EXPECT_EQ(refusal(), Code::kUnsupported);
    EXPECT_EQ(archive_.asked(), Strings{"2.25.1.1.1 *"});
    EXPECT_EQ(convertible_to(kExplicit, {kLossy, kLossless}), Strings{kLossless});
    EXPECT_EQ(convertible_to(kLossy, {kLossless}), Strings());
    EXPECT_EQ(convertible_to(kLossy, {kLossless, kImplicit, kExplicit}),
              (Strings{kExplicit, kImplicit}));
}

TEST_F(ImageFetch, AnArchiveThatConvertsToSomethingElseIsNotBelieved) {
    image_.transfer_syntax = kLossless;
    archive_.hold(image_);
    archive_.answers["2.25.1.1.1 " + std::string(kExplicit)] = archive_.answers["2.25.1.1.1"];
    EXPECT_EQ(refusal(), Code::kUnsupported);
}

TEST_F(ImageFetch, RoomIsBounded) {
    most_ = 1000;
    EXPECT_EQ(refusal(), Code::kTooLarge);
    most_ = 1 << 20;
    of_all_ = std::make_shared<blob::StagingBudget>(1000);
    EXPECT_EQ(refusal(), Code::kBusy);
}

}  // namespace
}  // namespace musubi::imaging
