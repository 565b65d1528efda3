#pragma once
// The TLS side of a node as it is configured (tls.*, listen.*_profile): one set of files and rules
// for each door, one for the calls to others, and who is asked about withdrawn certificates.

#include "core/config.h"
#include "platform/net/tls_context.h"

namespace musubi::node {

/// Null: nobody is asked (tls.ocsp is off).
Result<std::shared_ptr<net::RevocationChecker>> revocation_of(core::Config const& config);

/// For calls to others, and for doors without a profile of their own. The files are read when it
/// is used, so an exchange of them counts from the next use on.
Result<net::TlsConfig> tls_config(core::Config const& config,
                                  std::shared_ptr<net::RevocationChecker> revocation);

/// The contexts of the doors. Thread-safe after make().
class TlsMaterial {
public:
    /// Doors with the same profile share a context.
    static Result<TlsMaterial> make(core::Config const& config, net::TlsConfig const& common);
    std::shared_ptr<net::TlsContext> const& https() const { return https_; }
    std::shared_ptr<net::TlsContext> const& mllp() const { return mllp_; }
    std::shared_ptr<net::TlsContext> const& syslog() const { return syslog_; }
    /// Reads the files again: all doors change, or none.
    Status reload();

private:
    net::TlsConfig common_;
    std::vector<std::shared_ptr<net::TlsContext>> all_;
    std::shared_ptr<net::TlsContext> https_, mllp_, syslog_;
};

}  // namespace musubi::node
