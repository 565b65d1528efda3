#include "platform/xml/document_signature.h"

#include "platform/base/text.h"
#include "platform/xml/canonical.h"
#include "platform/xml/encoding.h"
#include "platform/xml/parse.h"
#include "platform/xml/signature.h"
#include "platform/xml/verify_key.h"

#include <algorithm>
#include <functional>

namespace musubi::xml {
namespace {

constexpr std::string_view kEnveloped = "http://www.w3.org/2000/09/xmldsig#enveloped-signature";
constexpr std::string_view kExclusive = "http://www.w3.org/2001/10/xml-exc-c14n#";
constexpr std::string_view kXades = "http://uri.etsi.org/01903/";
/// Parts of a signature that are followed: each costs a pass over the document.
constexpr std::size_t kMaxInside = 8;
constexpr std::size_t kMaxReferences = 64, kMaxCertificates = 16, kMaxUri = 512;

using Place = std::vector<std::size_t>;

Error malformed(std::string what) { return {Code::kInvalidContent, std::move(what)}; }
Error unsupported(std::string what) { return {Code::kUnsupported, std::move(what)}; }
Error wrong(std::string what) { return {Code::kUnauthenticated, std::move(what)}; }

std::string_view algorithm(Element element) { return element.attribute("Algorithm").value_or(""); }

bool is_xades(Element element, std::string_view local) {
    return element.local_name() == local && element.namespace_uri().starts_with(kXades);
}
Element xades_child(Element parent, std::string_view local) {
    for (Element const child : parent.children()) {
        if (is_xades(child, local)) return child;
    }
    return {};
}

std::optional<Sha2> digest_kind(std::string_view uri) {
    if (uri == "http://www.w3.org/2001/04/xmlenc#sha256") return Sha2::k256;
    if (uri == "http://www.w3.org/2001/04/xmldsig-more#sha384") return Sha2::k384;
    if (uri == "http://www.w3.org/2001/04/xmlenc#sha512") return Sha2::k512;
    return std::nullopt;
}

/// Of a CanonicalizationMethod or a Transform.
Result<CanonicalMethod> canonical_method(Element element) {
    std::string_view uri = algorithm(element);
    CanonicalMethod out;
    if (uri.ends_with("#WithComments")) {
        out.comments = true;
        uri.remove_suffix(std::string_view("WithComments").size());
        if (uri != kExclusive) uri.remove_suffix(1);
    }
    if (uri == "http://www.w3.org/TR/2001/REC-xml-c14n-20010315") {
        out.form = CanonicalForm::kInclusive;
    } else if (uri == "http://www.w3.org/2006/12/xml-c14n11") {
        out.form = CanonicalForm::kInclusive11;
    } else if (uri == kExclusive) {
        out.form = CanonicalForm::kExclusive;
    } else {
        return unsupported("another canonicalisation");
    }
    Element const parameter = element.first_child();
    if (!parameter) return out;
    std::string_view const list = parameter.attribute("PrefixList").value_or("");
    if (out.form != CanonicalForm::kExclusive || !parameter.is(kExclusive, "InclusiveNamespaces") ||
        parameter.next_sibling() || parameter.first_child() || list.size() > 1024)
        return malformed("canonicalisation with unknown parameters");
    out.inclusive_prefixes = list;
    return out;
}

struct Reference {
    std::string uri;
    bool enveloped = false;
    bool other_transforms = false;
    CanonicalMethod method;
    Sha2 kind = Sha2::k256;
    Bytes digest;
};

Result<Reference> read_reference(Element element) {
    auto const uri = element.attribute("URI");
    if (!uri || uri->size() > kMaxUri) return unsupported("a reference to nowhere");
    Reference out;
    out.uri = *uri;
    Element const transforms = element.first_child(kDsigNamespace, "Transforms");
    for (Element const one : transforms.children()) {
        if (algorithm(one) == kEnveloped && !out.enveloped) {
            out.enveloped = true;
            continue;
        }
        auto method = canonical_method(one);
        if (!method) {
            if (uri->empty() || uri->front() == '#') return std::move(method).error();
            out.other_transforms = true;
            continue;
        }
        out.method = std::move(*method);
        out.other_transforms = true;
    }
    auto const kind = digest_kind(algorithm(element.first_child(kDsigNamespace, "DigestMethod")));
    if (!kind) return unsupported("a digest that proves nothing");
    out.kind = *kind;
    auto digest = from_base64(element.first_child(kDsigNamespace, "DigestValue").text());
    if (!digest) return malformed("digest value");
    out.digest = std::move(*digest);
    return out;
}

Result<std::vector<Reference>> read_references(Element parent) {
    std::vector<Reference> out;
    for (Element const child : parent.children()) {
        if (!child.is(kDsigNamespace, "Reference")) continue;
        if (out.size() == kMaxReferences) return unsupported("too many references");
        out.push_back(TRY(read_reference(child)));
    }
    if (out.empty()) return malformed("no reference");
    return out;
}

Place place_of(Element element) {
    Place out;
    for (; element.parent(); element = element.parent()) {
        std::size_t number = 0;
        for (Element const sibling : element.parent().children()) {
            if (sibling == element) break;
            ++number;
        }
        out.insert(out.begin(), number);
    }
    return out;
}

void find_id(Element at, std::string_view id, std::vector<Element>& found) {
    for (Element const child : at.children()) {
        for (char const* name : {"Id", "ID", "id"}) {
            if (child.attribute(name) == id) found.push_back(child);
        }
        find_id(child, id, found);
    }
}

class Verifier {
public:
    Verifier(std::string_view utf8, Document const& tree) : utf8_(utf8), tree_(tree) {}

