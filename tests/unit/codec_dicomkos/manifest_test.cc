// Key Object Selection documents: every encoding that hospitals send, and octets that are none
// (DICOM PS3.3 A.35.4, PS3.5 chapter 7).

#include "codec/dicomkos/manifest.h"

#include "codec/dicomkos/instance_head.h"
#include "domain/reason.h"
#include "support/dicom_files.h"
#include "support/source_tree.h"

#include <gtest/gtest.h>

namespace musubi::dicomkos {
namespace {

using test::DicomWriter;
constexpr char kLocation[] = "2.999.1.30";

Result<domain::ImagingManifest> read(std::string const& file) {
    return read_manifest(as_bytes(file));
}

std::string refusal(std::string const& file) {
    auto const done = read(file);
    if (done) return "";
    EXPECT_EQ(done.error().code, Code::kInvalidContent);
    EXPECT_EQ(done.error().reason, Reason::kRepositoryMetadata);
    return done.error().issues.at(0).context;
}

/// A KOS with a body of the test's own.
std::string with_body(std::string const& body) {
    return test::dicom_file("1.2.840.10008.5.1.4.1.1.88.59", "2.25.9", "1.2.840.10008.1.2.1", body);
}

TEST(Manifest, IsReadInEveryEncoding) {
    auto sample = test::sample_manifest("2.25.77", kLocation, {3, 1});
    sample.accession_issuer = "2.999.5";
    for (bool const implicit : {false, true}) {
        for (auto const lengths :
             {DicomWriter::Lengths::kDefined, DicomWriter::Lengths::kUndefined}) {
            SCOPED_TRACE(implicit);
            auto const got = read(test::manifest_file(sample, {implicit, lengths}));
            ASSERT_TRUE(got.ok()) << got.error().issues.at(0).context;
            EXPECT_EQ(got->sop_instance, "2.25.77.900");
            EXPECT_EQ(got->study, "2.25.77");
            EXPECT_EQ(got->title.code, "113030");
            EXPECT_EQ(got->title.scheme, "DCM");
            EXPECT_EQ(got->patient_id, "HOSP-0001");
            EXPECT_EQ(got->accession, "ACC1");
            EXPECT_EQ(got->accession_issuer, "2.999.5");
            EXPECT_EQ(got->description, "CT CHEST");
            EXPECT_EQ(got->created, "20240402101500");
            EXPECT_EQ(got->study_begun, "20240401093000");
            EXPECT_EQ(got->utc_offset, "+0900");
            EXPECT_FALSE(got->rejects());
            ASSERT_EQ(got->studies.size(), 1U);
            ASSERT_EQ(got->studies[0].series.size(), 2U);
            EXPECT_EQ(got->studies[0].uid, "2.25.77");
            EXPECT_EQ(got->studies[0].series[0].uid, "2.25.77.1");
            EXPECT_EQ(got->studies[0].series[0].retrieve_location, kLocation);
            ASSERT_EQ(got->studies[0].series[0].images.size(), 3U);
            EXPECT_EQ(got->studies[0].series[0].images[2].sop_instance, "2.25.77.1.3");
            EXPECT_EQ(got->studies[0].series[0].images[2].sop_class, "1.2.840.10008.5.1.4.1.1.2");
        }
    }
}

TEST(Manifest, SaysWhetherItWithdrawsImages) {
    auto sample = test::sample_manifest("2.25.77", kLocation, {1});
    for (auto const* code : {"113001", "113037", "113038", "113039"}) {
        sample.title.code = code;
        EXPECT_TRUE(read(test::manifest_file(sample))->rejects()) << code;
    }
    sample.title = {"113001", "99LOCAL", ""};
    EXPECT_FALSE(read(test::manifest_file(sample))->rejects());
}

TEST(Manifest, UnknownElementsAndPrivateSequencesArePassedOver) {
    auto const sample = test::sample_manifest("2.25.77", kLocation, {1});
    std::string const plain = test::manifest_file(sample);
    // A sequence of unknown VR and undefined length holds implicit elements (PS3.5 6.2.2), and
    // items that look like evidence must not count there.
    DicomWriter inner(true, DicomWriter::Lengths::kUndefined);
    inner.text(0x0020000E, "UI", "2.25.66").sequence(0x00081199, {inner.another().done()});
    std::string unknown("\x09\x00\x10\x10UN\0\0\xff\xff\xff\xff\xfe\xff\x00\xe0\xff\xff\xff\xff",
                        20);
    unknown += inner.done();
    unknown += std::string("\xfe\xff\x0d\xe0\0\0\0\0\xfe\xff\xdd\xe0\0\0\0\0", 16);
    std::string const patient("\x10\x00\x10\x00PN", 6);
    std::string file = plain;
    file.insert(file.find(patient), unknown);
    auto const got = read(file);
    ASSERT_TRUE(got.ok()) << got.error().issues.at(0).context;
    EXPECT_EQ(got->studies.size(), 1U);
}

TEST(Manifest, EveryCutIsRefused) {
    auto const sample = test::sample_manifest("2.25.77", kLocation, {2});
    std::string const file = test::manifest_file(sample, {false, DicomWriter::Lengths::kUndefined});
    // Up to the evidence, which comes last.
    for (std::size_t size = 0; size < file.size(); ++size)
        EXPECT_FALSE(read(file.substr(0, size)).ok()) << size;
}

TEST(Manifest, OtherFilesAreRefused) {
    EXPECT_NE(refusal("not DICOM"), "");
    EXPECT_NE(refusal(std::string(200, 'x')).find("DICM"), std::string::npos);
    EXPECT_NE(refusal(test::image_file({"2.25.1", "2.25.1.1", "2.25.1.1.1", "P"})), "");
    EXPECT_NE(refusal(std::string(kMaxManifest + 1, '\0')).find("too large"), std::string::npos);
    auto sample = test::sample_manifest("2.25.77", kLocation, {0});
    EXPECT_NE(refusal(test::manifest_file(sample)).find("no instance"), std::string::npos);
    sample = test::sample_manifest("2.25.77", "not a uid", {1});
    EXPECT_NE(refusal(test::manifest_file(sample)).find("Retrieve Location"), std::string::npos);
    sample = test::sample_manifest("2.25.77", kLocation, {1});
    sample.studies[0].series[0].images[0].sop_instance = "2.25.077";
    EXPECT_NE(refusal(test::manifest_file(sample)), "") << "leading zero";
    sample = test::sample_manifest("2.25.77", kLocation, {1});
    sample.studies[0].uid = std::string(70, '1');
    EXPECT_NE(refusal(test::manifest_file(sample)), "") << "longer than 64";
}

TEST(Manifest, DeflatedAndBigEndianFilesAreRefused) {
    for (std::string const syntax : {"1.2.840.10008.1.2.1.99", "1.2.840.10008.1.2.2"})
        EXPECT_NE(refusal(test::dicom_file("1.2.840.10008.5.1.4.1.1.88.59", "2.25.9", syntax,
                                           std::string(64, 'x')))
                      .find("transfer syntax"),
                  std::string::npos);
}

TEST(Manifest, LyingLengthsAreRefused) {
    std::string const huge("\x40\x00\x75\xa3SQ\0\0\xf0\xff\xff\xff", 12);
    EXPECT_NE(refusal(with_body(huge)), "");
    // An item that is longer than its sequence.
    std::string const item("\x40\x00\x75\xa3SQ\0\0\x08\0\0\0\xfe\xff\x00\xe0\x10\0\0\0", 20);
    EXPECT_NE(refusal(with_body(item + std::string(64, '\0'))), "");
    EXPECT_NE(refusal(with_body(std::string("\xfe\xff\x0d\xe0\0\0\0\0", 8))), "");
    EXPECT_NE(refusal(with_body(std::string("\x08\x00\x16\x00??\x02\x00..", 10))), "");
}

TEST(Manifest, DepthIsBounded) {
    std::string nested;
    for (int i = 0; i < 100'000; ++i) {
        nested += std::string("\x40\x00\x75\xa3SQ\0\0\xff\xff\xff\xff", 12);
        nested += std::string("\xfe\xff\x00\xe0\xff\xff\xff\xff", 8);
    }
    EXPECT_NE(refusal(with_body(nested)).find("deep"), std::string::npos);
}

TEST(Manifest, ImplicitSequencesOfUnknownTagsAreTexts) {
    auto const sample = test::sample_manifest("2.25.77", kLocation, {1});
    std::string file = test::manifest_file(sample, {true});
    // (0008,1140) with an item inside, defined length: passed over as a whole.
    std::string const before("\x10\x00\x10\x00", 4);
    std::string const value("\xfe\xff\x00\xe0\x02\0\0\0..", 10);
    file.insert(file.find(before), std::string("\x08\x00\x40\x11\x0a\0\0\0", 8) + value);
    EXPECT_TRUE(read(file).ok());
}

TEST(Manifest, SharedSampleIsRead) {
    auto const shared = test::shared_dir();
    if (!shared) GTEST_SKIP() << "no shared samples beside this checkout (set MUSUBI_SHARED)";
    std::string const file = test::read_file(*shared / "samples/rad-68/nist-kos.dcm");
    auto const got = read(file);
    ASSERT_TRUE(got.ok()) << got.error().issues.at(0).context;
    EXPECT_EQ(got->patient_id, "IDS-DEPT001-a");
    EXPECT_EQ(got->studies.at(0).series.at(0).retrieve_location, "1.3.6.1.4.1.21367.13.80.110");
    EXPECT_EQ(got->studies[0].series[0].images.size(), 1U);
    EXPECT_EQ(got->study_begun, "20150201");
}

TEST(InstanceHead, IsKnownAsSoonAsItIsThere) {
    for (std::string const syntax :
         {"1.2.840.10008.1.2", "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.4.70"}) {
        std::string const file =
            test::image_file({"2.25.1", "2.25.1.1", "2.25.1.1.1", "HOSP-0001", syntax});
        InstanceHead head;
        std::size_t size = 0;
        while (read_head(as_bytes(file).subspan(0, size), head) == HeadState::kNeedsMore) ++size;
        ASSERT_EQ(read_head(as_bytes(file).subspan(0, size), head), HeadState::kRead) << size;
        EXPECT_LT(size, 600U) << "pixels are not needed";
        EXPECT_EQ(head.transfer_syntax, syntax);
        EXPECT_EQ(head.study, "2.25.1");
        EXPECT_EQ(head.series, "2.25.1.1");
        EXPECT_EQ(head.sop_instance, "2.25.1.1.1");
        EXPECT_EQ(head.patient_id, "HOSP-0001");
    }
}

TEST(InstanceHead, WhatIsNoInstanceIsBroken) {
    InstanceHead head;
    EXPECT_EQ(read_head(as_bytes(std::string(300, 'x')), head), HeadState::kBroken);
    std::string const other = test::dicom_file("1.2.840.10008.5.1.4.1.1.2", "2.25.5",
                                               "1.2.840.10008.1.2.1.99", "deflated");
    EXPECT_EQ(read_head(as_bytes(other), head), HeadState::kBroken);
    // File meta information of another instance than the data set's.
    std::string file = test::image_file({"2.25.1", "2.25.1.1", "2.25.1.1.1", "P"});
    file.replace(file.find("2.25.1.1.1"), 10, "2.25.1.1.2");
    EXPECT_EQ(read_head(as_bytes(file), head), HeadState::kBroken);
}

}  // namespace
}  // namespace musubi::dicomkos
