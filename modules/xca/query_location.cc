// The part of QueryDeparture that asks a health data locator which communities know a patient
// (ITI-56, ITI TF-2 3.56). Its word counts for those that the directory leaves to it.

#include "codec/hl7v3/actions.h"
#include "platform/base/log.h"
#include "xca/query_departure.h"
#include "xca/telling.h"

#include <algorithm>

namespace musubi::xca {
namespace {

core::TransactionSpec const& location_spec() {
    static core::TransactionSpec const kSpec{.id = "ITI-56",
                                             .name = "Patient Location Query",
                                             .action = domain::Action::kIdentify,
                                             .event_id = domain::dcm("110112", "Query"),
                                             .soap = {},
                                             .hl7v2 = {}};
    return kSpec;
}

/// By which ids the locator says that a community knows the patient.
std::set<std::string> told_ids(std::vector<hl7v3::PatientLocation> const& told,
                               domain::PatientId const& requested, Community const& community) {
    std::set<std::string> out;
    for (hl7v3::PatientLocation const& one : told) {
        bool const agreed = community.patient_authority.empty() ||
                            one.corresponding.authority == community.patient_authority;
        if (community.serves(one.home_community) && one.requested == requested && agreed &&
            is_usable(one.corresponding))
            out.insert(one.corresponding.to_cx());
    }
    return out;
}

}  // namespace

Status QueryDeparture::locate(Community const& locator, std::string const& member,
                              std::string const& patient, std::string const& id) {
    Locating next;
    auto const mine = [&](ToLocate const& one) {
        return one.locator == &locator && one.patient == patient;
    };
    for (ToLocate const& one : trip_.to_locate) {
        if (mine(one)) next.about.push_back(one);
    }
    if (next.about.empty()) return {};
    std::erase_if(trip_.to_locate, mine);
    next.requested = TRY(domain::PatientId::parse(id));
    Leg& leg = trip_.legs.emplace_back();
    leg.spec = &location_spec();
    leg.community = &locator;
    leg.member = member;
    leg.patient = patient;
    leg.sent_as = id;
    leg.url = locator.location_url;
    leg.message_id = deps_.ids.uuid().to_urn();
    leg.payload = hl7v3::write_patient_location_query(next.requested);
    auto record = core::audit_query(location_spec(), leg.message_id, leg.payload);
    record.details.push_back({"ihe:homeCommunityID", locator.homes.front()});
    leg.objects = {domain::audit_patient(id), std::move(record)};
    next.leg = &leg;
    TRY(set_off(deps_, trip_, leg,
                {.action = std::string(hl7v3::kPatientLocationActions.request),
                 .response_action = std::string(hl7v3::kPatientLocationActions.response),
                 .most_octets = deps_.settings.most_query_octets,
                 .first_byte = deps_.settings.discovery_first_byte,
                 .wakes = Arrivals::Wakes::kAtOnce},
                request_.subject()));
    if (!leg.line) {
        next.heard = true;
        for (ToLocate const& one : next.about)
            trip_.rows.push_back(unavailable_row(*one.community));
    }
    trip_.locations.push_back(std::move(next));
    return {};
}

Status QueryDeparture::hear(Locating& heard) {
    auto const opened = answer_of(deps_, *heard.leg);
    auto const told = opened ? hl7v3::read_patient_location_response(opened->envelope.payload)
                             : Result<std::vector<hl7v3::PatientLocation>>(opened.error());
    if (!told) {
        heard.outcome = Error(Code::kPeerUnavailable, "not an answer to a patient location query");
        for (ToLocate const& one : heard.about)
            tell(
                *one.community, "XDSUnavailableCommunity",
                "not asked: " + heard.leg->community->name + " does not tell where the patient is");
        return {};
    }
    for (ToLocate const& one : heard.about) {
        auto const ids = told_ids(*told, heard.requested, *one.community);
        if (ids.size() > 1) {
            tell(*one.community, "XDSRegistryError",
                 "not asked for documents: several ids of the patient were told");
            continue;
        }
        // No header says how long: no longer than an absence.
        note(one.known_as, *one.community, ids.empty() ? std::nullopt : std::optional(*ids.begin()),
             deps_.settings.absence_kept);
        if (ids.empty()) {
            ++trip_.absent;
        } else {
            TRY(ask(*one.community, one.member.code, one.patient, *ids.begin(), true));
        }
    }
    return {};
}

/// The locator does not know the patient, or may not hear of him: nobody tells of others either.
void QueryDeparture::drop_located(Community const& locator, std::string const& patient) {
    trip_.absent += static_cast<int>(std::erase_if(trip_.to_locate, [&](ToLocate const& one) {
        return one.locator == &locator && one.patient == patient;
    }));
}

}  // namespace musubi::xca
