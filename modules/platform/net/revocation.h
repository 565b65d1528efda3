#pragma once
// Whether a certificate was withdrawn, asked of its responder (OCSP, RFC 6960; ITI TF-2 3.19 leaves
// the means to the site, the guideline asks for one). Stands beside revocation lists, which are
// checked in any case: a list says no to what it names, a responder about one certificate at a
// time.
//
// An answer counts until its nextUpdate and is asked for again, in the background, before that. A
// responder is called over plain HTTP, as its answers are signed, by threads of the checker, never
// by one that serves connections. What it says is believed only with the signature of the issuer or
// of one to whom the issuer gave that right (RFC 6960 4.2.2.2).
//
// Limits: 16 KiB per answer, kKept answers, kWaiting questions at a time, `timeout_ms` each. A
// question without an answer is not repeated for ten seconds.
//
// Ownership: shared by the contexts of all listeners and clients. Thread-safe.

#include "platform/base/result.h"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace musubi::net {

enum class OcspMode : std::uint8_t {
    kOff,   ///< nobody is asked
    kSoft,  ///< who is named as revoked is refused; without an answer the certificate holds
    kHard,  ///< without an answer it does not
};
/// "off", "soft", "hard"; kInvalidContent for any other word.
Result<OcspMode> ocsp_mode_from(std::string_view word);

struct OcspConfig {
    OcspMode mode = OcspMode::kOff;
    /// http://host[:port]/path, asked about every certificate; empty: the one that the certificate
    /// names itself (authority information access), if its host is one of `hosts`.
    std::string responder;
    std::vector<std::string> hosts;
    int timeout_ms = 3'000;
};

class RevocationChecker {
public:
    static constexpr std::size_t kKept = 16'384;
    static constexpr std::size_t kWaiting = 1'024;

    /// Null when the mode is off. kInvalidContent: the responder is no http URL, or hard without
    /// anybody to ask.
    static Result<std::shared_ptr<RevocationChecker>> make(OcspConfig config);
    ~RevocationChecker();

    /// Answers are asked for anew: after the authorities were exchanged.
    void forget();

    struct Impl;
    Impl& impl() { return *impl_; }

private:
    explicit RevocationChecker(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace musubi::net
