#pragma once
// Inside the room: the checker's state. revocation.cc keeps answers and threads, ocsp_query.cc
// speaks with a responder.

#include "platform/base/bytes.h"
#include "platform/net/revocation.h"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>
#include <unordered_map>

struct x509_st;
struct stack_st_X509;

namespace musubi::net {

/// What there is to say about a certificate now.
enum class Standing : std::uint8_t {
    kHolds,
    kRevoked,
    kUnknown,  ///< nobody could tell, and the mode is hard
    kAsking,
};

/// The question about one certificate, kept so that it can be put again.
struct OcspQuestion {
    std::string url;
    Bytes certificate, issuer;   ///< DER
    std::vector<Bytes> anchors;  ///< DER: the verified chain above the leaf
};
/// No issuer stands above the certificate: it is believed by itself.
bool is_alone(stack_st_X509* chain);
/// Nothing when there is nobody to ask. `chain` begins with the leaf.
std::optional<OcspQuestion> question_about(stack_st_X509* chain, OcspConfig const& config);

struct OcspAnswer {
    enum class Word : std::uint8_t { kGood, kRevoked, kUnknown };
    Word word = Word::kUnknown;
    std::chrono::seconds good_for{0};
};
/// Blocks for `timeout_ms` at most (names are resolved beside that). An Error: no usable answer.
Result<OcspAnswer> ask_responder(OcspQuestion const& question, int timeout_ms);

struct RevocationChecker::Impl {
    using Time = std::chrono::steady_clock::time_point;
    using Done = std::function<void()>;

    explicit Impl(OcspConfig c);
    ~Impl();

    /// Never blocks. With kAsking `done` runs once, on a thread of the checker, and the caller asks
    /// again. `chain` may be null (a resumed session): then only what is known counts.
    Standing ask(x509_st* leaf, stack_st_X509* chain, Done done);
    /// As ask(), and waits for the answer.
    Standing ask_and_wait(x509_st* leaf, stack_st_X509* chain);
    bool known_revoked(x509_st* leaf);

    OcspConfig const config;

    struct Known {
        std::shared_ptr<OcspQuestion const> question;
        OcspAnswer::Word word = OcspAnswer::Word::kUnknown;
        Time until{}, again{};  ///< counts until; asked for again from then on
        bool asking = false;
        std::vector<Done> waiting;
    };
    std::optional<Known> first_word(stack_st_X509* chain) const;
    void work();
    void answered(std::string const& key, Result<OcspAnswer> const& answer, Time now);
    bool enqueue(std::string const& key, Known& known);
    void drop_oldest();
    Standing standing_of(Known const& known) const;

    std::mutex mutex;
    std::condition_variable changed;
    std::unordered_map<std::string, Known> known;  ///< by SHA-256 of the certificate
    std::deque<std::string> order, queue;
    bool ending = false;
    std::vector<std::thread> threads;
};

}  // namespace musubi::net
