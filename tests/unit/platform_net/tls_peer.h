#pragma once
// A blocking TLS client for tests, written directly on OpenSSL: it shares nothing with the code
// under test and says any bytes, wrong ones too. Every wait ends after ten seconds (an empty answer
// or false then).

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "unit/platform_net/pki.h"

namespace musubi::test {

inline int connect_loopback(std::uint16_t port, int receive_buffer = 0) {
    int const socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (receive_buffer > 0) {
        ::setsockopt(socket, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
    }
    timeval const patience{10, 0};
    ::setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    ::setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(socket, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
        ::close(socket);
        return -1;
    }
    return socket;
}

/// A write to a peer that is gone raises SIGPIPE in this thread. Only here: the code under test
/// must not need it.
class NoSigpipe {
public:
    NoSigpipe() {
        sigemptyset(&set_);
        sigaddset(&set_, SIGPIPE);
        pthread_sigmask(SIG_BLOCK, &set_, &before_);
    }
    ~NoSigpipe() {
        timespec const at_once{};
        while (sigtimedwait(&set_, nullptr, &at_once) > 0) {
        }
        pthread_sigmask(SIG_SETMASK, &before_, nullptr);
    }
    NoSigpipe(NoSigpipe const&) = delete;
    NoSigpipe& operator=(NoSigpipe const&) = delete;

private:
    sigset_t set_;
    sigset_t before_;
};

struct TlsPeerOptions {
    std::string crt;  ///< empty: shows no certificate
    std::string key;
    std::string ca;
    int max_version = TLS1_3_VERSION;
    std::string ciphers;      ///< of TLS 1.2; empty: all
    std::string groups = {};  ///< empty: all
    int receive_buffer = 0;
    SSL_SESSION* resume = nullptr;
};

class TlsPeer {
public:
    TlsPeer(std::uint16_t port, TlsPeerOptions const& options) {
        NoSigpipe const guard;
        context_ = SSL_CTX_new(TLS_client_method());
        SSL_CTX_set_max_proto_version(context_, options.max_version);
        if (!options.ciphers.empty()) SSL_CTX_set_cipher_list(context_, options.ciphers.c_str());
        if (!options.groups.empty()) SSL_CTX_set1_groups_list(context_, options.groups.c_str());
        SSL_CTX_set_session_cache_mode(context_,
                                       SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
        SSL_CTX_sess_set_new_cb(context_, [](SSL* ssl, SSL_SESSION* session) {
            auto* self = static_cast<TlsPeer*>(SSL_get_app_data(ssl));
            SSL_SESSION_free(self->session_);
            self->session_ = session;
            return 1;
        });
        if (!options.crt.empty()) {
            SSL_CTX_use_certificate_chain_file(context_, options.crt.c_str());
            SSL_CTX_use_PrivateKey_file(context_, options.key.c_str(), SSL_FILETYPE_PEM);
        }
        SSL_CTX_load_verify_locations(context_, options.ca.c_str(), nullptr);
        SSL_CTX_set_verify(context_, SSL_VERIFY_PEER, nullptr);
        socket_ = connect_loopback(port, options.receive_buffer);
        ssl_ = SSL_new(context_);
        SSL_set_app_data(ssl_, this);
        SSL_set_fd(ssl_, socket_);
        if (options.resume != nullptr) SSL_set_session(ssl_, options.resume);
        connected_ = socket_ >= 0 && SSL_connect(ssl_) == 1;
    }
    ~TlsPeer() {
        NoSigpipe const guard;
        SSL_SESSION_free(session_);
        SSL_free(ssl_);
        SSL_CTX_free(context_);
        if (socket_ >= 0) ::close(socket_);
    }
    TlsPeer(TlsPeer const&) = delete;
    TlsPeer& operator=(TlsPeer const&) = delete;

    bool connected() const { return connected_; }
    bool resumed() const { return SSL_session_reused(ssl_) == 1; }
    SSL_SESSION* session() const { return session_; }
    std::string cipher() const { return SSL_get_cipher_name(ssl_); }
    int socket() const { return socket_; }

    bool send(std::string_view bytes) {
        NoSigpipe const guard;
        while (!bytes.empty()) {
            int const n = SSL_write(ssl_, bytes.data(),
                                    static_cast<int>(std::min<std::size_t>(bytes.size(), 1 << 20)));
            if (n <= 0) return false;
            bytes.remove_prefix(static_cast<std::size_t>(n));
        }
        return true;
    }
    /// Some bytes; empty at the end.
    std::string receive_some() {
        char buffer[16 * 1024];
        ERR_clear_error();
        int const n = SSL_read(ssl_, buffer, sizeof buffer);
        if (n > 0) return std::string(buffer, static_cast<std::size_t>(n));
        if (SSL_get_error(ssl_, n) == SSL_ERROR_SSL)
            alert_ = ERR_reason_error_string(ERR_peek_error());
        ended_ = SSL_get_error(ssl_, n) == SSL_ERROR_ZERO_RETURN;
        return {};
    }
    /// Until `mark` was seen or the end.
    std::string receive_until(std::string_view mark) {
        while (received_.find(mark) == std::string::npos) {
            std::string const more = receive_some();
            if (more.empty()) return std::exchange(received_, {});
            received_ += more;
        }
        std::size_t const end = received_.find(mark) + mark.size();
        std::string const result = received_.substr(0, end);
        received_.erase(0, end);
        return result;
    }
    std::string receive_exactly(std::size_t size) {
        while (received_.size() < size) {
            std::string const more = receive_some();
            if (more.empty()) return std::exchange(received_, {});
            received_ += more;
        }
        std::string const result = received_.substr(0, size);
        received_.erase(0, size);
        return result;
    }
    std::string receive_all() {
        while (true) {
            std::string const more = receive_some();
            if (more.empty()) return std::exchange(received_, {});
            received_ += more;
        }
    }
    /// Head and body by Content-Length.
    std::string receive_reply() {
        std::string const head = receive_until("\r\n\r\n");
        std::size_t const at = head.find("Content-Length: ");
        if (at == std::string::npos) return head;
        return head + receive_exactly(static_cast<std::size_t>(std::stoull(head.substr(at + 16))));
    }
    std::string request(std::string_view bytes) {
        send(bytes);
        return receive_reply();
    }
    /// Our side ends in order; the peer's last words may still be read.
    void finish_sending() {
        NoSigpipe const guard;
        SSL_shutdown(ssl_);
    }
    /// OpenSSL's words for the alert or error that ended the reading.
    std::string const& alert() const { return alert_; }
    bool ended_in_order() const { return ended_; }

private:
    SSL_CTX* context_ = nullptr;
    SSL* ssl_ = nullptr;
    SSL_SESSION* session_ = nullptr;
    int socket_ = -1;
    bool connected_ = false;
    bool ended_ = false;
    std::string received_;
    std::string alert_;
};

}  // namespace musubi::test
