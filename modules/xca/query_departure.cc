#include "xca/query_departure.h"

#include "codec/ebxml/write.h"
#include "xca/records.h"
#include "xca/telling.h"

#include <algorithm>

namespace musubi::xca {
namespace {

constexpr std::string_view kPatientParameters[] = {"$XDSDocumentEntryPatientId",
                                                   "$XDSSubmissionSetPatientId",
                                                   "$XDSFolderPatientId", "$patientId"};

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

}  // namespace

/// One patient of the query; what is looked up for one community serves the next.
struct QueryDeparture::Patient {
    std::string cx;                     ///< as asked for
    std::optional<std::string> stands;  ///< the id that survives; none: not looked up yet
    std::optional<Correlations::Known> known = {};
    bool looked_up = false;
    std::optional<core::DemographicsPort::Candidate> records = {};
};

bool QueryTrip::is_about_identity(Leg const& leg) const {
    auto const mine = [&](auto const& one) { return one.leg == &leg; };
    return std::any_of(discoveries.begin(), discoveries.end(), mine) ||
           std::any_of(locations.begin(), locations.end(), mine);
}

bool QueryTrip::all_heard() const {
    auto const heard = [](auto const& one) { return one.heard; };
    return std::all_of(discoveries.begin(), discoveries.end(), heard) &&
           std::all_of(locations.begin(), locations.end(), heard);
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
        if (!member) {
            // As a retrieve says it: who asked for this one takes silence for an empty answer.
            if (query.home)
                tell(community, "XDSUnknownCommunity",
                     "homeCommunityId " + *query.home + " is not known here");
            continue;
        }
        if (patients.empty()) TRY(ask(community, member->code, "", "", false));
        for (Patient& patient : patients) TRY(ask_about(community, *member, patient));
    }
    // Locators whose id of the patient is known; the others when they have told it.
    for (Patient& patient : patients) {
        for (Community const& locator : trip_.directory->communities)
            TRY(locate_with_known_id(locator, patient));
    }
    return {};
}

/// `patient` was looked up.
Result<std::vector<std::string>> QueryDeparture::ids_known(Community const& community,
                                                           Patient& patient) {
    auto ids = TRY(ids_at(deps_, community, patient.cx));
    if (!ids.empty()) return ids;
    auto const known = patient.known->find(community.homes.front());
    if (known != patient.known->end() && known->second) ids.push_back(*known->second);
    return ids;
}

Status QueryDeparture::locate_with_known_id(Community const& locator, Patient& patient) {
    bool const wanted = std::any_of(
        trip_.to_locate.begin(), trip_.to_locate.end(),
        [&](ToLocate const& one) { return one.locator == &locator && one.patient == patient.cx; });
    if (!wanted) return {};
    auto const member = member_of(deps_, locator, request_.subject());
    // Who may not hear of the patient is not asked about him: then nobody tells.
    if (!member || !may_be_told(deps_, *member, patient.cx, "")) {
        drop_located(locator, patient.cx);
        return {};
    }
    TRY(look_up(patient));
    auto const ids = TRY(ids_known(locator, patient));
    if (ids.size() == 1) return locate(locator, member->code, patient.cx, ids.front());
    auto const known = patient.known->find(locator.homes.front());
    bool const absent = known != patient.known->end() && !known->second;
    if (absent) drop_located(locator, patient.cx);
    bool const asked = std::any_of(
        trip_.discoveries.begin(), trip_.discoveries.end(), [&](Discovering const& one) {
            return one.leg->community == &locator && one.leg->patient == patient.cx;
        });
    if (absent || asked || locator.correlation != Correlation::kXcpd) return {};
    return discover(locator, *member, patient);
}

/// Once for all communities: who stands for the patient, and what is kept of him.
Status QueryDeparture::look_up(Patient& patient) {
    if (!patient.stands) {
        auto const* identity = deps_.ports.find<core::PatientIdentityPort>();
        auto stands =
            identity ? identity->survivor_of(patient.cx) : Result<std::string>(patient.cx);
        if (!stands && stands.error().code != Code::kNotFound) return std::move(stands).error();
        patient.stands = stands ? *std::move(stands) : std::string();
    }
    if (patient.known) return {};
    patient.known = deps_.correlations && !patient.stands->empty()
                        ? TRY(deps_.correlations->known(*patient.stands))
                        : Correlations::Known();
    return {};
}

Status QueryDeparture::ask_about(Community const& community, domain::Member const& member,
                                 Patient& patient) {
    auto const ids = TRY(ids_at(deps_, community, patient.cx));
    for (std::string const& id : ids) {
        if (may_be_told(deps_, member, patient.cx, id))
            TRY(ask(community, member.code, patient.cx, id, false));
    }
    bool const finds_out = community.correlation == Correlation::kXcpd ||
                           community.correlation == Correlation::kLocator;
    if (!ids.empty() || !finds_out) return {};
    TRY(look_up(patient));
    if (patient.stands->empty()) return {};  // nobody's here, so nothing could be told of him
    auto const known = patient.known->find(community.homes.front());
    if (known == patient.known->end()) {
        if (community.correlation == Correlation::kXcpd)
            return discover(community, member, patient);
        if (may_be_told(deps_, member, patient.cx, "")) {
            trip_.to_locate.push_back({&community, member,
                                       trip_.directory->named(community.locator), patient.cx,
                                       *patient.stands});
        }
        return {};
    }
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

Status QueryDeparture::go_on() {
    // By number: what is heard may lead to a further question.
    for (std::size_t i = 0; i < trip_.discoveries.size(); ++i) {
        Discovering& one = trip_.discoveries[i];
        if (one.heard || !one.leg->arrived()) continue;
        one.heard = true;
        TRY(hear(one));
    }
    for (std::size_t i = 0; i < trip_.locations.size(); ++i) {
        Locating& one = trip_.locations[i];
        if (one.heard || !one.leg->arrived()) continue;
        one.heard = true;
        TRY(hear(one));
    }
    return {};
}

void QueryDeparture::tell(Community const& community, std::string_view code,
                          std::string const& text) {
    trip_.rows.push_back(told_of(community, code, text));
}

}  // namespace musubi::xca
