#include "platform/net/channel.h"

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>

#include "platform/net/revocation_impl.h"
#include "platform/net/socket_bio.h"

namespace musubi::net {
namespace {

bool would_block(int error) { return error == EAGAIN || error == EWOULDBLOCK || error == EINTR; }

/// The alert or rule that ended a handshake, where no certificate was judged.
std::string protocol_reason(unsigned long code) {
    if (ERR_GET_LIB(code) != ERR_LIB_SSL) return "connection lost during the handshake";
    switch (ERR_GET_REASON(code)) {
        case SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE: return "no certificate shown";
        case SSL_R_UNSUPPORTED_PROTOCOL:
        case SSL_R_VERSION_TOO_LOW:
        case SSL_R_TLSV1_ALERT_PROTOCOL_VERSION: return "protocol version not allowed";
        case SSL_R_NO_SHARED_CIPHER:
        case SSL_R_NO_SHARED_GROUPS:
        case SSL_R_NO_SUITABLE_KEY_SHARE: return "no common cipher suite or group";
        case SSL_R_HTTP_REQUEST:
        case SSL_R_WRONG_VERSION_NUMBER: return "not a TLS client";
        case SSL_R_TLSV1_ALERT_UNKNOWN_CA:
        case SSL_R_SSLV3_ALERT_BAD_CERTIFICATE:
        case SSL_R_SSLV3_ALERT_CERTIFICATE_EXPIRED:
        case SSL_R_SSLV3_ALERT_CERTIFICATE_REVOKED:
        case SSL_R_SSLV3_ALERT_CERTIFICATE_UNKNOWN: return "peer refused our certificate";
        case SSL_R_UNEXPECTED_EOF_WHILE_READING: return "connection lost during the handshake";
        default: return "handshake failed: " + openssl_error();
    }
}

}  // namespace

Channel::~Channel() {
    SSL_free(ssl_);
    if (socket_ >= 0) ::close(socket_);
}

Status Channel::start_tls(TlsContext& context, TlsSide side, std::string const& server_name) {
    SslContextPtr const material = current_material(context);
    ssl_ = SSL_new(material.get());  // keeps its own reference to the material
    bio_st* bio = ssl_ != nullptr ? make_socket_bio(socket_) : nullptr;
    if (bio == nullptr) return Error(Code::kInternal, "no memory for a TLS connection");
    SSL_set_bio(ssl_, bio, bio);
    note_ = std::make_unique<VerifyNote>();
    attach_note(ssl_, note_.get());
    if (side == TlsSide::kServer) {
        SSL_set_accept_state(ssl_);
        return {};
    }
    SSL_set_connect_state(ssl_);
    if (server_name.empty()) return {};
    bool ok = expect_name(SSL_get0_param(ssl_), server_name);
    if (!is_address(server_name))
        ok = ok && SSL_set_tlsext_host_name(ssl_, server_name.c_str()) == 1;
    if (!ok) return Error(Code::kInvalidContent, "unusable server name");
    return {};
}

Io Channel::handshake() {
    ERR_clear_error();
    int const result = SSL_do_handshake(ssl_);
    if (result != 1) {
        Io const state = explain(result);
        if (state == Io::kWantRead || state == Io::kWantWrite) return state;
        note_handshake_failure();
        return Io::kFailed;
    }
    // A ticket brings the certificate back unverified: its end of validity is looked at again.
    X509* peer = SSL_get0_peer_certificate(ssl_);
    if (SSL_session_reused(ssl_) == 1 && (peer == nullptr || certificate_expired(peer))) {
        auto const shown = describe_certificate(peer);
        problem_ = {"certificate has expired", shown.subject, shown.serial_hex};
        return Io::kFailed;
    }
    attach_note(ssl_, nullptr);
    note_.reset();
    return Io::kDone;
}

void Channel::note_handshake_failure() {
    problem_.subject = note_->subject;
    problem_.serial_hex = note_->serial_hex;
    problem_.reason =
        note_->error != 0 ? verify_reason(note_->error) : protocol_reason(ERR_peek_error());
}

Io Channel::explain(int result) {
    switch (SSL_get_error(ssl_, result)) {
        case SSL_ERROR_WANT_READ: return Io::kWantRead;
        case SSL_ERROR_WANT_WRITE: return Io::kWantWrite;
        case SSL_ERROR_ZERO_RETURN: return Io::kClosed;
        default: break;
    }
    broken_ = true;
    return Io::kFailed;
}

core::PeerCertificate Channel::peer_certificate() const {
    return ssl_ != nullptr ? describe_certificate(SSL_get0_peer_certificate(ssl_))
                           : core::PeerCertificate();
}

Io Channel::check_revocation(std::function<void()> done) {
    RevocationChecker* const checker = ssl_ != nullptr ? checker_of(ssl_) : nullptr;
    if (checker == nullptr) return Io::kDone;
    X509* const peer = SSL_get0_peer_certificate(ssl_);
    // A ticket brings no chain, but whose certificate was seen before is known.
    switch (checker->impl().ask(peer, SSL_get0_verified_chain(ssl_), std::move(done))) {
        case Standing::kHolds: return Io::kDone;
        case Standing::kAsking: return Io::kWantRead;
        case Standing::kRevoked: problem_.reason = "certificate revoked"; break;
        case Standing::kUnknown: problem_.reason = kStatusUnknown; break;
    }
    auto const shown = describe_certificate(peer);
    problem_.subject = shown.subject;
    problem_.serial_hex = shown.serial_hex;
    return Io::kFailed;
}

bool Channel::resumed() const { return ssl_ != nullptr && SSL_session_reused(ssl_) == 1; }

IoResult Channel::read(std::span<std::uint8_t> into) {
    if (ssl_ != nullptr) {
        ERR_clear_error();
        std::size_t n = 0;
        int const result = SSL_read_ex(ssl_, into.data(), into.size(), &n);
        return result == 1 ? IoResult{Io::kDone, n} : IoResult{explain(result), 0};
    }
    auto const n = ::recv(socket_, into.data(), into.size(), 0);
    if (n > 0) return {Io::kDone, static_cast<std::size_t>(n)};
    if (n == 0) return {Io::kClosed, 0};
    return {would_block(errno) ? Io::kWantRead : Io::kFailed, 0};
}

IoResult Channel::write(std::string_view bytes, Then then) {
    if (bytes.empty()) return {Io::kDone, 0};
    if (ssl_ != nullptr) {
        ERR_clear_error();
        // One call writes one record: what is left of `bytes` follows too.
        announce_more(SSL_get_wbio(ssl_),
                      then == Then::kMoreFollows || bytes.size() > SSL3_RT_MAX_PLAIN_LENGTH);
        std::size_t n = 0;
        int const result = SSL_write_ex(ssl_, bytes.data(), bytes.size(), &n);
        return result == 1 ? IoResult{Io::kDone, n} : IoResult{explain(result), 0};
    }
    auto const n = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (n >= 0) return {Io::kDone, static_cast<std::size_t>(n)};
    return {would_block(errno) ? Io::kWantWrite : Io::kFailed, 0};
}

bool Channel::pending() const { return ssl_ != nullptr && SSL_has_pending(ssl_) == 1; }

void Channel::abandon() {
    linger const hard{1, 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
    abandoned_ = true;
}

void Channel::finish_sending() {
    if (abandoned_) return;
    if (ssl_ != nullptr && !broken_ && SSL_is_init_finished(ssl_) == 1) {
        ERR_clear_error();
        announce_more(SSL_get_wbio(ssl_), false);
        SSL_shutdown(ssl_);
    }
    ::shutdown(socket_, SHUT_WR);
}

Io Channel::discard() {
    char scratch[16 * 1024];
    // A handful of turns: a peer that sends for ever must not hold the thread.
    for (int turn = 0; turn < 16; ++turn) {
        auto const n = ::recv(socket_, scratch, sizeof scratch, 0);
        if (n == 0) return Io::kClosed;
        if (n < 0) return would_block(errno) ? Io::kWantRead : Io::kFailed;
    }
    return Io::kWantRead;
}

bool wait_for(Channel& channel, Io want, std::int64_t timeout_ms,
              std::atomic<bool> const& give_up) {
    using Clock = std::chrono::steady_clock;
    auto const end = Clock::now() + std::chrono::milliseconds(timeout_ms);
    pollfd entry{channel.socket(), static_cast<short>(want == Io::kWantWrite ? POLLOUT : POLLIN),
                 0};
    while (!give_up.load(std::memory_order_relaxed)) {
        auto const left =
            std::chrono::duration_cast<std::chrono::milliseconds>(end - Clock::now()).count();
        if (left <= 0) return false;
        // In slices, so that a forced stop is seen.
        int const ready = ::poll(&entry, 1, static_cast<int>(std::min<std::int64_t>(left, 200)));
        if (ready > 0) return true;
        if (ready < 0 && errno != EINTR) return false;
    }
    return false;
}

bool write_all(Channel& channel, std::string_view bytes, std::int64_t stall_ms,
               std::atomic<bool> const& give_up) {
    while (!bytes.empty()) {
        IoResult const wrote = channel.write(bytes);
        if (wrote.state == Io::kDone) {
            bytes.remove_prefix(wrote.bytes);
        } else if (wrote.state == Io::kWantRead || wrote.state == Io::kWantWrite) {
            if (!wait_for(channel, wrote.state, stall_ms, give_up)) return false;
        } else {
            return false;
        }
    }
    return true;
}

}  // namespace musubi::net
