#include "codec/ebxml/write.h"
#include "core/read_only.h"
#include "domain/reason.h"
#include "platform/base/log.h"
#include "xca/home.h"
#include "xca/initiating.h"
#include "xca/query_departure.h"
#include "xca/records.h"

#include <algorithm>

namespace musubi::xca {
namespace {

using Finished = core::ClientPipeline::Finished;

std::vector<std::string> ids_of(domain::StoredQuery const& query) {
    return query.entry_uuids.empty() ? query.unique_ids : query.entry_uuids;
}

QueryTrip& trip_of(core::Authorized<GatewayQuery> const& request) {
    return *std::any_cast<std::shared_ptr<QueryTrip> const&>(request.notes());
}

void ask_here(InitiatingDeps& deps, core::Authorized<GatewayQuery> const& request,
              QueryTrip& trip) {
    auto* registry = deps.ports.find<core::StoredQueryPort>();
    if (!request->here || !registry) return;
    auto found = registry->query(request.call(), request->asked);
    if (found) {
        trip.local = *std::move(found);
    } else {
        trip.local_error = std::move(found).error();
    }
}

/// An id that means nothing over there any more is found out anew the next time.
void forget(InitiatingDeps& deps, Leg const& leg) {
    if (!leg.correlated || !deps.correlations || core::is_read_only(deps.ports)) return;
    auto const* identity = deps.ports.find<core::PatientIdentityPort>();
    auto const stands =
        identity ? identity->survivor_of(leg.patient) : Result<std::string>(leg.patient);
    if (!stands) return;
    auto const done = deps.correlations->forget(*stands, leg.community->homes.front());
    if (!done) log_warning("xca.correlation_not_forgotten", {{"detail", done.error().detail}});
}

/// A question that was answered in part has one record of success and one of failure (security
/// sheet 6.2).
void record_answer(QueryTrip& trip, Leg& leg, ebxml::ResponseStatus told,
                   std::vector<Finished>& records) {
    auto const objects = leg.objects;
    trip.record_parts(
        records, leg,
        told == ebxml::ResponseStatus::kFailure ? std::vector<domain::AuditObject>() : objects,
        told == ebxml::ResponseStatus::kSuccess ? std::vector<domain::AuditObject>() : objects);
}

}  // namespace

core::TransactionSpec const& GatewayIti18::spec() {
    static core::TransactionSpec const kSpec{
        .id = "ITI-18",
        .name = "Registry Stored Query",
        .action = domain::Action::kQuery,
        .event_id = domain::dcm("110112", "Query"),
        .event_action = 'E',
        .soap = {{.path = "/xca/initiating",
                  .action = "urn:ihe:iti:2007:RegistryStoredQuery",
                  .response_action = "urn:ihe:iti:2007:RegistryStoredQueryResponse",
                  .mtom = false,
                  .operation = "InitiatingGateway_RegistryStoredQuery",
                  .request_element =
                      "{urn:oasis:names:tc:ebxml-regrep:xsd:query:3.0}AdhocQueryRequest",
                  .response_element =
                      "{urn:oasis:names:tc:ebxml-regrep:xsd:query:3.0}AdhocQueryResponse"}},
        .hl7v2 = {},
    };
    return kSpec;
}

Result<GatewayQuery> GatewayIti18::decode(Deps& deps, Wire const& wire,
                                          core::DecodeContext const&) {
    ebxml::AdhocQuery read = TRY(ebxml::read_adhoc_query(wire.envelope.payload));
    GatewayQuery out;
    out.asked.query = TRY(domain::make_stored_query(read.query, false));
    out.asked.query_id = read.query.id;
    out.asked.query_text = std::move(read.audit_xml);
    out.raw = std::move(read.query);
    auto const& home = out.asked.query.home;
    if (!home) {
        out.wrong_home = wrong_home(out.asked.query, deps.home);
        out.here = out.there = true;
    } else if (*home == deps.home) {
        out.here = true;
        if (!deps.ports.find<core::StoredQueryPort>())
            out.wrong_home = Issue{Severity::kError, Reason::kUnavailableCommunity,
                                   "community " + *home + " has no registry at this gateway", ""};
    } else if (deps.directory()->find(*home)) {
        out.there = true;
    } else {
        out.wrong_home = Issue{Severity::kError, Reason::kUnknownCommunity,
                               "homeCommunityId " + *home + " is not known here", ""};
    }
    return out;
}

Result<core::Located> GatewayIti18::locate(Deps& deps, Request const& request,
                                           domain::Subject const&) {
    if (request.wrong_home) return Error(Code::kInvalidContent, {*request.wrong_home});
    auto const* registry = deps.ports.find<core::StoredQueryPort>();
    if (request.here && registry) return registry->locate(request.asked);
    core::Located located;
    located.patients = request.asked.query.patient_ids;
    if (!located.patients.empty() || !request.there) return located;
    for (std::string const& id : ids_of(request.asked.query)) {
        auto const known = deps.seen.find(*request.asked.query.home, id);
        if (!known) continue;
        if (std::find(located.patients.begin(), located.patients.end(), known->patient) ==
            located.patients.end())
            located.patients.push_back(known->patient);
    }
    return located;
}

core::PolicyQuery GatewayIti18::policy_query(Request const&, core::Located const& located) {
    return {located.patients, {}};
}

/// The neighbours are under way while our own registry is asked; whoever had to be asked first who
/// the patient is, is asked for his documents as soon as he has told.
Result<std::shared_ptr<core::Errand>> GatewayIti18::set_out(
    Deps& deps, core::Authorized<Request> const& request) {
    bool const first = !request.notes().has_value();
    if (first) request.notes() = std::make_shared<QueryTrip>(deps.ports, request.call());
    QueryTrip& trip = trip_of(request);
    if (request->there) {
        QueryDeparture departure(deps, request, trip);
        TRY(first ? departure.leave() : departure.go_on());
    }
    if (first) ask_here(deps, request, trip);
    if (trip.arrivals->all_done() && trip.all_heard()) return std::shared_ptr<core::Errand>();
    return std::shared_ptr<core::Errand>(trip.arrivals);
}

Result<GatewayAnswer> GatewayIti18::handle(Deps& deps, core::Authorized<Request> const& request) {
    QueryTrip& trip = trip_of(request);
    QueryMerge merge(deps.seen);
    if (trip.local || trip.local_error)
        merge.local(deps.home, trip.local_error ? &*trip.local_error : nullptr,
                    LogTrace::current());
    std::vector<Finished> records;
    for (Discovering const& one : trip.discoveries) {
        if (one.leg->line) records.push_back(trip.finished(*one.leg, one.outcome));
    }
    for (Locating const& one : trip.locations) {
        if (one.leg->line) records.push_back(trip.finished(*one.leg, one.outcome));
    }
    // Their locator has not told by which id it knows the patient.
    for (ToLocate const& one : trip.to_locate) merge.unavailable(*one.community);
    for (Leg& leg : trip.legs) {
        if (trip.is_about_identity(leg)) continue;
        auto opened = answer_of(deps, leg);
        Status outcome;
        if (opened) {
            outcome = merge.take({*leg.community, leg.member, leg.patient, leg.sent_as,
                                  request->asked.query.return_type},
                                 opened->envelope.payload);
            if (merge.id_unknown()) forget(deps, leg);
        } else {
            outcome = std::move(opened).error();
        }
        if (!outcome) merge.unavailable(*leg.community);
        if (!leg.line) continue;
        if (outcome) {
            record_answer(trip, leg, merge.told(), records);
        } else {
            records.push_back(trip.finished(leg, std::move(outcome)));
        }
    }
    for (int i = 0; i < trip.absent; ++i) merge.nothing_there();
    std::move(trip.rows.begin(), trip.rows.end(), std::back_inserter(merge.rows));
    TRY(deps.ports.require<core::ClientPipeline>().record_all(records));
    QueryMerge::hide(request.permit(), merge.objects);
    std::size_t const total = merge.objects.size() + (trip.local ? trip.local->size() : 0);
    if (total > deps.settings.most_objects)
        return Error(Code::kTooLarge, Reason::kTooManyResults, "all answers together");
    return GatewayAnswer{merge.status(), std::move(merge.rows), std::move(trip.local),
                         std::move(merge.objects)};
}

int GatewayIti18::withhold(core::Permit const& permit, Response& response) {
    int const local = response.local ? response.local->withhold(permit) : 0;
    return local + QueryMerge::hide(permit, response.foreign);
}

std::vector<core::AuditDraft> GatewayIti18::audit(
    Deps& deps, core::AuditInput<Request, Response> const& input) {
    core::AuditDraft draft;
    if (!input.request) return {draft};
    core::AskedQuery const& asked = input.request->asked;
    std::vector<std::string> patients = asked.query.patient_ids;
    if (patients.empty() && input.located) patients = input.located->patients;
    for (std::string const& cx : patients) draft.objects.push_back(domain::audit_patient(cx));
    draft.objects.push_back(query_record(spec(), asked.query_id, asked.query_text,
                                         asked.query.home.value_or(deps.home)));
    if (!input.response || input.response->status == ebxml::ResponseStatus::kSuccess)
        return {std::move(draft)};
    // What was answered and what was not (security sheet 6.2).
    core::AuditDraft failed = draft;
    failed.outcome = domain::AuditOutcome::kMinorFailure;
    failed.outcome_description = "not all communities answered well";
    if (input.response->status == ebxml::ResponseStatus::kFailure) return {std::move(failed)};
    return {std::move(draft), std::move(failed)};
}

Result<soap::Outgoing> GatewayIti18::encode(Deps& deps, Response&& response, Request const&) {
    std::string body = ebxml::query_response_prefix(response.status, response.rows);
    // A failure carries nothing (ITI TF-3 table 4.2.4.2-1).
    if (response.status != ebxml::ResponseStatus::kFailure) {
        if (response.local) TRY(response.local->render(deps.home, body));
        for (ForeignObject const& one : response.foreign) body += one.xml;
    }
    body.append(ebxml::query_response_suffix());
    soap::Outgoing out;
    out.body.push_back({std::move(body), nullptr, ""});
    out.success = response.status == ebxml::ResponseStatus::kSuccess;
    return out;
}

soap::Outgoing GatewayIti18::encode_error(Deps&, Error const& error, Request const*) {
    auto const rows =
        ebxml::error_rows(error, ebxml::Actor::kInitiatingGateway, LogTrace::current());
    std::string body = ebxml::query_response_prefix(ebxml::ResponseStatus::kFailure, rows);
    body.append(ebxml::query_response_suffix());
    soap::Outgoing out;
    out.body.push_back({std::move(body), nullptr, ""});
    out.success = false;
    return out;
}

}  // namespace musubi::xca
