#include "binding/http/images_endpoint.h"

#include "codec/dicomweb/message.h"
#include "platform/base/log.h"
#include "platform/base/text.h"

namespace musubi::binding {
namespace {

core::HttpReply reply_of(dicomweb::Outgoing answer) {
    core::HttpReply reply;
    reply.status = answer.status;
    if (answer.status == 503) reply.headers.push_back({"Retry-After", "2"});
    reply.headers.push_back({"Cache-Control", "no-store"});
    reply.content_type = std::move(answer.content_type);
    for (dicomweb::Piece& piece : answer.body)
        reply.segments.push_back({std::move(piece.text), std::move(piece.content)});
    return reply;
}

core::HttpReply reply_of(core::Outbound outbound) {
    if (outbound.fault) return reply_of(dicomweb::error_answer(*outbound.fault));
    return reply_of(std::any_cast<dicomweb::Outgoing&&>(std::move(outbound.reply)));
}

}  // namespace

/// One request on its way: what its run points to.
struct ImagesEndpoint::Exchange {
    core::PeerConnection const peer;  ///< a copy: a parked request outlives the call
    std::string const trace;
    dicomweb::Incoming incoming = {};
    std::optional<core::Inbound> inbound = {};
};

/// A request that waits for its images.
class ImagesEndpoint::Pending final : public core::AwaitedReply,
                                      public std::enable_shared_from_this<Pending> {
public:
    Pending(std::shared_ptr<Exchange> exchange, std::unique_ptr<core::ParkedRun> parked)
        : exchange_(std::move(exchange)), parked_(std::move(parked)) {}
    void when_ready(std::function<void()> ready) override {
        parked_->errand().when_done(std::move(ready));
    }
    core::HttpReply take() override {
        LogTrace const log_trace(exchange_->trace);
        if (auto outbound = parked_->go_on()) return reply_of(std::move(*outbound));
        core::HttpReply later;
        later.awaited = shared_from_this();
        return later;
    }

private:
    std::shared_ptr<Exchange> const exchange_;  ///< before the run, which points into it
    std::unique_ptr<core::ParkedRun> const parked_;
};

bool ImagesEndpoint::is_root(core::HttpRequestHead const& head) const {
    std::string_view path = head.path;
    if (path.ends_with('/')) path.remove_suffix(1);
    return path == settings_.path;
}

bool ImagesEndpoint::is_soap(core::HttpRequestHead const& head) const {
    return is_root(head) && (head.method == "POST" ||
                             (head.method == "GET" && equals_ignore_case(head.query, "wsdl")));
}

std::optional<core::HttpReply> ImagesEndpoint::admit(core::PeerConnection const& peer,
                                                     core::HttpRequestHead const& head) {
    if (is_soap(head)) return services_.soap.admit(peer, head);
    auto const member = services_.policy.member_of(peer.certificate);
    if (member && head.method == "GET") return std::nullopt;
    std::string const trace = services_.ids.uuid().to_string();
    LogTrace const log_trace(trace);
    std::string const endpoint = settings_.base_url + settings_.path;
    if (!member) {
        static_cast<void>(
            services_.pipeline.record_refusal(nullptr, peer, endpoint, trace, member.error()));
        return reply_of(dicomweb::text_answer(member.error().code == Code::kDenied ? 403 : 503,
                                              "no member of the region"));
    }
    auto const subject = domain::subject_of(*member, peer.certificate.subject, peer.remote_address);
    static_cast<void>(services_.pipeline.record_refusal(
        &subject, peer, endpoint, trace, Error(Code::kUnsupported, "no such method here")));
    core::HttpReply reply = reply_of(dicomweb::text_answer(405, "GET images, or POST SOAP"));
    reply.headers.push_back({"Allow", is_root(head) ? "GET, POST" : "GET"});
    return reply;
}

core::HttpReply ImagesEndpoint::handle(core::PeerConnection const& peer,
                                       core::HttpRequestHead const& head, core::BodyStream& body) {
    if (is_soap(head)) return services_.soap.handle(peer, head, body);
    auto const exchange =
        std::make_shared<Exchange>(Exchange{peer, services_.ids.uuid().to_string()});
    LogTrace const log_trace(exchange->trace);
    auto member = services_.policy.member_of(peer.certificate);
    if (!member) return reply_of(dicomweb::error_answer(member.error()));
    bool const by_path = !is_root(head);
    exchange->incoming = {by_path ? head.path.substr(settings_.path.size() + 1) : "", head.query,
                          std::string(head.header("Accept")), settings_.base_url + settings_.path};
    exchange->inbound.emplace(core::Inbound{
        domain::subject_of(std::move(*member), peer.certificate.subject, peer.remote_address),
        &exchange->peer, settings_.base_url + settings_.path, "", "", exchange->trace,
        core::WireRef::of(exchange->incoming), services_.clock.monotonic() + settings_.deadline});
    core::Started started = services_.pipeline.start(
        by_path ? services_.by_path : services_.by_query, *exchange->inbound);
    if (!started.parked) return reply_of(std::move(*started.outbound));
    core::HttpReply reply;
    reply.awaited = std::make_shared<Pending>(exchange, std::move(started.parked));
    return reply;
}

core::HttpReply ImagesEndpoint::refuse(int status, Error const& why) {
    // Malformed, too large, busy: told before it is known who is meant.
    return services_.soap.refuse(status, why);
}

}  // namespace musubi::binding
