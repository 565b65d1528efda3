// Images through a whole node from an archive that speaks DIMSE (RAD-16): C-GET, and C-MOVE to a
// port of the node's own.

#include "node/imaging/archives.h"
#include "support/dimse_archive.h"

#include <future>

namespace musubi::test {
namespace {

using Strings = std::vector<std::string>;
using Status_ = ebxml::ResponseStatus;
constexpr char kExplicit[] = "1.2.840.10008.1.2.1", kImplicit[] = "1.2.840.10008.1.2";

std::string dimse_entry(int port, std::string const& method,
                        std::string const& more = "timeout: 20") {
    return "  - {id: " + std::string(kToolkitSource) +
           ", member: toolkit, dimse: {host: 127.0.0.1, port: " + std::to_string(port) +
           ", ae_title: HOSPPACS, our_ae_title: MUSUBI, tls: false, method: " + method + "}, " +
           more + "}\n";
}

/// The data set behind the head of a file, whose head may be anybody's.
std::string data_set(std::string const& file) {
    return file.size() < 144 ? "" : file.substr(144 + number_at(file, 140, 4, false));
}

class DimseImaging : public ::testing::Test {
protected:
    TestNode::Options options() const {
        TestNode::Options options;
        options.settings = {"imaging.sources=sources.yaml", "imaging.retrieve_deadline=20s",
                            "imaging.store_tls=false",
                            "imaging.store_port=" + std::to_string(store_port)};
        options.started = false;
        return options;
    }
    void start(std::string const& source) {
        std::ofstream(node.folder() / "sources.yaml") << "sources:\n" << source;
        node.start();
        patient = fresh_patient();
        ASSERT_EQ(toolkit.feed("A01", patient), "AA");
    }
    domain::ImagingManifest published(std::vector<int> const& series) {
        auto const manifest = sample_manifest(fresh_oid(), kToolkitSource, series);
        Heard const heard = toolkit.submit(manifest_papers(patient, manifest));
        EXPECT_TRUE(heard.success()) << heard.text();
        return manifest;
    }
    static std::vector<ImageFile> images_of(domain::ImagingManifest const& manifest,
                                            std::string const& syntax = kExplicit,
                                            std::size_t pixels = 100'000) {
        std::vector<ImageFile> out;
        for (auto const& series : manifest.studies[0].series) {
            for (auto const& image : series.images)
                out.push_back({manifest.study, series.uid, image.sop_instance, manifest.patient_id,
                               syntax, image.sop_class, pixels});
        }
        return out;
    }
    static void expect_all(Images const& got, std::vector<ImageFile> const& images) {
        EXPECT_EQ(got.response.status, Status_::kSuccess)
            << (got.codes().empty() ? "" : got.codes()[0]);
        ASSERT_EQ(got.files.size(), images.size());
        for (ImageFile const& one : images)
            EXPECT_TRUE(data_set(got.files.at(one.instance)) == data_set(image_file(one)))
                << "octet by octet";
    }

