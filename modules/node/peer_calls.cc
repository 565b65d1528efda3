#include "node/peer_calls.h"

#include "platform/base/fault.h"

namespace musubi::node {

PeerCalls::PeerCalls(net::TlsConfig const& tls, bool check_names)
    : tls_(tls),
      check_names_(check_names),
      own_{tls.identities.front().certificate_file, tls.identities.front().key_file, tls.ca_file,
           tls.crl_file} {}

Result<core::PeerReply> PeerCalls::post(core::PeerCall const& call) {
    if (auto fault = FAULT("peer.before_post"); !fault) {
        return Error(Code::kPeerUnavailable, core::kReasonNothingDone, fault.error().detail);
    }
    peer::PeerRequest request;
    request.url = call.url;
    for (core::HttpHeader const& header : call.headers)
        request.headers.emplace_back(header.name, header.value);
    for (core::ReplySegment const& segment : call.body)
        request.body.push_back({segment.text, segment.content});
    request.identity = own_;
    request.server_name = check_names_ ? peer::ServerName::kChecked : peer::ServerName::kIgnored;
    request.rules = [this](void* context, std::string const& host) {
        return net::harden_client(context, tls_, check_names_ ? host : std::string());
    };
    if (!call.certificate_file.empty()) {
        request.identity.certificate_file = call.certificate_file;
        request.identity.key_file = call.key_file;
    }
    request.total_timeout_ms = static_cast<int>(call.timeout.count());
    request.connect_timeout_ms = std::min(request.connect_timeout_ms, request.total_timeout_ms);
    request.max_answer_bytes = call.max_answer_bytes;
    auto answer = client_.post(request);
    if (!answer) {
        Error error = std::move(answer).error();
        if (error.reason == peer::kReasonNotSent) error.reason = core::kReasonNothingDone;
        return error;
    }
    TRY(FAULT("peer.answer_lost"));
    core::PeerReply reply;
    reply.status = answer->status;
    for (auto& [name, value] : answer->headers)
        reply.headers.push_back({std::move(name), std::move(value)});
    reply.body = std::move(answer->body);
    return reply;
}

}  // namespace musubi::node
