#include "platform/base/log.h"
#include "platform/base/metrics.h"
#include "xca/initiating.h"

namespace musubi::xca {
namespace {

void count(Community const& community, std::string_view outcome, std::chrono::milliseconds took) {
    std::string const label = "community=\"" + community.name + "\"";
    counter("musubi_xca_calls_total", label + ",outcome=\"" + std::string(outcome) + "\"").add();
    histogram("musubi_xca_call_seconds", label)
        .observe(std::chrono::duration<double>(took).count());
}

}  // namespace

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

void set_off(InitiatingDeps& deps, Trip& trip, std::vector<core::NeighbourCall> calls,
             std::string_view transaction, std::chrono::milliseconds deadline) {
    auto const now = deps.clock.monotonic();
    auto const& policy = deps.ports.require<core::PolicyPort>();
    bool const open = policy.gateways_open();
    std::vector<core::NeighbourCall> sent;
    for (std::size_t i = 0; i < trip.legs.size(); ++i) {
        Leg& leg = trip.legs[i];
        if (calls[i].call.url.empty()) continue;
        char const* const held_back = !open || !policy.may_send(leg.member, transaction) ? "closed"
                                      : !deps.breaker.lets_through(leg.community->name, now)
                                          ? "resting"
                                          : nullptr;
        if (held_back) {
            counter("musubi_xca_calls_total",
                    "community=\"" + leg.community->name + "\",outcome=\"" + held_back + "\"")
                .add();
            continue;
        }
        leg.call = sent.size();
        sent.push_back(std::move(calls[i]));
    }
    auto* port = deps.ports.find<core::FanOutPort>();
    if (sent.empty() || !port) {
        for (Leg& leg : trip.legs) leg.call.reset();
        return;
    }
    trip.fan_out = port->send(std::move(sent), std::chrono::steady_clock::now() + deadline);
}

Result<OpenedAnswer> answer_of(InitiatingDeps& deps, Trip& trip, Leg const& leg) {
    if (!leg.call || !trip.fan_out)
        return Error(Code::kPeerUnavailable, core::kReasonNothingDone, "not asked now");
    core::NeighbourReply& came = trip.fan_out->replies().at(*leg.call);
    auto opened = came.reply ? open_answer(std::move(*came.reply), leg.message_id, deps.schemas)
                             : Result<OpenedAnswer>(std::move(came.reply).error());
    // Memory of ours that is full says nothing about the neighbour.
    bool const ours = !opened && opened.error().code == Code::kBusy;
    if (!ours) deps.breaker.went(leg.community->name, opened.ok(), deps.clock.monotonic());
    count(*leg.community, opened ? "answered" : to_string(opened.error().code), came.took);
    if (!opened) {
        log_warning("xca.community_silent",
                    {{"community", leg.community->name}, {"detail", opened.error().detail}});
    }
    return opened;
}

core::ClientPipeline::Finished finished(core::TransactionSpec const& spec,
                                        core::CallContext const& call, Trip& trip, Leg const& leg,
                                        std::string const& url) {
    core::ClientCall made{
        spec, call.subject, call.trace, call.endpoint, std::string(call.local_address), url};
    core::ClientPipeline::Finished out{std::move(made), {}, {}};
    if (leg.call && trip.fan_out) out.took = trip.fan_out->replies().at(*leg.call).took;
    return out;
}

}  // namespace musubi::xca
