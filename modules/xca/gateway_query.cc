#include "codec/ebxml/write.h"
#include "domain/reason.h"
#include "platform/base/log.h"
#include "xca/home.h"
#include "xca/initiating.h"
#include "xca/records.h"

#include <algorithm>

namespace musubi::xca {
namespace {

using Finished = core::ClientPipeline::Finished;

constexpr std::string_view kPatientParameters[] = {"$XDSDocumentEntryPatientId",
                                                   "$XDSSubmissionSetPatientId",
                                                   "$XDSFolderPatientId", "$patientId"};

struct QueryTrip : Trip {
    std::unique_ptr<core::QueryFindings> local;
    std::optional<Error> local_error;
};

/// Security sheet 6.2: the consumer's record of each responding gateway that is called.
core::TransactionSpec const& client_spec() {
    static core::TransactionSpec const kSpec{.id = "ITI-38",
                                             .name = "Cross Gateway Query",
                                             .action = domain::Action::kQuery,
                                             .event_id = domain::dcm("110112", "Query"),
                                             .event_action = 'E',
                                             .soap = {},
                                             .hl7v2 = {}};
    return kSpec;
}

/// Asking whether a patient has documents elsewhere tells that he is a patient here.
core::TransactionSpec const& told_spec() {
    static core::TransactionSpec const kSpec{.id = "ITI-55",
                                             .name = "Cross Gateway Patient Discovery",
                                             .action = domain::Action::kIdentify,
                                             .event_id = domain::dcm("110112", "Query"),
                                             .soap = {},
                                             .hl7v2 = {}};
    return kSpec;
}

std::vector<std::string> ids_of(domain::StoredQuery const& query) {
    return query.entry_uuids.empty() ? query.unique_ids : query.entry_uuids;
}

/// By which ids a community is asked for a patient; none: it does not know him.
Result<std::vector<std::string>> ids_at(InitiatingDeps const& deps, Community const& community,
                                        std::string const& cx) {
    if (community.correlation == Correlation::kNone) return std::vector{cx};
    auto const id = domain::PatientId::parse(cx);
    if (!id) return std::vector<std::string>{};
    if (id->authority == community.patient_authority) return std::vector{cx};
    if (community.correlation != Correlation::kPix) return std::vector<std::string>{};
    auto const* index = deps.ports.find<core::CrossReferencePort>();
    if (!index) return std::vector<std::string>{};
    auto found = index->cross_references(*id);
    if (!found && found.error().code == Code::kNotFound) return std::vector<std::string>{};
    if (!found) return std::move(found).error();
    std::vector<std::string> out;
    for (domain::LocalId const& one : found->ids) {
        if (one.id.authority == community.patient_authority) out.push_back(one.id.to_cx());
    }
    return out;
}

/// Whether the agreement lets this community know of the patient: by a number of its own, or
/// because somebody else's data of him are open to it.
bool may_be_told(InitiatingDeps const& deps, domain::Member const& member, std::string const& cx,
                 std::string const& sent_as) {
    domain::Subject subject;
    subject.role = member.default_role;
    subject.member = member;
    core::PolicyQuery query;
    query.patients = {cx};
    auto const decision =
        deps.ports.require<core::PolicyPort>().decide(subject, told_spec(), query);
    if (!decision || !decision->permitted) return false;
    if (decision->everything) return true;
    auto const& own = member.assigning_authorities;
    auto const is_own = [&](std::string const& oid) {
        return std::find(own.begin(), own.end(), oid) != own.end();
    };
    auto const sent = domain::PatientId::parse(sent_as);
    for (auto const& [patient, scope] : decision->scopes) {
        if (patient != cx) continue;
        if (scope.everything || scope.identities.everything) return true;
        auto const& open = scope.identities.authorities;
        if (sent && is_own(sent->authority) &&
            std::find(open.begin(), open.end(), sent->authority) != open.end())
            return true;
        return std::any_of(open.begin(), open.end(),
                           [&](std::string const& oid) { return !is_own(oid); });
    }
    return false;
}

std::string text_for(GatewayQuery const& request, Leg const& leg, bool leaf_class) {
    domain::RawQuery query = request.raw;
    if (leaf_class) query.return_type = "LeafClass";
    for (domain::RawParameter& parameter : query.parameters) {
        bool const patient = std::find(std::begin(kPatientParameters), std::end(kPatientParameters),
                                       parameter.name) != std::end(kPatientParameters);
        if (patient && !leg.sent_as.empty()) parameter.groups = {{ebxml::query_text(leg.sent_as)}};
    }
    if (!leg.sent_as.empty()) query.home.reset();
    return ebxml::write_adhoc_query_request(query);
}

class Departure {
public:
    Departure(InitiatingDeps& deps, core::Authorized<GatewayQuery> const& request, QueryTrip& trip)
        : deps_(deps), request_(request), trip_(trip) {}

