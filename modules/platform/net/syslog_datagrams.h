#pragma once
// Audit messages as datagrams (ITI-20, RFC 5426): one message each, no sender is proved, what the
// endpoint cannot keep at once is lost and counted. For physically protected networks only.
//
// One thread. Ownership: the endpoint is the caller's and outlives the receiver.

#include "core/audit_exchange.h"

#include <memory>
#include <string>

namespace musubi::net {

class SyslogDatagrams {
public:
    /// Listens when it returns; kConflict when the port is taken, kInvalidContent for an address
    /// that cannot be read.
    static Result<std::unique_ptr<SyslogDatagrams>> start(std::string const& address,
                                                          std::uint16_t port,
                                                          core::SyslogEndpoint* endpoint);
    ~SyslogDatagrams();  ///< as stop()
    std::uint16_t port() const;
    void stop();  ///< what lies in the socket already is still kept

private:
    struct Impl;
    explicit SyslogDatagrams(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace musubi::net
