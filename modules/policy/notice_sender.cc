#include "policy/notice_sender.h"

#include "policy/emergency.h"

namespace musubi::policy {

NoticeSender::~NoticeSender() { stop(); }

Status NoticeSender::deliver(core::PeerPort& peers, Addresses const& addresses,
                             std::string const& member, ByteView payload) {
    for (auto const& [code, url] : addresses) {
        if (code != member) continue;
        core::PeerCall call;
        call.url = url;
        call.headers = {{"Content-Type", "application/json"}};
        call.body.push_back({std::string(as_text(payload)), nullptr});
        auto const reply = TRY(peers.post(call));
        if (reply.status / 100 == 2) return {};
        return Error(Code::kPeerUnavailable,
                     "the receiver answered with status " + std::to_string(reply.status));
    }
    return Error(Code::kPeerUnavailable, "this member has no address");
}

void NoticeSender::use(std::shared_ptr<Agreement const> agreement) {
    std::lock_guard const lock(mutex_);
    if (!peers_ || (runner_ && addresses_ == agreement->emergency.addresses)) return;
    if (runner_) runner_->stop();
    runner_.reset();
    addresses_ = agreement->emergency.addresses;
    if (addresses_.empty()) return;
    core::OutboxRunnerSettings settings;
    settings.topic = kNoticeTopic;
    for (auto const& [code, url] : addresses_) settings.destinations.push_back(code);
    runner_ = std::make_unique<core::OutboxRunner>(
        pool_, clock_, std::move(settings),
        [peers = peers_, addresses = addresses_](std::string const& member, ByteView payload) {
            return deliver(*peers, addresses, member, payload);
        });
    runner_->start();
}

void NoticeSender::stop() {
    std::lock_guard const lock(mutex_);
    if (runner_) runner_->stop();
    runner_.reset();
}

}  // namespace musubi::policy
