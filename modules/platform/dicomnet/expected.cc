#include "platform/dicomnet/expected.h"

#include <algorithm>

namespace musubi::dicomnet {
namespace {

bool contains(std::vector<std::string> const& list, std::string_view one) {
    return std::find(list.begin(), list.end(), one) != list.end();
}

}  // namespace

Status Wanted::piece(ByteView octets) {
    // Held while the reader works: who withdraws waits for it.
    std::lock_guard const lock(mutex_);
    if (reader_ == nullptr) return Error(Code::kPeerUnavailable, "nobody waits for it");
    return reader_->piece(octets);
}

void Wanted::finish(Status outcome) {
    {
        std::lock_guard const lock(mutex_);
        outcome_ = std::move(outcome);
    }
    done_.notify_all();
}

bool Wanted::claimed() const {
    std::lock_guard const lock(mutex_);
    return claimed_;
}

std::optional<Status> Wanted::outcome(std::chrono::steady_clock::time_point until) {
    std::unique_lock lock(mutex_);
    done_.wait_until(lock, until, [this] { return outcome_.has_value(); });
    return outcome_;
}

void Wanted::withdraw() {
    std::lock_guard const lock(mutex_);
    reader_ = nullptr;
}

bool Wanted::withdrawn() const {
    std::lock_guard const lock(mutex_);
    return reader_ == nullptr;
}

std::shared_ptr<Wanted> Expected::expect(std::string const& archive, std::string const& instance,
                                         Offer const& offer, Patience const& patience,
                                         ObjectReader& reader) {
    auto wanted = std::make_shared<Wanted>(instance, offer, patience, reader);
    std::lock_guard const lock(mutex_);
    wanted_[archive].push_back(wanted);
    return wanted;
}

void Expected::forget(std::string const& archive, std::shared_ptr<Wanted> const& wanted) {
    wanted->withdraw();
    std::lock_guard const lock(mutex_);
    auto const found = wanted_.find(archive);
    if (found == wanted_.end()) return;
    found->second.remove(wanted);
    if (found->second.empty()) wanted_.erase(found);
}

std::shared_ptr<Wanted> Expected::claim(std::string const& archive, std::string_view instance,
                                        std::string_view sop_class,
                                        std::string_view transfer_syntax) {
    std::lock_guard const lock(mutex_);
    auto const found = wanted_.find(archive);
    if (found == wanted_.end()) return nullptr;
    for (auto const& one : found->second) {
        if (one->instance() != instance || !contains(one->offer().sop_classes, sop_class) ||
            !contains(one->offer().transfer_syntaxes, transfer_syntax))
            continue;
        std::lock_guard const claiming(one->mutex_);
        if (one->claimed_ || one->reader_ == nullptr) continue;
        one->claimed_ = true;
        return one;
    }
    return nullptr;
}

bool Expected::is_shared(std::string const& archive, std::string_view instance) const {
    std::lock_guard const lock(mutex_);
    auto const found = wanted_.find(archive);
    return found != wanted_.end() &&
           std::count_if(found->second.begin(), found->second.end(),
                         [&](auto const& one) { return one->instance() == instance; }) > 1;
}

std::set<std::string> Expected::kinds(std::string const& archive) const {
    std::set<std::string> out;
    std::lock_guard const lock(mutex_);
    auto const found = wanted_.find(archive);
    if (found == wanted_.end()) return out;
    for (auto const& one : found->second) {
        for (std::string const& sop_class : one->offer().sop_classes) {
            for (std::string const& syntax : one->offer().transfer_syntaxes)
                out.insert(sop_class + " " + syntax);
        }
    }
    return out;
}

}  // namespace musubi::dicomnet
