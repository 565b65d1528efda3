#include "node/fetch_calls.h"

#include "platform/base/fault.h"

namespace musubi::node {
namespace {

/// The head as soon as it is there, then the body.
class Handing final : public peer::AnswerReader {
public:
    explicit Handing(core::FetchReader& reader) : reader_(reader) {}
    Status head(peer::PeerAnswer const& answer) override {
        core::PeerReply reply;
        reply.status = answer.status;
        for (auto const& [name, value] : answer.headers) reply.headers.push_back({name, value});
        return reader_.head(reply);
    }
    Status body(ByteView piece) override { return reader_.body(piece); }

private:
    core::FetchReader& reader_;
};

}  // namespace

FetchCalls::FetchCalls(net::TlsConfig const& tls, bool check_names)
    : tls_(tls),
      check_names_(check_names),
      own_{tls.identities.front().certificate_file, tls.identities.front().key_file, tls.ca_file,
           tls.crl_file},
      client_(peer::Loopback::kPlainAllowed) {}

Status FetchCalls::get(core::FetchCall const& call, core::FetchReader& reader) {
    if (auto fault = FAULT("fetch.before_get"); !fault)
        return Error(Code::kPeerUnavailable, core::kReasonNothingDone, fault.error().detail);
    peer::PeerRequest request;
    request.method = peer::Method::kGet;
    request.url = call.url;
    for (core::HttpHeader const& header : call.headers)
        request.headers.emplace_back(header.name, header.value);
    request.identity = own_;
    request.server_name = check_names_ ? peer::ServerName::kChecked : peer::ServerName::kIgnored;
    if (call.ca_file.empty()) {
        request.rules = [this](void* context, std::string const& host) {
            return net::harden_client(context, tls_, check_names_ ? host : std::string());
        };
    } else {
        // A system of the house with an authority of its own: its name is checked, whatever the
        // region's events allow.
        request.identity = {"", "", call.ca_file, ""};
        request.server_name = peer::ServerName::kChecked;
    }
    if (!call.certificate_file.empty()) {
        request.identity.certificate_file = call.certificate_file;
        request.identity.key_file = call.key_file;
    }
    request.total_timeout_ms = static_cast<int>(call.timeout.count());
    request.connect_timeout_ms =
        std::min(static_cast<int>(call.connect_timeout.count()), request.total_timeout_ms);
    request.max_answer_bytes = call.max_answer_bytes;
    request.cancelled = call.cancelled;
    Handing handing(reader);
    auto const answer = client_.get(request, handing);
    if (!answer) return answer.error();
    return {};
}

}  // namespace musubi::node