    Result<DocumentSignature> run() {
        TRY(find_signature());
        document_.emplace(TRY(CanonicalDocument::open(utf8_)));
        auto const references = TRY(check_signature());
        for (Reference const& one : references) {
            if (one.uri.empty() || (!own_id_.empty() && one.uri == "#" + own_id_)) {
                if (enveloped_) return unsupported("two references to the whole document");
                enveloped_ = &one;  // last, because it takes the Signature out
            } else if (one.uri.front() == '#') {
                TRY(follow_inside(one));
            } else {
                note_outside(one);
            }
        }
        TRY(read_stamp());
        if (enveloped_) TRY(follow_enveloped(*enveloped_));
        if (!out_.covers_document && !out_.covers_content && out_.references.empty())
            return unsupported("the signature is over nothing but itself");
        return std::move(out_);
    }

private:
    Status find_signature() {
        Element const root = tree_.root();
        if (root.is(kDsigNamespace, "Signature")) {
            signature_ = root;
            return {};
        }
        signature_ = root.first_child(kDsigNamespace, "Signature");
        if (!signature_ || signature_.next_sibling(kDsigNamespace, "Signature"))
            return unsupported("a signature that is not one over the whole document");
        for (char const* name : {"Id", "ID", "id"}) {
            if (auto const id = root.attribute(name)) own_id_ = *id;
        }
        return {};
    }

    /// What SignedInfo says, once its canonical octets carry the signature.
    Result<std::vector<Reference>> check_signature() {
        Element const info = signature_.first_child();
        Element const value = info.next_sibling();
        if (!info.is(kDsigNamespace, "SignedInfo") || !value.is(kDsigNamespace, "SignatureValue"))
            return malformed("not the parts of a signature");
        auto const method =
            TRY(canonical_method(info.first_child(kDsigNamespace, "CanonicalizationMethod")));
        std::string const octets = TRY(document_->part(place_of(info), method));
        auto const said = parse(as_bytes(octets));
        if (!said) return malformed("SignedInfo cannot be read again");
        Element const root = said->root();
        if (TRY(canonical_method(root.first_child(kDsigNamespace, "CanonicalizationMethod"))) !=
            method)
            return malformed("SignedInfo reads differently once it is canonical");
        auto const by =
            signature_method(algorithm(root.first_child(kDsigNamespace, "SignatureMethod")));
        if (!by || *by == SignatureMethod::kRsaSha1)
            return unsupported("a signature method that proves nothing");
        auto const signed_value = from_base64(value.text());
        if (!signed_value || signed_value->empty()) return malformed("signature value");
        TRY(choose_certificate(*by, octets, *signed_value));
        return read_references(root);
    }

    Status choose_certificate(SignatureMethod by, std::string const& octets, Bytes const& value) {
        bool any = false;
        for (Element const info : signature_.children()) {
            if (!info.is(kDsigNamespace, "KeyInfo")) continue;
            for (Element const data : info.children()) {
                for (Element const one : data.children()) {
                    if (!one.is(kDsigNamespace, "X509Certificate")) continue;
                    auto der = from_base64(one.text());
                    if (!der || out_.others.size() == kMaxCertificates) continue;
                    auto const key = VerifyKey::from_certificate(*der);
                    any = any || key.ok();
                    if (out_.certificate.empty() && key &&
                        key->verifies(by, as_bytes(octets), value))
                        out_.certificate = *der;
                    out_.others.push_back(std::move(*der));
                }
            }
        }
        if (!any) return unsupported("no certificate comes with the signature");
        if (out_.certificate.empty()) return wrong("the signature is wrong");
        return {};
    }

    void note_outside(Reference const& one) {
        out_.references.push_back({one.uri, one.kind, one.digest, !one.other_transforms});
    }

