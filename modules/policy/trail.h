#pragma once
// Internal to policy: why a decision came out as it did, in words for operators. Patients by
// regional id only. One thread.

#include "domain/access.h"

#include <string>
#include <vector>

namespace musubi::policy {

/// Collects the reasons while deciding; costs nothing when nobody listens.
class Trail {
public:
    explicit Trail(std::vector<std::string>* lines) : lines_(lines) {}
    void say(std::string line) const {
        if (lines_) lines_->push_back(std::move(line));
    }
    explicit operator bool() const { return lines_ != nullptr; }

private:
    std::vector<std::string>* lines_;
};

/// One line for each rule, word and model of the scope, in the order in which they count.
std::vector<std::string> describe(domain::Scope const& scope);

}  // namespace musubi::policy
