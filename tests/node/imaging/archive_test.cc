// Images through a whole node: published by their manifest (RAD-68), fetched from an archive
// (RAD-69); archives that hang, trickle and are not there.

#include "codec/mtom/part_reader.h"
#include "node/imaging/archives.h"
#include "support/source_tree.h"

#include <sys/resource.h>

#include <fstream>
#include <future>

namespace musubi::test {
namespace {

using Strings = std::vector<std::string>;
using Status_ = ebxml::ResponseStatus;

class Imaging : public ::testing::Test {
protected:
    static TestNode::Options options() {
        TestNode::Options options;
        options.settings = {"imaging.sources=sources.yaml", "imaging.retrieve_deadline=20s",
                            "listen.in_flight=9", "listen.workers=26"};
        options.started = false;
        return options;
    }
    void start(std::string const& sources) {
        std::ofstream(node.folder() / "pacs.password") << "testpass\n";
        direct(sources);
        node.start();
        patient = fresh_patient();
        ASSERT_EQ(toolkit.feed("A01", patient), "AA");
    }
    void direct(std::string const& sources) {
        std::ofstream(node.folder() / "sources.yaml") << "sources:\n" << sources;
    }
    domain::ImagingManifest published(std::vector<int> const& series) {
        auto const manifest = sample_manifest(fresh_oid(), kToolkitSource, series);
        Heard const heard = toolkit.submit(manifest_papers(patient, manifest));
        EXPECT_TRUE(heard.success()) << heard.text();
        return manifest;
    }
    static std::map<std::string, std::string> files_of(domain::ImagingManifest const& manifest,
                                                       std::string const& syntax,
                                                       std::size_t pixels = 4096) {
        std::map<std::string, std::string> out;
        for (auto const& series : manifest.studies[0].series) {
            for (auto const& image : series.images)
                out[image.sop_instance] =
                    image_file({manifest.study, series.uid, image.sop_instance, manifest.patient_id,
                                syntax, image.sop_class, pixels});
        }
        return out;
    }

