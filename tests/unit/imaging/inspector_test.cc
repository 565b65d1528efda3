// RAD-68: manifest and DocumentEntry held against each other, and what is filled in (imaging fact
// sheet chapter 10).

#include "imaging/inspector.h"

#include "domain/reason.h"
#include "support/dicom_files.h"
#include "unit/domain/sample_submission.h"
#include "unit/platform_vault/temp_folder.h"

#include <gtest/gtest.h>

namespace musubi::imaging {
namespace {

using Strings = std::vector<std::string>;
constexpr char kStudy[] = "2.25.77^^^^urn:ihe:iti:xds:2016:studyInstanceUID";
constexpr char kAccession[] = "ACC1^^^^urn:ihe:iti:xds:2013:accession";

class Inspection : public ::testing::Test {
protected:
    Inspection() {
        entry_ = test::sample_entry();
        entry_.mime_type = "application/dicom";
        entry_.format_codes = {{"1.2.840.10008.5.1.4.1.1.88.59", "1.2.840.10008.2.6.1", ""}};
        entry_.unique_id = "2.25.77.900";
        entry_.source_patient_id = "HOSP-0001^^^&2.999.5&ISO";
        entry_.reference_ids.clear();
        entry_.event_codes.clear();
    }
    std::vector<Issue> inspect(std::string const& file, InspectorSettings settings = {}) {
        MemoryContent const content(Bytes(file.begin(), file.end()));
        auto found = Inspector(codes_, *keys_, settings).inspect(entry_, content);
        EXPECT_TRUE(found.ok());
        if (!found) return {};
        note_ = std::static_pointer_cast<domain::ImagingManifest const>(found->note);
        return found->issues;
    }
    std::vector<Issue> inspect() { return inspect(test::manifest_file(manifest_)); }

