#include "perf/tls_stream.h"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

namespace musubi::perf {
namespace {

Error failed(char const* what) {
    char text[160] = "";
    if (unsigned long const code = ERR_get_error(); code != 0)
        ERR_error_string_n(code, text, sizeof text);
    return Error(Code::kPeerUnavailable, std::string(what) + " " + text);
}

}  // namespace

struct TlsClient::Impl {
    SSL_CTX* context = nullptr;
    ~Impl() { SSL_CTX_free(context); }
};

TlsClient::TlsClient(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
TlsClient::~TlsClient() = default;

Result<std::shared_ptr<TlsClient>> TlsClient::make(TlsFiles const& files) {
    auto impl = std::make_unique<Impl>();
    impl->context = SSL_CTX_new(TLS_client_method());
    SSL_CTX* context = impl->context;
    if (!context) return failed("context");
    SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION);
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
    SSL_CTX_set_mode(context, SSL_MODE_AUTO_RETRY | SSL_MODE_RELEASE_BUFFERS);
    if (SSL_CTX_load_verify_locations(context, files.ca.c_str(), nullptr) != 1 ||
        SSL_CTX_use_certificate_chain_file(context, files.certificate.c_str()) != 1 ||
        SSL_CTX_use_PrivateKey_file(context, files.key.c_str(), SSL_FILETYPE_PEM) != 1) {
        return failed("certificates");
    }
    return std::shared_ptr<TlsClient>(new TlsClient(std::move(impl)));
}

struct TlsStream::Impl {
    std::shared_ptr<TlsClient> client;
    SSL* ssl = nullptr;
    int socket = -1;
    ~Impl() {
        SSL_free(ssl);
        if (socket >= 0) ::close(socket);
    }
};

TlsStream::TlsStream(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
TlsStream::~TlsStream() { SSL_shutdown(impl_->ssl); }

Result<std::unique_ptr<TlsStream>> TlsStream::connect(std::shared_ptr<TlsClient> client,
                                                      std::uint16_t port) {
    auto impl = std::make_unique<Impl>();
    impl->client = std::move(client);
    impl->socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(impl->socket, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
        return failed("connect");
    int const on = 1;
    ::setsockopt(impl->socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    impl->ssl = SSL_new(impl->client->impl().context);
    SSL_set_fd(impl->ssl, impl->socket);
    SSL_set_tlsext_host_name(impl->ssl, "localhost");
    if (SSL_connect(impl->ssl) != 1) return failed("handshake");
    return std::unique_ptr<TlsStream>(new TlsStream(std::move(impl)));
}

Status TlsStream::write(std::string_view bytes) {
    while (!bytes.empty()) {
        std::size_t written = 0;
        if (SSL_write_ex(impl_->ssl, bytes.data(), bytes.size(), &written) != 1)
            return failed("write");
        bytes.remove_prefix(written);
    }
    return {};
}

Result<std::size_t> TlsStream::read(std::span<char> into) {
    std::size_t size = 0;
    if (SSL_read_ex(impl_->ssl, into.data(), into.size(), &size) == 1) return size;
    if (SSL_get_error(impl_->ssl, 0) == SSL_ERROR_ZERO_RETURN) return std::size_t{0};
    return failed("read");
}

}  // namespace musubi::perf
