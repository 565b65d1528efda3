// Images over DIMSE: what is delivered is what was asked for, in a syntax that was asked for,
// without loss, over as few associations as it takes (imaging fact sheet 12.3, 15, 20).

#include "imaging/dimse_fetch.h"

#include "unit/imaging/archive.h"
#include "unit/platform_vault/temp_folder.h"

#include <gtest/gtest.h>

namespace musubi::imaging {
namespace {

using Strings = std::vector<std::string>;
constexpr char kCt[] = "1.2.840.10008.5.1.4.1.1.2";
constexpr char kExplicit[] = "1.2.840.10008.1.2.1", kImplicit[] = "1.2.840.10008.1.2";
constexpr char kLossless[] = "1.2.840.10008.1.2.4.70", kLossy[] = "1.2.840.10008.1.2.4.50";

/// Sends what it has in the first syntax that it holds and was offered.
class DimseStand final : public core::DimsePort {
public:
    std::map<std::string, std::vector<test::ImageFile>>
        held;  ///< by instance; the stored one first
    std::optional<Error> opening, failing;
    bool one_request = false;  ///< the association is gone behind each
    Strings opened;            ///< the syntaxes of each association
    int asked = 0;

    Strings const& transfer_syntaxes() const override {
        static Strings const kKnown{kExplicit, kImplicit, kLossless, kLossy};
        return kKnown;
    }
    Status receive(core::DimseReception const&, std::vector<core::DimseArchive> const&) override {
        return {};
    }
    Result<std::unique_ptr<core::DimseLine>> open(core::DimseArchive const&, std::string const&,
                                                  Strings const& syntaxes,
                                                  core::DimseTimes const&) override {
        if (opening) return *opening;
        std::string all;
        for (auto const& one : syntaxes) all += one + " ";
        opened.push_back(all);
        return std::unique_ptr<core::DimseLine>(std::make_unique<Line>(*this, syntaxes));
    }

private:
    class Line final : public core::DimseLine {
    public:
        Line(DimseStand& stand, Strings syntaxes) : stand_(stand), syntaxes_(std::move(syntaxes)) {}
        Status fetch(core::DimseObject const& object, core::DimseTimes const&,
                     core::DimseReader& reader) override {
            ++stand_.asked;
            if (stand_.one_request && used_++ > 0) return over("gone");
            if (stand_.failing) return *stand_.failing;
            auto const found = stand_.held.find(object.instance);
            if (found == stand_.held.end()) return Error(Code::kNotFound, "none");
            for (test::ImageFile const& one : found->second) {
                if (std::find(syntaxes_.begin(), syntaxes_.end(), one.transfer_syntax) ==
                    syntaxes_.end())
                    continue;
                auto const got = reader.piece(as_bytes(test::image_file(one)));
                if (!got) usable_ = false;
                return got;
            }
            return Error(Code::kUnsupported, core::kReasonArchiveAnswered, "cannot convert");
        }
        bool usable() const override { return usable_; }

    private:
        Error over(char const* why) {
            usable_ = false;
            return Error(Code::kPeerUnavailable, why);
        }
        DimseStand& stand_;
        Strings const syntaxes_;
        int used_ = 0;
        bool usable_ = true;
    };
};

class DimseImages : public ::testing::Test {
protected:
    DimseImages() {
        auto source = std::make_shared<Source>();
        source->id = "2.999.30";
        source->dimse = core::DimseArchive();
        job_ = {source, {"2.25.1", "2.25.1.1", "2.25.1.1.1"}, "HOSP-0001", {kExplicit}, kCt};
        hold(kExplicit);
    }
    void hold(std::string const& syntax) {
        image_.transfer_syntax = syntax;
        stand_.held[image_.instance] = {image_};
    }
    void converts_to(std::string const& syntax) {
        image_.transfer_syntax = syntax;
        stand_.held[image_.instance].push_back(image_);
    }
    Result<FetchedImage> fetch() {
        FetchTools const tools{web_,
                               spool_,
                               of_all_,
                               std::make_shared<blob::StagingBudget>(1 << 20),
                               std::chrono::steady_clock::now() + std::chrono::minutes(1),
                               {}};
        return fetcher_.fetch(tools, job_);
    }
    std::string syntax() {
        auto const got = fetch();
        return got ? got->transfer_syntax : std::string(to_string(got.error().code));
    }

