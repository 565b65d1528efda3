// Documents as large as they come (matrix row R17): streamed both ways, byte for byte, with memory
// that does not grow with them. MUSUBI_TEST_LARGE_MB sets the size (256 by default; 1024 and 2047
// for a full proof).

#include <gtest/gtest.h>

#include <cstdlib>
#include <future>

#include "codec/mtom/content_type.h"
#include "codec/mtom/part_reader.h"
#include "platform/base/digest.h"
#include "support/invariants.h"

namespace musubi::test {
namespace {

constexpr std::uint64_t kMiB = 1ULL << 20;

std::uint64_t large_mib() {
    char const* const given = std::getenv("MUSUBI_TEST_LARGE_MB");
    return given ? std::strtoull(given, nullptr, 10) : 256;
}

/// Digests the last part of a package and keeps nothing.
class LastPart final : public mtom::PartHandler {
public:
    Status part_begin(mtom::PartHeaders const&) override {
        digest_ = Digest(DigestKind::kSha1);
        size = 0;
        return {};
    }
    Status part_data(ByteView piece) override {
        digest_.update(piece);
        size += piece.size();
        return {};
    }
    Status part_end() override {
        sha1_hex = to_hex(digest_.finish());
        ++parts;
        return {};
    }
    Status done() override {
        complete = true;
        return {};
    }

    std::string sha1_hex;
    std::uint64_t size = 0;
    int parts = 0;
    bool complete = false;

private:
    Digest digest_{DigestKind::kSha1};
};

struct Drawn {
    int status = 0;
    std::string sha1_hex;
    std::uint64_t size = 0;
    std::string why;
};

/// ITI-43 for one document, over a connection of its own, without holding the answer.
Drawn draw(TestNode const& node, NodeClient const& as, std::string const& unique_id) {
    peer::PeerRequest request;
    request.url = "https://localhost:" + std::to_string(node.https()) + "/xds/repository";
    request.headers = {{"Content-Type",
                        "multipart/related; type=\"application/xop+xml\"; boundary=\"b\"; "
                        "start=\"<root@x>\"; start-info=\"application/soap+xml\""}};
    std::string const payload =
        ebxml::write_retrieve_request({{std::nullopt, kRepositoryId, unique_id}});
    request.body = {
        {"--b\r\nContent-Type: application/xop+xml; charset=UTF-8; "
         "type=\"application/soap+xml\"\r\nContent-ID: <root@x>\r\n\r\n" +
             envelope(kRetrieveAction, payload) + "\r\n--b--\r\n",
         nullptr}};
    request.identity = {as.crt(), as.key(), as.ca(), ""};
    request.total_timeout_ms = 600'000;
    request.max_answer_bytes = 4ULL << 30;
    LastPart last;
    std::unique_ptr<mtom::PartReader> reader;
    std::string head;  // until the first delimiter line tells the boundary
    peer::PeerClient client;
    auto const answer = client.post(request, [&](ByteView piece) -> Status {
        if (reader) return reader->feed(piece);
        head.append(as_text(piece));
        std::size_t const start = head.find("--");
        std::size_t const end = start == std::string::npos ? start : head.find("\r\n", start);
        if (end == std::string::npos) return {};
        reader = std::make_unique<mtom::PartReader>(head.substr(start + 2, end - start - 2),
                                                    mtom::Limits{}, last);
        return reader->feed(as_bytes(head));
    });
    if (!answer) return {0, "", 0, answer.error().detail};
    if (!last.complete || last.parts != 2) return {answer->status, "", 0, "not a whole package"};
    return {answer->status, last.sha1_hex, last.size, ""};
}

class Volume : public ::testing::Test {
protected:
    static TestNode::Options options() {
        TestNode::Options options;
        options.settings = {"repository.grace_time=1s", "repository.reconcile_period=1s"};
        return options;
    }
    void SetUp() override {
        patient = fresh_patient();
        ASSERT_EQ(toolkit.feed("A01", patient), "AA");
        // Connections, threads and caches are there before it counts.
        NewDocument first;
        first.content = generated_document(5 * kMiB, 1);
        ASSERT_TRUE(toolkit.submit(papers_for(patient, {first})).success());
        ASSERT_EQ(draw(node, toolkit, first.unique_id).sha1_hex, first.content->sha1_hex());
        before_kib = node.resident_kib();
    }
    std::int64_t growth_mib() const { return (node.peak_resident_kib() - before_kib) / 1024; }

    TestNode node{options()};
    NodeClient toolkit{node, "toolkit"};
    std::string patient;
    std::int64_t before_kib = 0;
};

TEST_F(Volume, ALargeDocumentCostsNoMemoryOnItsWayInAndOut) {
    NewDocument image;
    image.content = generated_document(large_mib() * kMiB, 17);
    Heard const heard = toolkit.submit(papers_for(patient, {image}));
    ASSERT_TRUE(heard.success()) << heard.text();
    EXPECT_LE(growth_mib(), 32) << "taking it";
    Found const found = toolkit.find(patient);
    auto const* entry = found.entry(image.unique_id);
    ASSERT_NE(entry, nullptr) << found.text();
    EXPECT_EQ(entry->size, std::to_string(image.content->size()));
    EXPECT_EQ(entry->hash, image.content->sha1_hex());
    Drawn const drawn = draw(node, toolkit, image.unique_id);
    EXPECT_EQ(drawn.status, 200) << drawn.why;
    EXPECT_EQ(drawn.sha1_hex, image.content->sha1_hex());
    EXPECT_EQ(drawn.size, image.content->size());
    EXPECT_LE(growth_mib(), 32) << "handing it out";
    RecordProperty("growth_mib", std::to_string(growth_mib()));
    check_no_orphans(node);
}

TEST_F(Volume, ManyWhoFetchAtOnceShareABoundedMemory) {
    constexpr int kReaders = 50;
    NewDocument scan;
    scan.content = generated_document(20 * kMiB, 18);
    ASSERT_TRUE(toolkit.submit(papers_for(patient, {scan})).success());
    std::vector<std::future<Drawn>> readers;
    for (int i = 0; i < kReaders; ++i) {
        readers.push_back(std::async(std::launch::async, [&] {
            Drawn drawn;
            // Who is told that the node is busy comes again, as Retry-After asks.
            for (int attempt = 0; attempt < 60; ++attempt) {
                drawn = draw(node, toolkit, scan.unique_id);
                if (drawn.status != 503) break;
                pause_ms(500);
            }
            return drawn;
        }));
    }
    for (auto& reader : readers) {
        Drawn const drawn = reader.get();
        EXPECT_EQ(drawn.status, 200) << drawn.why;
        EXPECT_EQ(drawn.sha1_hex, scan.content->sha1_hex()) << drawn.why;
    }
    // Fifty copies would be 1000 MiB.
    EXPECT_LE(growth_mib(), 96);
    RecordProperty("growth_mib", std::to_string(growth_mib()));
    EXPECT_TRUE(toolkit.find(patient).success());
}

}  // namespace
}  // namespace musubi::test
