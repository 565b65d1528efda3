#include "platform/peer/transfer.h"

#include <curl/curl.h>

#include <algorithm>
#include <cstring>

#include "platform/base/text.h"

namespace musubi::peer {
namespace {

constexpr std::size_t kMaxHeaderBytes = 64 * 1024;

struct HeaderList {
    curl_slist* list = nullptr;
    ~HeaderList() { curl_slist_free_all(list); }
    void add(std::string const& line) { list = curl_slist_append(list, line.c_str()); }
};

class Transfer {
public:
    Transfer(CURL* easy, CURLM* multi, PeerRequest const& request, ByteSink const* sink)
        : easy_(easy), multi_(multi), request_(request), sink_(sink) {}
    ~Transfer() {
        curl_multi_remove_handle(multi_, easy_);
        curl_easy_reset(easy_);
    }

    Result<PeerAnswer> run(bool plain_allowed) {
        TRY(prepare(plain_allowed));
        curl_multi_add_handle(multi_, easy_);
        for (auto const& segment : request_.body) {
            Status given = give(as_bytes(segment.text));
            if (given && segment.content) {
                given = segment.content->read([this](ByteView piece) { return give(piece); });
            }
            if (done_) break;  // answered early, or failed: finish() knows
            if (!given) return given.error();
        }
        body_given_ = true;
        resume();
        while (!done_) TRY(drive());
        return finish();
    }

    /// A request without a body is its head, and when that left is not known here.
    bool nothing_sent() const { return has_body_ && !sent_any_; }

private:
    Status prepare(bool plain_allowed);
    void prepare_identity();
    void prepare_callbacks();
    Status give(ByteView piece);
    Status drive();
    void resume() {
        if (!paused_) return;
        paused_ = false;
        curl_easy_pause(easy_, CURLPAUSE_CONT);
    }
    Result<PeerAnswer> finish();

    static std::size_t on_read(char* into, std::size_t size, std::size_t count, void* self);
    static std::size_t on_write(char* data, std::size_t size, std::size_t count, void* self);
    static std::size_t on_header(char* data, std::size_t size, std::size_t count, void* self);
    static CURLcode on_tls(CURL*, void* context, void* self);
    static int on_seek(void* self, curl_off_t offset, int origin);

