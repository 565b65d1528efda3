// What web viewers ask of a whole node by RAD-107: metadata and frames of images in an archive,
// simulated or Orthanc, and at what cost.

#include "node/imaging/archives.h"

namespace musubi::test {
namespace {

constexpr char kExplicit[] = "1.2.840.10008.1.2.1", kImplicit[] = "1.2.840.10008.1.2";
constexpr char kJson[] = "application/dicom+json";
constexpr char kOctets[] = "multipart/related; type=\"application/octet-stream\"";

std::string short_number(int value) {
    return {static_cast<char>(value & 0xFF), static_cast<char>(value >> 8)};
}

/// One series of images, each of so many frames of 8-bit pixels.
struct Shape {
    int images = 1, frames = 1, rows = 8, columns = 16;
    std::string syntax = kExplicit;
};

class Viewer : public ::testing::Test {
protected:
    void start(int archive_port) {
        std::ofstream(node.folder() / "pacs.password") << "testpass\n";
        std::ofstream(node.folder() / "sources.yaml") << "sources:\n" << source_entry(archive_port);
        node.start();
        patient = fresh_patient();
        ASSERT_EQ(toolkit.feed("A01", patient), "AA");
    }
    /// The study's files by instance, each in the archive by `store`.
    std::map<std::string, std::string> published(
        Shape const& shape,
        std::function<void(std::string const&, std::string const&)> const& store) {
        auto const manifest = sample_manifest(fresh_oid(), kToolkitSource, {shape.images});
        std::map<std::string, std::string> files;
        for (auto const& image : manifest.studies[0].series[0].images) {
            DicomWriter more(shape.syntax == kImplicit);
            more.octets(0x00280002, "US", short_number(1)).text(0x00280004, "CS", "MONOCHROME2");
            more.text(0x00280008, "IS", std::to_string(shape.frames));
            more.octets(0x00280010, "US", short_number(shape.rows));
            more.octets(0x00280011, "US", short_number(shape.columns));
            more.octets(0x00280100, "US", short_number(8))
                .octets(0x00280101, "US", short_number(8));
            more.octets(0x00280102, "US", short_number(7))
                .octets(0x00280103, "US", short_number(0));
            ImageFile file{manifest.study, manifest.studies[0].series[0].uid, image.sop_instance,
                           manifest.patient_id, shape.syntax};
            file.pixels = static_cast<std::size_t>(shape.frames) *
                          static_cast<std::size_t>(shape.rows) *
                          static_cast<std::size_t>(shape.columns);
            file.more = more.done();
            store(image.sop_instance, files[image.sop_instance] = image_file(file));
        }
        Heard const heard = toolkit.submit(manifest_papers(patient, manifest));
        EXPECT_TRUE(heard.success()) << heard.text();
        study = "/studies/" + manifest.study;
        series = study + "/series/" + manifest.studies[0].series[0].uid;
        instance = series + "/instances/" + files.begin()->first;
        return files;
    }
    peer::PeerAnswer get(std::string const& path, std::string const& accept) const {
        peer::PeerRequest request;
        request.method = peer::Method::kGet;
        request.url = "https://localhost:" + std::to_string(node.https()) + "/xds-i/source" + path;
        request.headers = {{"Accept", accept}};
        request.identity = {toolkit.crt(), toolkit.key(), toolkit.ca(), ""};
        peer::PeerClient client;
        auto answer = client.post(request);
        return answer ? std::move(*answer) : peer::PeerAnswer();
    }
    static std::size_t count(std::string const& text, std::string const& part) {
        std::size_t out = 0;
        for (auto at = text.find(part); at != text.npos; at = text.find(part, at + 1)) ++out;
        return out;
    }
    static TestNode::Options options() {
        TestNode::Options options;
        options.settings = {"imaging.sources=sources.yaml", "imaging.retrieve_deadline=20s"};
        options.started = false;
        return options;
    }

