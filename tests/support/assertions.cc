#include "support/assertions.h"

#include "platform/base/digest.h"

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include <cstdio>
#include <stdexcept>

namespace musubi::test {
namespace {

constexpr char const* kDs = "http://www.w3.org/2000/09/xmldsig#";

void must(bool good) {
    if (!good) throw std::runtime_error("a test key could not be made");
}

std::string text_of(unsigned char* data, int size) {
    must(data != nullptr && size > 0);
    std::string out(reinterpret_cast<char*>(data), static_cast<std::size_t>(size));
    OPENSSL_free(data);
    return out;
}

/// r and s with the length of the order, as XML wants them.
std::string plain_ecdsa(std::string const& der) {
    auto const* at = reinterpret_cast<unsigned char const*>(der.data());
    ECDSA_SIG* pair = d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(der.size()));
    must(pair != nullptr);
    Bytes out(64);
    BN_bn2binpad(ECDSA_SIG_get0_r(pair), out.data(), 32);
    BN_bn2binpad(ECDSA_SIG_get0_s(pair), out.data() + 32, 32);
    ECDSA_SIG_free(pair);
    return to_base64(out);
}

}  // namespace

struct AssertionSigner::Impl {
    EVP_PKEY* key = nullptr;
    std::string der;
    ~Impl() { EVP_PKEY_free(key); }
};

AssertionSigner::AssertionSigner(TestKey kind) : impl_(std::make_unique<Impl>()) {
    impl_->key = kind == TestKey::kRsa2048 ? EVP_RSA_gen(2048) : EVP_EC_gen("P-256");
    must(impl_->key != nullptr);
    X509* certificate = X509_new();
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
    ASN1_TIME_set_string_X509(X509_getm_notBefore(certificate), "20260101000000Z");
    ASN1_TIME_set_string_X509(X509_getm_notAfter(certificate), "20361231235959Z");
    X509_set_pubkey(certificate, impl_->key);
    X509_NAME* name = X509_get_subject_name(certificate);
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                               reinterpret_cast<unsigned char const*>("idp"), -1, -1, 0);
    X509_set_issuer_name(certificate, name);
    must(X509_sign(certificate, impl_->key, EVP_sha256()) > 0);
    unsigned char* der = nullptr;
    int const size = i2d_X509(certificate, &der);
    impl_->der = text_of(der, size);
    X509_free(certificate);
}

AssertionSigner::AssertionSigner(std::string const& certificate_file, std::string const& key_file)
    : impl_(std::make_unique<Impl>()) {
    std::FILE* file = std::fopen(key_file.c_str(), "r");
    must(file != nullptr);
    impl_->key = PEM_read_PrivateKey(file, nullptr, nullptr, nullptr);
    std::fclose(file);
    file = std::fopen(certificate_file.c_str(), "r");
    must(file != nullptr && impl_->key != nullptr);
    X509* certificate = PEM_read_X509(file, nullptr, nullptr, nullptr);
    std::fclose(file);
    unsigned char* der = nullptr;
    int const size = certificate ? i2d_X509(certificate, &der) : 0;
    impl_->der = text_of(der, size);
    X509_free(certificate);
}

AssertionSigner::~AssertionSigner() = default;

std::string const& AssertionSigner::certificate_der() const { return impl_->der; }

std::string AssertionSigner::certificate_pem() const {
    return "-----BEGIN CERTIFICATE-----\n" + to_base64(as_bytes(impl_->der)) +
           "\n-----END CERTIFICATE-----\n";
}

bool AssertionSigner::is_rsa() const { return EVP_PKEY_get_base_id(impl_->key) == EVP_PKEY_RSA; }

std::string AssertionSigner::modulus() const {
    BIGNUM* number = nullptr;
    must(EVP_PKEY_get_bn_param(impl_->key, OSSL_PKEY_PARAM_RSA_N, &number) == 1);
    Bytes out(static_cast<std::size_t>(BN_num_bytes(number)));
    BN_bn2bin(number, out.data());
    BN_free(number);
    return to_base64(out);
}

std::string AssertionSigner::sign(std::string const& octets, bool sha1) const {
    EVP_MD_CTX* context = EVP_MD_CTX_new();
    EVP_DigestSignInit(context, nullptr, sha1 ? EVP_sha1() : EVP_sha256(), nullptr, impl_->key);
    auto const* data = reinterpret_cast<unsigned char const*>(octets.data());
    std::size_t size = 0;
    EVP_DigestSign(context, nullptr, &size, data, octets.size());
    std::string out(size, '\0');
    must(EVP_DigestSign(context, reinterpret_cast<unsigned char*>(out.data()), &size, data,
                        octets.size()) == 1);
    out.resize(size);
    EVP_MD_CTX_free(context);
    return is_rsa() ? to_base64(as_bytes(out)) : plain_ecdsa(out);
}