    CURL* easy_;
    CURLM* multi_;
    PeerRequest const& request_;
    ByteSink const* sink_;
    HeaderList headers_;
    PeerAnswer answer_;
    ByteView piece_;  ///< given, not yet taken by curl
    bool has_body_ = false;
    bool body_given_ = false;
    bool sent_any_ = false;
    bool paused_ = false;
    bool done_ = false;
    CURLcode outcome_ = CURLE_OK;
    std::uint64_t received_ = 0;
    std::size_t header_bytes_ = 0;
    Status failure_;  ///< of our own callbacks
};

bool is_loopback_http(std::string const& url) {
    for (std::string_view const host : {"http://127.0.0.1", "http://localhost", "http://[::1]"}) {
        if (url.substr(0, host.size()) != host) continue;
        char const next = url.size() > host.size() ? url[host.size()] : '/';
        // An '@' further on would make this a user name and another host.
        if ((next == ':' || next == '/') &&
            url.substr(0, url.find('/', 7)).find('@') == std::string::npos) {
            return true;
        }
    }
    return false;
}

Status Transfer::prepare(bool plain_allowed) {
    std::uint64_t size = 0;
    for (auto const& s : request_.body) size += s.text.size() + (s.content ? s.content->size() : 0);
    has_body_ = size > 0;
    bool const https = request_.url.substr(0, 8) == "https://";
    bool const http = request_.url.substr(0, 7) == "http://";
    bool const plain_wanted = http && request_.plaintext == Plaintext::kAllowed;
    if (!https && !plain_wanted && !(plain_allowed && is_loopback_http(request_.url))) {
        return Error(Code::kInvalidContent, "only https URLs are called");
    }
    for (auto const& [name, value] : request_.headers) {
        std::string const line = name + ": " + value;
        if (line.find_first_of(std::string_view("\r\n\0", 3)) != std::string::npos) {
            return Error(Code::kInvalidContent, "a header has more than one line");
        }
        headers_.add(line);
    }
    curl_easy_setopt(easy_, CURLOPT_URL, request_.url.c_str());
    curl_easy_setopt(easy_, CURLOPT_PROTOCOLS_STR, https ? "https" : "http");
    curl_easy_setopt(easy_, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(easy_, CURLOPT_PROXY, "");
    curl_easy_setopt(easy_, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy_, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
    curl_easy_setopt(easy_, CURLOPT_TCP_KEEPALIVE, 1L);
    // A peer closes idle connections after a minute; one that is older is not worth the risk.
    curl_easy_setopt(easy_, CURLOPT_MAXAGE_CONN, 45L);
    curl_easy_setopt(easy_, CURLOPT_CONNECTTIMEOUT_MS,
                     static_cast<long>(request_.connect_timeout_ms));
    curl_easy_setopt(easy_, CURLOPT_TIMEOUT_MS, static_cast<long>(request_.total_timeout_ms));
    curl_easy_setopt(easy_, CURLOPT_POST, 1L);
    curl_easy_setopt(easy_, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(size));
    curl_easy_setopt(easy_, CURLOPT_HTTPHEADER, headers_.list);
    prepare_identity();
    prepare_callbacks();
    return {};
}

void Transfer::prepare_identity() {
    PeerIdentity const& identity = request_.identity;
    curl_easy_setopt(easy_, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
    curl_easy_setopt(easy_, CURLOPT_SSL_CIPHER_LIST, "ECDHE+AESGCM:DHE+AESGCM:ECDHE+CHACHA20");
    curl_easy_setopt(easy_, CURLOPT_SSL_VERIFYPEER, 1L);
    curl_easy_setopt(easy_, CURLOPT_SSL_VERIFYHOST,
                     request_.server_name == ServerName::kChecked ? 2L : 0L);
    // Never the machine's list of public authorities.
    curl_easy_setopt(easy_, CURLOPT_CAPATH, nullptr);
    curl_easy_setopt(easy_, CURLOPT_CAINFO, identity.ca_file.c_str());
    if (!identity.crl_file.empty())
        curl_easy_setopt(easy_, CURLOPT_CRLFILE, identity.crl_file.c_str());
    if (!identity.certificate_file.empty()) {
        curl_easy_setopt(easy_, CURLOPT_SSLCERT, identity.certificate_file.c_str());
        curl_easy_setopt(easy_, CURLOPT_SSLKEY, identity.key_file.c_str());
    }
}

/// Of https://[user@]host[:port]/..., without the brackets of an IPv6 address.
std::string host_of(std::string const& url) {
    CURLU* const parts = curl_url();
    char* host = nullptr;
    std::string out;
    if (curl_url_set(parts, CURLUPART_URL, url.c_str(), 0) == CURLUE_OK &&
        curl_url_get(parts, CURLUPART_HOST, &host, 0) == CURLUE_OK) {
        out = host;
    }
    curl_free(host);
    curl_url_cleanup(parts);
    if (out.size() > 2 && out.front() == '[') out = out.substr(1, out.size() - 2);
    return out;
}

CURLcode Transfer::on_tls(CURL*, void* context, void* self_pointer) {
    auto* self = static_cast<Transfer*>(self_pointer);
    try {
        if (self->request_.rules(context, host_of(self->request_.url))) return CURLE_OK;
    } catch (std::exception const&) {
    }
    return CURLE_SSL_CERTPROBLEM;
}

void Transfer::prepare_callbacks() {
    if (request_.rules) {
        curl_easy_setopt(easy_, CURLOPT_SSL_CTX_FUNCTION, &Transfer::on_tls);
        curl_easy_setopt(easy_, CURLOPT_SSL_CTX_DATA, this);
        curl_easy_setopt(easy_, CURLOPT_SSL_SESSIONID_CACHE, 0L);
    }
    curl_easy_setopt(easy_, CURLOPT_READFUNCTION, &Transfer::on_read);
    curl_easy_setopt(easy_, CURLOPT_READDATA, this);
    curl_easy_setopt(easy_, CURLOPT_SEEKFUNCTION, &Transfer::on_seek);
    curl_easy_setopt(easy_, CURLOPT_SEEKDATA, this);
    curl_easy_setopt(easy_, CURLOPT_WRITEFUNCTION, &Transfer::on_write);
    curl_easy_setopt(easy_, CURLOPT_WRITEDATA, this);
    curl_easy_setopt(easy_, CURLOPT_HEADERFUNCTION, &Transfer::on_header);
    curl_easy_setopt(easy_, CURLOPT_HEADERDATA, this);
}

/// Returns when curl has taken the piece, or does not want any more (an early answer).
Status Transfer::give(ByteView piece) {
    piece_ = piece;
    if (!piece_.empty()) resume();
    while (!piece_.empty() && !done_) TRY(drive());
    if (done_ && !piece_.empty())
        return Error(Code::kPeerUnavailable, "the peer answered before the body's end");
    return {};
}

Status Transfer::drive() {
    constexpr int kPollMs = 1'000;  // the deadlines are curl's own
    int running = 0;
    if (curl_multi_perform(multi_, &running) != CURLM_OK)
        return Error(Code::kInternal, "curl_multi_perform");
    int left = 0;
    while (CURLMsg const* message = curl_multi_info_read(multi_, &left)) {
        if (message->msg != CURLMSG_DONE) continue;
        done_ = true;
        outcome_ = message->data.result;
    }
    if (done_ || paused_) return {};
    curl_multi_poll(multi_, nullptr, 0, kPollMs, nullptr);
    return {};
}

std::size_t Transfer::on_read(char* into, std::size_t size, std::size_t count, void* self_pointer) {
    auto* self = static_cast<Transfer*>(self_pointer);
    std::size_t const n = std::min(size * count, self->piece_.size());
    if (n == 0) {
        if (self->body_given_) return 0;
        self->paused_ = true;
        return CURL_READFUNC_PAUSE;
    }
    std::memcpy(into, self->piece_.data(), n);
    self->piece_ = self->piece_.subspan(n);
    self->sent_any_ = true;
    return n;
}

/// curl would repeat the request on a fresh connection when a kept one proves dead. What the peer
/// did with the first one is unknown then, so only an untouched body may start again.
int Transfer::on_seek(void* self_pointer, curl_off_t, int) {
    return static_cast<Transfer*>(self_pointer)->sent_any_ ? CURL_SEEKFUNC_FAIL : CURL_SEEKFUNC_OK;
}

std::size_t Transfer::on_write(char* data, std::size_t size, std::size_t count,
                               void* self_pointer) {
    auto* self = static_cast<Transfer*>(self_pointer);
    std::size_t const n = size * count;
    self->received_ += n;
    if (self->received_ > self->request_.max_answer_bytes) {
        self->failure_ = Error(Code::kTooLarge, "the peer's answer is larger than allowed");
        return 0;
    }
    if (self->sink_ == nullptr) {
        self->answer_.body.append(data, n);
        return n;
    }
    try {
        self->failure_ = (*self->sink_)(as_bytes(std::string_view(data, n)));
    } catch (std::exception const&) {
        self->failure_ = Error(Code::kInternal, "the answer's sink threw");
    }
    return self->failure_ ? n : 0;
}

std::size_t Transfer::on_header(char* data, std::size_t size, std::size_t count,
                                void* self_pointer) {
    auto* self = static_cast<Transfer*>(self_pointer);
    std::string_view const line = trim(std::string_view(data, size * count));
    self->header_bytes_ += size * count;
    if (self->header_bytes_ > kMaxHeaderBytes) {
        self->failure_ = Error(Code::kTooLarge, "the peer's headers are larger than allowed");
        return 0;
    }
    if (line.substr(0, 5) == "HTTP/") {
        self->answer_.headers.clear();  // "100 Continue" came before
    } else if (std::size_t const colon = line.find(':'); colon != std::string_view::npos) {
        self->answer_.headers.emplace_back(line.substr(0, colon), trim(line.substr(colon + 1)));
    }
    return size * count;
}

Error explain(CURLcode code) {
    std::string const what = std::string("peer: ") + curl_easy_strerror(code);
    // A switch over curl's hundred codes would hide the few that differ.
    if (code == CURLE_URL_MALFORMAT || code == CURLE_SSL_CERTPROBLEM ||
        code == CURLE_SSL_CACERT_BADFILE || code == CURLE_SSL_CRL_BADFILE) {
        return Error(Code::kInvalidContent, what);
    }
    if (code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_SSL_CONNECT_ERROR ||
        code == CURLE_SSL_ISSUER_ERROR) {
        return Error(Code::kUnauthenticated, what);
    }
    return Error(Code::kPeerUnavailable, what);
}

Result<PeerAnswer> Transfer::finish() {
    if (!failure_) return failure_.error();
    if (outcome_ != CURLE_OK) return explain(outcome_);
    long status = 0;
    curl_easy_getinfo(easy_, CURLINFO_RESPONSE_CODE, &status);
    answer_.status = static_cast<int>(status);
    return std::move(answer_);
}

}  // namespace

CurlHandle::CurlHandle() : easy_(curl_easy_init()), multi_(curl_multi_init()) {}
CurlHandle::~CurlHandle() {
    curl_easy_cleanup(easy_);
    curl_multi_cleanup(multi_);
}

Result<PeerAnswer> CurlHandle::run(PeerRequest const& request, ByteSink const* sink,
                                   bool plain_allowed) {
    if (easy_ == nullptr || multi_ == nullptr)
        return Error(Code::kInternal, "no memory for a connection");
    Transfer transfer(easy_, multi_, request, sink);
    Result<PeerAnswer> answer = transfer.run(plain_allowed);
    if (!answer && transfer.nothing_sent()) answer.error().reason = kReasonNotSent;
    return answer;
}

}  // namespace musubi::peer
