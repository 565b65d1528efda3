// Everything that the audit repository looks at before it knows whom it hears: octet counting, the
// syslog line, the audit message and its repair. Whatever comes, each of them ends, and messages do
// not depend on how the bytes were cut on their way.
#include "codec/auditmsg/audit_message.h"
#include "codec/syslog/syslog_message.h"
#include "platform/net/syslog_framer.h"

#include <cstdlib>

namespace {

using namespace musubi;

constexpr std::size_t kLimit = 4096;

std::vector<std::string> framed(std::string_view bytes, std::size_t piece) {
    net::SyslogFramer framer(kLimit);
    std::vector<std::string> out;
    for (std::size_t at = 0; at < bytes.size(); at += piece) {
        framer.append(bytes.substr(at, piece));
        while (true) {
            auto const state = framer.next();
            if (state == net::SyslogFramer::State::kBadFraming) return out;
            if (state != net::SyslogFramer::State::kMessage) break;
            if (framer.message().size() > kLimit) std::abort();
            out.emplace_back(framer.message());
        }
    }
    return out;
}

void look_into(std::string_view line) {
    auto const read = syslog::read(line);
    auto const message = read ? read->message : line;
    if (read && message.size() > line.size()) std::abort();
    auto const event = auditmsg::read_what_is_there(as_bytes(message));
    auto const whole = auditmsg::read(as_bytes(message));
    if (whole && !event) std::abort();
    static_cast<void>(auditmsg::close_open_elements(message));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    if (size == 0) return 0;
    auto const bytes = as_text(ByteView(data + 1, size - 1));
    auto const messages = framed(bytes, bytes.size() + 1);
    if (messages != framed(bytes, 1U + data[0] % 7U)) std::abort();
    for (auto const& message : messages) look_into(message);
    look_into(bytes);
    return 0;
}
