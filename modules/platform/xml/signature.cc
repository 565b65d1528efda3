#include "platform/xml/signature.h"

#include "platform/base/digest.h"
#include "platform/base/text.h"
#include "platform/xml/canonical.h"
#include "platform/xml/parse.h"

#include <algorithm>
#include <initializer_list>

namespace musubi::xml {
namespace {

constexpr std::string_view kExclusive = "http://www.w3.org/2001/10/xml-exc-c14n#";
constexpr std::string_view kEnveloped = "http://www.w3.org/2000/09/xmldsig#enveloped-signature";
constexpr std::string_view kSha256 = "http://www.w3.org/2001/04/xmlenc#sha256";
constexpr std::string_view kSha1 = "http://www.w3.org/2000/09/xmldsig#sha1";
constexpr std::string_view kDsig11 = "http://www.w3.org/2009/xmldsig11#";
constexpr std::size_t kPrefixListBytes = 1024;

Error malformed(std::string what) { return {Code::kInvalidContent, std::move(what)}; }
Error unsupported(std::string what) { return {Code::kUnsupported, std::move(what)}; }

std::string_view algorithm(Element element) { return element.attribute("Algorithm").value_or(""); }

/// The children are exactly these, in this order; a name that ends in '?' may be absent.
Result<std::vector<Element>> exactly(Element parent,
                                     std::initializer_list<std::string_view> names) {
    std::vector<Element> out;
    Element at = parent.first_child();
    for (std::string_view name : names) {
        bool const optional = name.ends_with('?');
        if (optional) name.remove_suffix(1);
        if (at.is(kDsigNamespace, name)) {
            out.push_back(at);
            at = at.next_sibling();
        } else if (optional) {
            out.emplace_back();
        } else {
            return malformed("signature lacks " + std::string(name));
        }
    }
    if (at) return malformed("signature holds more than it may");
    return out;
}

/// The transformation's only parameter. Longer or other ones are refused.
Result<std::string> inclusive_prefixes(Element method) {
    if (algorithm(method) != kExclusive)
        return unsupported("canonicalisation other than the exclusive one");
    Element const parameter = method.first_child();
    if (!parameter) return std::string();
    std::string_view const list = parameter.attribute("PrefixList").value_or("");
    if (!parameter.is(kExclusive, "InclusiveNamespaces") || parameter.next_sibling() ||
        parameter.first_child() || list.size() > kPrefixListBytes) {
        return malformed("canonicalisation with unknown parameters");
    }
    return std::string(list);
}

struct Reference {
    std::string prefixes;
    bool sha1 = false;  ///< the old digest, where it is taken
    Bytes digest;
};

Result<Reference> read_reference(Element reference, std::string_view id, bool sha1) {
    if (reference.attribute("URI").value_or("") != "#" + std::string(id))
        return malformed("the reference is not to the signed element");
    auto const parts = TRY(exactly(reference, {"Transforms", "DigestMethod", "DigestValue"}));
    auto const transforms = TRY(exactly(parts[0], {"Transform", "Transform"}));
    if (algorithm(transforms[0]) != kEnveloped || transforms[0].first_child())
        return unsupported("transforms other than enveloped and exclusive");
    Reference out;
    out.prefixes = TRY(inclusive_prefixes(transforms[1]));
    out.sha1 = algorithm(parts[1]) == kSha1;
    if (out.sha1 ? !sha1 : algorithm(parts[1]) != kSha256) return unsupported("digest method");
    auto digest = from_base64(parts[2].text());
    if (!digest || parts[2].first_child()) return malformed("digest value");
    out.digest = std::move(*digest);
    return out;
}

struct SignedInfo {
    std::string prefixes;
    SignatureMethod method{};
    Reference reference;
};

Result<SignedInfo> read_signed_info(Element info, std::string_view id, bool sha1) {
    auto const parts =
        TRY(exactly(info, {"CanonicalizationMethod", "SignatureMethod", "Reference"}));
    auto const method = signature_method(algorithm(parts[1]));
    if (!method || (*method == SignatureMethod::kRsaSha1 && !sha1))
        return unsupported("signature method");
    if (parts[1].first_child()) return malformed("signature method with parameters");
    SignedInfo out;
    out.prefixes = TRY(inclusive_prefixes(parts[0]));
    out.method = *method;
    out.reference = TRY(read_reference(parts[2], id, sha1));
    return out;
}

Error unreadable_key() { return {Code::kNotFound, "KeyInfo cannot be read"}; }
Error not_pinned() { return {Code::kUnauthenticated, "the key is not one of the provider's"}; }

/// An outer SEQUENCE of the right length: worth being compared. Nothing of a stranger is parsed.
bool looks_like_der(ByteView der) {
    if (der.size() < 4 || der[0] != 0x30) return false;
    if (der[1] < 0x80) return der.size() == 2U + der[1];
    std::size_t const count = der[1] & 0x7FU;
    if (count == 0 || count > 3 || der.size() < 2 + count) return false;
    std::size_t length = 0;
    for (std::size_t i = 0; i < count; ++i) length = length * 256 + der[2 + i];
    return der.size() == 2 + count + length;
}

Result<Bytes> octets_of(Element element) {
    auto bytes = from_base64(element.text());
    if (!element || !bytes || bytes->empty()) return unreadable_key();
    return bytes;
}

using Chosen = Result<std::vector<VerifyKey>>;

Chosen by_certificate(Element key_info, SignatureRules const& rules) {
    Bytes const der = TRY(key_info_certificate(key_info));
    std::string const fingerprint = to_hex(sha256(der));
    for (VerifyKey const& key : rules.keys) {
        if (key.certificate_fingerprint() == fingerprint) return std::vector{key};
    }
    auto const& pinned = rules.fingerprints;
    if (std::find(pinned.begin(), pinned.end(), fingerprint) == pinned.end()) return not_pinned();
    auto key = VerifyKey::from_certificate(der);
    if (!key) return unreadable_key();
    return std::vector{std::move(*key)};
}

Chosen by_value(Element value, SignatureRules const& rules) {
    Element const rsa = value.first_child(kDsigNamespace, "RSAKeyValue");
    Element const ec = value.first_child(kDsig11, "ECKeyValue");
    if (!rsa && !ec) return unreadable_key();
    Bytes modulus, exponent, point;
    if (rsa) {
        modulus = TRY(octets_of(rsa.first_child(kDsigNamespace, "Modulus")));
        exponent = TRY(octets_of(rsa.first_child(kDsigNamespace, "Exponent")));
    } else {
        point = TRY(octets_of(ec.first_child(kDsig11, "PublicKey")));
    }
    for (VerifyKey const& key : rules.keys) {
        if (rsa ? key.is_rsa(modulus, exponent) : key.is_ec_point(point)) return std::vector{key};
    }
    return not_pinned();
}

/// The keys to try: the one that KeyInfo means, or all pinned ones where nothing is said.
Chosen choose_keys(Element key_info, SignatureRules const& rules) {
    std::vector<VerifyKey> keys;
    if (key_info) {
        Element const value = key_info.first_child(kDsigNamespace, "KeyValue");
        keys = key_info.first_child(kDsigNamespace, "X509Data") || !value
                   ? TRY(by_certificate(key_info, rules))
                   : TRY(by_value(value, rules));
    } else if (rules.key_info_required) {
        return Error(Code::kNotFound, "no KeyInfo");
    } else {
        keys.assign(rules.keys.begin(), rules.keys.end());
    }
    std::erase_if(keys, [&](VerifyKey const& key) { return !key.valid_at(rules.now); });
    return keys;
}

/// The parts of the one Signature that is a child of the root.
Result<std::vector<Element>> signature_parts(Element root) {
    Element const signature = root.first_child(kDsigNamespace, "Signature");
    if (!signature) return malformed("not signed");
    if (signature.next_sibling(kDsigNamespace, "Signature")) return malformed("two signatures");
    return exactly(signature, {"SignedInfo", "SignatureValue", "KeyInfo?"});
}

}  // namespace

Result<Bytes> key_info_certificate(Element key_info) {
    Element const data = key_info.first_child(kDsigNamespace, "X509Data");
    Bytes der = TRY(octets_of(data.first_child(kDsigNamespace, "X509Certificate")));
    if (!looks_like_der(der)) return unreadable_key();
    return der;
}

Result<std::string> verify_enveloped(std::string_view utf8, Document const& document,
                                     SignatureRules const& rules) {
    Element const root = document.root();
    auto const id = root.attribute("ID");
    if (!id || id->empty()) return malformed("no ID");
    auto const parts = TRY(signature_parts(root));
    // As received: to refuse what is not taken before any work, and to learn the prefix list.
    SignedInfo const received = TRY(read_signed_info(parts[0], *id, rules.rsa_sha1));
    auto const value = from_base64(parts[1].text());
    if (!value || value->empty() || parts[1].first_child()) return malformed("signature value");
    auto const keys = TRY(choose_keys(parts[2], rules));

    EnvelopedDocument enveloped = TRY(EnvelopedDocument::open(utf8));
    std::string const info_octets = TRY(enveloped.signed_info(received.prefixes));
    if (std::none_of(keys.begin(), keys.end(), [&](VerifyKey const& key) {
            return key.verifies(received.method, as_bytes(info_octets), *value);
        })) {
        return Error(Code::kUnauthenticated, "the signature is wrong");
    }
    // As signed: only this counts from here on.
    auto const info = parse(as_bytes(info_octets));
    if (!info) return malformed("SignedInfo cannot be read again");
    SignedInfo const said = TRY(read_signed_info(info->root(), *id, rules.rsa_sha1));
    if (said.method != received.method || said.prefixes != received.prefixes)
        return malformed("SignedInfo reads differently once it is canonical");
    std::string content = TRY(enveloped.content(said.reference.prefixes));
    Bytes const digest = said.reference.sha1 ? sha1(as_bytes(content)) : sha256(as_bytes(content));
    if (digest != said.reference.digest)
        return Error(Code::kUnauthenticated, "the digest is wrong");
    return content;
}

}  // namespace musubi::xml
