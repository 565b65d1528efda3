#include "node/time_probe.h"

#include "platform/net/sntp_client.h"

namespace musubi::node {

Result<core::TimeAnswer> TimeProbe::ask(std::string const& host, std::uint16_t port,
                                        std::chrono::milliseconds timeout) {
    auto const answer = TRY(net::ask_time(host, port, static_cast<int>(timeout.count())));
    return core::TimeAnswer{answer.offset, answer.round_trip, answer.stratum};
}

}  // namespace musubi::node
