// What another community answers to RAD-75 is believed image by image: in its own name, what was
// asked for, and what it says it is.
#include "xca/image_check.h"

#include "codec/ebxml/read.h"
#include "domain/reason.h"
#include "platform/base/log.h"
#include "platform/base/text.h"
#include "platform/xml/parse.h"
#include "support/dicom_files.h"
#include "unit/platform_vault/temp_folder.h"

#include <gtest/gtest.h>

namespace musubi::xca {
namespace {

constexpr char kHome[] = "urn:oid:2.999.1.2", kSource[] = "2.999.30";
constexpr char kExplicit[] = "1.2.840.10008.1.2.1", kJpeg[] = "1.2.840.10008.1.2.4.50";

struct Part {
    std::string instance, file;
    std::string home = kHome;  ///< empty: none
    std::string repository = kSource;
};

class ImageCheck : public ::testing::Test {
protected:
    ImageCheck() {
        set_log_sink([](LogLevel, std::string const&) {});
        community_.name = "minami";
        community_.homes = {kHome};
        for (std::string const instance : {"2.25.7.1.1", "2.25.7.1.11"}) {
            wanted_.push_back({{"2.25.7", "2.25.7.1", {kHome, kSource, instance}},
                               SeenImage{"R1^^^&2.999.1&ISO", {}, "2.25.70", "HOSP-0001"}});
        }
    }
    ~ImageCheck() override { set_log_sink({}); }

    static std::string file(std::string const& instance, std::string const& series = "2.25.7.1",
                            std::string const& patient = "HOSP-0001",
                            std::string const& syntax = kExplicit) {
        test::ImageFile image{"2.25.7", series, instance, patient};
        image.transfer_syntax = syntax;
        return test::image_file(image);
    }
    static std::string answer(std::vector<Part> const& parts, std::string const& errors = "") {
        std::string out =
            "<x:RetrieveDocumentSetResponse xmlns:x=\"urn:ihe:iti:xds-b:2007\" "
            "xmlns:rs=\"urn:oasis:names:tc:ebxml-regrep:xsd:rs:3.0\"><rs:RegistryResponse "
            "status=\"urn:oasis:names:tc:ebxml-regrep:ResponseStatusType:Success\">" +
            errors + "</rs:RegistryResponse>";
        for (Part const& one : parts) {
            out += "<x:DocumentResponse>";
            if (!one.home.empty()) out += "<x:HomeCommunityId>" + one.home + "</x:HomeCommunityId>";
            out += "<x:RepositoryUniqueId>" + one.repository +
                   "</x:RepositoryUniqueId><x:DocumentUniqueId>" + one.instance +
                   "</x:DocumentUniqueId><x:mimeType>application/dicom</x:mimeType><x:Document>" +
                   to_base64(as_bytes(one.file)) + "</x:Document></x:DocumentResponse>";
        }
        return out + "</x:RetrieveDocumentSetResponse>";
    }
    static std::string error(std::string const& code, std::string const& context,
                             std::string const& location) {
        return "<rs:RegistryErrorList><rs:RegistryError errorCode=\"" + code + "\" codeContext=\"" +
               context +
               "\" severity=\"urn:oasis:names:tc:ebxml-regrep:ErrorSeverityType:Error\" "
               "location=\"" +
               location + "\"/></rs:RegistryErrorList>";
    }
    core::ImageFindings unpacked(std::string const& payload) {
        core::ImageFindings out;
        auto document = xml::parse(as_bytes(payload));
        EXPECT_TRUE(document.ok());
        OpenedAnswer opened{*std::move(document), {}, {}};
        opened.envelope.payload = opened.document.root();
        EXPECT_TRUE(unpack_images(community_, wanted_, {kExplicit}, opened,
                                  {room_, of_all_, of_request_}, out)
                        .ok());
        EXPECT_EQ(out.delivered.size() + out.missed.size(), wanted_.size())
            << "each image is answered once";
        return out;
    }
    /// The first image comes as `part`, the other as it should.
    Reason refused(Part const& part) {
        auto const out = unpacked(answer({part, {"2.25.7.1.11", file("2.25.7.1.11")}}));
        EXPECT_EQ(out.delivered.size(), 1U);
        return out.missed.empty() ? Reason::kNone : out.missed[0].why.reason;
    }

