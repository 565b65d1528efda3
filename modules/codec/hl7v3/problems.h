#pragma once
// Collects what is wrong with a message, so that one answer tells all of it. Internal to
// codec/hl7v3.

#include "codec/hl7v3/message.h"
#include "domain/reason.h"

#include <string>
#include <utility>
#include <vector>

namespace musubi::hl7v3 {

class Problems {
public:
    void add(Reason reason, std::string location, std::string text) {
        if (issues_.size() >= kMost) return;
        issues_.push_back({Severity::kError, reason, std::move(text), std::move(location)});
    }
    void add(Reason reason, xml::Element at, std::string text) {
        if (issues_.size() < kMost) add(reason, xpath_of(at), std::move(text));
    }
    bool empty() const { return issues_.empty(); }
    Error error(Code code) {
        Error made(code, std::move(issues_));
        made.detail = "refused: " + made.issues.front().context;
        return made;
    }

private:
    static constexpr std::size_t kMost = 50;  ///< nobody reads more, and each costs a location
    std::vector<Issue> issues_;
};

/// Interaction id and processing code: what decides whether we do this kind of message at all.
void check_header(Header const& header, xml::Element payload, Problems& rejects);

}  // namespace musubi::hl7v3
