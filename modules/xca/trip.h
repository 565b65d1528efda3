#pragma once
// What is on its way to other communities for one request: questions, each with its answer and its
// record.
//
// Ownership: a trip lives in its request's notes. Calls that nobody waits for any more (the node
// stops, the wait took too long) are recorded when it ends: they were made. One thread at a time.

#include "core/client_pipeline.h"
#include "core/fan_out.h"
#include "xca/arrivals.h"
#include "xca/communities.h"
#include "xca/gateway_call.h"
#include "xca/reply_box.h"

#include <deque>

namespace musubi::xca {

struct InitiatingDeps;

/// One question to one community.
struct Leg {
    core::TransactionSpec const* spec = nullptr;  ///< as the initiator records it
    Community const* community = nullptr;
    std::string member;   ///< its code in the agreement
    std::string patient;  ///< our id; empty: a question by ids
    std::string sent_as;
    std::string message_id, payload, url;
    std::vector<domain::AuditObject> objects = {};  ///< of its record
    bool correlated = false;                        ///< `sent_as` is what it told us itself
    std::shared_ptr<core::FanOut> line = {};        ///< null: not asked now
    std::shared_ptr<AwaitedAnswer> later = {};      ///< it answers on a connection of its own
    std::shared_ptr<Arrivals::Part const> part = {};
    bool recorded = false;

    bool arrived() const { return part && part->done; }
};

struct Trip {
    Trip(core::Ports const& ports, core::CallContext const& call);
    virtual ~Trip();
    Trip(Trip const&) = delete;
    Trip& operator=(Trip const&) = delete;

    /// The record of one call that is over. Refers to the trip.
    core::ClientPipeline::Finished finished(Leg& leg, Status outcome);
    /// The record of what a call brought, the record of what it did not, or both: nothing stands
    /// in a record as received that was not (ITI TF-2 3.43.5, 3.18.5).
    using Records = std::vector<core::ClientPipeline::Finished>;
    using Objects = std::vector<domain::AuditObject>;
    void record_parts(Records& records, Leg& leg, Objects came, Objects missed);

    std::shared_ptr<Directory const> directory;  ///< legs point into it
    std::deque<Leg> legs;                        ///< references stay valid
    std::shared_ptr<Arrivals> const arrivals = std::make_shared<Arrivals>();
    std::chrono::steady_clock::time_point deadline{};
    std::weak_ptr<ReplyBox> box;  ///< of the answers that come on their own

private:
    core::Ports const& ports_;
    domain::Subject const subject_;
    std::string const trace_, endpoint_, local_address_;
};

/// Who a community is in the agreement. None: the agreement does not admit it, or it is the one who
/// asks, and no question goes back.
std::optional<domain::Member> member_of(InitiatingDeps const& deps, Community const& community,
                                        domain::Subject const& asker);
/// What is the same for all calls: limits of time and size stand in `call` already.
struct Departing {
    std::string action;
    std::string response_action = {};
    bool mtom = false;
    std::string headers = {};  ///< further SOAP headers, ready
    std::uint64_t most_octets = 0;
    std::chrono::milliseconds first_byte{};
    Arrivals::Wakes wakes = Arrivals::Wakes::kWithTheLast;
};
/// Sends one leg, if it may be sent now: its community does not rest, the agreement lets the
/// transaction go out to it, the gateways are open.
Status set_off(InitiatingDeps& deps, Trip& trip, Leg& leg, Departing how,
               domain::Subject const& subject);
/// The answer of a leg that has arrived, opened; the breaker is told.
Result<OpenedAnswer> answer_of(InitiatingDeps& deps, Leg const& leg);

}  // namespace musubi::xca
