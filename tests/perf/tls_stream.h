#pragma once
// One outgoing mutual-TLS connection, blocking, straight on OpenSSL: the load generator must cost
// less than what it measures. One thread at a time. Errors are kPeerUnavailable.

#include "platform/base/result.h"

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace musubi::perf {

struct TlsFiles {
    std::string certificate, key, ca;
};

/// Settings shared by connections. Thread-safe after make().
class TlsClient {
public:
    static Result<std::shared_ptr<TlsClient>> make(TlsFiles const& files);
    ~TlsClient();
    struct Impl;
    Impl& impl() { return *impl_; }

private:
    explicit TlsClient(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

class TlsStream {
public:
    /// 127.0.0.1 only: loads are made beside the node.
    static Result<std::unique_ptr<TlsStream>> connect(std::shared_ptr<TlsClient> client,
                                                      std::uint16_t port);
    ~TlsStream();

    Status write(std::string_view bytes);
    /// At least one octet; 0 means that the peer closed.
    Result<std::size_t> read(std::span<char> into);

private:
    struct Impl;
    explicit TlsStream(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace musubi::perf
