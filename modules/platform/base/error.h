#pragma once
// What went wrong, in words that no protocol owns. Codecs translate to the wire (errors.cc of each
// codec).
//
// Ownership: plain values. Thread-safety: as std::string. No personal data in any field: `detail`
// goes to our own log only, `Issue::context` and `Issue::location` go to the peer and may name an
// object id, an attribute, the value found and the rule broken, but never a name, a birth date or
// an address.

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace musubi {

/// The few canonical outcomes. Choose the most specific one that is true.
enum class Code : std::uint8_t {
    kInvalidMessage,   ///< bytes that do not follow the transport or syntax
    kInvalidContent,   ///< well-formed, but breaks a rule of the profile or the affinity domain
    kUnsupported,      ///< a correct request for something we do not offer
    kUnauthenticated,  ///< we do not know who is asking
    kDenied,           ///< we know, and the agreement says no
    kNotFound,
    kConflict,  ///< the state of the store forbids it (duplicate, deprecated, concurrent change)
    kTooLarge,  ///< a configured limit was passed
    kBusy,      ///< try again later, nothing was done
    kPeerUnavailable,     ///< a neighbour that we need does not answer
    kStorageUnavailable,  ///< database, disk or key store does not answer
    kInternal,            ///< a bug of ours
};
inline constexpr int kCodeCount = 12;
std::string_view to_string(Code code);

/// The protocol-level cause. Opaque down here; the enumerators live in domain/reason.h. 0 means
/// "none given".
enum class Reason : std::uint16_t;
inline constexpr Reason kNoReason{};

enum class Severity : std::uint8_t { kError, kWarning };

/// One finding. Travels beside data too: warnings, partial success.
struct Issue {
    Severity severity = Severity::kError;
    Reason reason = kNoReason;
    std::string
        context;  ///< which object, attribute, value and rule; shown to the peer (codeContext)
    std::string
        location;  ///< protocol location: a uniqueId in ITI-43, a home in XCA, "PID^1^3" in HL7 v2
};

struct Error {
    Code code = Code::kInternal;
    Reason reason = kNoReason;
    std::string detail;  ///< for our log; never sent
    std::vector<Issue> issues;

    Error() = default;
    Error(Code c, std::string d) : code(c), detail(std::move(d)) {}
    Error(Code c, Reason r, std::string d) : code(c), reason(r), detail(std::move(d)) {}
    Error(Code c, std::vector<Issue> i) : code(c), issues(std::move(i)) {
        if (!issues.empty()) reason = issues.front().reason;
    }
};

}  // namespace musubi
