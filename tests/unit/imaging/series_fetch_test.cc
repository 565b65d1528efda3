// A series with one request: what comes is what was asked for, and whatever does not come is left
// to be asked for by itself (imaging fact sheet 12.3, 15, 21.6).

#include "imaging/series_fetch.h"

#include "unit/imaging/archive.h"
#include "unit/platform_vault/temp_folder.h"

#include <gtest/gtest.h>

namespace musubi::imaging {
namespace {

using Strings = std::vector<std::string>;
constexpr char kExplicit[] = "1.2.840.10008.1.2.1", kLossless[] = "1.2.840.10008.1.2.4.70";
constexpr char kSeries[] = "2.25.1.1";

class SeriesFetch : public ::testing::Test {
protected:
    SeriesFetch() {
        source_->id = "2.999.30";
        source_->base_url = "https://pacs/dicom-web";
        for (char const* last : {"1", "2", "3"}) {
            images_.push_back({"2.25.1", kSeries, "2.25.1.1." + std::string(last), "HOSP-0001"});
            images_.back().pixels = 3000;
            jobs_.push_back(
                {source_, {"2.25.1", kSeries, images_.back().instance}, "HOSP-0001", {kExplicit}});
        }
    }
    Archive::Answer& series() { return archive_.answers[kSeries]; }
    void hold() { series().body = packed(images_); }
    static std::string packed(std::vector<test::ImageFile> const& images) {
        std::string out;
        for (auto const& image : images)
            out +=
                "--B\r\nContent-Type: application/dicom\r\n\r\n" + test::image_file(image) + "\r\n";
        return out + "--B--\r\n";
    }
    Status fetch() {
        let_go();
        refused_.clear();
        FetchTools const tools{archive_,
                               spool_,
                               of_all_,
                               std::make_shared<blob::StagingBudget>(most_),
                               std::chrono::steady_clock::now() + std::chrono::minutes(1),
                               {}};
        std::vector<ImageJob const*> jobs;
        for (ImageJob const& job : jobs_) jobs.push_back(&job);
        return fetch_series(tools, jobs, [&](std::size_t job, Result<FetchedImage> image) {
            if (!image) {
                refused_[job] = image.error().code;
                return;
            }
            EXPECT_FALSE(got_.contains(job)) << "each is told once";
            held_.push_back(*image);
            EXPECT_TRUE(image->content
                            ->read([&](ByteView piece) -> Status {
                                got_[job] += as_text(piece);
                                return {};
                            })
                            .ok());
        });
    }
    void let_go() {
        got_.clear();
        held_.clear();
        EXPECT_EQ(of_all_->held(), 0U) << "room is given back";
    }
    std::map<std::size_t, std::string> files(std::vector<std::size_t> const& which) const {
        std::map<std::size_t, std::string> out;
        for (std::size_t const i : which) out[i] = test::image_file(images_[i]);
        return out;
    }

