#include "perf/large_transfer.h"

#include "perf/provide_package.h"
#include "platform/base/digest.h"

#include <time.h>

#include <chrono>
#include <cstring>

namespace musubi::perf {
namespace {

/// Different in every piece, incompressible, and cheap to make: one random piece under a counter.
class MadeContent final : public ReceivedContent {
public:
    explicit MadeContent(std::uint64_t size)
        : size_(size), piece_(document_content({0, 0}, kPiece)) {
        Digest digest(DigestKind::kSha1);
        static_cast<void>(read([&](ByteView piece) -> Status {
            digest.update(piece);
            return {};
        }));
        sha1_hex_ = to_hex(digest.finish());
    }
    std::uint64_t size() const override { return size_; }
    std::string const& sha1_hex() const override { return sha1_hex_; }
    Status read(ByteSink const& sink) const override {
        Bytes piece = piece_;
        for (std::uint64_t at = 0; at < size_; at += kPiece) {
            std::memcpy(piece.data(), &at, sizeof at);
            std::uint64_t const rest = size_ - at;
            TRY(sink(ByteView(piece).first(rest < kPiece ? rest : kPiece)));
        }
        return {};
    }

private:
    static constexpr std::size_t kPiece = 64 * 1024;
    std::uint64_t const size_;
    Bytes const piece_;
    std::string sha1_hex_;
};

/// Of this process; the clock of the CPU, not of the wall.
double cpu_seconds() {
    timespec now{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

mtom::Package package_of(LargeOptions const& options,
                         std::shared_ptr<ReceivedContent const> content) {
    if (!options.path.empty()) {
        mtom::Package plain;
        plain.content_type = "application/octet-stream";
        plain.size = content->size();
        plain.segments.push_back({"", std::move(content)});
        return plain;
    }
    // No run may repeat the ids of an earlier one on the same database.
    auto const now = std::chrono::duration_cast<std::chrono::microseconds>(
                         std::chrono::system_clock::now().time_since_epoch())
                         .count();
    domain::Submission submission = submission_of({options.patients, 5}, Hash::kPretended);
    domain::DocumentEntry& entry = submission.entries[0];
    entry.unique_id = "2.999.1.1.21.6." + std::to_string(now);
    entry.hash = content->sha1_hex();
    entry.size = std::to_string(content->size());
    submission.submission_sets[0].unique_id = "2.999.1.1.21.7." + std::to_string(now);
    return provide_package(std::move(submission), std::move(content), options.port);
}

}  // namespace

Result<LargeResult> transfer_large(LargeOptions const& options) {
    auto const content = std::make_shared<MadeContent const>(options.size);
    auto const package = package_of(options, content);
    auto const client = TRY(TlsClient::make(options.tls));
    Connection connection(TRY(TlsStream::connect(client, options.port)));
    std::string head = "POST " +
                       (options.path.empty() ? std::string("/xds/repository") : options.path) +
                       " HTTP/1.1\r\nHost: localhost:" + std::to_string(options.port) +
                       "\r\nContent-Type: " + package.content_type +
                       "\r\nContent-Length: " + std::to_string(package.size) + "\r\n\r\n";

    auto const start = std::chrono::steady_clock::now();
    double const cpu = cpu_seconds();
    TRY(connection.send(head));
    for (auto const& segment : package.segments) {
        TRY(connection.send(segment.text));
        if (!segment.content) continue;
        TRY(segment.content->read([&](ByteView piece) { return connection.send(as_text(piece)); }));
    }
    Answer const answer = TRY(connection.http_answer());
    LargeResult result;
    result.seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    result.client_cpu_s = cpu_seconds() - cpu;
    if (options.path.empty()) {
        TRY(expect_success(answer));
    } else if (answer.status != 200 || answer.body != content->sha1_hex()) {
        return wrong("the baseline received something else");
    }
    return result;
}

}  // namespace musubi::perf