    vault::TempFolder folder_;
    std::unique_ptr<vault::KeyRing> keys_ = std::move(*vault::KeyRing::open(
        folder_ / "keys", folder_ / "master.key", vault::KeyRing::IfAbsent::kCreate));
    domain::AffinityDomain codes_;
    std::shared_ptr<domain::ImagingManifest const> note_;
    domain::DocumentEntry entry_;
    domain::ImagingManifest manifest_ = test::sample_manifest("2.25.77", "2.999.30", {2, 1});
};

TEST_F(Inspection, ARightManifestIsHandedOn) {
    EXPECT_TRUE(inspect().empty());
    ASSERT_TRUE(note_);
    EXPECT_EQ(note_->studies.at(0).series.size(), 2U);
}

TEST_F(Inspection, OtherDocumentsAreLeftAlone) {
    entry_.format_codes = {{"urn:ihe:rad:PDF", "1.3.6.1.4.1.19376.1.2.3", ""}};
    EXPECT_TRUE(inspect("%PDF-1.4").empty());
    EXPECT_FALSE(note_);
    EXPECT_TRUE(entry_.reference_ids.empty());
}

TEST_F(Inspection, TheFormatCodeCountsUnderAnyScheme) {
    entry_.format_codes[0].scheme = "1.2.840.10008.2.16.4";
    EXPECT_TRUE(inspect().empty());
    EXPECT_TRUE(note_);
}

TEST_F(Inspection, WhatIsLeftOutIsFilledIn) {
    entry_.creation_time.reset();
    entry_.service_start_time.reset();
    entry_.name.clear();
    EXPECT_TRUE(inspect().empty());
    EXPECT_EQ(entry_.creation_time, "20240402011500") << "10:15 at +0900";
    EXPECT_EQ(entry_.service_start_time, "20240401003000");
    EXPECT_EQ(entry_.name.at(0).value, "CT CHEST");
    EXPECT_EQ(entry_.reference_ids, (Strings{kStudy, kAccession}));
    ASSERT_EQ(entry_.event_codes.size(), 1U);
    EXPECT_EQ(entry_.event_codes[0].key(), "CT^^1.2.840.10008.2.16.4");
}

TEST_F(Inspection, AnAccessionNumberIsFilledInUnderItsIssuer) {
    entry_.reference_ids.clear();
    manifest_.accession_issuer = "2.999.5";
    EXPECT_TRUE(inspect().empty());
    EXPECT_EQ(entry_.reference_ids,
              (Strings{kStudy, "ACC1^^^&2.999.5&ISO^urn:ihe:iti:xds:2013:accession"}));
}

TEST_F(Inspection, WhatIsThereIsKept) {
    entry_.creation_time = "20200101";
    entry_.reference_ids = {"2.25.77^^^&2.9&ISO^urn:ihe:iti:xds:2016:studyInstanceUID",
                            "ACC1^^^&2.999.5&ISO^urn:ihe:iti:xds:2013:accession"};
    entry_.event_codes = {{"CT", "DCM", ""}};
    Strings const references = entry_.reference_ids;
    EXPECT_TRUE(inspect().empty());
    EXPECT_EQ(entry_.creation_time, "20200101");
    EXPECT_EQ(entry_.reference_ids, references);
    EXPECT_EQ(entry_.event_codes.size(), 1U);
}

TEST_F(Inspection, AnotherIdentityIsRefused) {
    struct Wrong {
        char const* what;
        std::function<void(domain::DocumentEntry&)> change;
    };
    for (Wrong const& wrong :
         {Wrong{"uniqueId", [](auto& e) { e.unique_id = "2.25.5"; }},
          Wrong{"sourcePatientId", [](auto& e) { e.source_patient_id = "OTHER^^^&2.999.5&ISO"; }},
          Wrong{"referenceIdList", [](auto& e) {
                    e.reference_ids = {"2.25.5^^^^urn:ihe:iti:xds:2016:studyInstanceUID"};
                }}}) {
        SCOPED_TRACE(wrong.what);
        auto const right = entry_;
        wrong.change(entry_);
        auto issues = inspect();
        ASSERT_EQ(issues.size(), 1U);
        EXPECT_EQ(issues[0].severity, Severity::kError);
        EXPECT_EQ(issues[0].reason, Reason::kRepositoryMetadata);
        EXPECT_NE(issues[0].context.find(wrong.what), std::string::npos);
        EXPECT_EQ(issues[0].context.find("OTHER"), std::string::npos) << "nobody's number is told";
        EXPECT_FALSE(note_);
        InspectorSettings lenient;
        lenient.mismatch = Mismatch::kWarned;
        issues = inspect(test::manifest_file(manifest_), lenient);
        ASSERT_EQ(issues.size(), 1U);
        EXPECT_EQ(issues[0].severity, Severity::kWarning);
        EXPECT_FALSE(note_) << "it opens no image";
        entry_ = right;
    }
}

TEST_F(Inspection, OtherContradictionsAreWarnings) {
    entry_.reference_ids = {"ACC2^^^^urn:ihe:iti:xds:2013:accession"};
    entry_.event_codes = {{"MR", "1.2.840.10008.2.16.4", ""}, {"KO", "DCM", ""}, {"MR", "x", ""}};
    entry_.mime_type = "application/dicom-kos";
    auto const issues = inspect();
    ASSERT_EQ(issues.size(), 4U);
    for (Issue const& issue : issues) EXPECT_EQ(issue.severity, Severity::kWarning);
    EXPECT_TRUE(note_);
}

TEST_F(Inspection, ModalitiesAreNotGuessed) {
    manifest_.studies[0].series[0].images[0].sop_class = "1.2.840.10008.5.1.4.1.1.7";
    entry_.event_codes = {{"MR", "DCM", ""}};
    EXPECT_TRUE(inspect().empty()) << "a secondary capture may come from anything";
    entry_.event_codes.clear();
    EXPECT_TRUE(inspect().empty());
    EXPECT_TRUE(entry_.event_codes.empty());
}

TEST_F(Inspection, WhatIsNoManifestIsRefused) {
    for (std::string const& file : {std::string("no DICOM"), std::string(9 << 20, '\0')}) {
        auto const issues = inspect(file);
        ASSERT_EQ(issues.size(), 1U);
        EXPECT_EQ(issues[0].severity, Severity::kError);
    }
}

TEST(InUtc, KeepsPrecisionAndCrossesDays) {
    EXPECT_EQ(in_utc("20240401083000", 540), "20240331233000");
    EXPECT_EQ(in_utc("202404010830", 540), "202403312330");
    EXPECT_EQ(in_utc("2024040108", 540), "202403312300");
    EXPECT_EQ(in_utc("20240401", 540), "20240401");
    EXPECT_EQ(in_utc("20231231233000", -60), "20240101003000");
}

}  // namespace
}  // namespace musubi::imaging
