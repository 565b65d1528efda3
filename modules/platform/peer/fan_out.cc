#include "platform/peer/fan_out.h"

#include <curl/curl.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <list>
#include <mutex>
#include <thread>

#include "platform/base/log.h"
#include "platform/peer/curl_setup.h"

namespace musubi::peer {
namespace {

using Clock = std::chrono::steady_clock;

/// One request on its way. All callbacks come from the thread of the octets.
struct Leg {
    Leg(FanOutRequest r, std::uint64_t& held) : wanted(std::move(r)), held_in_all(held) {
        for (PeerSegment& segment : wanted.request.body) body += segment.text;
        wanted.request.body.clear();
    }
    ~Leg() { drop_answer(); }
    Leg(Leg const&) = delete;
    Leg& operator=(Leg const&) = delete;

    Status prepare(CURL* handle, bool plain_allowed, std::uint64_t most);
    void drop_answer() {
        held_in_all -= answer.body.size();
        answer.body.clear();
    }

    static std::size_t on_read(char* into, std::size_t size, std::size_t count, void* self);
    static std::size_t on_write(char* data, std::size_t size, std::size_t count, void* self);
    static std::size_t on_header(char* data, std::size_t size, std::size_t count, void* self);
    static int on_seek(void* self, curl_off_t offset, int origin);

    FanOutRequest wanted;
    std::uint64_t& held_in_all;
    std::uint64_t most_held = 0;
    std::string body;
    std::size_t sent = 0;
    HeaderList headers;
    PeerAnswer answer;
    std::size_t header_bytes = 0;
    Status failure;  ///< of our own callbacks
    CURL* easy = nullptr;
};

Status Leg::prepare(CURL* handle, bool plain_allowed, std::uint64_t most) {
    easy = handle;
    most_held = most;
    TRY(headers.fill(wanted.request.headers));
    TRY(set_up(easy, wanted.request, body.size(), plain_allowed));
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers.get());
    curl_easy_setopt(easy, CURLOPT_READFUNCTION, &Leg::on_read);
    curl_easy_setopt(easy, CURLOPT_READDATA, this);
    curl_easy_setopt(easy, CURLOPT_SEEKFUNCTION, &Leg::on_seek);
    curl_easy_setopt(easy, CURLOPT_SEEKDATA, this);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, &Leg::on_write);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, this);
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, &Leg::on_header);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, this);
    return {};
}

std::size_t Leg::on_read(char* into, std::size_t size, std::size_t count, void* pointer) {
    auto* self = static_cast<Leg*>(pointer);
    std::size_t const n = std::min(size * count, self->body.size() - self->sent);
    std::memcpy(into, self->body.data() + self->sent, n);
    self->sent += n;
    return n;
}

/// curl begins again only where a kept connection proves dead before an octet of an answer came.
/// What is asked here changes nothing at the neighbour, so that is better than no answer.
int Leg::on_seek(void* pointer, curl_off_t offset, int origin) {
    if (offset != 0 || origin != SEEK_SET) return CURL_SEEKFUNC_FAIL;
    static_cast<Leg*>(pointer)->sent = 0;
    return CURL_SEEKFUNC_OK;
}

std::size_t Leg::on_write(char* data, std::size_t size, std::size_t count, void* pointer) {
    auto* self = static_cast<Leg*>(pointer);
    std::size_t const n = size * count;
    if (self->answer.body.size() + n > self->wanted.request.max_answer_bytes) {
        self->failure = Error(Code::kTooLarge, "the peer's answer is larger than allowed");
        return 0;
    }
    if (self->held_in_all + n > self->most_held) {
        self->failure = Error(Code::kBusy, "answers of neighbours fill the memory set aside");
        return 0;
    }
    try {
        self->answer.body.append(data, n);
    } catch (std::exception const&) {
        self->failure = Error(Code::kBusy, "no memory for an answer");
        return 0;
    }
    self->held_in_all += n;
    return n;
}

std::size_t Leg::on_header(char* data, std::size_t size, std::size_t count, void* pointer) {
    auto* self = static_cast<Leg*>(pointer);
    self->header_bytes += size * count;
    if (self->header_bytes > kMaxHeaderBytes) {
        self->failure = Error(Code::kTooLarge, "the peer's headers are larger than allowed");
        return 0;
    }
    try {
        take_header_line(std::string_view(data, size * count), self->answer.headers);
    } catch (std::exception const&) {
        self->failure = Error(Code::kBusy, "no memory for an answer");
        return 0;
    }
    return size * count;
}

