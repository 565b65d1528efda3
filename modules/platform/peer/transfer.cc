#include "platform/peer/transfer.h"

#include <curl/curl.h>

#include <algorithm>
#include <cstring>

#include "platform/peer/curl_setup.h"

namespace musubi::peer {
namespace {

class Transfer {
public:
    Transfer(CURL* easy, CURLM* multi, PeerRequest const& request, Sinks sinks)
        : easy_(easy), multi_(multi), request_(request), sinks_(sinks) {}
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
    void prepare_callbacks();
    Status give(ByteView piece);
    Status drive();
    void resume() {
        if (!paused_) return;
        paused_ = false;
        curl_easy_pause(easy_, CURLPAUSE_CONT);
    }
    Result<PeerAnswer> finish();
    Status hand_on(ByteView piece);
    Status tell_head();
    int status() const;

    static std::size_t on_read(char* into, std::size_t size, std::size_t count, void* self);
    static std::size_t on_write(char* data, std::size_t size, std::size_t count, void* self);
    static std::size_t on_header(char* data, std::size_t size, std::size_t count, void* self);
    static int on_seek(void* self, curl_off_t offset, int origin);

    CURL* easy_;
    CURLM* multi_;
    PeerRequest const& request_;
    Sinks const sinks_;
    bool head_told_ = false;
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

Status Transfer::prepare(bool plain_allowed) {
    std::uint64_t size = 0;
    for (auto const& s : request_.body) size += s.text.size() + (s.content ? s.content->size() : 0);
    has_body_ = size > 0;
    TRY(headers_.fill(request_.headers));
    TRY(set_up(easy_, request_, size, plain_allowed));
    curl_easy_setopt(easy_, CURLOPT_HTTPHEADER, headers_.get());
    // Images come so: with curl's own 16 KiB every one of them costs a poll and a read.
    if (request_.method == Method::kGet) curl_easy_setopt(easy_, CURLOPT_BUFFERSIZE, 256L * 1024);
    prepare_callbacks();
    return {};
}

void Transfer::prepare_callbacks() {
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
    if (request_.cancelled && request_.cancelled())
        return Error(Code::kPeerUnavailable, "the call is not wanted any more");
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

int Transfer::status() const {
    long status = 0;
    curl_easy_getinfo(easy_, CURLINFO_RESPONSE_CODE, &status);
    return static_cast<int>(status);
}

Status Transfer::tell_head() {
    if (head_told_ || !sinks_.reader) return {};
    head_told_ = true;
    PeerAnswer head;
    head.status = status();
    head.headers = answer_.headers;
    return sinks_.reader->head(head);
}

Status Transfer::hand_on(ByteView piece) {
    if (sinks_.sink) return (*sinks_.sink)(piece);
    if (!sinks_.reader) {
        answer_.body.append(as_text(piece));
        return {};
    }
    TRY(tell_head());
    return sinks_.reader->body(piece);
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
    try {
        self->failure_ = self->hand_on(as_bytes(std::string_view(data, n)));
    } catch (std::exception const&) {
        self->failure_ = Error(Code::kInternal, "the answer's sink threw");
    }
    return self->failure_ ? n : 0;
}

std::size_t Transfer::on_header(char* data, std::size_t size, std::size_t count,
                                void* self_pointer) {
    auto* self = static_cast<Transfer*>(self_pointer);
    self->header_bytes_ += size * count;
    if (self->header_bytes_ > kMaxHeaderBytes) {
        self->failure_ = Error(Code::kTooLarge, "the peer's headers are larger than allowed");
        return 0;
    }
    take_header_line(std::string_view(data, size * count), self->answer_.headers);
    return size * count;
}

Result<PeerAnswer> Transfer::finish() {
    if (!failure_) return failure_.error();
    if (outcome_ != CURLE_OK) return explain(outcome_);
    TRY(tell_head());
    answer_.status = status();
    return std::move(answer_);
}

}  // namespace

CurlHandle::CurlHandle() : easy_(curl_easy_init()), multi_(curl_multi_init()) {}
CurlHandle::~CurlHandle() {
    curl_easy_cleanup(easy_);
    curl_multi_cleanup(multi_);
}

Result<PeerAnswer> CurlHandle::run(PeerRequest const& request, Sinks sinks, bool plain_allowed) {
    if (easy_ == nullptr || multi_ == nullptr)
        return Error(Code::kInternal, "no memory for a connection");
    Transfer transfer(easy_, multi_, request, sinks);
    Result<PeerAnswer> answer = transfer.run(plain_allowed);
    if (!answer && transfer.nothing_sent()) answer.error().reason = kReasonNotSent;
    return answer;
}

}  // namespace musubi::peer
