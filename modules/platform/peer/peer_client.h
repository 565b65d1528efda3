#pragma once
// Outbound HTTP requests to neighbours, with our client certificate (ITI-19), over kept
// connections.
//
// Only https (http for loopback addresses when the client was made so, or where the request says
// so), never a redirect, never a proxy of the environment, TLS 1.2 or 1.3, the server's name is
// checked. A request is never sent twice: when a kept connection turns out dead after a byte of the
// body was given to it, the answer is kPeerUnavailable and the caller decides.
//
// Ownership: PeerClient owns its connections; requests are borrowed during the call. Thread-safety:
// any number of threads; each call blocks its thread. Files are read when a connection is opened:
// after exchanging certificates call forget_connections().

#include "platform/base/content.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace musubi::peer {

/// With an error: no octet of the body was given to the connection, so the peer cannot have acted.
inline constexpr Reason kReasonNotSent{0xFF11};

/// The body is the sequence of these; `content`, when set, follows `text` and is streamed.
struct PeerSegment {
    std::string text;
    std::shared_ptr<Content const> content;
};

using PeerHeader = std::pair<std::string, std::string>;

struct PeerIdentity {
    std::string certificate_file;  ///< PEM, with chain; empty: no client certificate
    std::string key_file;
    std::string ca_file;   ///< PEM; whom the server's chain must lead to
    std::string crl_file;  ///< PEM; empty: no check
};

enum class ServerName : std::uint8_t {
    kChecked,
    kIgnored,  ///< events whose test certificates name nobody; the chain is checked all the same
};

/// Given OpenSSL's context of a new connection (SSL_CTX*) with identity and trust loaded, and the
/// host's name or address: may make it stricter. False: the call ends with kInvalidContent.
using TlsRules = std::function<bool(void* ssl_context, std::string const& host)>;

/// Whether this one request may go over plain http, to any host: only where what is sent tells
/// nothing and what is answered proves itself, as with time stamps (RFC 3161).
enum class Plaintext : std::uint8_t { kRefused, kAllowed };

enum class Method : std::uint8_t { kPost, kGet };

struct PeerRequest {
    std::string url;
    std::vector<PeerHeader> headers;  ///< Content-Type among them; Content-Length is ours
    std::vector<PeerSegment> body;
    PeerIdentity identity;
    ServerName server_name = ServerName::kChecked;
    /// With rules every connection begins with a full handshake, in which they are applied.
    TlsRules rules = {};
    Plaintext plaintext = Plaintext::kRefused;
    int connect_timeout_ms = 5'000;
    int total_timeout_ms = 30'000;
    std::uint64_t max_answer_bytes = 16 << 20;
    Method method = Method::kPost;  ///< kGet has no body
    /// Asked about once a second: true ends the call with kPeerUnavailable.
    std::function<bool()> cancelled = {};
};

struct PeerAnswer {
    int status = 0;
    std::vector<PeerHeader> headers;
    std::string body;  ///< empty when a sink took it

    /// First header of that name (case-insensitive), or empty.
    std::string_view header(std::string_view name) const;
};

/// Takes an answer piece by piece; its first error ends the call and is returned.
class AnswerReader {
public:
    virtual ~AnswerReader() = default;
    virtual Status head(PeerAnswer const& answer) = 0;  ///< once: status and headers
    virtual Status body(ByteView piece) = 0;
};

enum class Loopback : std::uint8_t { kHttpsOnly, kPlainAllowed };

class PeerClient {
public:
    explicit PeerClient(Loopback loopback = Loopback::kHttpsOnly);
    ~PeerClient();

    /// Any status is an answer. Errors: kInvalidContent (URL or files), kPeerUnavailable (no
    /// connection, no answer in time, cut short), kUnauthenticated (one side's certificate is not
    /// believed), kTooLarge (the answer), or what reading a Content of the body returned.
    Result<PeerAnswer> post(PeerRequest const& request);
    /// The answer's body goes to `sink` as it comes, whatever the status; its first error ends the
    /// call and is returned.
    Result<PeerAnswer> post(PeerRequest const& request, ByteSink const& sink);
    /// With Method::kGet: the head is told before the body, and whatever the status.
    Result<PeerAnswer> get(PeerRequest const& request, AnswerReader& reader);

    void forget_connections();

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace musubi::peer