/// Those who were sent together.
struct Party {
    std::vector<FanOutRequest> requests;
    std::vector<FanOutAnswer> answers;
    std::vector<std::unique_ptr<Leg>> legs;  ///< null: answered
    PeerFanOut::Done done;
    PeerFanOut::Time started, deadline;
    std::size_t open = 0;
};

}  // namespace

struct PeerFanOut::Impl {
    explicit Impl(Settings s) : settings(s), multi(curl_multi_init()) {
        curl_multi_setopt(multi, CURLMOPT_MAX_HOST_CONNECTIONS, kPerHost);
        thread = std::thread([this] { work(); });
    }
    ~Impl() {
        {
            std::lock_guard const lock(mutex);
            stopping = true;
        }
        curl_multi_wakeup(multi);
        thread.join();
        for (CURL* easy : idle) curl_easy_cleanup(easy);
        curl_multi_cleanup(multi);
    }

    void work();
    void take_new();
    void start(Party& party);
    void collect();
    void expire();
    void settle(Party& party, std::size_t i, Result<PeerAnswer> answer);
    void release(Leg& leg);
    int patience() const;
    void sweep();

    Settings const settings;
    CURLM* multi;
    std::mutex mutex;
    std::list<Party> waiting;  ///< not yet started
    bool stopping = false;
    bool forget = false;
    // Of the thread alone:
    std::list<Party> running;
    std::vector<CURL*> idle;
    std::uint64_t held = 0;
    Time fresh_until{};
    std::thread thread;
};

void PeerFanOut::Impl::work() {
    while (true) {
        take_new();
        {
            std::lock_guard const lock(mutex);
            if (stopping && waiting.empty()) break;
        }
        int open = 0;
        curl_multi_perform(multi, &open);
        collect();
        expire();
        sweep();
        curl_multi_poll(multi, nullptr, 0, patience(), nullptr);
    }
    for (Party& party : running) {
        for (std::size_t i = 0; i < party.legs.size(); ++i) {
            if (party.legs[i]) settle(party, i, Error(Code::kPeerUnavailable, "the node stops"));
        }
    }
    sweep();
}

void PeerFanOut::Impl::take_new() {
    std::list<Party> fresh;
    {
        std::lock_guard const lock(mutex);
        fresh.swap(waiting);
        // Kept connections end by themselves within CURLOPT_MAXAGE_CONN; until then none is used.
        if (forget) fresh_until = Clock::now() + std::chrono::seconds(50);
        forget = false;
    }
    while (!fresh.empty()) {
        running.splice(running.end(), fresh, fresh.begin());
        start(running.back());
    }
}

void PeerFanOut::Impl::start(Party& party) {
    party.answers.resize(party.requests.size());
    party.legs.resize(party.requests.size());
    party.open = party.requests.size();
    auto const left =
        std::chrono::duration_cast<std::chrono::milliseconds>(party.deadline - Clock::now())
            .count();
    for (std::size_t i = 0; i < party.requests.size(); ++i) {
        auto& request = party.requests[i].request;
        int const most = static_cast<int>(std::clamp<std::int64_t>(left, 1, 1 << 30));
        request.total_timeout_ms = std::min(request.total_timeout_ms, most);
        party.legs[i] = std::make_unique<Leg>(std::move(party.requests[i]), held);
        CURL* easy = nullptr;
        if (idle.empty()) {
            easy = curl_easy_init();
        } else {
            easy = idle.back();
            idle.pop_back();
        }
        if (!easy) {
            settle(party, i, Error(Code::kInternal, "no memory for a connection"));
            continue;
        }
        Leg& leg = *party.legs[i];
        Status const ready =
            leg.prepare(easy, settings.loopback == Loopback::kPlainAllowed, settings.most_held);
        if (!ready) {
            settle(party, i, ready.error());
            continue;
        }
        if (Clock::now() < fresh_until) curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, 1L);
        curl_easy_setopt(easy, CURLOPT_PRIVATE, &leg);
        curl_multi_add_handle(multi, easy);
    }
}

