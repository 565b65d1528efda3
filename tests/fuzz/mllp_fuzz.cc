// MLLP blocks: whatever comes, the framer ends, keeps its limit, and finds the same messages and
// the same mistakes however the bytes were cut on their way.
#include "platform/base/bytes.h"
#include "platform/net/mllp_framer.h"

#include <cstdlib>
#include <vector>

namespace {

using namespace musubi;
using State = net::MllpFramer::State;

constexpr std::size_t kLimit = 256;

struct Framed {
    std::vector<std::string> messages;
    State end = State::kNothing;
    bool operator==(Framed const&) const = default;
};

/// As a session does: read only when nothing whole is there, and not beyond a mistake.
Framed framed(std::string_view bytes, std::size_t piece) {
    net::MllpFramer framer(kLimit);
    Framed out;
    for (std::size_t at = 0; at < bytes.size(); at += piece) {
        framer.append(bytes.substr(at, piece));
        while ((out.end = framer.state()) == State::kMessage) {
            std::string_view const message = framer.message();
            if (message.size() > kLimit) std::abort();
            if (message.find_first_of("\x0b\x1c") != std::string_view::npos) std::abort();
            out.messages.emplace_back(message);
            framer.pop();
        }
        if (out.end == State::kBadFraming || out.end == State::kTooLong) return out;
    }
    return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    if (size == 0) return 0;
    auto const bytes = as_text(ByteView(data + 1, size - 1));
    Framed const whole = framed(bytes, bytes.size() + 1);
    if (whole != framed(bytes, 1U + data[0] % 7U)) std::abort();
    // What was found and is framed again is found again, and nothing else.
    std::string again;
    for (std::string const& message : whole.messages) again += net::mllp_frame(message);
    if (framed(again, 5).messages != whole.messages) std::abort();
    return 0;
}