    TestNode node{options()};
    NodeClient toolkit{node, "toolkit"};
    std::string patient;
};

class Orthanc : public Imaging {
protected:
    void SetUp() override {
        if (!OrthancArchive::available())
            GTEST_SKIP() << "no Orthanc with its DICOMweb plugin on this machine";
    }
};

TEST_F(Orthanc, DeliversWhatManifestsNameUnchanged) {
    OrthancArchive archive(node.folder() / "orthanc");
    start(source_entry(archive.port()));
    auto const manifest = published({3, 2});
    // Large enough to be staged in files.
    auto const files = files_of(manifest, "1.2.840.10008.1.2.1", 200'000);
    for (auto const& [instance, file] : files) ASSERT_EQ(archive.store(file), 200);
    Images const all = fetch_images(toolkit, manifest);
    EXPECT_EQ(all.response.status, Status_::kSuccess);
    EXPECT_TRUE(all.files == files);

    // Stored in implicit VR: delivered so where that is listed, else converted by the archive.
    auto const implicit = published({1});
    auto const file = files_of(implicit, "1.2.840.10008.1.2").begin()->second;
    ASSERT_EQ(archive.store(file), 200);
    EXPECT_EQ(fetch_images(toolkit, implicit, {"1.2.840.10008.1.2"}).files.begin()->second, file);
    Images const converted = fetch_images(toolkit, implicit);
    ASSERT_EQ(converted.files.size(), 1U) << converted.codes().at(0);
    EXPECT_NE(converted.files.begin()->second.find("1.2.840.10008.1.2.1"), std::string::npos);
    EXPECT_EQ(fetch_images(toolkit, implicit, {"1.2.840.10008.1.2.4.50"}).codes(),
              Strings{"XDSRepositoryError"})
        << "never lossy";

    // Named by a manifest, but not in the archive.
    EXPECT_EQ(fetch_images(toolkit, published({1})).codes(), Strings{"XDSDocumentUniqueIdError"});
    archive.kill();
    EXPECT_EQ(fetch_images(toolkit, manifest).codes(), Strings(5, "XDSRepositoryBusy"));
    EXPECT_EQ(node.verify_audit(), "");
}

TEST_F(Imaging, ArchivesThatHangOrTrickleHarmNobodyElse) {
    SimulatedArchive archive(node.folder() / "pacs");
    start(source_entry(archive.port(), "timeout: 2"));
    auto const manifest = published({4});  // enough to be asked for as a series
    for (auto const& [instance, file] : files_of(manifest, "1.2.840.10008.1.2.1"))
        archive.hold(instance, file);
    ASSERT_EQ(fetch_images(toolkit, manifest).files.size(), 4U);
    ASSERT_EQ(archive.asked(), 1U);
    for (std::string const mode : {"hang", "trickle", "close", "cut", "http-503"}) {
        SCOPED_TRACE(mode);
        archive.behave(mode);
        // More than there are places for requests: those who wait for images hold none.
        std::vector<std::future<Images>> waiting;
        for (int i = 0; i < (mode == "hang" ? 12 : 1); ++i)
            waiting.push_back(
                std::async(std::launch::async, [&] { return fetch_images(toolkit, manifest); }));
        EXPECT_TRUE(toolkit.find(patient).success()) << "somebody else's question";
        for (auto& one : waiting) {
            Images const got = one.get();
            // What came whole before a series was cut off counts.
            EXPECT_TRUE(mode == "cut" || got.files.empty());
            EXPECT_EQ(got.codes(), Strings(4 - got.files.size(), "XDSRepositoryBusy"));
            EXPECT_LT(got.files.size(), 4U);
        }
    }
    archive.behave("good");
    EXPECT_EQ(fetch_images(toolkit, manifest).files.size(), 4U);
    EXPECT_NE(node.operator_page("/metrics").find("musubi_imaging_fetches_total"),
              std::string::npos);
}

/// RAD-69 in MTOM, without holding the answer.
struct Drawn {
    int status = 0, parts = 0;
    std::uint64_t octets = 0;  ///< of all parts
    bool whole = false;
};
Drawn draw(TestNode const& node, NodeClient const& as, domain::ImagingManifest const& manifest) {
    class Count final : public mtom::PartHandler {
    public:
        explicit Count(Drawn& out) : out_(out) {}
        Status part_begin(mtom::PartHeaders const&) override {
            ++out_.parts;
            return {};
        }
        Status part_data(ByteView piece) override {
            out_.octets += piece.size();
            return {};
        }
        Status part_end() override { return {}; }
        Status done() override {
            out_.whole = true;
            return {};
        }

    private:
        Drawn& out_;
    };
    ebxml::ImagingRetrieve wanted{{}, {"1.2.840.10008.1.2.1"}};
    for (auto const& series : manifest.studies[0].series) {
        for (auto const& image : series.images)
            wanted.images.push_back({manifest.studies[0].uid,
                                     series.uid,
                                     {std::nullopt, kToolkitSource, image.sop_instance}});
    }
    peer::PeerRequest request;
    request.url = "https://localhost:" + std::to_string(node.https()) + "/xds-i/source";
    request.headers = {{"Content-Type",
                        "multipart/related; type=\"application/xop+xml\"; boundary=\"b\"; "
                        "start=\"<root@x>\"; start-info=\"application/soap+xml\""}};
    request.body = {
        {"--b\r\nContent-Type: application/xop+xml; charset=UTF-8; "
         "type=\"application/soap+xml\"\r\nContent-ID: <root@x>\r\n\r\n" +
             envelope(kImagesAction, ebxml::write_imaging_retrieve_request(wanted)) +
             "\r\n--b--\r\n",
         nullptr}};
    request.identity = {as.crt(), as.key(), as.ca(), ""};
    request.max_answer_bytes = 4ULL << 30;
    Drawn out;
    Count count(out);
    std::unique_ptr<mtom::PartReader> reader;
    std::string head;  // until the first delimiter line tells the boundary
    peer::PeerClient client;
    auto const answer = client.post(request, [&](ByteView piece) -> Status {
        if (reader) return reader->feed(piece);
        head.append(as_text(piece));
        std::size_t const start = head.find("--");
        std::size_t const end = start == head.npos ? start : head.find("\r\n", start);
        if (end == head.npos) return {};
        reader = std::make_unique<mtom::PartReader>(head.substr(start + 2, end - start - 2),
                                                    mtom::Limits{}, count);
        return reader->feed(as_bytes(head));
    });
    if (answer) out.status = answer->status;
    return out;
}

/// Matrix row R17, for images: they lie sealed on the disk until they were sent.
TEST_F(Imaging, ALargeStudyCostsNoMemory) {
    SimulatedArchive archive(node.folder() / "pacs");
    start(source_entry(archive.port()));
    auto const first = published({3});
    for (auto const& [instance, file] : files_of(first, "1.2.840.10008.1.2.1", 1 << 20))
        archive.hold(instance, file);
    ASSERT_TRUE(draw(node, toolkit, first).whole) << "connections and threads are there";
    auto const before = node.resident_kib();
    auto const manifest = published({4});
    std::uint64_t octets = 0;
    for (auto const& [instance, file] : files_of(manifest, "1.2.840.10008.1.2.1", 16 << 20)) {
        archive.hold(instance, file);
        octets += file.size();
    }
    Drawn const all = draw(node, toolkit, manifest);
    EXPECT_EQ(all.status, 200);
    EXPECT_TRUE(all.whole);
    EXPECT_EQ(all.parts, 5);
    EXPECT_GT(all.octets, octets) << "the images and the root";
    auto const growth_mib = (node.peak_resident_kib() - before) / 1024;
    EXPECT_LE(growth_mib, 24) << "of " << octets / 1024 / 1024 << " MiB";
    RecordProperty("growth_mib", std::to_string(growth_mib));
}

TEST_F(Imaging, WithoutRoomOnTheDiskLargeImagesFailAndSmallOnesCome) {
    SimulatedArchive archive(node.folder() / "pacs");
    start(source_entry(archive.port()));
    auto const manifest = published({4});
    auto files = files_of(manifest, "1.2.840.10008.1.2.1");
    auto const large = files_of(manifest, "1.2.840.10008.1.2.1", 3 << 20);
    std::string const& one = large.rbegin()->first;
    files[one] = large.at(one);
    for (auto const& [instance, file] : files) archive.hold(instance, file);
    rlimit limit{};
    ASSERT_EQ(::prlimit(node.pid(), RLIMIT_FSIZE, nullptr, &limit), 0);
    rlimit const none{1 << 20, limit.rlim_max};
    ASSERT_EQ(::prlimit(node.pid(), RLIMIT_FSIZE, &none, nullptr), 0);
    Images const some = fetch_images(toolkit, manifest);
    EXPECT_EQ(some.response.status, Status_::kPartialSuccess) << some.text();
    EXPECT_EQ(some.codes(), Strings{"XDSRepositoryError"});
    ASSERT_FALSE(some.response.errors.empty());
    EXPECT_EQ(some.response.errors[0].location, one);
    EXPECT_EQ(some.files.size(), 3U);
    ASSERT_EQ(::prlimit(node.pid(), RLIMIT_FSIZE, &limit, nullptr), 0);
    EXPECT_TRUE(fetch_images(toolkit, manifest).files == files);
    int left = 0;
    for (auto const& file : std::filesystem::directory_iterator(node.folder() / "blobs/staging"))
        left += file.is_regular_file();
    EXPECT_EQ(left, 0) << "what could not be written is taken away";
    EXPECT_EQ(node.verify_audit(), "");
}

TEST_F(Imaging, TheDirectoryIsReadAgainAndMistakesAreRefused) {
    SimulatedArchive archive(node.folder() / "pacs");
    start("  []\n");
    auto const manifest = published({1});
    for (auto const& [instance, file] : files_of(manifest, "1.2.840.10008.1.2.1"))
        archive.hold(instance, file);
    EXPECT_EQ(fetch_images(toolkit, manifest).codes(), Strings{"XDSUnknownRepositoryId"});
    direct(source_entry(archive.port()));
    node.signal(SIGHUP);
    ASSERT_TRUE(node.wait_log("event=reloaded"));
    EXPECT_EQ(fetch_images(toolkit, manifest).files.size(), 1U);
    node.expect_error("reload.module");
    direct("  - {id: nonsense}\n");
    std::size_t const from = node.log().size();
    node.signal(SIGHUP);
    ASSERT_TRUE(node.wait_log("reload.module", from));
    EXPECT_EQ(fetch_images(toolkit, manifest).files.size(), 1U) << "the old one stays";
    EXPECT_EQ(node.stop(), 0);
}

// While the primary is away (node.read_only): fetching and staging need nothing that is written.
TEST_F(Imaging, ANodeThatStandsInDeliversImagesAndTakesNone) {
    SimulatedArchive archive(node.folder() / "pacs");
    start(source_entry(archive.port()));
    auto const manifest = published({2});
    // Large enough to be staged in files.
    auto const files = files_of(manifest, "1.2.840.10008.1.2.1", 200'000);
    for (auto const& [instance, file] : files) archive.hold(instance, file);
    EXPECT_EQ(node.stop(), 0);
    std::string settings = read_file(node.config_file());
    settings.insert(settings.find("node:\n") + 6, "  read_only: true\n");
    std::ofstream(node.config_file()) << settings;
    node.start();
    EXPECT_NE(node.operator_page("/health/ready").find("stands in"), std::string::npos);
    EXPECT_TRUE(fetch_images(toolkit, manifest).files == files);
    Heard const more =
        toolkit.submit(manifest_papers(patient, sample_manifest(fresh_oid(), kToolkitSource, {1})));
    EXPECT_TRUE(more.has_code("XDSRepositoryBusy")) << more.text();
    archive.behave("close");
    EXPECT_EQ(fetch_images(toolkit, manifest).codes(), Strings(2, "XDSRepositoryBusy"));
    EXPECT_EQ(node.stop(), 0);
}

TEST_F(Imaging, NeitherArchiveNorIndexLearnsOfAnImageThatWasRefused) {
    start("  []\n");
    auto const manifest = sample_manifest(fresh_oid(), kToolkitSource, {1});
    Papers papers = manifest_papers(patient, manifest);
    papers.submission.entries[0].source_patient_id = "SOMEBODY^^^&2.999.77.1&ISO";
    Heard const heard = toolkit.submit(papers);
    EXPECT_TRUE(heard.has_code("XDSRepositoryMetadataError")) << heard.text();
    EXPECT_EQ(node.sql("select count(*) from imaging.manifest").at(0).at(0), "0");
    EXPECT_TRUE(toolkit.find(patient).unique_ids().empty());
}

}  // namespace
}  // namespace musubi::test
