// platform/net: HTTP/1.1 framing. However the bytes are cut, the same request must be seen: a
// difference between two readings is how requests are smuggled.
#include "platform/net/http_parser.h"

#include <cstdlib>

namespace {

struct Seen {
    int status = 0;
    bool complete = false;
    std::string path;
    std::string body;
    std::size_t used = 0;
    bool operator==(Seen const&) const = default;
};

Seen read(std::string_view input, std::size_t slice) {
    musubi::net::HttpLimits limits;
    limits.body_bytes = 1 << 20;
    musubi::net::HttpParser parser(limits);
    Seen seen;
    std::size_t available = 0;
    for (bool progress = true; progress && !parser.complete() && parser.problem().status == 0;) {
        std::size_t const before = seen.used;
        std::size_t const had = available;
        available = std::min(input.size(), available + slice);
        seen.used += parser.feed(input.substr(seen.used, available - seen.used));
        if (parser.head_complete()) {
            seen.body += parser.body();
            parser.body().clear();
        }
        progress = seen.used != before || available != had;
    }
    seen.status =
        parser.problem().status == 0 ? 0 : 1;  // which fault is met first depends on the cut
    seen.complete = parser.complete();
    if (parser.head_complete()) seen.path = parser.head().path;
    // How much of an unfinished or refused request was taken already is nobody's business.
    if (!seen.complete) {
        seen.body.clear();
        seen.path.clear();
        seen.used = 0;
    }
    return seen;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    std::string_view const input(reinterpret_cast<char const*>(data), size);
    if (!(read(input, size + 1) == read(input, 7))) std::abort();
    return 0;
}