    test::ImageFile image_{"2.25.1", "2.25.1.1", "2.25.1.1.1", "HOSP-0001"};
    Archive web_;
    vault::TempFolder folder_;
    blob::PassingSpool spool_{folder_ / ""};
    std::shared_ptr<blob::StagingBudget> of_all_ = std::make_shared<blob::StagingBudget>(1 << 20);
    DimseStand stand_;
    DimseFetch fetcher_{stand_};
    ImageJob job_;
};

TEST_F(DimseImages, SeveralShareAnAssociation) {
    for (int i = 0; i < 5; ++i) EXPECT_EQ(syntax(), kExplicit);
    EXPECT_EQ(stand_.opened, Strings{std::string(kExplicit) + " "});
    job_.sop_class = "1.2.840.10008.5.1.4.1.1.4";
    EXPECT_EQ(syntax(), kExplicit);
    EXPECT_EQ(stand_.opened.size(), 2U) << "another class is another offer";
    EXPECT_EQ(of_all_->held(), 0U);
}

TEST_F(DimseImages, OnlyWhatTheConsumerListsIsOffered) {
    job_.accepted = {kLossless, kImplicit};
    hold(kImplicit);
    EXPECT_EQ(syntax(), kImplicit);
    EXPECT_EQ(stand_.opened, Strings{std::string(kImplicit) + " " + kLossless + " "});
    hold(kLossy);
    EXPECT_EQ(syntax(), "Unsupported");
    job_.accepted = {"1.2.840.10008.1.2.1.99"};
    EXPECT_EQ(syntax(), "Unsupported") << "deflated cannot be looked into";
    EXPECT_EQ(stand_.opened.size(), 1U);
}

TEST_F(DimseImages, AnArchiveIsGivenNoReasonToConvertToALossySyntax) {
    hold(kLossless);
    converts_to(kLossy);
    job_.accepted = {kLossy};
    EXPECT_EQ(syntax(), "Unsupported");
    converts_to(kExplicit);
    job_.accepted = {kLossy, kExplicit};
    EXPECT_EQ(syntax(), kExplicit);
    hold(kLossy);
    EXPECT_EQ(syntax(), kLossy) << "as it is stored";
    job_.accepted.clear();
    hold(kLossless);
    EXPECT_EQ(syntax(), kLossless) << "no wish: as it is stored";
}

TEST_F(DimseImages, AnotherObjectIsNotBelieved) {
    for (auto* uid : {&image_.study, &image_.series, &image_.patient_id}) {
        std::string const right = *uid;
        *uid = "2.25.66";
        hold(kExplicit);
        EXPECT_EQ(syntax(), "InvalidContent");
        *uid = right;
    }
    stand_.held["2.25.1.1.1"][0].instance = "2.25.1.1.2";
    EXPECT_EQ(syntax(), "InvalidContent");
    EXPECT_EQ(of_all_->held(), 0U);
}

TEST_F(DimseImages, WhatTheArchiveSaysIsToldApart) {
    stand_.held.clear();
    EXPECT_EQ(syntax(), "NotFound");
    stand_.failing = Error(Code::kPeerUnavailable, core::kReasonArchiveAnswered, "A701");
    auto done = fetch();
    ASSERT_FALSE(done.ok());
    EXPECT_EQ(done.error().code, Code::kPeerUnavailable);
    EXPECT_EQ(done.error().reason, kReasonAnswered) << "the next image may come all the same";
    // It was offered everything that can be received: the asker could not have asked better.
    job_.accepted.clear();
    stand_.failing = Error(Code::kUnsupported, core::kReasonArchiveAnswered, "C000");
    done = fetch();
    ASSERT_FALSE(done.ok());
    EXPECT_EQ(done.error().code, Code::kPeerUnavailable);
    stand_.failing = Error(Code::kPeerUnavailable, "silent");
    EXPECT_NE(fetch().error().reason, kReasonAnswered);
    stand_.opening = Error(Code::kPeerUnavailable, "association refused");
    job_.sop_class = "1.2.840.10008.5.1.4.1.1.4";
    EXPECT_NE(fetch().error().reason, kReasonAnswered);
}

TEST_F(DimseImages, AnArchiveMayEndItsAssociationBehindEachRequest) {
    stand_.one_request = true;
    for (int i = 0; i < 3; ++i) EXPECT_EQ(syntax(), kExplicit);
    EXPECT_EQ(stand_.opened.size(), 3U);
    // But a new one that fails at once is not opened again and again.
    stand_.failing = Error(Code::kPeerUnavailable, "hangs");
    int const before = stand_.asked;
    EXPECT_EQ(syntax(), "PeerUnavailable");
    EXPECT_LE(stand_.asked - before, 2);
}

TEST_F(DimseImages, WithoutAClassNothingCanBeAgreedOn) {
    job_.sop_class.clear();
    EXPECT_EQ(syntax(), "InvalidContent");
    EXPECT_TRUE(stand_.opened.empty());
}

}  // namespace
}  // namespace musubi::imaging
