// The part of QueryDeparture that asks who a patient is in another community (ITI-55).

#include "codec/hl7v3/actions.h"
#include "codec/hl7v3/names.h"
#include "codec/hl7v3/time_to_live.h"
#include "core/read_only.h"
#include "platform/base/log.h"
#include "platform/base/metrics.h"
#include "xca/query_departure.h"
#include "xca/telling.h"

#include <algorithm>

namespace musubi::xca {
namespace {

using Kind = DiscoveryOutcome::Kind;

/// Questions who somebody is, for one query.
constexpr std::size_t kMostDiscoveries = 16;

/// Security sheet 6.1: the question, and whom it went to; no patient.
domain::AuditObject discovery_record(DiscoveryQuestion const& question, std::string const& home) {
    auto object = core::audit_query(discovery_spec(), question.query_id.key(), question.query_text);
    object.details.push_back({"ihe:homeCommunityID", home});
    return object;
}

void count(Community const& community, std::string_view outcome) {
    counter("musubi_xca_discoveries_total",
            "community=\"" + community.name + "\",outcome=\"" + std::string(outcome) + "\"")
        .add();
}

std::string_view word_for(Kind kind) {
    switch (kind) {
        case Kind::kMatch: return "match";
        case Kind::kAbsent: return "absent";
        case Kind::kWants: return "wants_more";
        case Kind::kAmbiguous: return "ambiguous";
        case Kind::kUnbelievable: return "unbelievable";
        case Kind::kBusy: return "busy";
        case Kind::kCannotTell: return "cannot_tell";
    }
    return "cannot_tell";
}

}  // namespace

Status QueryDeparture::send_discovery(Community const& community, Discovering next,
                                      std::string const& patient,
                                      std::set<hl7v3::WantedAttribute> const& wanted) {
    auto const criteria = discovery_criteria(next.person, wanted);
    if (!criteria) {
        tell(community, "XDSRegistryError",
             "not asked: what may be told of the patient is too little to find him by");
        return {};
    }
    bool const room = trip_.discoveries.size() < kMostDiscoveries;
    if (!room || !deps_.pace.lets_through(community.name, deps_.settings.discoveries_per_minute,
                                          deps_.clock.monotonic())) {
        count(community, "not_asked");
        tell(community, "XDSRegistryBusy", "not asked: too many questions who somebody is");
        return {};
    }
    Leg& leg = trip_.legs.emplace_back();
    next.question = write_discovery({.own_home = deps_.home,
                                     .community = &community,
                                     .message_id = deps_.ids.uuid().to_string(),
                                     .query_id = deps_.ids.uuid().to_string(),
                                     .time = to_dtm(deps_.clock.now()) + "+0000"},
                                    *criteria);
    leg.spec = &discovery_spec();
    leg.community = &community;
    leg.member = next.member.code;
    leg.patient = patient;
    leg.url = community.discovery_url;
    leg.message_id = deps_.ids.uuid().to_urn();
    leg.payload = next.question.payload;
    leg.objects = {discovery_record(next.question, community.homes.front())};
    next.leg = &leg;
    TRY(set_off(deps_, trip_, leg,
                {.action = std::string(hl7v3::kDiscoveryActions.request),
                 .response_action = std::string(hl7v3::kDiscoveryActions.response),
                 .headers = hl7v3::write_time_to_live(deps_.settings.correlation_kept),
                 .most_octets = deps_.settings.most_query_octets,
                 .first_byte = deps_.settings.discovery_first_byte,
                 .wakes = Arrivals::Wakes::kAtOnce},
                request_.subject()));
    if (!leg.line) {
        next.heard = true;
        trip_.rows.push_back(unavailable_row(community));
    }
    trip_.discoveries.push_back(std::move(next));
    return {};
}

Status QueryDeparture::hear(Discovering& heard) {
    Community const& community = *heard.leg->community;
    auto const opened = answer_of(deps_, *heard.leg);
    if (!opened) {
        heard.outcome = opened.error();
        trip_.rows.push_back(unavailable_row(community));
        return {};
    }
    auto const read = hl7v3::read_find_response(opened->envelope.payload);
    if (!read) {
        heard.outcome = Error(Code::kPeerUnavailable, "not an answer to a discovery");
        log_warning("xca.discovery_unreadable", {{"community", community.name}});
        trip_.rows.push_back(unavailable_row(community));
        return {};
    }
    return believe(heard, judge_discovery(heard.question, community, heard.person, *read), *opened);
}

Status QueryDeparture::believe(Discovering& heard, DiscoveryOutcome const& outcome,
                               OpenedAnswer const& answer) {
    Community const& community = *heard.leg->community;
    std::string const patient = heard.leg->patient;
    count(community, word_for(outcome.kind));
    switch (outcome.kind) {
        case Kind::kMatch: {
            // Without a word of how long it holds, it holds for this query alone.
            auto const told = hl7v3::read_duration(
                answer.envelope.header.first_child(hl7v3::kXcpd, "CorrelationTimeToLive").text());
            if (still_true(heard)) {
                note(heard.known_as, community, outcome.id,
                     std::min(told.value_or(std::chrono::seconds(0)),
                              deps_.settings.correlation_kept));
            }
            if (!may_be_told(deps_, heard.member, patient, "")) return {};
            TRY(locate(community, heard.member.code, patient, outcome.id));
            // It may have been asked only because it tells of another one.
            auto const& home = request_->asked.query.home;
            if (home && !community.serves(*home)) return {};
            return ask(community, heard.member.code, patient, outcome.id, true);
        }
        case Kind::kAbsent:
            ++trip_.absent;
            drop_located(community, patient);
            note(heard.known_as, community, std::nullopt, deps_.settings.absence_kept);
            return {};
        case Kind::kWants: {
            auto const more = discovery_criteria(heard.person, outcome.wanted);
            bool const can = more && (!more->addresses.empty() || !more->phones.empty() ||
                                      !more->mothers_maiden_names.empty());
            if (heard.again || !can) break;
            Discovering next;
            next.member = heard.member;
            next.known_as = heard.known_as;
            next.person = heard.person;
            next.again = true;
            return send_discovery(community, std::move(next), patient, outcome.wanted);
        }
        case Kind::kBusy: tell(community, "XDSRegistryBusy", outcome.why); return {};
        case Kind::kUnbelievable:
            heard.outcome = Error(Code::kPeerUnavailable, outcome.why);
            log_warning("xca.discovery_unbelievable",
                        {{"community", community.name}, {"detail", outcome.why}});
            break;
        case Kind::kAmbiguous:
        case Kind::kCannotTell: break;
    }
    tell(community, "XDSRegistryError", "not asked for documents: " + outcome.why);
    return {};
}

/// Who was told of with other demographics meanwhile was not found by what is true now.
bool QueryDeparture::still_true(Discovering const& heard) const {
    auto const records = records_of(deps_, heard.known_as);
    if (!records || !*records) return false;
    auto const now = tellable(deps_, heard.member, heard.known_as, **records);
    return now && *now == heard.person;
}

/// What cannot be kept is asked again: no reason to keep the answer back.
void QueryDeparture::note(std::string const& known_as, Community const& community,
                          std::optional<std::string> const& id, std::chrono::seconds keep) {
    if (!deps_.correlations || core::is_read_only(deps_.ports)) return;
    // Whoever merged meanwhile is no longer the one who was asked for.
    auto const* identity = deps_.ports.find<core::PatientIdentityPort>();
    auto const stands = identity ? identity->survivor_of(known_as) : Result<std::string>(known_as);
    if (!stands || *stands != known_as) return;
    auto const noted = deps_.correlations->note(known_as, community.homes.front(), id, keep);
    if (!noted) log_warning("xca.correlation_not_kept", {{"detail", noted.error().detail}});
}

}  // namespace musubi::xca
