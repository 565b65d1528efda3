// What AgreementPolicy knows of the ends of certificates.

#include "platform/base/date_time.h"
#include "platform/xml/verify_key.h"
#include "policy/policy.h"
#include "policy/users.h"

#include <cstdio>

namespace musubi::policy {
namespace {

constexpr std::size_t kRemembered = 4096;
constexpr std::string_view kSecond = "2026-11-21T00:00:00";

}  // namespace

Status AgreementPolicy::read_withdrawn() {
    if (source_.withdrawn.empty()) return {};
    auto read = std::make_shared<vault::WithdrawnCertificates const>(
        TRY(vault::WithdrawnCertificates::load(source_.withdrawn)));
    std::lock_guard const lock(mutex_);
    withdrawn_ = std::move(read);
    return {};
}

Status AgreementPolicy::still_holds(core::PeerCertificate const& certificate) const {
    // Both in UTC, written alike up to the second.
    if (certificate.not_after.size() == kSecond.size() + 1 &&
        certificate.not_after.substr(0, kSecond.size()) <
            to_rfc3339(clock_.now()).substr(0, kSecond.size()))
        return Error(Code::kDenied, "the certificate has ended since the connection was opened");
    auto const withdrawn = [&] {
        std::lock_guard const lock(mutex_);
        return withdrawn_;
    }();
    if (withdrawn && withdrawn->names(certificate.issuer, certificate.serial_hex))
        return Error(Code::kDenied,
                     "the certificate was withdrawn since the connection was opened");
    return {};
}

void AgreementPolicy::remember_end(AgreementMember const& member,
                                   core::PeerCertificate const& shown) const {
    std::lock_guard const lock(ends_mutex_);
    if (ends_.contains(shown.fingerprint_sha256) || ends_.size() >= kRemembered) return;
    if (auto const end = parse_date_time(shown.not_after))
        ends_[shown.fingerprint_sha256] = {member.member.code, "connection", *end};
}

std::vector<core::NamedCertificate> AgreementPolicy::named_certificates() const {
    std::vector<core::NamedCertificate> out;
    auto const now = agreement();
    for (auto const& one : now->members) {
        if (one.status != MemberStatus::kActive) continue;
        for (auto const& [fingerprint, end] : one.ends_of) {
            bool const connects = one.fingerprints.contains(fingerprint);
            out.push_back({one.member.code, connects ? "connection" : "signature", end});
        }
    }
    if (now->users) {
        for (auto const& provider : now->users->trust->providers) {
            for (auto const& der : provider.certificates) {
                if (auto const key = xml::VerifyKey::from_certificate(der))
                    out.push_back({provider.issuer, "assertions", key->not_after()});
            }
        }
    }
    std::lock_guard const lock(ends_mutex_);
    for (auto const& [fingerprint, one] : ends_) {
        auto const* member = now->member(one.owner);
        // Exchanged, or of somebody who is no member any more.
        bool const named =
            member && member->status == MemberStatus::kActive &&
            (member->fingerprints.contains(fingerprint) || !member->subjects.empty());
        if (named) out.push_back(one);
    }
    return out;
}

}  // namespace musubi::policy
