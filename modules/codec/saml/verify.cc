#include "codec/saml/verify.h"

#include "codec/saml/claims.h"
#include "codec/saml/faults.h"
#include "codec/saml/names.h"
#include "platform/xml/parse.h"
#include "platform/xml/signature.h"

#include <algorithm>

namespace musubi::saml {
namespace {

Error expired(std::string detail) { return refused(kMessageExpired, std::move(detail)); }
Error not_for_us(std::string detail) { return refused(kFailedAuthentication, std::move(detail)); }

bool contains(std::vector<std::string> const& all, std::string const& one) {
    return std::find(all.begin(), all.end(), one) != all.end();
}

/// What the signature check says, in words of WS-Security.
Error translated(Error const& error) {
    switch (error.code) {
        case Code::kUnsupported: return refused(kUnsupportedAlgorithm, error.detail);
        case Code::kNotFound: return refused(kSecurityTokenUnavailable, error.detail);
        case Code::kUnauthenticated: return refused(kFailedCheck, error.detail);
        case Code::kInvalidMessage:
        case Code::kInvalidContent:
        case Code::kDenied:
        case Code::kConflict:
        case Code::kTooLarge:
        case Code::kBusy:
        case Code::kPeerUnavailable:
        case Code::kStorageUnavailable:
        case Code::kInternal: return refused(kInvalidSecurityToken, error.detail);
    }
    return refused(kInvalidSecurityToken, error.detail);
}

/// An assertion is small and flat; what is not is refused before the library sees it.
Result<xml::Document> read(std::string_view octets) {
    xml::ParseOptions options;
    options.limits.max_bytes = 2 * kMaxAssertion;  // the canonical form may be longer
    options.limits.depth = 24;
    options.limits.elements = 2'000;
    auto document = xml::parse(as_bytes(octets), options);
    if (!document) return refused(kInvalidSecurityToken, document.error().detail);
    return document;
}

Status check_window(std::optional<WallTime> from, std::optional<WallTime> until,
                    std::chrono::seconds skew, WallTime now) {
    if (from && now + skew < *from) return expired("not yet valid");
    if (until && now - skew >= *until) return expired("expired");
    return {};
}

/// Each restriction names somebody that we are (erratum E46: all of them, any of its audiences).
Status check_audience(Claims const& claims, TrustedIssuers::Provider const& provider,
                      domain::AssertionTrust const& trust) {
    auto const& ours =
        provider.rules->audiences.empty() ? trust.audiences : provider.rules->audiences;
    if (claims.audiences.empty()) return not_for_us("no audience");
    for (auto const& restriction : claims.audiences) {
        if (std::none_of(restriction.begin(), restriction.end(),
                         [&](std::string const& one) { return contains(ours, one); })) {
            return not_for_us("another audience");
        }
    }
    return {};
}

Status check_authentication(Claims const& claims, domain::AssertionTrust const& trust) {
    auto const& classes = claims.user.authn_classes;
    bool const good = trust.authn_classes.empty() ||
                      std::any_of(classes.begin(), classes.end(), [&](std::string const& one) {
                          return contains(trust.authn_classes, one);
                      });
    if (!good) return not_for_us("authentication context is not acceptable");
    return {};
}

bool lasts_longer(Confirmation const& one, Confirmation const& other) {
    if (!one.not_on_or_after || !other.not_on_or_after)
        return !one.not_on_or_after && other.not_on_or_after;
    return *one.not_on_or_after > *other.not_on_or_after;
}

/// One confirmation that holds is enough (SAML 2.0 core 2.4.1.1); of several the one that holds
/// longest. The best reason is told: a bearer's time rather than another's missing key.
Result<Confirmation> check_confirmation(Claims const& claims,
                                        std::vector<std::string> const& audiences,
                                        std::chrono::seconds skew, CheckContext const& context) {
    Error why = not_for_us("no confirmation that we can check");
    Confirmation const* best = nullptr;
    for (Confirmation const& one : claims.confirmations) {
        if (one.method == kHolderOfKey) {
            if (one.certificate_fingerprint.empty() ||
                one.certificate_fingerprint != context.certificate_fingerprint) {
                why = not_for_us("holder of key is not proven");
                continue;
            }
        } else if (one.method != kBearer) {
            continue;
        }
        if (!one.recipient.empty() && one.recipient != context.endpoint &&
            !contains(audiences, one.recipient)) {
            why = not_for_us("another recipient");
            continue;
        }
        Status const window = check_window(one.not_before, one.not_on_or_after, skew, context.now);
        if (!window) {
            why = window.error();
        } else if (!best || lasts_longer(one, *best)) {
            best = &one;
        }
    }
    if (!best) return why;
    return *best;
}

/// Whoever keeps the verdict must not keep it longer than the confirmation holds.
void narrow(domain::UserAssertion& user, Confirmation const& by) {
    if (by.not_before) user.not_before = std::max(user.not_before, *by.not_before);
    if (by.not_on_or_after)
        user.not_on_or_after = std::min(user.not_on_or_after, *by.not_on_or_after);
}

}  // namespace

Result<TrustedIssuers> TrustedIssuers::make(std::shared_ptr<domain::AssertionTrust const> trust) {
    TrustedIssuers out;
    for (domain::AssertionProvider const& rules : trust->providers) {
        Provider provider{&rules, {}};
        for (Bytes const& der : rules.certificates)
            provider.keys.push_back(TRY(xml::VerifyKey::from_certificate(der)));
        out.providers_.emplace(rules.issuer, std::move(provider));
    }
    out.trust_ = std::move(trust);
    return out;
}

TrustedIssuers::Provider const* TrustedIssuers::find(std::string_view issuer) const {
    auto const found = providers_.find(issuer);
    return found == providers_.end() ? nullptr : &found->second;
}

Status check_time(domain::UserAssertion const& assertion, std::chrono::seconds skew, WallTime now) {
    if (now + skew < assertion.issued) return expired("issued in the future");
    return check_window(assertion.not_before, assertion.not_on_or_after, skew, now);
}

Result<std::shared_ptr<domain::UserAssertion const>> verify_assertion(std::string octets,
                                                                      TrustedIssuers const& issuers,
                                                                      CheckContext const& context) {
    if (octets.size() > kMaxAssertion)
        return refused(kInvalidSecurityToken, "assertion longer than 64 KiB");
    xml::Document const received = TRY(read(octets));
    Claims const claimed = TRY(read_claims(received.root()));
    TrustedIssuers::Provider const* provider = issuers.find(claimed.user.issuer);
    if (!provider) return refused(kFailedCheck, "the issuer is not one of the agreement's");

    xml::SignatureRules rules;
    rules.keys = provider->keys;
    rules.fingerprints = provider->rules->fingerprints;
    rules.rsa_sha1 = provider->rules->rsa_sha1;
    rules.key_info_required = provider->rules->key_info;
    rules.now = context.now;
    auto const content = xml::verify_enveloped(octets, received, rules);
    if (!content) return translated(content.error());

    // From here on only what was signed is looked at.
    xml::Document const signed_part = TRY(read(*content));
    Claims claims = TRY(read_claims(signed_part.root()));
    if (claims.user.issuer != provider->rules->issuer || claims.user.id != claimed.user.id)
        return refused(kInvalidSecurityToken, "what was signed reads differently");
    auto const& format = provider->rules->issuer_format;
    if (!format.empty() && claims.issuer_format != format)
        return refused(kInvalidSecurityToken, "Issuer without the Format of this provider");

    domain::AssertionTrust const& trust = issuers.trust();
    TRY(check_time(claims.user, trust.skew, context.now));
    TRY(check_audience(claims, *provider, trust));
    TRY(check_authentication(claims, trust));
    auto const& audiences =
        provider->rules->audiences.empty() ? trust.audiences : provider->rules->audiences;
    narrow(claims.user, TRY(check_confirmation(claims, audiences, trust.skew, context)));
    claims.user.octets = std::make_shared<std::string const>(std::move(octets));
    return std::shared_ptr<domain::UserAssertion const>(
        std::make_shared<domain::UserAssertion>(std::move(claims.user)));
}

}  // namespace musubi::saml
