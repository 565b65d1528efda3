#include "xca/query_departure.h"

#include "codec/ebxml/write.h"
#include "codec/hl7v3/actions.h"
#include "codec/hl7v3/names.h"
#include "codec/hl7v3/time_to_live.h"
#include "platform/base/log.h"
#include "platform/base/metrics.h"
#include "xca/records.h"
#include "xca/telling.h"

#include <algorithm>

namespace musubi::xca {
namespace {

using Kind = DiscoveryOutcome::Kind;

constexpr std::string_view kPatientParameters[] = {"$XDSDocumentEntryPatientId",
                                                   "$XDSSubmissionSetPatientId",
                                                   "$XDSFolderPatientId", "$patientId"};
/// Questions who somebody is, for one query.
constexpr std::size_t kMostDiscoveries = 16;

/// Security sheet 6.2: the consumer's record of each responding gateway that is called.
core::TransactionSpec const& query_spec() {
    static core::TransactionSpec const kSpec{.id = "ITI-38",
                                             .name = "Cross Gateway Query",
                                             .action = domain::Action::kQuery,
                                             .event_id = domain::dcm("110112", "Query"),
                                             .event_action = 'E',
                                             .soap = {},
                                             .hl7v2 = {}};
    return kSpec;
}

/// What is shown of entries is decided by what they are: references tell nothing.
std::string text_for(GatewayQuery const& request, std::string const& sent_as, bool leaf_class) {
    domain::RawQuery query = request.raw;
    if (leaf_class) query.return_type = "LeafClass";
    for (domain::RawParameter& parameter : query.parameters) {
        bool const patient = std::find(std::begin(kPatientParameters), std::end(kPatientParameters),
                                       parameter.name) != std::end(kPatientParameters);
        if (patient && !sent_as.empty()) parameter.groups = {{ebxml::query_text(sent_as)}};
    }
    if (!sent_as.empty()) query.home.reset();
    return ebxml::write_adhoc_query_request(query);
}

/// Of the patient index, by which this community is to be asked for a patient.
Result<std::vector<std::string>> ids_at(InitiatingDeps const& deps, Community const& community,
                                        std::string const& cx) {
    std::vector<std::string> out;
    if (community.correlation == Correlation::kNone) return std::vector{cx};
    auto const id = domain::PatientId::parse(cx);
    if (!id || community.patient_authority.empty()) return out;
    if (id->authority == community.patient_authority) return std::vector{cx};
    if (community.correlation == Correlation::kSameId) return out;
    auto const* index = deps.ports.find<core::CrossReferencePort>();
    if (!index) return out;
    auto found = index->cross_references(*id);
    if (!found && found.error().code == Code::kNotFound) return out;
    if (!found) return std::move(found).error();
    for (domain::LocalId const& one : found->ids) {
        if (one.id.authority == community.patient_authority) out.push_back(one.id.to_cx());
    }
    return out;
}

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

/// One patient of the query; what is looked up for one community serves the next.
struct QueryDeparture::Patient {
    std::string cx;                     ///< as asked for
    std::optional<std::string> stands;  ///< the id that survives; none: not looked up yet
    std::optional<Correlations::Known> known = {};
    bool looked_up = false;
    std::optional<core::DemographicsPort::Candidate> records = {};
};

bool QueryTrip::is_discovery(Leg const& leg) const {
    return std::any_of(discoveries.begin(), discoveries.end(),
                       [&](Discovering const& one) { return one.leg == &leg; });
}

QueryDeparture::QueryDeparture(InitiatingDeps& deps, core::Authorized<GatewayQuery> const& request,
                               QueryTrip& trip)
    : deps_(deps), request_(request), trip_(trip) {}

Status QueryDeparture::leave() {
    trip_.directory = deps_.directory();
    trip_.deadline = std::chrono::steady_clock::now() + deps_.settings.query_deadline;
    domain::StoredQuery const& query = request_->asked.query;
    std::vector<Patient> patients;
    for (std::string const& cx : query.patient_ids) patients.push_back({.cx = cx, .stands = {}});
    for (Community const& community : trip_.directory->communities) {
        if (query.home && !community.serves(*query.home)) continue;
        auto const member = member_of(deps_, community, request_.subject());
        if (!member) continue;
        if (patients.empty()) TRY(ask(community, member->code, "", "", false));
        for (Patient& patient : patients) TRY(ask_about(community, *member, patient));
    }
    return {};
}

Status QueryDeparture::ask_about(Community const& community, domain::Member const& member,
                                 Patient& patient) {
    auto const ids = TRY(ids_at(deps_, community, patient.cx));
    for (std::string const& id : ids) {
        if (may_be_told(deps_, member, patient.cx, id))
            TRY(ask(community, member.code, patient.cx, id, false));
    }
    if (!ids.empty() || community.correlation != Correlation::kXcpd) return {};
    if (!patient.stands) {
        auto const* identity = deps_.ports.find<core::PatientIdentityPort>();
        auto stands =
            identity ? identity->survivor_of(patient.cx) : Result<std::string>(patient.cx);
        if (!stands && stands.error().code != Code::kNotFound) return std::move(stands).error();
        patient.stands = stands ? *std::move(stands) : std::string();
    }
    if (patient.stands->empty()) return {};  // nobody's here, so nothing could be told of him
    if (!patient.known) {
        patient.known = deps_.correlations ? TRY(deps_.correlations->known(*patient.stands))
                                           : Correlations::Known();
    }
    auto const known = patient.known->find(community.homes.front());
    if (known == patient.known->end()) return discover(community, member, patient);
    if (!known->second) {
        ++trip_.absent;
        return {};
    }
    // That it told us its own id once gives it no right to hear of him again.
    if (!may_be_told(deps_, member, patient.cx, "")) return {};
    return ask(community, member.code, patient.cx, *known->second, true);
}

Status QueryDeparture::ask(Community const& community, std::string const& member,
                           std::string const& patient, std::string const& sent_as,
                           bool correlated) {
    Leg& leg = trip_.legs.emplace_back();
    leg.spec = &query_spec();
    leg.community = &community;
    leg.member = member;
    leg.patient = patient;
    leg.sent_as = sent_as;
    leg.correlated = correlated;
    leg.url = community.query_url;
    leg.message_id = deps_.ids.uuid().to_urn();
    leg.payload = text_for(*request_, sent_as, !request_.permit().everything());
    if (!sent_as.empty()) leg.objects.push_back(domain::audit_patient(sent_as));
    leg.objects.push_back(
        query_record(query_spec(), request_->asked.query_id, leg.payload, community.homes.front()));
    return set_off(deps_, trip_, leg,
                   {.action = "urn:ihe:iti:2007:CrossGatewayQuery",
                    .response_action = "urn:ihe:iti:2007:CrossGatewayQueryResponse",
                    .most_octets = deps_.settings.most_query_octets,
                    .first_byte = deps_.settings.query_first_byte},
                   request_.subject());
}

Status QueryDeparture::discover(Community const& community, domain::Member const& member,
                                Patient& patient) {
    if (!patient.looked_up) {
        patient.records = TRY(records_of(deps_, *patient.stands));
        patient.looked_up = true;
    }
    if (!patient.records) return {};
    auto person = tellable(deps_, member, *patient.stands, *patient.records);
    if (!person) return {};
    Discovering next;
    next.member = member;
    next.known_as = *patient.stands;
    next.person = *std::move(person);
    return send_discovery(community, std::move(next), patient.cx, {});
}

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
                                     .time = to_dtm(deps_.clock.now())},
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

Status QueryDeparture::go_on() {
    // By number: what is heard may lead to a further question.
    for (std::size_t i = 0; i < trip_.discoveries.size(); ++i) {
        Discovering& one = trip_.discoveries[i];
        if (one.heard || !one.leg->arrived()) continue;
        one.heard = true;
        TRY(hear(one));
    }
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
            note(heard, outcome.id,
                 std::min(told.value_or(std::chrono::seconds(0)), deps_.settings.correlation_kept));
            if (!may_be_told(deps_, heard.member, patient, "")) return {};
            return ask(community, heard.member.code, patient, outcome.id, true);
        }
        case Kind::kAbsent:
            ++trip_.absent;
            note(heard, std::nullopt, deps_.settings.absence_kept);
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

/// What cannot be kept is asked again: no reason to keep the answer back.
void QueryDeparture::note(Discovering const& heard, std::optional<std::string> const& id,
                          std::chrono::seconds keep) {
    if (!deps_.correlations) return;
    // Whoever merged meanwhile is no longer the one who was asked for.
    auto const* identity = deps_.ports.find<core::PatientIdentityPort>();
    auto const stands =
        identity ? identity->survivor_of(heard.known_as) : Result<std::string>(heard.known_as);
    if (!stands || *stands != heard.known_as) return;
    auto const noted =
        deps_.correlations->note(heard.known_as, heard.leg->community->homes.front(), id, keep);
    if (!noted) log_warning("xca.correlation_not_kept", {{"detail", noted.error().detail}});
}

void QueryDeparture::tell(Community const& community, std::string_view code,
                          std::string const& text) {
    trip_.rows.push_back(told_of(community, code, text));
}

}  // namespace musubi::xca
