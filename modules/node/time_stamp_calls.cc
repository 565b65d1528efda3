#include "node/time_stamp_calls.h"

namespace musubi::node {
namespace {

constexpr int kTimeoutMs = 10'000;
constexpr std::uint64_t kMaxAnswer = 64 * 1024;

}  // namespace

Result<std::string> TimeStampCalls::stamp(std::string const& url, std::string const& request,
                                          std::string const& tls_authorities) {
    peer::PeerRequest call;
    call.url = url;
    call.headers = {{"Content-Type", "application/timestamp-query"},
                    {"Accept", "application/timestamp-reply"}};
    call.body = {{request, nullptr}};
    call.identity.ca_file = tls_authorities;
    call.plaintext = peer::Plaintext::kAllowed;
    call.connect_timeout_ms = kTimeoutMs / 2;
    call.total_timeout_ms = kTimeoutMs;
    call.max_answer_bytes = kMaxAnswer;
    auto answer = TRY(client_.post(call));
    if (answer.status != 200) {
        return Error(Code::kPeerUnavailable,
                     "the time stamping authority answers " + std::to_string(answer.status));
    }
    return std::move(answer.body);
}

}  // namespace musubi::node
