#include "xca/seen.h"

namespace musubi::xca {

void Seen::note(std::string const& home, std::string const& id, SeenObject object) {
    if (id.empty()) return;
    std::string key = home + " " + id;
    std::lock_guard const lock(mutex_);
    auto const [at, fresh] = objects_.insert_or_assign(key, std::move(object));
    if (!fresh) return;
    order_.push_back(std::move(key));
    if (order_.size() <= most_) return;
    objects_.erase(order_.front());
    order_.pop_front();
}

std::optional<SeenObject> Seen::find(std::string const& home, std::string const& id) const {
    std::lock_guard const lock(mutex_);
    auto const found = objects_.find(home + " " + id);
    if (found == objects_.end()) return std::nullopt;
    return found->second;
}

}  // namespace musubi::xca
