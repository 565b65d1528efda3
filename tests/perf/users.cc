#include "perf/users.h"

#include "platform/base/clock.h"

namespace musubi::perf {
namespace {

constexpr std::string_view kBegin = "<saml2:Assertion", kEnd = "</saml2:Assertion>";

std::string seconds_of(WallTime time) { return to_rfc3339(time).substr(0, 19) + "Z"; }

}  // namespace

Users::Users(ScenarioOptions const& options)
    : signer_(options.provider + ".crt", options.provider + ".key"),
      organisation_(options.organisation),
      every_(options.assertion_every) {}

std::string Users::assertion(std::uint64_t number) const {
    WallTime const now = system_clock().now();
    test::AssertionParts parts;
    std::string const digits = std::to_string(number % 1'000'000'000'000);
    parts.id = "_" + std::string(12 - digits.size(), '0') + digits;
    parts.issuer =
        "<saml2:Issuer Format=\"urn:oasis:names:tc:SAML:2.0:nameid-format:entity\">"
        "https://idp.kita.example/</saml2:Issuer>";
    parts.issue_instant = parts.not_before = seconds_of(now - std::chrono::seconds(5));
    parts.not_on_or_after = seconds_of(now + std::chrono::minutes(5));
    std::string const other = "urn:oid:2.999.1.1.21";
    parts.attributes.replace(parts.attributes.find(other), other.size(), organisation_);
    return test::signed_assertion(signer_, parts);
}

std::string Users::header() const {
    return "<wsse:Security "
           "xmlns:wsse=\"http://docs.oasis-open.org/wss/2004/01/"
           "oasis-200401-wss-wssecurity-secext-1.0.xsd\" env:mustUnderstand=\"1\">" +
           assertion(0) + "</wsse:Security>";
}

void Users::renew(Request& request, Random& random) const {
    if (request.sent++ % every_ != 0) return;
    std::size_t const begin = request.bytes.find(kBegin);
    std::size_t const end = request.bytes.find(kEnd, begin) + kEnd.size();
    std::string const fresh = assertion(random.next());
    if (fresh.size() == end - begin) request.bytes.replace(begin, fresh.size(), fresh);
}

}  // namespace musubi::perf