    int const store_port = OrthancArchive::free_port();
    TestNode node{options()};
    NodeClient toolkit{node, "toolkit"};
    std::string patient;
};

TEST_F(DimseImaging, WhatAnArchiveDoesIsToldAsOverDicomWeb) {
    DimseArchive archive;
    start(dimse_entry(archive.port(), "get", "timeout: 2"));
    auto const manifest = published({12, 3});
    auto const images = images_of(manifest);
    for (ImageFile const& one : images) archive.hold(one);
    expect_all(fetch_images(toolkit, manifest), images);
    EXPECT_LE(archive.associations(), 8) << "images share associations";
    EXPECT_LE(archive.most_at_once(), 4) << "as many at a time as the directory says";

    auto const two = published({2});
    auto lying = images_of(two);
    for (auto const& [mode, code] :
         std::vector<std::pair<std::string, std::string>>{{"hang", "XDSRepositoryBusy"},
                                                          {"mute", "XDSRepositoryBusy"},
                                                          {"abort", "XDSRepositoryBusy"},
                                                          {"cut", "XDSRepositoryBusy"},
                                                          {"refuse", "XDSRepositoryBusy"},
                                                          {"busy", "XDSRepositoryBusy"},
                                                          {"other", "XDSRepositoryError"},
                                                          {"garbage", "XDSRepositoryError"},
                                                          {"good", "XDSDocumentUniqueIdError"}}) {
        SCOPED_TRACE(mode);
        archive.behave(mode);
        if (mode == "other") archive.hold(lying[0]), archive.hold(lying[1]);
        if (mode == "good") continue;
        auto waiting = std::async(std::launch::async, [&] {
            return fetch_images(toolkit, mode == "abort" || mode == "cut" ? manifest : two);
        });
        if (mode == "hang") {
            EXPECT_TRUE(toolkit.find(patient).success()) << "somebody else's question";
        }
        auto const codes = waiting.get().codes();
        EXPECT_EQ(codes, Strings(codes.size(), code));
        EXPECT_GE(codes.size(), 2U);
    }
    archive.behave("good");
    EXPECT_EQ(fetch_images(toolkit, published({1})).codes(), Strings{"XDSDocumentUniqueIdError"});
    auto const third = published({1});
    auto wrong = images_of(third);
    wrong[0].patient_id = "SOMEBODY-ELSE";
    archive.hold(wrong[0]);
    EXPECT_EQ(fetch_images(toolkit, third).codes(), Strings{"XDSRepositoryError"});
    auto const fourth = published({1});
    archive.hold(images_of(fourth, kImplicit)[0]);
    EXPECT_EQ(fetch_images(toolkit, fourth).codes(), Strings{"XDSRepositoryError"})
        << "not in a syntax that was asked for";
    expect_all(fetch_images(toolkit, fourth, {kImplicit}), images_of(fourth, kImplicit));
    EXPECT_NE(node.operator_page("/metrics").find("musubi_imaging_wrong_images_total"),
              std::string::npos);
    EXPECT_EQ(node.verify_audit(), "");
}

TEST_F(DimseImaging, ByCMoveTheArchiveBringsThemToAPortThatIsOpenForNothingElse) {
    DimseArchive archive;
    archive.deliver_to(static_cast<std::uint16_t>(store_port));
    archive.call_itself("HOSPPACS");
    start("  []\n");
    auto const reached = [&] {
        int const fd = ::socket(AF_INET, SOCK_STREAM, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(static_cast<std::uint16_t>(store_port));
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        bool const there =
            ::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
        ::close(fd);
        return there;
    };
    EXPECT_FALSE(reached()) << "no archive needs it";
    std::ofstream(node.folder() / "sources.yaml") << "sources:\n"
                                                  << dimse_entry(archive.port(), "move");
    node.signal(SIGHUP);
    ASSERT_TRUE(node.wait_log("event=reloaded"));
    EXPECT_TRUE(reached());
    auto const manifest = published({5, 2});
    auto const images = images_of(manifest);
    for (ImageFile const& one : images) archive.hold(one);
    expect_all(fetch_images(toolkit, manifest), images);
    auto const wrong = published({1});
    auto lying = images_of(wrong);
    lying[0].patient_id = "SOMEBODY-ELSE";
    archive.hold(lying[0]);
    EXPECT_EQ(fetch_images(toolkit, wrong).codes(), Strings{"XDSRepositoryError"});
    archive.behave("abort");
    auto const codes = fetch_images(toolkit, manifest).codes();
    EXPECT_EQ(codes, Strings(7, "XDSRepositoryBusy"));
    EXPECT_EQ(node.stop(), 0);
}

class OrthancDimse : public DimseImaging {
protected:
    void SetUp() override {
        if (!OrthancArchive::available()) GTEST_SKIP() << "no Orthanc on this machine";
    }
    void deliver_all(std::string const& method) {
        OrthancArchive archive(node.folder() / "orthanc", store_port);
        start(dimse_entry(archive.dicom_port(), method));
        auto const manifest = published({6, 3});
        auto const images = images_of(manifest, kExplicit, 200'000);
        for (ImageFile const& one : images) ASSERT_EQ(archive.store(image_file(one)), 200);
        expect_all(fetch_images(toolkit, manifest), images);
        EXPECT_EQ(fetch_images(toolkit, published({1})).codes(),
                  Strings{"XDSDocumentUniqueIdError"});
        archive.kill();
        EXPECT_EQ(fetch_images(toolkit, manifest).codes(), Strings(9, "XDSRepositoryBusy"));
        EXPECT_EQ(node.verify_audit(), "");
    }
};

TEST_F(OrthancDimse, DeliversByCGet) { deliver_all("get"); }

TEST_F(OrthancDimse, DeliversByCMove) { deliver_all("move"); }

}  // namespace
}  // namespace musubi::test
