// Which images of other communities may be asked for: those of manifests that came through this
// node, where they say the images are.
#include "xca/manifests.h"

#include "support/dicom_files.h"

#include <gtest/gtest.h>

namespace musubi::xca {
namespace {

constexpr char kHome[] = "urn:oid:2.999.1.2", kOther[] = "urn:oid:2.999.1.3";
constexpr char kSource[] = "2.999.30";

core::FoundDocument document(domain::ImagingManifest const& manifest,
                             std::string const& unique_id = "") {
    std::string const file = test::manifest_file(manifest);
    core::FoundDocument out;
    out.document = {
        {kHome, "2.999.1.2.2", unique_id.empty() ? manifest.sop_instance : unique_id},
        "application/dicom",
        std::make_shared<MemoryContent>(Bytes(as_bytes(file).begin(), as_bytes(file).end()))};
    out.patient = "R1^^^&2.999.1.1.1&ISO";
    out.label.owner = "community-minami";
    return out;
}

std::size_t found(SeenImages const& seen, std::string const& study, std::string const& series,
                  std::string const& instance, std::string const& home = kHome,
                  std::string const& repository = kSource) {
    return seen.find(home, {study, series, instance, repository}).size();
}

TEST(SeenImages, AreThoseOfAManifestInItsPlace) {
    SeenImages seen;
    auto const manifest = test::sample_manifest("2.25.7", kSource, {2, 1});
    note_manifest(seen, document(manifest));
    std::string const study = manifest.studies[0].uid, first = manifest.studies[0].series[0].uid,
                      second = manifest.studies[0].series[1].uid,
                      image = manifest.studies[0].series[0].images[1].sop_instance;
    auto const known = seen.find(kHome, {study, first, image, kSource});
    ASSERT_EQ(known.size(), 1U);
    EXPECT_EQ(known[0].patient, "R1^^^&2.999.1.1.1&ISO");
    EXPECT_EQ(known[0].label.owner, "community-minami");
    EXPECT_EQ(known[0].manifest, manifest.sop_instance);
    EXPECT_EQ(known[0].patient_id, manifest.patient_id);
    EXPECT_EQ(found(seen, study, second, image), 0U) << "another series";
    EXPECT_EQ(found(seen, "2.25.8", first, image), 0U) << "another study";
    EXPECT_EQ(found(seen, study, first, "2.25.7.1.9"), 0U) << "an image it does not name";
    EXPECT_EQ(found(seen, study, first, image, kOther), 0U) << "another community";
    EXPECT_EQ(found(seen, study, first, image, kHome, "2.999.31"), 0U) << "another source";
}

TEST(SeenImages, OnlyOfManifestsThatAreWhatTheySay) {
    SeenImages seen;
    auto manifest = test::sample_manifest("2.25.7", kSource, {1});
    std::string const study = manifest.studies[0].uid, series = manifest.studies[0].series[0].uid,
                      image = manifest.studies[0].series[0].images[0].sop_instance;
    note_manifest(seen, document(manifest, "2.25.99"));
    EXPECT_EQ(found(seen, study, series, image), 0U) << "under another document's name";
    auto nobodys = document(manifest);
    nobodys.patient.clear();
    note_manifest(seen, nobodys);
    auto unlabelled = document(manifest);
    unlabelled.label = {};
    note_manifest(seen, unlabelled);
    auto text = document(manifest);
    text.document.mime_type = "text/plain";
    note_manifest(seen, text);
    auto ours = document(manifest);
    ours.document.request.home.reset();
    note_manifest(seen, ours);
    auto broken = document(manifest);
    broken.document.content = std::make_shared<MemoryContent>(Bytes(300, 'x'));
    note_manifest(seen, broken);
    manifest.title = {"113001", "DCM", "Rejected for Quality Reasons"};
    note_manifest(seen, document(manifest));
    EXPECT_EQ(found(seen, study, series, image), 0U);
}

TEST(SeenImages, TheNewestStayAndEachManifestIsKeptOnce) {
    SeenImages seen(5);
    auto const first = test::sample_manifest("2.25.7", kSource, {2});
    auto const second = test::sample_manifest("2.25.8", kSource, {3});
    auto const there = [&](domain::ImagingManifest const& manifest) {
        auto const& series = manifest.studies[0].series[0];
        return found(seen, manifest.studies[0].uid, series.uid, series.images[0].sop_instance);
    };
    for (int i = 0; i < 4; ++i) note_manifest(seen, document(first));
    note_manifest(seen, document(second));
    EXPECT_EQ(there(first), 1U) << "told once however often it was fetched";
    EXPECT_EQ(there(second), 1U);
    note_manifest(seen, document(test::sample_manifest("2.25.9", kSource, {1})));
    EXPECT_EQ(there(first), 0U) << "the oldest goes first";
    EXPECT_EQ(there(second), 1U);
    note_manifest(seen, document(test::sample_manifest("2.25.6", kSource, {6})));
    EXPECT_EQ(there(second), 1U) << "one that is larger than all room changes nothing";
}

}  // namespace
}  // namespace musubi::xca