    Status prepare() {
        trip_.directory = deps_.directory();
        domain::StoredQuery const& query = request_->asked.query;
        for (Community const& community : trip_.directory->communities) {
            if (query.home && !community.serves(*query.home)) continue;
            auto const member = member_of(deps_, community, request_.subject());
            if (!member) continue;
            if (query.patient_ids.empty()) {
                add(community, *member, "", "");
                continue;
            }
            for (std::string const& cx : query.patient_ids) {
                auto const known_as = TRY(ids_at(deps_, community, cx));
                for (std::string const& id : known_as) {
                    if (may_be_told(deps_, *member, cx, id)) add(community, *member, cx, id);
                }
            }
        }
        return {};
    }

    Result<std::vector<core::NeighbourCall>> calls() {
        // What is shown of entries is decided by what they are: references tell nothing.
        bool const leaf = !request_.permit().everything();
        std::vector<core::NeighbourCall> out;
        for (Leg& leg : trip_.legs) {
            leg.message_id = deps_.ids.uuid().to_urn();
            leg.payload = text_for(*request_, leg, leaf);
            core::NeighbourCall call;
            call.call =
                TRY(write_call({leg.community->query_url, "urn:ihe:iti:2007:CrossGatewayQuery",
                                leg.payload, false, leg.message_id},
                               request_.subject(), deps_.ids));
            call.call.timeout = deps_.settings.query_deadline;
            call.call.max_answer_bytes = deps_.settings.most_query_octets;
            call.connect_timeout = deps_.settings.connect_timeout;
            call.first_byte_timeout = deps_.settings.query_first_byte;
            out.push_back(std::move(call));
        }
        return out;
    }

private:
    void add(Community const& community, domain::Member const& member, std::string const& patient,
             std::string const& sent_as) {
        Leg leg;
        leg.community = &community;
        leg.member = member.code;
        leg.patient = patient;
        leg.sent_as = sent_as;
        trip_.legs.push_back(std::move(leg));
    }

    InitiatingDeps& deps_;
    core::Authorized<GatewayQuery> const& request_;
    QueryTrip& trip_;
};

QueryTrip& trip_of(core::Authorized<GatewayQuery> const& request) {
    return *std::any_cast<std::shared_ptr<QueryTrip> const&>(request.notes());
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

/// The neighbours are under way while our own registry is asked.
Result<std::shared_ptr<core::Errand>> GatewayIti18::set_out(
    Deps& deps, core::Authorized<Request> const& request) {
    if (request.notes().has_value()) return std::shared_ptr<core::Errand>();
    auto trip = std::make_shared<QueryTrip>();
    request.notes() = trip;
    if (request->there) {
        Departure departure(deps, request, *trip);
        TRY(departure.prepare());
        set_off(deps, *trip, TRY(departure.calls()), client_spec().id,
                deps.settings.query_deadline);
    }
    auto* registry = deps.ports.find<core::StoredQueryPort>();
    if (request->here && registry) {
        auto found = registry->query(request.call(), request->asked);
        if (found) {
            trip->local = *std::move(found);
        } else {
            trip->local_error = std::move(found).error();
        }
    }
    return std::shared_ptr<core::Errand>(trip->fan_out);
}

Result<GatewayAnswer> GatewayIti18::handle(Deps& deps, core::Authorized<Request> const& request) {
    QueryTrip& trip = trip_of(request);
    QueryMerge merge(deps.seen);
    if (trip.local || trip.local_error)
        merge.local(deps.home, trip.local_error ? &*trip.local_error : nullptr,
                    LogTrace::current());
    std::vector<Finished> records;
    for (Leg const& leg : trip.legs) {
        auto opened = answer_of(deps, trip, leg);
        Status outcome;
        if (opened) {
            outcome = merge.take({*leg.community, leg.member, leg.patient, leg.sent_as,
                                  request->asked.query.return_type},
                                 opened->envelope.payload);
        } else {
            outcome = std::move(opened).error();
        }
        if (!outcome) merge.unavailable(*leg.community);
        if (!leg.call) continue;
        Finished record =
            finished(client_spec(), request.call(), trip, leg, leg.community->query_url);
        record.outcome = std::move(outcome);
        if (!leg.sent_as.empty()) record.call.objects.push_back(domain::audit_patient(leg.sent_as));
        record.call.objects.push_back(query_record(client_spec(), request->asked.query_id,
                                                   leg.payload, leg.community->homes.front()));
        records.push_back(std::move(record));
    }
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
    if (input.response && input.response->status != ebxml::ResponseStatus::kSuccess) {
        draft.outcome = domain::AuditOutcome::kMinorFailure;
        draft.outcome_description = "not all communities answered well";
    }
    return {std::move(draft)};
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
