#include "policy/appc.h"

#include "domain/reason.h"
#include "platform/base/bytes.h"
#include "platform/base/digest.h"
#include "platform/xml/parse.h"

#include <algorithm>

namespace musubi::policy {
namespace {

constexpr std::string_view kFormat = "urn:ihe:iti:appc:2016:consent";
constexpr std::string_view kFormatScheme = "1.3.6.1.4.1.19376.1.2.3";

Issue finding(domain::DocumentEntry const& entry, std::string const& why) {
    return {Severity::kError, Reason::kRepositoryMetadata,
            "DocumentEntry " + entry.id + ": advanced consent: " + why, ""};
}

}  // namespace

bool is_advanced_consent(domain::DocumentEntry const& entry) {
    return std::any_of(entry.format_codes.begin(), entry.format_codes.end(), [](auto const& code) {
        return code.scheme == kFormatScheme && code.code == kFormat;
    });
}

Result<AdvancedForms::Inspection> AdvancedForms::inspect(domain::DocumentEntry& entry,
                                                         Content const& content) const {
    Inspection out;
    if (!is_advanced_consent(entry) || !agreement_()->consent.takes_advanced_forms) return out;
    if (content.size() > kMaxOctets) {
        out.issues = {finding(entry, "larger than 1 MiB")};
        return out;
    }
    Bytes octets;
    TRY(content.read([&](ByteView piece) -> Status {
        octets.insert(octets.end(), piece.begin(), piece.end());
        return {};
    }));
    auto const document = xml::parse(octets);
    if (!document) {
        out.issues = {finding(entry, "is no XML that can be read")};
        return out;
    }
    auto policies = xacml::read_policy_set(document->root());
    if (!policies) {
        out.issues = {finding(entry, policies.error().issues.at(0).context)};
        return out;
    }
    std::lock_guard const lock(mutex_);
    std::erase_if(read_, [](auto const& one) { return one.second.expired(); });
    auto& waiting = read_[to_hex(sha1(octets))];
    // The same octets may be on their way twice: who ends first must not take them from the other.
    auto kept = waiting.lock();
    if (!kept) kept = std::make_shared<xacml::Node const>(*std::move(policies));
    waiting = kept;
    out.note = std::move(kept);
    return out;
}

std::shared_ptr<xacml::Node const> AdvancedForms::of(domain::DocumentEntry const& entry) const {
    std::lock_guard const lock(mutex_);
    auto const found = read_.find(entry.hash.value_or(""));
    return found == read_.end() ? nullptr : found->second.lock();
}

}  // namespace musubi::policy
