#include "platform/net/revocation.h"

#include "platform/base/log.h"
#include "platform/base/metrics.h"
#include "platform/net/revocation_impl.h"
#include "platform/net/tls_internal.h"

namespace musubi::net {
namespace {

constexpr int kThreads = 2;
constexpr std::chrono::seconds kNotAgainBefore{10};

Counter& asked(char const* outcome) {
    return counter("musubi_net_ocsp_total", "outcome=\"" + std::string(outcome) + "\"");
}

bool is_http(std::string const& url) { return url.starts_with("http://") && url.size() > 7; }

}  // namespace

Result<OcspMode> ocsp_mode_from(std::string_view word) {
    if (word == "off") return OcspMode::kOff;
    if (word == "soft") return OcspMode::kSoft;
    if (word == "hard") return OcspMode::kHard;
    return Error(Code::kInvalidContent, "OCSP mode must be off, soft or hard");
}

RevocationChecker::RevocationChecker(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
RevocationChecker::~RevocationChecker() = default;

Result<std::shared_ptr<RevocationChecker>> RevocationChecker::make(OcspConfig config) {
    if (config.mode == OcspMode::kOff) return std::shared_ptr<RevocationChecker>();
    if (!config.responder.empty() && !is_http(config.responder))
        return Error(Code::kInvalidContent, "an OCSP responder is named by an http:// URL");
    if (config.responder.empty() && config.hosts.empty())
        return Error(Code::kInvalidContent,
                     "OCSP needs a responder, or hosts that certificates may name");
    return std::shared_ptr<RevocationChecker>(
        new RevocationChecker(std::make_unique<Impl>(std::move(config))));
}

void RevocationChecker::forget() {
    std::lock_guard const lock(impl_->mutex);
    for (auto& [key, one] : impl_->known) {
        if (one.question) one.until = one.again = {};
    }
}

RevocationChecker::Impl::Impl(OcspConfig c) : config(std::move(c)) {
    for (int i = 0; i < kThreads; ++i) threads.emplace_back([this] { work(); });
}

RevocationChecker::Impl::~Impl() {
    {
        std::lock_guard const lock(mutex);
        ending = true;
    }
    changed.notify_all();
    for (auto& thread : threads) thread.join();
}

Standing RevocationChecker::Impl::standing_of(Known const& one) const {
    switch (one.word) {
        case OcspAnswer::Word::kGood: return Standing::kHolds;
        case OcspAnswer::Word::kRevoked: return Standing::kRevoked;
        case OcspAnswer::Word::kUnknown: break;
    }
    return config.mode == OcspMode::kHard ? Standing::kUnknown : Standing::kHolds;
}

bool RevocationChecker::Impl::known_revoked(x509_st* leaf) {
    std::string const key = describe_certificate(leaf).fingerprint_sha256;
    std::lock_guard const lock(mutex);
    auto const found = known.find(key);
    return found != known.end() && found->second.word == OcspAnswer::Word::kRevoked &&
           std::chrono::steady_clock::now() < found->second.until;
}

/// What stands about a certificate that comes for the first time; nothing when nobody can be asked.
std::optional<RevocationChecker::Impl::Known> RevocationChecker::Impl::first_word(
    stack_st_X509* chain) const {
    if (chain == nullptr) return std::nullopt;
    Known out;
    if (is_alone(chain)) {
        // Trusted as it is: who withdraws it takes it out of the file.
        out.word = OcspAnswer::Word::kGood;
        out.until = out.again = Time::max();
        return out;
    }
    auto question = question_about(chain, config);
    if (!question) return std::nullopt;
    out.question = std::make_shared<OcspQuestion const>(std::move(*question));
    return out;
}

Standing RevocationChecker::Impl::ask(x509_st* leaf, stack_st_X509* chain, Done done) {
    std::string const key = describe_certificate(leaf).fingerprint_sha256;
    auto const now = std::chrono::steady_clock::now();
    std::unique_lock lock(mutex);
    auto found = known.find(key);
    if (found == known.end()) {
        lock.unlock();
        auto first = first_word(chain);
        if (!first) {
            asked("nobody").add();
            return standing_of({});
        }
        lock.lock();
        auto const [place, fresh] = known.try_emplace(key, std::move(*first));
        if (fresh) {
            order.push_back(key);
            drop_oldest();
        }
        found = known.find(key);
    }
    Known& one = found->second;
    if (now < one.until) {
        // Nobody waits for the next word as long as the last one counts.
        if (now >= one.again && !one.asking) enqueue(key, one);
        return standing_of(one);
    }
    if (!one.asking && !enqueue(key, one)) {
        asked("overload").add();
        return standing_of({});
    }
    one.waiting.push_back(std::move(done));
    return Standing::kAsking;
}

Standing RevocationChecker::Impl::ask_and_wait(x509_st* leaf, stack_st_X509* chain) {
    struct Turn {
        std::mutex mutex;
        std::condition_variable signal;
        bool over = false;
    };
    auto const turn = std::make_shared<Turn>();
    Standing const first = ask(leaf, chain, [turn] {
        std::lock_guard const lock(turn->mutex);
        turn->over = true;
        turn->signal.notify_all();
    });
    if (first != Standing::kAsking) return first;
    std::unique_lock lock(turn->mutex);
    // Others may stand in the queue before us.
    auto const patience = std::chrono::milliseconds(3 * config.timeout_ms);
    if (!turn->signal.wait_for(lock, patience, [&] { return turn->over; })) return standing_of({});
    lock.unlock();
    Standing const second = ask(leaf, chain, [] {});
    return second == Standing::kAsking ? standing_of({}) : second;
}

bool RevocationChecker::Impl::enqueue(std::string const& key, Known& one) {
    if (queue.size() >= kWaiting) return false;
    one.asking = true;
    queue.push_back(key);
    changed.notify_one();
    return true;
}

/// One about whom somebody waits stays.
void RevocationChecker::Impl::drop_oldest() {
    while (order.size() > kKept) {
        auto const oldest = known.find(order.front());
        if (oldest != known.end() && oldest->second.asking) return;
        if (oldest != known.end()) known.erase(oldest);
        order.pop_front();
    }
}

void RevocationChecker::Impl::work() {
    std::unique_lock lock(mutex);
    for (;;) {
        changed.wait(lock, [this] { return ending || !queue.empty(); });
        if (ending) return;
        std::string const key = std::move(queue.front());
        queue.pop_front();
        auto const question = known.at(key).question;
        lock.unlock();
        auto const answer = ask_responder(*question, config.timeout_ms);
        if (!answer) {
            // Whose certificate it was stands in the audit trail if it is refused.
            log_warning("tls.ocsp_no_answer", {{"detail", answer.error().detail}});
        }
        lock.lock();
        answered(key, answer, std::chrono::steady_clock::now());
        auto const waiting = std::exchange(known.at(key).waiting, {});
        lock.unlock();
        for (auto const& done : waiting) done();
        lock.lock();
    }
}

void RevocationChecker::Impl::answered(std::string const& key, Result<OcspAnswer> const& answer,
                                       Time now) {
    Known& one = known.at(key);
    one.asking = false;
    if (answer && answer->word != OcspAnswer::Word::kUnknown) {
        bool const good = answer->word == OcspAnswer::Word::kGood;
        asked(good ? "good" : "revoked").add();
        one.word = answer->word;
        one.until = now + answer->good_for;
        one.again = now + answer->good_for * 3 / 4;
        return;
    }
    asked(answer ? "unknown" : "no_answer").add();
    // A word that still counts outlives a responder that is away.
    one.again = now + kNotAgainBefore;
    if (now < one.until && one.word != OcspAnswer::Word::kUnknown) return;
    one.word = OcspAnswer::Word::kUnknown;
    one.until = one.again;
}

}  // namespace musubi::net