    Community community_;
    WantedImages wanted_;
    vault::TempFolder folder_;
    blob::PassingSpool room_{folder_ / ""};
    std::shared_ptr<blob::StagingBudget> of_all_ = std::make_shared<blob::StagingBudget>(100'000);
    std::shared_ptr<blob::StagingBudget> of_request_ =
        std::make_shared<blob::StagingBudget>(50'000);
};

TEST_F(ImageCheck, WhatIsRightIsHandedOnUnchanged) {
    std::string const one = file("2.25.7.1.1"), two = file("2.25.7.1.11");
    {
        auto const out = unpacked(answer({{"2.25.7.1.11", two}, {"2.25.7.1.1", one}}));
        ASSERT_EQ(out.delivered.size(), 2U);
        EXPECT_EQ(as_text(*out.delivered[0].content->in_memory()), two);
        EXPECT_EQ(as_text(*out.delivered[1].content->in_memory()), one);
        EXPECT_EQ(out.delivered[0].patient, "R1^^^&2.999.1&ISO");
        EXPECT_EQ(out.delivered[0].manifest, "2.25.70");
        EXPECT_EQ(of_all_->held(), one.size() + two.size());
    }
    EXPECT_EQ(of_all_->held(), 0U) << "given back when the octets are gone";
}

TEST_F(ImageCheck, NobodySpeaksForOthers) {
    EXPECT_EQ(refused({"2.25.7.1.1", file("2.25.7.1.1"), "urn:oid:2.999.1.3"}),
              Reason::kUnknownCommunity);
    EXPECT_EQ(refused({"2.25.7.1.1", file("2.25.7.1.1"), ""}), Reason::kMissingHomeCommunityId);
    community_.repair_home = true;
    auto const out = unpacked(answer({{"2.25.7.1.1", file("2.25.7.1.1"), ""}}));
    ASSERT_EQ(out.delivered.size(), 1U);
    EXPECT_EQ(out.delivered[0].asked.document.home, kHome);
}

TEST_F(ImageCheck, AnotherObjectIsNoImageOfThisName) {
    EXPECT_EQ(refused({"2.25.7.1.1", file("2.25.7.1.11")}), Reason::kRepositoryGeneral);
    EXPECT_EQ(refused({"2.25.7.1.1", file("2.25.7.1.1", "2.25.7.2")}), Reason::kRepositoryGeneral);
    EXPECT_EQ(refused({"2.25.7.1.1", file("2.25.7.1.1", "2.25.7.1", "HOSP-0002")}),
              Reason::kRepositoryGeneral)
        << "another patient";
    EXPECT_EQ(refused({"2.25.7.1.1", file("2.25.7.1.1", "2.25.7.1", "HOSP-0001", kJpeg)}),
              Reason::kRepositoryGeneral)
        << "a transfer syntax that was not asked for";
    EXPECT_EQ(refused({"2.25.7.1.1", "no DICOM at all"}), Reason::kRepositoryGeneral);
    EXPECT_EQ(refused({"2.25.7.1.1", ""}), Reason::kRepositoryGeneral);
}

TEST_F(ImageCheck, WhatWasNotAskedForIsNotLookedAt) {
    auto const out = unpacked(answer({{"2.25.7.1.2", file("2.25.7.1.2")},
                                      {"2.25.7.1.1", file("2.25.7.1.1"), kHome, "2.999.31"},
                                      {"2.25.7.1.11", file("2.25.7.1.11")},
                                      {"2.25.7.1.11", file("2.25.7.1.11")}}));
    ASSERT_EQ(out.delivered.size(), 1U);
    EXPECT_EQ(out.missed.at(0).why.reason, Reason::kDocumentUniqueId);
}

TEST_F(ImageCheck, WhatTheCommunitySaysOfAnImageIsPassedOn) {
    auto out = unpacked(answer({}, error("XDSRepositoryBusy", "2.25.7.1.11 later", kHome)));
    ASSERT_EQ(out.missed.size(), 2U);
    EXPECT_EQ(out.missed[0].why.reason, Reason::kDocumentUniqueId) << "one UID begins another";
    EXPECT_EQ(out.missed[1].why.reason, Reason::kBusy);
    EXPECT_EQ(out.missed[1].why.context, "minami: 2.25.7.1.11 later");
    EXPECT_EQ(out.missed[1].why.location, "2.25.7.1.11");
    out = unpacked(answer({}, error("XDSRepositoryBusy", "all of it", kHome)));
    ASSERT_EQ(out.missed.size(), 2U);
    EXPECT_EQ(out.missed[0].why.reason, Reason::kBusy);
    EXPECT_EQ(out.missed[0].patient, "R1^^^&2.999.1&ISO") << "for the record";
}

TEST_F(ImageCheck, NoMoreIsHeldThanThereIsRoomFor) {
    of_request_ = std::make_shared<blob::StagingBudget>(file("2.25.7.1.1").size() + 10);
    std::vector<Part> const both = {{"2.25.7.1.1", file("2.25.7.1.1")},
                                    {"2.25.7.1.11", file("2.25.7.1.11")}};
    EXPECT_EQ(unpacked(answer(both)).missed.at(0).why.reason, Reason::kOutOfResources);
    of_request_ = std::make_shared<blob::StagingBudget>(100'000);
    of_all_ = std::make_shared<blob::StagingBudget>(10);
    EXPECT_EQ(unpacked(answer(both)).missed.at(0).why.reason, Reason::kBusy);
}

}  // namespace
}  // namespace musubi::xca
