#pragma once
// ITI-55 with a deferred answer (ITI TF-2 3.55.6.2): the question is acknowledged at once and kept
// sealed in the outbox, inside the transaction of its record; the answer is found, decided about
// and recorded when it leaves, and posted to the address that the question names. At least once,
// with a message id of its own each time; one queue for each address, so that one that does not
// answer harms no other.
//
// The address must be one that the agreement lists for the member (Member::reply_addresses): nobody
// can make this node call a stranger. Thread-safe.

#include "core/module.h"
#include "core/outbox_runner.h"
#include "core/peer_port.h"
#include "core/pipeline.h"
#include "xcpd/iti55.h"
#include "xcpd/pending.h"

namespace musubi::xcpd {

struct DeferredDeps {
    Clock const& clock;
    IdSource& ids;
    vault::KeyRing& keys;
    Settings settings;
    int most_waiting = 1000;  ///< questions for one address; one more is refused as busy
    std::function<void()> after_commit = {};
};

/// What is wrong with being deferred is told in the acknowledgement: SYN105 no respondTo, RTUDEST
/// an address that is not registered, NS250 a question that does not ask for it.
struct Iti55Deferred {
    using Deps = DeferredDeps;
    using Wire = soap::Incoming;
    struct Request {
        DiscoveryRequest asked;
        std::string text;  ///< the payload
    };
    struct Response {};
    using Reply = soap::Outgoing;

    static core::TransactionSpec const& spec();
    static Result<Request> decode(Deps&, Wire const&, core::DecodeContext const&);
    static Result<core::Located> locate(Deps&, Request const&, domain::Subject const&);
    static core::PolicyQuery policy_query(Request const&, core::Located const&);
    static Result<Response> handle(Deps&, core::Authorized<Request> const&);
    static int withhold(core::Permit const&, Response&);
    static std::vector<core::AuditDraft> audit(Deps&, core::AuditInput<Request, Response> const&);
    static Result<Reply> encode(Deps&, Response&&, Request const&);
    static Reply encode_error(Deps&, Error const&, Request const*);
};

/// The same question once more, when its answer is due. At no door: the node asks itself.
struct Iti55Answer : Iti55 {
    static Result<Request> decode(Deps&, Wire const&, core::DecodeContext const&);
};

struct DeliverySettings {
    std::chrono::milliseconds timeout{30'000}, first_pause{5'000}, longest_pause{900'000};
    std::chrono::milliseconds patience{std::chrono::hours(72)};
    int tries = 5;  ///< of an answer that its receiver refuses
};

/// Answers what waits. Owns its threads from start() to stop().
class DeferredAnswers {
public:
    /// `deps` are those of the answers; they and the ports outlive this.
    DeferredAnswers(core::ModuleContext& context, Deps& deps, DeliverySettings settings);

    void start() { runner_.start(); }
    void stop() { runner_.stop(); }
    void wake() { runner_.wake(); }
    core::OutboxRunner& runner() { return runner_; }

    /// One answer. kInvalidContent: refused, or nobody may have it any longer. Any other error: may
    /// be sent again.
    Status deliver(std::string const& reply_to, ByteView sealed);

private:
    Status post(std::string const& reply_to, soap::Outgoing&& answer);

    core::Ports& ports_;
    core::Pipeline& pipeline_;
    Clock const& clock_;
    IdSource& ids_;
    vault::KeyRing& keys_;
    DeliverySettings const settings_;
    core::Definition const definition_;
    core::OutboxRunner runner_;
};

}  // namespace musubi::xcpd
