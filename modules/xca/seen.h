#pragma once
// What came from other communities lately, and whose it is: an id alone says nothing of the
// patient, so a question by ids can only be decided about when an earlier answer told. Kept in
// memory, bounded, oldest out first; holds ids and codes, no demographics. Thread-safe.

#include "domain/access.h"

#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

namespace musubi::xca {

struct SeenObject {
    std::string patient;  ///< our id (CX) of the patient it was found for
    domain::Label label;  ///< of an entry; empty owner: a set or folder
};

class Seen {
public:
    explicit Seen(std::size_t most = 200'000) : most_(most) {}

    /// `id`: entryUUID or uniqueId.
    void note(std::string const& home, std::string const& id, SeenObject object);
    std::optional<SeenObject> find(std::string const& home, std::string const& id) const;

private:
    std::size_t const most_;
    mutable std::mutex mutex_;
    std::unordered_map<std::string, SeenObject> objects_;
    std::deque<std::string> order_;
};

}  // namespace musubi::xca
