#pragma once
// A handler that keeps everything, and the ways of feeding a stream that must all give the same.

#include "codec/mtom/part_reader.h"

#include <random>
#include <string>
#include <vector>

namespace musubi::mtom::test {

struct Part {
    PartHeaders headers;
    std::string data;
    bool ended = false;
};

class Recorder final : public PartHandler {
public:
    Status part_begin(PartHeaders const& headers) override {
        parts.push_back({headers, {}, false});
        return {};
    }
    Status part_data(ByteView piece) override {
        parts.back().data += as_text(piece);
        return {};
    }
    Status part_end() override {
        parts.back().ended = true;
        return {};
    }
    Status done() override {
        ++done_calls;
        return {};
    }
    /// One text that holds all of it, for comparisons.
    std::string picture() const {
        std::string all;
        for (Part const& part : parts) {
            all += "[" + part.headers.content_id + "|" + part.headers.content_type + "|" +
                   part.headers.transfer_encoding + "|" + part.data + (part.ended ? "]" : "...");
        }
        return all + (done_calls == 1 ? "." : "!");
    }
    std::vector<Part> parts;
    int done_calls = 0;
};

struct Outcome {
    std::string picture;
    bool ok = true;
    Code code{};
    std::vector<Part> parts;
};

/// `next_size` says how many octets the next slice has.
template <class NextSize>
Outcome run(std::string_view body, std::string const& boundary, Limits const& limits,
            NextSize const& next_size) {
    Recorder recorder;
    PartReader reader(boundary, limits, recorder);
    Status status;
    for (std::size_t at = 0; at < body.size() && status;) {
        std::size_t const size = std::min<std::size_t>(next_size(), body.size() - at);
        status = reader.feed(as_bytes(body.substr(at, size)));
        at += size;
    }
    if (status) status = reader.finish();
    Outcome outcome{recorder.picture(), status.ok(), Code::kInternal, recorder.parts};
    if (!status) outcome.code = status.error().code;
    return outcome;
}

inline Outcome run_whole(std::string_view body, std::string const& boundary,
                         Limits const& limits = {}) {
    return run(body, boundary, limits, [&] { return std::max<std::size_t>(body.size(), 1); });
}
inline Outcome run_bytewise(std::string_view body, std::string const& boundary,
                            Limits const& limits = {}) {
    return run(body, boundary, limits, [] { return std::size_t{1}; });
}
inline Outcome run_random(std::string_view body, std::string const& boundary, unsigned seed,
                          Limits const& limits = {}) {
    std::mt19937 random(seed);
    return run(body, boundary, limits,
               [&random] { return std::size_t{1} + random() % (random() % 4 ? 9 : 200); });
}

}  // namespace musubi::mtom::test
