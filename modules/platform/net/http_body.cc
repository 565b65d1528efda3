#include "platform/net/http_body.h"

#include <cstring>

namespace musubi::net {

Result<std::size_t> BufferedBody::read(std::span<std::uint8_t> into) {
    std::size_t const n = std::min(into.size(), rest_.size());
    std::memcpy(into.data(), rest_.data(), n);
    rest_.remove_prefix(n);
    return n;
}

Result<std::size_t> StreamedBody::read(std::span<std::uint8_t> into) {
    if (into.empty()) return std::size_t{0};
    if (breach_ != 0) return Error(Code::kInvalidMessage, "the body ended with an error before");
    std::string& decoded = parser_.body();
    while (taken_ == decoded.size()) {
        decoded.clear();
        taken_ = 0;
        if (parser_.complete()) return std::size_t{0};
        TRY(more());
    }
    std::size_t const n = std::min(into.size(), decoded.size() - taken_);
    std::memcpy(into.data(), decoded.data() + taken_, n);
    taken_ += n;
    return n;
}

Error StreamedBody::fail(int status, Code code, std::string detail) {
    breach_ = status;
    return Error(code, std::move(detail));
}

/// One step: what was read already, else one read from the peer.
Status StreamedBody::more() {
    std::size_t const used = parser_.feed(input_);
    input_.erase(0, used);
    if (parser_.problem().status != 0) {
        bool const large = parser_.problem().status == 413;
        return fail(parser_.problem().status, large ? Code::kTooLarge : Code::kInvalidMessage,
                    parser_.problem().detail);
    }
    if (used > 0 || parser_.complete()) return {};

    std::uint8_t scratch[16 * 1024];
    IoResult const got = channel_.read(scratch);
    switch (got.state) {
        case Io::kDone:
            pace_.received(got.bytes);
            input_.append(as_text(ByteView(scratch, got.bytes)));
            return {};
        case Io::kWantRead:
        case Io::kWantWrite: {
            std::int64_t const since = Engine::now_ms();
            bool const ready = wait_for(
                channel_, got.state, service_.config.body_progress_timeout_ms, engine_.aborted());
            pace_.waited(Engine::now_ms() - since);
            if (!ready || pace_.too_slow()) {
                engine_.metrics().timeout("body").add();
                return fail(408, Code::kInvalidMessage, "the body came too slowly");
            }
            return {};
        }
        case Io::kClosed:
        case Io::kFailed: return fail(400, Code::kInvalidMessage, "the peer ended the body early");
    }
    return {};
}

}  // namespace musubi::net
