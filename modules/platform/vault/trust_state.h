#pragma once
// Private to this room: what trust.h stands on, in the library's types.

#include "platform/vault/trust.h"

#include <openssl/x509.h>
#include <openssl/x509_vfy.h>

namespace musubi::vault {

template <class T, void (*Free)(T*)>
struct OpensslFreer {
    void operator()(T* one) const { Free(one); }
};
using X509Ptr = std::unique_ptr<X509, OpensslFreer<X509, X509_free>>;
using CrlPtr = std::unique_ptr<X509_CRL, OpensslFreer<X509_CRL, X509_CRL_free>>;
using StorePtr = std::unique_ptr<X509_STORE, OpensslFreer<X509_STORE, X509_STORE_free>>;

struct Trust::State {
    std::vector<X509Ptr> anchors;
    std::vector<CrlPtr> crls;
    /// Of its own for each question, because the moment is one of its parameters. Null: no memory.
    StorePtr store(std::time_t at) const;
};

/// Exactly one certificate in DER; null when it is none.
X509Ptr x509_of(ByteView der);
Bytes der_of(X509 const* certificate);
/// hcRole; at most 8, ASCII.
std::vector<std::string> healthcare_roles(X509 const* certificate);
std::time_t seconds_of(WallTime time);
/// Exceptions' counterpart of this library: its queue of errors belongs to the thread.
Error broken_content(std::string what);

}  // namespace musubi::vault
