#include "platform/net/http_parser.h"

#include <gtest/gtest.h>

namespace musubi::net {
namespace {

struct Parsed {
    int status = 0;
    bool complete = false;
    std::string body;
};

/// Offers the input in slices, always with everything that was not taken yet.
Parsed parse(std::string_view input, std::size_t slice) {
    HttpLimits limits;
    limits.body_bytes = 1 << 20;
    HttpParser parser(limits);
    Parsed parsed;
    std::size_t used = 0;
    for (std::size_t available = std::min(slice, input.size());;
         available = std::min(available + slice, input.size())) {
        std::size_t taken = 0;
        do {
            taken = parser.feed(input.substr(used, available - used));
            used += taken;
            if (parser.head_complete()) {
                parsed.body += parser.body();
                parser.body().clear();
            }
        } while (taken > 0 && !parser.complete() && parser.problem().status == 0);
        if (parser.complete() || parser.problem().status != 0 || available == input.size()) break;
    }
    parsed.status = parser.problem().status;
    parsed.complete = parser.complete();
    return parsed;
}

std::string const kChunkedHead =
    "POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";

TEST(HttpParser, ReadsChunkedBodiesHoweverTheyAreCut) {
    for (std::string const& framing :
         {std::string("0\r\n\r\n"), std::string("5\r\nhello\r\n0\r\n\r\n"),
          std::string("1\r\nh\r\n4\r\nello\r\n0\r\nX-Trailer: 1\r\n\r\n")}) {
        std::string const body = framing.size() > 5 ? "hello" : "";
        for (std::size_t slice = 1; slice < 40; ++slice) {
            Parsed const parsed = parse(kChunkedHead + framing, slice);
            EXPECT_TRUE(parsed.complete) << framing << " in slices of " << slice;
            EXPECT_EQ(parsed.status, 0);
            EXPECT_EQ(parsed.body, body);
        }
    }
}

// Found by fuzzing: a last chunk followed by less than an empty trailer, offered again and again.
TEST(HttpParser, WaitsForTheRestOfALastChunk) {
    for (std::string const& tail : {std::string("0"), std::string("0\r"), std::string("0\r\n"),
                                    std::string("0\r\nh"), std::string("0\r\n\r")}) {
        for (std::size_t slice = 1; slice < 8; ++slice) {
            Parsed const parsed = parse(kChunkedHead + tail, slice);
            EXPECT_FALSE(parsed.complete) << tail;
            EXPECT_EQ(parsed.status, 0) << tail;
        }
    }
}

}  // namespace
}  // namespace musubi::net
