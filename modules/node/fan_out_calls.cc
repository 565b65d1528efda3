#include "node/fan_out_calls.h"

namespace musubi::node {
namespace {

/// What the thread of the octets fills and the waiting request reads.
class Answers final : public core::FanOut {
public:
    explicit Answers(std::size_t calls) : replies_(calls) {}

    void when_done(std::function<void()> done) override {
        {
            std::lock_guard const lock(mutex_);
            if (!over_) {
                done_ = std::move(done);
                return;
            }
        }
        done();
    }
    std::vector<core::NeighbourReply>& replies() override { return replies_; }

    void take(std::vector<peer::FanOutAnswer> answers) {
        for (std::size_t i = 0; i < answers.size() && i < replies_.size(); ++i) {
            replies_[i].took = answers[i].took;
            replies_[i].reply = reply_of(std::move(answers[i].answer));
        }
        std::function<void()> done;
        {
            std::lock_guard const lock(mutex_);
            over_ = true;
            done.swap(done_);
        }
        if (done) done();
    }

private:
    static Result<core::PeerReply> reply_of(Result<peer::PeerAnswer> answer) {
        if (!answer) return std::move(answer).error();
        core::PeerReply reply;
        reply.status = answer->status;
        for (auto& [name, value] : answer->headers)
            reply.headers.push_back({std::move(name), std::move(value)});
        reply.body = std::move(answer->body);
        return reply;
    }

    std::mutex mutex_;
    bool over_ = false;
    std::function<void()> done_;
    std::vector<core::NeighbourReply> replies_;
};

int milliseconds(std::chrono::milliseconds time) { return static_cast<int>(time.count()); }

}  // namespace

FanOutCalls::FanOutCalls(net::TlsConfig const& tls, bool check_names)
    : tls_(tls),
      check_names_(check_names),
      own_{tls.identities.front().certificate_file, tls.identities.front().key_file, tls.ca_file,
           tls.crl_file},
      peers_(std::make_shared<peer::PeerFanOut>(peer::PeerFanOut::Settings{})) {}

peer::FanOutRequest FanOutCalls::request_of(core::NeighbourCall&& call) const {
    peer::FanOutRequest out;
    out.request.url = std::move(call.call.url);
    for (core::HttpHeader const& header : call.call.headers)
        out.request.headers.emplace_back(header.name, header.value);
    for (core::ReplySegment& segment : call.call.body)
        out.request.body.push_back({std::move(segment.text), nullptr});
    out.request.identity = own_;
    out.request.server_name =
        check_names_ ? peer::ServerName::kChecked : peer::ServerName::kIgnored;
    out.request.rules = [tls = tls_, check = check_names_](void* context, std::string const& host) {
        return net::harden_client(context, tls, check ? host : std::string());
    };
    if (!call.call.certificate_file.empty()) {
        out.request.identity.certificate_file = std::move(call.call.certificate_file);
        out.request.identity.key_file = std::move(call.call.key_file);
    }
    out.request.total_timeout_ms = milliseconds(call.call.timeout);
    out.request.connect_timeout_ms =
        std::min(milliseconds(call.connect_timeout), out.request.total_timeout_ms);
    out.request.max_answer_bytes = call.call.max_answer_bytes;
    out.first_byte_timeout_ms = milliseconds(call.first_byte_timeout);
    return out;
}

std::shared_ptr<core::FanOut> FanOutCalls::send(std::vector<core::NeighbourCall> calls,
                                                std::chrono::steady_clock::time_point deadline) {
    auto answers = std::make_shared<Answers>(calls.size());
    std::vector<peer::FanOutRequest> requests;
    for (core::NeighbourCall& call : calls) requests.push_back(request_of(std::move(call)));
    std::shared_ptr<peer::PeerFanOut> peers;
    {
        std::lock_guard const lock(mutex_);
        peers = peers_;
    }
    if (peers) {
        peers->send(std::move(requests), deadline, [answers](std::vector<peer::FanOutAnswer> all) {
            answers->take(std::move(all));
        });
    } else {
        answers->take({});
    }
    return answers;
}

void FanOutCalls::forget_connections() {
    std::lock_guard const lock(mutex_);
    if (peers_) peers_->forget_connections();
}

void FanOutCalls::stop() {
    std::shared_ptr<peer::PeerFanOut> last;
    std::lock_guard const lock(mutex_);
    last.swap(peers_);
}

}  // namespace musubi::node
