#include "codec/saml/attributes.h"

#include "codec/saml/faults.h"
#include "codec/saml/names.h"
#include "platform/base/text.h"

#include <algorithm>

namespace musubi::saml {
namespace {

Error bad(std::string detail) { return refused(kInvalidSecurityToken, std::move(detail)); }

enum class Kind : std::uint8_t {
    kSubjectName,
    kOrganisation,
    kOrganisationId,
    kHome,
    kNationalProvider,
    kProvider,
    kRole,
    kPurpose,
    kPatient,
    kConsent,
    kPolicy,
};

struct Known {
    std::string_view name;
    Kind kind;
};
constexpr Known kKnown[] = {
    {"urn:oasis:names:tc:xspa:1.0:subject:subject-id", Kind::kSubjectName},
    {"urn:oasis:names:tc:xspa:1.0:subject:organization", Kind::kOrganisation},
    {"urn:oasis:names:tc:xspa:1.0:subject:organization-id", Kind::kOrganisationId},
    {"urn:ihe:iti:xca:2010:homeCommunityId", Kind::kHome},
    {"urn:nhin:names:saml:homeCommunityId", Kind::kHome},
    {"urn:oasis:names:tc:xspa:1.0:subject:npi", Kind::kNationalProvider},
    {"urn:ihe:iti:xua:2017:subject:provider-identifier", Kind::kProvider},
    {"urn:oasis:names:tc:xacml:2.0:subject:role", Kind::kRole},
    {"urn:oasis:names:tc:xspa:1.0:subject:purposeofuse", Kind::kPurpose},
    {"urn:oasis:names:tc:xacml:2.0:resource:resource-id", Kind::kPatient},
    {"urn:ihe:iti:bppc:2007:docid", Kind::kConsent},
    {"urn:ihe:iti:xua:2012:acp", Kind::kPolicy},
};

Result<std::string> attribute_text(xml::Element element, std::string_view name) {
    std::string_view const text = trim(element.attribute(name).value_or(""));
    if (text.size() > kMaxText) return bad("attribute value too long");
    return std::string(text);
}

/// A name for people: line breaks of an indented message are blanks.
Result<std::string> name_text(xml::Element value) {
    std::string out;
    for (char const c : trim(value.text())) {
        bool const blank = c == ' ' || c == '\t' || c == '\n' || c == '\r';
        if (!blank) {
            out.push_back(c);
        } else if (!out.ends_with(' ')) {
            out.push_back(' ');
        }
    }
    if (out.size() > kMaxText || value.first_child()) return bad("a name is no plain text");
    return out;
}

/// hl7:CE under whatever element name (Role, PurposeOfUse, and what older senders call it); or the
/// bare code as text.
Result<domain::ClaimCode> read_code(xml::Element value) {
    domain::ClaimCode out;
    xml::Element const coded = value.first_child();
    if (!coded) {
        out.code = TRY(plain_text(value, "code"));
        return out;
    }
    out.code = TRY(attribute_text(coded, "code"));
    out.system = TRY(attribute_text(coded, "codeSystem"));
    out.system_name = TRY(attribute_text(coded, "codeSystemName"));
    out.display = TRY(attribute_text(coded, "displayName"));
    if (coded.namespace_uri() != kHl7v3 || coded.next_sibling() || out.code.empty())
        return bad("role or purpose without code");
    return out;
}

/// hl7:II as CX.
Result<std::string> read_provider(xml::Element value) {
    xml::Element const id = value.first_child();
    if (!id) return plain_text(value, "provider identifier");
    std::string const root = TRY(attribute_text(id, "root"));
    std::string const extension = TRY(attribute_text(id, "extension"));
    if (root.empty()) return bad("provider identifier without root");
    return extension + "^^^&" + root + "&ISO";
}

/// What an assertion can have only one of may be repeated, but not contradicted.
Status once(std::string& held, std::string value, char const* what) {
    if (!held.empty() && held != value) return bad(std::string("two values of ") + what);
    held = std::move(value);
    return {};
}

}  // namespace

Result<std::string> plain_text(xml::Element element, std::string_view name) {
    std::string_view const text = trim(element.text());
    bool const strange = std::any_of(text.begin(), text.end(), [](char c) {
        return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
    });
    if (!element || text.empty() || text.size() > kMaxText || element.first_child() || strange)
        return bad(std::string(name) + " is missing, empty or no plain text");
    return std::string(text);
}

Status AttributeReader::read(xml::Element statement) {
    for (xml::Element const attribute : statement.children()) {
        if (!attribute.is(kSaml2, "Attribute")) return bad("something else in AttributeStatement");
        auto const name = attribute.attribute("Name");
        if (!name || name->empty()) return bad("Attribute without Name");
        for (xml::Element const each : attribute.children()) {
            if (!each.is(kSaml2, "AttributeValue")) return bad("something else in Attribute");
            if (++values_ > kMaxValues) return bad("too many attribute values");
            TRY(value(*name, each));
        }
    }
    return {};
}

Status AttributeReader::value(std::string_view name, xml::Element value) {
    auto const known = std::find_if(std::begin(kKnown), std::end(kKnown),
                                    [&](Known const& one) { return one.name == name; });
    // An empty value says as little as an absent one.
    if (known == std::end(kKnown) || (!value.first_child() && trim(value.text()).empty()))
        return {};
    switch (known->kind) {
        case Kind::kSubjectName:
            return once(out_.subject_name, TRY(name_text(value)), "subject name");
        case Kind::kOrganisation:
            return once(out_.organisation, TRY(name_text(value)), "organisation");
        case Kind::kOrganisationId:
            out_.organisation_ids.push_back(TRY(plain_text(value, "organisation id")));
            return {};
        case Kind::kHome:
            return once(out_.home_community, TRY(plain_text(value, "home community")),
                        "home community");
        case Kind::kNationalProvider:
            out_.provider_ids.push_back(TRY(plain_text(value, "provider identifier")));
            return {};
        case Kind::kProvider: out_.provider_ids.push_back(TRY(read_provider(value))); return {};
        case Kind::kRole: out_.roles.push_back(TRY(read_code(value))); return {};
        case Kind::kPurpose: out_.purposes.push_back(TRY(read_code(value))); return {};
        case Kind::kPatient:
            return once(out_.patient, TRY(plain_text(value, "patient")), "patient");
        case Kind::kConsent:
            out_.consent_documents.push_back(TRY(plain_text(value, "consent document")));
            return {};
        case Kind::kPolicy: out_.policies.push_back(TRY(plain_text(value, "policy"))); return {};
    }
    return {};
}

}  // namespace musubi::saml
