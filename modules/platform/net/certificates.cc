#include "platform/net/certificates.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <ctime>

#include "platform/net/tls_internal.h"

namespace musubi::net {
namespace {

WallTime time_of(ASN1_TIME const* time) {
    std::tm parts{};
    if (ASN1_TIME_to_tm(time, &parts) != 1) return {};
    return WallTime(std::chrono::seconds(::timegm(&parts)));
}

}  // namespace

Result<std::vector<CertificateFile>> read_certificates(std::string const& pem_file) {
    std::vector<CertificateFile> out;
    BIO* const in = BIO_new_file(pem_file.c_str(), "r");
    while (in != nullptr) {
        X509* const one = PEM_read_bio_X509(in, nullptr, nullptr, nullptr);
        if (one == nullptr) break;
        out.push_back({describe_certificate(one), time_of(X509_get0_notBefore(one)),
                       time_of(X509_get0_notAfter(one))});
        X509_free(one);
    }
    BIO_free(in);
    ERR_clear_error();
    if (out.empty()) return Error(Code::kInvalidContent, "no certificate (" + pem_file + ")");
    return out;
}

}  // namespace musubi::net
