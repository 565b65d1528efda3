#include "xca/trip.h"

#include "platform/base/log.h"
#include "platform/base/metrics.h"
#include "xca/initiating.h"

namespace musubi::xca {
namespace {

void count(Community const& community, std::string_view outcome) {
    counter("musubi_xca_calls_total",
            "community=\"" + community.name + "\",outcome=\"" + std::string(outcome) + "\"")
        .add();
}

/// Why a leg stays at home; null: it may go.
char const* held_back(InitiatingDeps& deps, Leg const& leg) {
    auto const& policy = deps.ports.require<core::PolicyPort>();
    if (!policy.gateways_open() || !policy.may_send(leg.member, leg.spec->id)) return "closed";
    return deps.breaker.lets_through(leg.community->name, deps.clock.monotonic()) ? nullptr
                                                                                  : "resting";
}

/// Who does not take the question (202) will not answer it either.
void end_if_refused(std::shared_ptr<ReplyBox> const& box, Leg const& leg) {
    leg.line->when_done([line = leg.line, id = leg.message_id, box = std::weak_ptr(box)] {
        auto const there = box.lock();
        auto const& reply = line->replies().front().reply;
        if (!there || (reply && reply->status == 202)) return;
        there->fail(
            id, reply ? Error(Code::kPeerUnavailable, "the question was not taken: HTTP status " +
                                                          std::to_string(reply->status))
                      : reply.error());
    });
}

Result<OpenedAnswer> opened_answer(InitiatingDeps& deps, Leg const& leg) {
    if (leg.later) {
        auto& came = leg.later->answer();
        if (!came) return std::move(came).error();
        return open_reply(std::move(*came), leg.message_id, deps.schemas);
    }
    auto& came = leg.line->replies().front().reply;
    if (!came) return std::move(came).error();
    return open_answer(std::move(*came), leg.message_id, deps.schemas);
}

}  // namespace

Trip::Trip(core::Ports const& ports, core::CallContext const& call)
    : ports_(ports),
      subject_(call.subject),
      trace_(call.trace),
      endpoint_(call.endpoint),
      local_address_(call.local_address) {}

Trip::~Trip() {
    try {
        std::vector<core::ClientPipeline::Finished> records;
        auto const waiting = box.lock();
        for (Leg& leg : legs) {
            if (!leg.line || leg.recorded) continue;
            if (leg.later && waiting)
                waiting->fail(leg.message_id, Error(Code::kPeerUnavailable, "nobody waits"));
            records.push_back(
                finished(leg, Error(Code::kPeerUnavailable, "nobody waited for the answer")));
        }
        auto* pipeline = ports_.find<core::ClientPipeline>();
        if (!records.empty() && pipeline) static_cast<void>(pipeline->record_all(records));
    } catch (std::exception const& e) {
        log_error("audit.failed", {{"detail", e.what()}});
    }
}

core::ClientPipeline::Finished Trip::finished(Leg& leg, Status outcome) {
    leg.recorded = true;
    core::ClientCall made{*leg.spec,      subject_, trace_,     endpoint_,
                          local_address_, leg.url,  leg.objects};
    core::ClientPipeline::Finished out{std::move(made), std::move(outcome), {}};
    if (leg.arrived()) out.took = leg.later ? leg.later->took() : leg.line->replies().front().took;
    return out;
}

void Trip::record_parts(Records& records, Leg& leg, Objects came, Objects missed) {
    bool const some = !came.empty();
    if (some || missed.empty()) {
        leg.objects = std::move(came);
        records.push_back(finished(leg, {}));
    }
    if (missed.empty()) return;
    leg.objects = std::move(missed);
    records.push_back(finished(leg, Error(Code::kNotFound, "the answer brings less than asked")));
    records.back().description = "not delivered";
    records.back().further = some;
}

std::optional<domain::Member> member_of(InitiatingDeps const& deps, Community const& community,
                                        domain::Subject const& asker) {
    auto const* agreed = deps.ports.find<core::CommunityPort>();
    if (!agreed) return std::nullopt;
    for (std::string const& home : community.homes) {
        auto member = agreed->community(home);
        if (!member) continue;
        if (member->code == asker.member.code) return std::nullopt;
        return *std::move(member);
    }
    return std::nullopt;
}

Status set_off(InitiatingDeps& deps, Trip& trip, Leg& leg, Departing how,
               domain::Subject const& subject) {
    auto* port = deps.ports.find<core::FanOutPort>();
    auto const now = std::chrono::steady_clock::now();
    if (!port || trip.deadline <= now) return {};
    if (char const* const why = held_back(deps, leg)) {
        count(*leg.community, why);
        return {};
    }
    bool const later = leg.community->asynchronous;
    core::NeighbourCall call;
    call.call = TRY(write_call({.url = leg.url,
                                .action = std::move(how.action),
                                .payload = leg.payload,
                                .mtom = how.mtom,
                                .message_id = leg.message_id,
                                .headers = std::move(how.headers),
                                .reply_to = later ? deps.reply_address : std::string()},
                               subject, deps.ids));
    call.call.timeout = std::chrono::duration_cast<std::chrono::milliseconds>(trip.deadline - now) +
                        std::chrono::milliseconds(1);
    call.call.max_answer_bytes = how.most_octets;
    call.connect_timeout = deps.settings.connect_timeout;
    call.first_byte_timeout = how.first_byte;
    std::vector<core::NeighbourCall> calls;
    calls.push_back(std::move(call));
    deps.sent.note(leg.message_id);
    if (later) {
        trip.box = deps.box;
        leg.later = deps.box->expect(
            {leg.message_id, leg.member, std::move(how.response_action), trip.deadline});
    }
    leg.line = port->send(std::move(calls), trip.deadline);
    if (later) end_if_refused(deps.box, leg);
    leg.part = leg.later ? trip.arrivals->add(*leg.later, how.wakes)
                         : trip.arrivals->add(*leg.line, how.wakes);
    return {};
}

Result<OpenedAnswer> answer_of(InitiatingDeps& deps, Leg const& leg) {
    if (!leg.line) return Error(Code::kPeerUnavailable, core::kReasonNothingDone, "not asked now");
    if (!leg.arrived()) return Error(Code::kPeerUnavailable, "not answered in time");
    auto opened = opened_answer(deps, leg);
    auto const took = leg.later ? leg.later->took() : leg.line->replies().front().took;
    // Memory of ours that is full says nothing about the neighbour.
    bool const ours = !opened && opened.error().code == Code::kBusy;
    if (!ours) deps.breaker.went(leg.community->name, opened.ok(), deps.clock.monotonic());
    count(*leg.community, opened ? "answered" : to_string(opened.error().code));
    histogram("musubi_xca_call_seconds", "community=\"" + leg.community->name + "\"")
        .observe(std::chrono::duration<double>(took).count());
    if (!opened) {
        log_warning("xca.community_silent",
                    {{"community", leg.community->name}, {"detail", opened.error().detail}});
    }
    return opened;
}

}  // namespace musubi::xca
