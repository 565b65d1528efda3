#pragma once
// A small certificate authority for tests, made anew in a temporary folder. Header only: module
// tests use it too.

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <stdlib.h>

#include <filesystem>
#include <stdexcept>
#include <string>
#include <vector>

namespace musubi::test {

struct CertificateOrder {
    std::string name;
    long valid_from_s = -3600;  ///< relative to now
    long valid_to_s = 3600;
    std::string extended_key_usage = {};  ///< OpenSSL's words, empty: none
    bool rsa = false;
    std::string ocsp_url = {};  ///< authority information access
    std::string names = "DNS:localhost,IP:127.0.0.1";
};

/// One authority. Files NAME.crt and NAME.key lie in folder(); ca.crt is the anchor.
class TestPki {
public:
    explicit TestPki(std::string const& ca_name = "Test CA") {
        char name[] = "/tmp/musubi_pki_XXXXXX";
        if (::mkdtemp(name) == nullptr) throw std::runtime_error("mkdtemp");
        folder_ = name;
        ca_key_ = EVP_EC_gen("P-256");
        ca_ = X509_new();
        fill(ca_, ca_key_, {ca_name, -3600, 86400, "", false}, true);
        write_certificate(ca_, "ca");
    }
    ~TestPki() {
        X509_free(ca_);
        EVP_PKEY_free(ca_key_);
        for (auto* leaf : leaves_) X509_free(leaf);
        std::filesystem::remove_all(folder_);
    }
    TestPki(TestPki const&) = delete;
    TestPki& operator=(TestPki const&) = delete;

    std::string file(std::string const& name) const { return folder_ + "/" + name; }
    std::string crt(std::string const& name) const { return file(name + ".crt"); }
    std::string key(std::string const& name) const { return file(name + ".key"); }

    /// Issues a leaf for localhost and 127.0.0.1; serial numbers count from 2.
    void issue(CertificateOrder const& order) {
        EVP_PKEY* key = order.rsa ? EVP_RSA_gen(2048) : EVP_EC_gen("P-256");
        X509* leaf = X509_new();
        fill(leaf, key, order, false);
        write_certificate(leaf, order.name);
        write_key(key, order.name);
        EVP_PKEY_free(key);
        leaves_.push_back(leaf);
        names_.push_back(order.name);
    }

    /// Writes a revocation list that names these certificates.
    void write_crl(std::string const& name, std::vector<std::string> const& revoked,
                   long next_update_s = 3600, EVP_PKEY* signer = nullptr) {
        X509_CRL* crl = X509_CRL_new();
        X509_CRL_set_version(crl, 1);
        X509_CRL_set_issuer_name(crl, X509_get_subject_name(ca_));
        ASN1_TIME* when = X509_gmtime_adj(nullptr, -7200);
        X509_CRL_set1_lastUpdate(crl, when);
        X509_gmtime_adj(when, next_update_s);
        X509_CRL_set1_nextUpdate(crl, when);
        X509_gmtime_adj(when, -3600);
        for (std::size_t i = 0; i < leaves_.size(); ++i) {
            if (std::find(revoked.begin(), revoked.end(), names_[i]) == revoked.end()) continue;
            X509_REVOKED* entry = X509_REVOKED_new();
            X509_REVOKED_set_serialNumber(entry, X509_get_serialNumber(leaves_[i]));
            X509_REVOKED_set_revocationDate(entry, when);
            X509_CRL_add0_revoked(crl, entry);
        }
        ASN1_TIME_free(when);
        X509_CRL_sort(crl);
        X509_CRL_sign(crl, signer != nullptr ? signer : ca_key_, EVP_sha256());
        FILE* out = std::fopen(file(name).c_str(), "w");
        PEM_write_X509_CRL(out, crl);
        std::fclose(out);
        X509_CRL_free(crl);
    }

    /// The authority's books as `openssl ocsp` reads them.
    void write_index(std::string const& name, std::vector<std::string> const& revoked) {
        FILE* out = std::fopen(file(name).c_str(), "w");
        for (std::size_t i = 0; i < leaves_.size(); ++i) {
            bool const gone = std::find(revoked.begin(), revoked.end(), names_[i]) != revoked.end();
            std::fprintf(out, "%c\t491231235959Z\t%s\t%02lX\tunknown\t/CN=%s\n", gone ? 'R' : 'V',
                         gone ? "200101000000Z" : "",
                         ASN1_INTEGER_get(X509_get_serialNumber(leaves_[i])), names_[i].c_str());
        }
        std::fclose(out);
    }

private:
    void extension(X509* certificate, int nid, std::string const& value) {
        X509V3_CTX context;
        X509V3_set_ctx_nodb(&context);
        X509V3_set_ctx(&context, ca_, certificate, nullptr, nullptr, 0);
        X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str());
        if (extension == nullptr) throw std::runtime_error("extension");
        X509_add_ext(certificate, extension, -1);
        X509_EXTENSION_free(extension);
    }

    void fill(X509* certificate, EVP_PKEY* key, CertificateOrder const& order, bool is_ca) {
        X509_set_version(certificate, 2);
        ASN1_INTEGER_set(X509_get_serialNumber(certificate), ++serial_);
        X509_gmtime_adj(X509_getm_notBefore(certificate), order.valid_from_s);
        X509_gmtime_adj(X509_getm_notAfter(certificate), order.valid_to_s);
        X509_set_pubkey(certificate, key);
        X509_NAME* name = X509_get_subject_name(certificate);
        X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8,
                                   reinterpret_cast<unsigned char const*>(order.name.c_str()), -1,
                                   -1, 0);
        X509_set_issuer_name(certificate, X509_get_subject_name(ca_));
        if (is_ca) {
            extension(certificate, NID_basic_constraints, "critical,CA:TRUE");
            extension(certificate, NID_key_usage, "critical,keyCertSign,cRLSign");
        } else {
            if (!order.names.empty()) extension(certificate, NID_subject_alt_name, order.names);
        }
        if (!order.ocsp_url.empty())
            extension(certificate, NID_info_access, "OCSP;URI:" + order.ocsp_url);
        if (!order.extended_key_usage.empty()) {
            extension(certificate, NID_ext_key_usage, order.extended_key_usage);
        }
        if (X509_sign(certificate, ca_key_, EVP_sha256()) == 0) throw std::runtime_error("sign");
    }

    void write_certificate(X509* certificate, std::string const& name) {
        FILE* out = std::fopen(crt(name).c_str(), "w");
        PEM_write_X509(out, certificate);
        std::fclose(out);
    }
    void write_key(EVP_PKEY* key, std::string const& name) {
        FILE* out = std::fopen(this->key(name).c_str(), "w");
        PEM_write_PrivateKey(out, key, nullptr, nullptr, 0, nullptr, nullptr);
        std::fclose(out);
    }

    std::string folder_;
    EVP_PKEY* ca_key_ = nullptr;
    X509* ca_ = nullptr;
    std::vector<X509*> leaves_;
    std::vector<std::string> names_;
    long serial_ = 0;
};

}  // namespace musubi::test