    TestNode node{options()};
    NodeClient toolkit{node, "toolkit"};
    std::string patient, study, series, instance;
};

/// As image_file() makes them.
std::string pixels_of_frame(std::size_t frame, std::size_t size) {
    std::string out(size, '\0');
    for (std::size_t i = 0; i < size; ++i) out[i] = static_cast<char>((frame * size + i) * 7 % 251);
    return out;
}

TEST_F(Viewer, ReadsMetadataAndFrames) {
    SimulatedArchive archive(node.folder() / "pacs");
    start(archive.port());
    auto const hold = [&](std::string const& name, std::string const& file) {
        archive.hold(name, file);
    };
    // Files of this size are staged.
    published({4, 3, 256, 128}, hold);
    for (auto const& [path, images] : {std::pair{study, 4U}, {series, 4U}, {instance, 1U}}) {
        auto const answer = get(path + "/metadata", kJson);
        EXPECT_EQ(answer.status, 200);
        EXPECT_EQ(answer.header("Content-Type"), kJson);
        EXPECT_TRUE(answer.body.starts_with("[{") && answer.body.ends_with("}]"));
        EXPECT_EQ(count(answer.body, R"("00280008":{"vr":"IS","Value":[3]})"), images);
        EXPECT_EQ(count(answer.body, instance + "/frames/1,2,3\""), 1U);
    }
    for (std::size_t const frame : {0U, 2U}) {
        auto const one =
            get(instance + "/frames/" + std::to_string(frame + 1), "application/octet-stream");
        EXPECT_EQ(one.status, 200);
        EXPECT_TRUE(one.body == pixels_of_frame(frame, 256 * 128)) << frame;
    }
    auto const two = get(instance + "/frames/1,3", kOctets);
    EXPECT_EQ(two.status, 200);
    EXPECT_NE(two.body.find("\r\n\r\n" + pixels_of_frame(0, 256 * 128) + "\r\n--"), two.body.npos);
    EXPECT_NE(two.body.find("\r\n\r\n" + pixels_of_frame(2, 256 * 128) + "\r\n--"), two.body.npos);
    EXPECT_EQ(get(instance + "/frames/4", kOctets).status, 404);
    EXPECT_EQ(get(instance + "/frames/4,1", kOctets).status, 400);
    EXPECT_EQ(get(instance + "/rendered", "*/*").status, 404);
    EXPECT_EQ(node.verify_audit(), "");
}

TEST_F(Viewer, IsToldOfAnImageThatCannotBeRead) {
    SimulatedArchive archive(node.folder() / "pacs");
    start(archive.port());
    bool first = true;
    published({2}, [&](std::string const& name, std::string file) {
        // What lies behind the identifiers of the first is no data set.
        if (first) file.resize(file.find("MONOCHROME2") + 4);
        first = false;
        archive.hold(name, file);
    });
    node.expect_error("imaging.wrong_image");
    auto const some = get(study + "/metadata", kJson);
    EXPECT_EQ(some.status, 206);
    EXPECT_EQ(count(some.body, "\"00080018\""), 1U);
    EXPECT_EQ(get(instance + "/metadata", kJson).status, 500);
    EXPECT_EQ(get(instance + "/frames/1", kOctets).status, 500);
    EXPECT_TRUE(node.wait_log("imaging.wrong_image"));
    EXPECT_EQ(node.verify_audit(), "");
}

/// A frame of a large image is cut out of what lies sealed on the disk.
TEST_F(Viewer, AFrameOfALargeImageCostsNoMemory) {
    SimulatedArchive archive(node.folder() / "pacs");
    start(archive.port());
    auto const hold = [&](std::string const& name, std::string const& file) {
        archive.hold(name, file);
    };
    published({1, 2}, hold);
    ASSERT_EQ(get(instance + "/frames/1", kOctets).status, 200)
        << "connections and threads are there";
    auto const before = node.resident_kib();
    published({1, 64, 1024, 1024}, hold);
    auto const one = get(instance + "/frames/64", "application/octet-stream");
    EXPECT_EQ(one.status, 200);
    EXPECT_TRUE(one.body == pixels_of_frame(63, 1 << 20));
    EXPECT_EQ(get(instance + "/metadata", kJson).status, 200);
    EXPECT_LE((node.peak_resident_kib() - before) / 1024, 24);
}

class OrthancViewer : public Viewer {
protected:
    void SetUp() override {
        if (!OrthancArchive::available())
            GTEST_SKIP() << "no Orthanc with its DICOMweb plugin on this machine";
    }
};

TEST_F(OrthancViewer, ReadsMetadataAndFramesInBothEncodings) {
    OrthancArchive archive(node.folder() / "orthanc");
    start(archive.port());
    for (char const* syntax : {kExplicit, kImplicit}) {
        SCOPED_TRACE(syntax);
        published({3, 2, 8, 16, syntax}, [&](std::string const&, std::string const& file) {
            EXPECT_EQ(archive.store(file), 200);
        });
        auto const told = get(series + "/metadata", kJson);
        EXPECT_EQ(told.status, 200);
        EXPECT_EQ(count(told.body, "\"00080018\""), 3U);
        EXPECT_EQ(count(told.body, R"("00280010":{"vr":"US","Value":[8]})"), 3U);
        auto const frame = get(instance + "/frames/2", "application/octet-stream");
        EXPECT_EQ(frame.status, 200);
        EXPECT_TRUE(frame.body == pixels_of_frame(1, 8 * 16));
    }
}

}  // namespace
}  // namespace musubi::test