std::string AssertionParts::attribute(std::string const& name, std::string const& value) {
    return "<saml2:Attribute Name=\"" + name + "\"><saml2:AttributeValue>" + value +
           "</saml2:AttributeValue></saml2:Attribute>";
}

std::string AssertionParts::coded(std::string const& name, std::string const& element,
                                  std::string const& code, std::string const& system) {
    return attribute(name, "<hl7:" + element +
                               " xmlns:hl7=\"urn:hl7-org:v3\" "
                               "xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" code=\"" +
                               code + "\" codeSystem=\"" + system +
                               "\" codeSystemName=\"names\" displayName=\"" + code +
                               " shown\" xsi:type=\"CE\"></hl7:" + element + ">");
}

std::string AssertionParts::default_attributes() {
    return attribute("urn:oasis:names:tc:xspa:1.0:subject:subject-id", "Dr Aoba") +
           attribute("urn:oasis:names:tc:xspa:1.0:subject:organization", "Kita Hospital") +
           attribute("urn:oasis:names:tc:xspa:1.0:subject:organization-id",
                     "urn:oid:2.999.1.1.21") +
           attribute("urn:ihe:iti:xca:2010:homeCommunityId", "urn:oid:2.999.1.1") +
           coded("urn:oasis:names:tc:xacml:2.0:subject:role", "Role", "Medical Doctor",
                 "1.2.392.100495.1.6.1.1") +
           coded("urn:oasis:names:tc:xspa:1.0:subject:purposeofuse", "PurposeOfUse", "TREAT",
                 "2.16.840.1.113883.5.8");
}

std::string AssertionParts::open_tag() const {
    return "<saml2:Assertion xmlns:saml2=\"urn:oasis:names:tc:SAML:2.0:assertion\" ID=\"" + id +
           "\" IssueInstant=\"" + issue_instant + "\"" + version + ">";
}

std::string AssertionParts::before_signature() const { return open_tag() + issuer; }

std::string AssertionParts::after_signature() const {
    return "<saml2:Subject>" + name_id + confirmation +
           "</saml2:Subject><saml2:Conditions NotBefore=\"" + not_before + "\" NotOnOrAfter=\"" +
           not_on_or_after + "\">" + restrictions + "</saml2:Conditions>" + authn +
           "<saml2:AttributeStatement>" + attributes +
           "</saml2:AttributeStatement></saml2:Assertion>";
}

std::string signature_of(AssertionSigner const& signer, std::string const& signed_text,
                         std::string const& id, SignatureParts const& parts) {
    std::string method = parts.method;
    if (method.empty())
        method = std::string("http://www.w3.org/2001/04/xmldsig-more#") +
                 (signer.is_rsa() ? "rsa-sha256" : "ecdsa-sha256");
    bool const old_digest = parts.digest_method == std::string(kDs) + "sha1";
    Bytes const digest = old_digest ? sha1(as_bytes(signed_text)) : sha256(as_bytes(signed_text));
    std::string const inner = "<ds:CanonicalizationMethod Algorithm=\"" + parts.canonicalization +
                              "\"></ds:CanonicalizationMethod><ds:SignatureMethod Algorithm=\"" +
                              method + "\"></ds:SignatureMethod><ds:Reference URI=\"" +
                              (parts.uri.empty() ? "#" + id : parts.uri) + "\"><ds:Transforms>" +
                              parts.transforms + "</ds:Transforms><ds:DigestMethod Algorithm=\"" +
                              parts.digest_method + "\"></ds:DigestMethod><ds:DigestValue>" +
                              to_base64(digest) + "</ds:DigestValue></ds:Reference>" +
                              parts.more_references + "</ds:SignedInfo>";
    std::string const canonical = "<ds:SignedInfo xmlns:ds=\"" + std::string(kDs) + "\">" + inner;
    std::string key_info = parts.key_info;
    if (key_info.empty())
        key_info = "<ds:KeyInfo><ds:X509Data><ds:X509Certificate>" +
                   to_base64(as_bytes(signer.certificate_der())) +
                   "</ds:X509Certificate></ds:X509Data></ds:KeyInfo>";
    if (key_info == "-") key_info.clear();
    bool const old_method = method == std::string(kDs) + "rsa-sha1";
    return "<ds:Signature xmlns:ds=\"" + std::string(kDs) + "\"><ds:SignedInfo>" + inner +
           "<ds:SignatureValue>" + signer.sign(canonical, old_method) + "</ds:SignatureValue>" +
           key_info + parts.after + "</ds:Signature>";
}

std::string signed_assertion(AssertionSigner const& signer, AssertionParts const& parts,
                             SignatureParts const& signature) {
    return parts.before_signature() +
           signature_of(signer, parts.unsigned_text(), parts.id, signature) +
           parts.after_signature();
}

WallTime assertion_time() {
    using namespace std::chrono;
    return WallTime(sys_days(year(2026) / 11 / 21)) + minutes(1);
}

}  // namespace musubi::test