    std::shared_ptr<Source> source_ = std::make_shared<Source>();
    std::vector<test::ImageFile> images_;
    std::vector<ImageJob> jobs_;
    Archive archive_;
    vault::TempFolder folder_;
    blob::PassingSpool spool_{folder_ / ""};
    std::shared_ptr<blob::StagingBudget> of_all_ = std::make_shared<blob::StagingBudget>(1 << 24);
    std::uint64_t most_ = 1 << 24;
    std::map<std::size_t, std::string> got_;
    std::vector<FetchedImage> held_;
    std::map<std::size_t, Code> refused_;
};

TEST_F(SeriesFetch, AllComeUnchangedWithOneRequestHoweverTheyAreSliced) {
    for (std::size_t const slice : {1, 7, 130, 100'000}) {
        hold();
        archive_.slice = slice;
        ASSERT_TRUE(fetch().ok());
        EXPECT_TRUE(got_ == files({0, 1, 2}));
    }
    EXPECT_EQ(archive_.asked(), Strings(4, "2.25.1.1 *"));
    let_go();
}

TEST_F(SeriesFetch, TheyMayComeInAnyOrderTwiceAndAmongOthers) {
    auto others = images_;
    for (auto& one : others) one.instance += "99";
    others[1].study = "2.25.66";
    series().body = packed({others[0], images_[2], others[1], images_[0], images_[2], others[2],
                            images_[1], images_[1]});
    ASSERT_TRUE(fetch().ok());
    EXPECT_TRUE(got_ == files({0, 1, 2}));
    EXPECT_TRUE(refused_.empty());
}

TEST_F(SeriesFetch, AnotherPatientsImageIsRefusedAndHarmsNoOther) {
    auto sent = images_;
    sent[1].patient_id = "OTHER";
    series().body = packed(sent);
    ASSERT_TRUE(fetch().ok());
    EXPECT_TRUE(got_ == files({0, 2}));
    EXPECT_EQ(refused_, (std::map<std::size_t, Code>{{1, Code::kInvalidContent}}));
}

TEST_F(SeriesFetch, AnImageOfAnotherStudyOrSeriesIsNotTheOneOfThatName) {
    for (auto* uid : {&images_[1].study, &images_[1].series}) {
        std::string const right = *uid;
        *uid = "2.25.66";
        hold();
        ASSERT_TRUE(fetch().ok());
        EXPECT_TRUE(got_ == files({0, 2}));
        EXPECT_TRUE(refused_.empty()) << "it is asked for by itself";
        *uid = right;
    }
}

TEST_F(SeriesFetch, WhatIsMissingBrokenOrInAnotherSyntaxIsLeftToBeAskedForByItself) {
    auto sent = images_;
    sent.pop_back();
    series().body = packed(sent);
    ASSERT_TRUE(fetch().ok());
    EXPECT_TRUE(got_ == files({0, 1}));
    EXPECT_TRUE(refused_.empty());

    std::string const part = "--B\r\nContent-Type: application/dicom\r\n\r\n";
    series().body = part + std::string(5000, 'x') + "\r\n" + part + "\r\n" + packed({images_[1]});
    ASSERT_TRUE(fetch().ok());
    EXPECT_TRUE(got_ == files({1}));

    sent = images_;
    sent[1].transfer_syntax = kLossless;
    series().body = packed(sent);
    ASSERT_TRUE(fetch().ok());
    EXPECT_TRUE(got_ == files({0}));
    EXPECT_TRUE(refused_.empty());
    let_go();
}

TEST_F(SeriesFetch, OfASeriesThatBreaksOffWhatIsWholeCounts) {
    hold();
    std::string const all = series().body;
    for (std::size_t const cut : {all.size() - 6, all.size() - 12, all.size() / 2}) {
        for (bool const reset : {false, true}) {
            series().body = all.substr(0, cut);
            series().end = reset ? Status(Error(Code::kPeerUnavailable, "reset")) : Status();
            EXPECT_TRUE(fetch().ok()) << "the archive has answered";
            EXPECT_TRUE(got_ == files(cut == all.size() / 2 ? std::vector<std::size_t>{0}
                                                            : std::vector<std::size_t>{0, 1}))
                << cut << ": " << got_.size();
        }
    }
}

TEST_F(SeriesFetch, AnArchiveThatDeliversNoSeriesIsAskedForEachImage) {
    for (int const status : {404, 410, 400, 406, 500, 501, 302}) {
        series().status = status;
        EXPECT_TRUE(fetch().ok()) << status;
    }
    hold();
    series().status = 200;
    for (char const* type : {"application/dicom", "text/html", ""}) {
        series().content_type = type;
        EXPECT_TRUE(fetch().ok()) << type;
        EXPECT_TRUE(got_.empty());
    }
}

TEST_F(SeriesFetch, AnArchiveThatLetsNobodyInOrDoesNotAnswerIsToldSo) {
    for (int const status : {401, 403, 503}) {
        series().status = status;
        Status const done = fetch();
        ASSERT_FALSE(done.ok());
        EXPECT_EQ(done.error().code, Code::kPeerUnavailable);
    }
    archive_.before = [](core::FetchCall const& call) { EXPECT_FALSE(call.cancelled()); };
    series() = {200, series().content_type, "", Error(Code::kPeerUnavailable, "reset"), {}};
    EXPECT_TRUE(fetch().ok()) << "a head came";
}

TEST_F(SeriesFetch, EachImageHasItsTimeNotTheSeries) {
    hold();
    archive_.before = [](core::FetchCall const& call) {
        EXPECT_GT(call.timeout, std::chrono::seconds(50)) << "that of the request";
        EXPECT_FALSE(call.cancelled());
    };
    source_->timeout = std::chrono::seconds(30);
    EXPECT_TRUE(fetch().ok());
    source_->timeout = std::chrono::seconds(-1);  // it is over
    series().end = Error(Code::kPeerUnavailable, "cancelled");
    series().body = series().body.substr(0, 100);
    archive_.before = [](core::FetchCall const& call) { EXPECT_TRUE(call.cancelled()); };
    Status const done = fetch();
    ASSERT_FALSE(done.ok());
    EXPECT_EQ(done.error().code, Code::kPeerUnavailable);
}

TEST_F(SeriesFetch, MuchThatWasNotAskedForEndsIt) {
    auto large = images_[0];
    large.instance = "2.25.66";
    large.pixels = 18 << 20;
    series().body = packed({images_[0], large, images_[1]});
    archive_.slice = 1 << 16;
    EXPECT_TRUE(fetch().ok());
    EXPECT_TRUE(got_ == files({0}));
}

TEST_F(SeriesFetch, RoomIsBoundedAndGivenBack) {
    hold();
    most_ = 5000;
    EXPECT_TRUE(fetch().ok());
    EXPECT_EQ(got_.size(), 1U);
    EXPECT_TRUE(refused_.empty()) << "whether a smaller one still fits, is seen one by one";
    let_go();
}

}  // namespace
}  // namespace musubi::imaging