    /// Something of the Signature itself: a Manifest, its properties, or content.
    Status follow_inside(Reference const& one) {
        if (++inside_ > kMaxInside) return unsupported("too many references to its own parts");
        std::vector<Element> found;
        for (Element const object : signature_.children()) {
            if (!object.is(kDsigNamespace, "Object")) continue;
            if (object.attribute("Id") == std::string_view(one.uri).substr(1))
                found.push_back(object);
            find_id(object, std::string_view(one.uri).substr(1), found);
        }
        if (found.size() != 1 || one.enveloped)
            return unsupported("a reference to what is not one part of the signature");
        CanonicalMethod method = one.method;
        method.comments = false;  // what "#id" means has none (XML Signature 4.4.3.3)
        std::string const octets = TRY(document_->part(place_of(found.front()), method));
        if (sha2(one.kind, as_bytes(octets)) != one.digest) return wrong("a digest is wrong");
        auto const said = parse(as_bytes(octets));
        if (!said) return malformed("a part cannot be read again");
        Element const root = said->root();
        if (root.is(kDsigNamespace, "Manifest")) {
            for (Reference const& inner : TRY(read_references(root))) {
                if (inner.uri.empty() || inner.uri.front() == '#')
                    return unsupported("a manifest of parts of the signature");
                if (out_.references.size() == kMaxReferences)
                    return unsupported("too many references");
                note_outside(inner);
            }
        } else if (is_xades(root, "SignedProperties")) {
            TRY(read_properties(root));
        } else {
            out_.covers_content = true;
        }
        return {};
    }

    Status read_properties(Element root) {
        Element const properties = xades_child(root, "SignedSignatureProperties");
        out_.signing_time = xades_child(properties, "SigningTime").text().substr(0, 64);
        for (char const* name : {"SigningCertificateV2", "SigningCertificate"}) {
            Element const digest =
                xades_child(xades_child(xades_child(properties, name), "Cert"), "CertDigest");
            if (!digest) continue;
            auto const kind =
                digest_kind(algorithm(digest.first_child(kDsigNamespace, "DigestMethod")));
            auto const value =
                from_base64(digest.first_child(kDsigNamespace, "DigestValue").text());
            if (!value) return malformed("digest of the signer's certificate");
            if (kind && sha2(*kind, out_.certificate) != *value)
                return wrong("the signature names another certificate than it comes with");
        }
        return {};
    }

    /// An unsigned property: over the signature value, so it can prove when, and nothing else.
    Status read_stamp() {
        for (Element const object : signature_.children()) {
            Element const properties = xades_child(
                xades_child(xades_child(object, "QualifyingProperties"), "UnsignedProperties"),
                "UnsignedSignatureProperties");
            Element const stamp = xades_child(properties, "SignatureTimeStamp");
            if (!stamp) continue;
            auto token = from_base64(xades_child(stamp, "EncapsulatedTimeStamp").text());
            Element const told = stamp.first_child(kDsigNamespace, "CanonicalizationMethod");
            auto const method = told ? canonical_method(told) : Result(CanonicalMethod());
            if (!token || !method) return unsupported("its time stamp cannot be read");
            out_.time_stamp = std::move(*token);
            Element const value = signature_.first_child(kDsigNamespace, "SignatureValue");
            out_.stamped = TRY(document_->part(place_of(value), *method));
            return {};
        }
        return {};
    }

    Status follow_enveloped(Reference const& one) {
        if (!one.enveloped || signature_ == tree_.root())
            return unsupported("a reference to the document without leaving out its signature");
        CanonicalMethod method = one.method;
        method.comments = false;
        std::string const octets = TRY(document_->without(place_of(signature_), method));
        if (sha2(one.kind, as_bytes(octets)) != one.digest)
            return wrong("the document is not what was signed");
        out_.covers_document = true;
        return {};
    }

    std::string_view const utf8_;
    Document const& tree_;
    Element signature_;
    std::string own_id_;
    std::optional<CanonicalDocument> document_;
    Reference const* enveloped_ = nullptr;
    std::size_t inside_ = 0;
    DocumentSignature out_;
};

}  // namespace

bool may_be_signed(ByteView utf8) {
    std::string_view const text = as_text(utf8);
    std::boyer_moore_horspool_searcher const needle(kDsigNamespace.begin(), kDsigNamespace.end());
    return std::search(text.begin(), text.end(), needle) != text.end();
}

Result<DocumentSignature> verify_document_signature(ByteView document) {
    if (document.size() > kMaxSignedXml)
        return Error(Code::kTooLarge, "a signed document of that size");
    ParseOptions options;
    options.limits.elements = 50'000;
    auto const tree = TRY(parse(document, options));
    std::string holder;
    std::string_view const utf8 = TRY(to_utf8(document, holder));
    return Verifier(utf8, tree).run();
}

}  // namespace musubi::xml
