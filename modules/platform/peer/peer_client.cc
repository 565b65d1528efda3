#include "platform/peer/peer_client.h"

#include <curl/curl.h>

#include <mutex>

#include "platform/base/text.h"
#include "platform/peer/transfer.h"

namespace musubi::peer {
namespace {

/// More than this many unused handles are closed instead of kept.
constexpr std::size_t kKeptHandles = 32;

}  // namespace

std::string_view PeerAnswer::header(std::string_view name) const {
    for (auto const& [have, value] : headers) {
        if (equals_ignore_case(have, name)) return value;
    }
    return {};
}

struct PeerClient::Impl {
    Loopback loopback;
    std::mutex mutex;
    std::vector<std::unique_ptr<CurlHandle>>
        idle;  ///< the last one used first: its connections are the warmest
    std::uint64_t generation = 0;

    Result<PeerAnswer> run(PeerRequest const& request, Sinks sinks) {
        std::unique_lock lock(mutex);
        std::unique_ptr<CurlHandle> handle;
        std::uint64_t const taken_in = generation;
        if (!idle.empty()) {
            handle = std::move(idle.back());
            idle.pop_back();
        }
        lock.unlock();
        if (!handle) handle = std::make_unique<CurlHandle>();
        Result<PeerAnswer> answer =
            handle->run(request, sinks, loopback == Loopback::kPlainAllowed);
        lock.lock();
        if (taken_in == generation && idle.size() < kKeptHandles) idle.push_back(std::move(handle));
        lock.unlock();
        return answer;
    }
};

PeerClient::PeerClient(Loopback loopback) : impl_(std::make_unique<Impl>()) {
    static CURLcode const started = curl_global_init(CURL_GLOBAL_DEFAULT);
    (void)started;
    impl_->loopback = loopback;
}
PeerClient::~PeerClient() = default;

Result<PeerAnswer> PeerClient::post(PeerRequest const& request) { return impl_->run(request, {}); }
Result<PeerAnswer> PeerClient::post(PeerRequest const& request, ByteSink const& sink) {
    return impl_->run(request, {&sink, nullptr});
}
Result<PeerAnswer> PeerClient::get(PeerRequest const& request, AnswerReader& reader) {
    return impl_->run(request, {nullptr, &reader});
}

void PeerClient::forget_connections() {
    std::lock_guard const lock(impl_->mutex);
    impl_->idle.clear();
    ++impl_->generation;
}

}  // namespace musubi::peer
