#include "codec/saml/claims.h"

#include "codec/saml/attributes.h"
#include "codec/saml/faults.h"
#include "codec/saml/names.h"
#include "platform/base/date_time.h"
#include "platform/base/digest.h"
#include "platform/base/text.h"
#include "platform/xml/signature.h"

#include <algorithm>

namespace musubi::saml {
namespace {

constexpr std::string_view kFormats = "urn:oasis:names:tc:SAML:1.1:nameid-format:";

Error bad(std::string detail) { return refused(kInvalidSecurityToken, std::move(detail)); }

/// xs:NCName without the letters beyond ASCII, which nobody uses in ids.
bool is_ncname(std::string_view text) {
    auto const letter = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
    };
    if (text.empty() || text.size() > 256 || !letter(text.front())) return false;
    return std::all_of(text.begin(), text.end(), [&](char c) {
        return letter(c) || (c >= '0' && c <= '9') || c == '-' || c == '.';
    });
}

Result<WallTime> time_attribute(xml::Element element, std::string_view name) {
    auto const text = element.attribute(name);
    auto const time = text ? parse_date_time(*text) : std::nullopt;
    if (!time) return bad(std::string(name) + " is missing or no time");
    return *time;
}

Result<std::optional<WallTime>> optional_time(xml::Element element, std::string_view name) {
    if (!element || !element.attribute(name)) return std::optional<WallTime>();
    return std::optional<WallTime>(TRY(time_attribute(element, name)));
}

/// A value that the Format promises to be something that it is not (SAML 2.0 core 8.3).
bool fits_format(std::string_view value, std::string_view format) {
    if (!format.starts_with(kFormats)) return true;
    format.remove_prefix(kFormats.size());
    if (format == "emailAddress") {
        auto const at = value.find('@');
        return at != 0 && at != std::string_view::npos && at + 1 < value.size() &&
               value.find('@', at + 1) == std::string_view::npos &&
               value.find_first_of(" \t<>,") == std::string_view::npos;
    }
    if (format == "X509SubjectName") {
        auto const equals = value.find('=');
        return equals != 0 && equals != std::string_view::npos;
    }
    if (format == "WindowsDomainQualifiedName") {
        auto const slash = value.find('\\');
        return slash != std::string_view::npos && slash + 1 < value.size() &&
               value.find('\\', slash + 1) == std::string_view::npos;
    }
    return true;
}

Status read_issuer(xml::Element root, Claims& out) {
    xml::Element const issuer = root.first_child();
    if (!issuer.is(kSaml2, "Issuer") || issuer.next_sibling(kSaml2, "Issuer"))
        return bad("not exactly one Issuer in the first place");
    out.user.issuer = TRY(plain_text(issuer, "Issuer"));
    out.issuer_format = issuer.attribute("Format").value_or("");
    if (!fits_format(out.user.issuer, out.issuer_format))
        return bad("Issuer does not have the form that its Format promises");
    return {};
}

Result<Confirmation> read_confirmation(xml::Element element) {
    Confirmation out;
    out.method = element.attribute("Method").value_or("");
    if (out.method.empty()) return bad("SubjectConfirmation without Method");
    xml::Element const data = element.first_child(kSaml2, "SubjectConfirmationData");
    out.not_before = TRY(optional_time(data, "NotBefore"));
    out.not_on_or_after = TRY(optional_time(data, "NotOnOrAfter"));
    out.recipient = data.attribute("Recipient").value_or("");
    if (out.method != kHolderOfKey) return out;
    auto const der = xml::key_info_certificate(data.first_child(xml::kDsigNamespace, "KeyInfo"));
    if (der) out.certificate_fingerprint = to_hex(sha256(*der));
    return out;
}

Status read_subject(xml::Element root, Claims& out) {
    xml::Element const subject = root.first_child(kSaml2, "Subject");
    if (!subject || subject.next_sibling(kSaml2, "Subject")) return bad("not exactly one Subject");
    xml::Element const name = subject.first_child();
    if (!name.is(kSaml2, "NameID")) return bad("Subject does not begin with a NameID");
    out.user.name_id = TRY(plain_text(name, "NameID"));
    out.user.name_id_format = name.attribute("Format").value_or("");
    out.user.alias = name.attribute("SPProvidedID").value_or("");
    if (out.user.alias.size() > kMaxText) return bad("SPProvidedID too long");
    for (xml::Element at = name.next_sibling(); at; at = at.next_sibling()) {
        if (!at.is(kSaml2, "SubjectConfirmation")) return bad("something else in Subject");
        out.confirmations.push_back(TRY(read_confirmation(at)));
    }
    if (out.confirmations.empty()) return bad("Subject without SubjectConfirmation");
    return {};
}

Status read_conditions(xml::Element root, Claims& out) {
    xml::Element const conditions = root.first_child(kSaml2, "Conditions");
    if (!conditions || conditions.next_sibling(kSaml2, "Conditions"))
        return bad("not exactly one Conditions");
    out.user.not_before = TRY(time_attribute(conditions, "NotBefore"));
    out.user.not_on_or_after = TRY(time_attribute(conditions, "NotOnOrAfter"));
    for (xml::Element const condition : conditions.children()) {
        if (condition.is(kSaml2, "AudienceRestriction")) {
            auto& list = out.audiences.emplace_back();
            for (xml::Element const audience : condition.children()) {
                if (!audience.is(kSaml2, "Audience")) return bad("something else in a restriction");
                list.push_back(TRY(plain_text(audience, "Audience")));
            }
        } else if (!condition.is(kSaml2, "OneTimeUse") &&
                   !condition.is(kSaml2, "ProxyRestriction")) {
            // A condition that is not understood leaves the assertion undecided (SAML 2.0 2.5.1.1).
            return bad("unknown condition");
        }
    }
    return {};
}

Status read_statements(xml::Element root, Claims& out) {
    bool authenticated = false;
    AttributeReader attributes(out.user);
    for (xml::Element const at : root.children()) {
        if (at.is(kSaml2, "AuthnStatement")) {
            authenticated = true;
            TRY(time_attribute(at, "AuthnInstant"));
            xml::Element const context = at.first_child(kSaml2, "AuthnContext");
            for (xml::Element const one : context.children()) {
                if (one.is(kSaml2, "AuthnContextClassRef") || one.is(kSaml2, "AuthnContextDeclRef"))
                    out.user.authn_classes.push_back(TRY(plain_text(one, "AuthnContext")));
            }
        } else if (at.is(kSaml2, "AttributeStatement")) {
            TRY(attributes.read(at));
        }
    }
    if (!authenticated) return bad("no AuthnStatement");
    if (out.user.authn_classes.empty()) return bad("no authentication context");
    return {};
}

}  // namespace

Result<Claims> read_claims(xml::Element root) {
    if (!root.is(kSaml2, "Assertion"))
        return refused(kUnsupportedSecurityToken, "not a SAML 2.0 assertion");
    auto const version = root.attribute("Version");
    if (!version) return bad("no Version");
    if (*version != "2.0") return refused(kUnsupportedSecurityToken, "Version is not 2.0");
    Claims out;
    out.user.id = root.attribute("ID").value_or("");
    if (!is_ncname(out.user.id)) return bad("ID is missing or no name");
    out.user.issued = TRY(time_attribute(root, "IssueInstant"));
    TRY(read_issuer(root, out));
    TRY(read_subject(root, out));
    TRY(read_conditions(root, out));
    TRY(read_statements(root, out));
    return out;
}

std::string claimed_user(xml::Element root) {
    domain::UserAssertion user;
    xml::Element const name = root.first_child(kSaml2, "Subject").first_child(kSaml2, "NameID");
    auto const id = plain_text(name, "NameID");
    auto const issuer = plain_text(root.first_child(kSaml2, "Issuer"), "Issuer");
    if (!id || !issuer) return {};
    user.name_id = *id;
    user.issuer = *issuer;
    return user.user_name();
}

}  // namespace musubi::saml