void PeerFanOut::Impl::collect() {
    int left = 0;
    while (CURLMsg const* message = curl_multi_info_read(multi, &left)) {
        if (message->msg != CURLMSG_DONE) continue;
        CURLcode const outcome = message->data.result;
        char* pointer = nullptr;
        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &pointer);
        for (Party& party : running) {
            for (std::size_t i = 0; i < party.legs.size(); ++i) {
                Leg* const leg = party.legs[i].get();
                if (!leg || static_cast<void*>(leg) != static_cast<void*>(pointer)) continue;
                long status = 0;
                curl_easy_getinfo(leg->easy, CURLINFO_RESPONSE_CODE, &status);
                if (!leg->failure) {
                    settle(party, i, leg->failure.error());
                } else if (outcome != CURLE_OK) {
                    settle(party, i, explain(outcome));
                } else {
                    held -= leg->answer.body.size();
                    PeerAnswer answer = std::move(leg->answer);
                    leg->answer = {};
                    answer.status = static_cast<int>(status);
                    settle(party, i, std::move(answer));
                }
            }
        }
    }
}

/// Who has not begun to answer in time, and whose party is over.
void PeerFanOut::Impl::expire() {
    auto const now = Clock::now();
    for (Party& party : running) {
        for (std::size_t i = 0; i < party.legs.size(); ++i) {
            Leg const* const leg = party.legs[i].get();
            if (!leg) continue;
            auto const first =
                party.started + std::chrono::milliseconds(leg->wanted.first_byte_timeout_ms);
            if (now >= party.deadline || (leg->header_bytes == 0 && now >= first)) {
                settle(party, i, Error(Code::kPeerUnavailable, "not answered in time"));
            }
        }
    }
}

void PeerFanOut::Impl::settle(Party& party, std::size_t i, Result<PeerAnswer> answer) {
    party.answers[i].answer = std::move(answer);
    party.answers[i].took =
        std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - party.started);
    release(*party.legs[i]);
    party.legs[i].reset();
    --party.open;
}

void PeerFanOut::Impl::release(Leg& leg) {
    if (!leg.easy) return;
    curl_multi_remove_handle(multi,
                             leg.easy);  // closes the connection when an answer is unfinished
    curl_easy_reset(leg.easy);
    constexpr std::size_t kKept = 64;
    if (idle.size() < kKept) {
        idle.push_back(leg.easy);
    } else {
        curl_easy_cleanup(leg.easy);
    }
    leg.easy = nullptr;
}

void PeerFanOut::Impl::sweep() {
    for (auto party = running.begin(); party != running.end();) {
        if (party->open > 0) {
            ++party;
            continue;
        }
        std::list<Party> over;
        over.splice(over.end(), running, party++);
        try {
            over.front().done(std::move(over.front().answers));
        } catch (std::exception const&) {
            log_error("peer.done_threw");
        }
    }
}

/// How long nothing needs to be looked at; curl wakes up for its own timeouts earlier.
int PeerFanOut::Impl::patience() const {
    auto next = Clock::now() + std::chrono::seconds(10);
    for (Party const& party : running) {
        next = std::min(next, party.deadline);
        for (auto const& leg : party.legs) {
            if (!leg || leg->header_bytes > 0) continue;
            next = std::min(
                next, party.started + std::chrono::milliseconds(leg->wanted.first_byte_timeout_ms));
        }
    }
    auto const left =
        std::chrono::duration_cast<std::chrono::milliseconds>(next - Clock::now()).count();
    return static_cast<int>(std::clamp<std::int64_t>(left + 1, 1, 10'000));
}

PeerFanOut::PeerFanOut(Settings settings) {
    static CURLcode const started = curl_global_init(CURL_GLOBAL_DEFAULT);
    (void)started;
    impl_ = std::make_unique<Impl>(settings);
}
PeerFanOut::~PeerFanOut() = default;

void PeerFanOut::send(std::vector<FanOutRequest> requests, Time deadline, Done done) {
    Party party;
    party.requests = std::move(requests);
    party.done = std::move(done);
    party.started = Clock::now();
    party.deadline = deadline;
    {
        std::lock_guard const lock(impl_->mutex);
        impl_->waiting.push_back(std::move(party));
    }
    curl_multi_wakeup(impl_->multi);
}

void PeerFanOut::forget_connections() {
    {
        std::lock_guard const lock(impl_->mutex);
        impl_->forget = true;
    }
    curl_multi_wakeup(impl_->multi);
}

}  // namespace musubi::peer
