#include "xcpd/iti55.h"

#include "codec/hl7v3/actions.h"
#include "codec/hl7v3/names.h"
#include "codec/hl7v3/time_to_live.h"
#include "core/own_messages_port.h"
#include "domain/reason.h"
#include "platform/base/log.h"

#include <algorithm>

namespace musubi::xcpd {
namespace {

using Criterion = domain::DemographicsRules::Criterion;
using hl7v3::WantedAttribute;

constexpr char const* kParameters =
    "/PRPA_IN201305UV02/controlActProcess/queryByParameter/parameterList";

std::optional<WantedAttribute> attribute_of(Criterion criterion) {
    switch (criterion) {
        case Criterion::kSex: return WantedAttribute::kGender;
        case Criterion::kAddress: return WantedAttribute::kAddress;
        case Criterion::kPhone: return WantedAttribute::kTelecom;
        case Criterion::kMothersName: return WantedAttribute::kMothersMaidenName;
        case Criterion::kId:
        case Criterion::kPartialId:
        case Criterion::kFamily:
        case Criterion::kGiven:
        case Criterion::kBirth:
        case Criterion::kAccount: return std::nullopt;
    }
    return std::nullopt;
}

soap::Outgoing reply_of(std::string xml, bool success) {
    soap::Outgoing out;
    out.body.push_back({std::move(xml), nullptr, ""});
    out.success = success;
    return out;
}

/// ITI TF-2 3.55.4.2.2.2: one id in patient/id, the one for XCA; all others beside it.
hl7v3::Hit hit_of(core::VisiblePatient&& patient, bool by_id_only, Settings const& settings) {
    hl7v3::Hit hit;
    hit.ids.push_back({std::move(patient.regional), ""});
    hit.other_ids = std::move(patient.ids);
    hit.without_demographics = by_id_only;
    if (!by_id_only) hit.person = std::move(patient.person);
    hit.degree = patient.degree;
    hit.provider = settings.home;
    hit.provider_name = settings.region;
    hit.custodian = settings.home;
    hit.locator = hl7v3::HealthDataLocator::kNotSupported;
    return hit;
}

/// Deferred answers have an operation of their own; asked for here they are refused.
Error deferred_elsewhere() {
    return Error(Code::kUnsupported,
                 {{Severity::kError, hl7v3::kReasonProcessingMode,
                   "deferred answers have an action of their own",
                   "/PRPA_IN201305UV02/controlActProcess/queryByParameter/responsePriorityCode"}});
}

}  // namespace

std::vector<WantedAttribute> unasked_attributes(domain::DemographicsQuery const& query) {
    std::vector<WantedAttribute> out;
    if (query.sex.empty()) out.push_back(WantedAttribute::kGender);
    if (query.addresses.empty()) out.push_back(WantedAttribute::kAddress);
    if (query.phones.empty()) out.push_back(WantedAttribute::kTelecom);
    if (query.mothers_maiden_names.empty()) out.push_back(WantedAttribute::kMothersMaidenName);
    return out;
}

std::vector<WantedAttribute> wanted_by_agreement(
    std::vector<std::vector<Criterion>> const& missing) {
    std::vector<WantedAttribute> best;
    for (auto const& set : missing) {
        std::vector<WantedAttribute> wanted;
        for (Criterion const criterion : set) {
            if (auto const attribute = attribute_of(criterion)) wanted.push_back(*attribute);
        }
        bool const complete = !set.empty() && wanted.size() == set.size();
        if (complete && (best.empty() || wanted.size() < best.size())) best = std::move(wanted);
    }
    return best;
}

core::TransactionSpec const& Iti55::spec() {
    static core::TransactionSpec const kSpec{
        .id = "ITI-55",
        .name = "Cross Gateway Patient Discovery",
        .action = domain::Action::kIdentify,
        .changes_data = false,
        .event_id = domain::dcm("110112", "Query"),
        .event_action = 'E',
        .requester_is_source = true,
        .soap = {{.path = "/xcpd/responding",
                  .action = hl7v3::kDiscoveryActions.request,
                  .response_action = hl7v3::kDiscoveryActions.response,
                  .mtom = false,
                  .operation = "RespondingGateway_PRPA_IN201305UV02",
                  .request_element = "{urn:hl7-org:v3}PRPA_IN201305UV02",
                  .response_element = "{urn:hl7-org:v3}PRPA_IN201306UV02",
                  .leave = hl7v3::kTimeToLive}},
        .hl7v2 = {},
        .malformed = kReasonSchema,
    };
    return kSpec;
}

Result<DiscoveryRequest> read_discovery(xml::Element payload) {
    DiscoveryRequest request;
    request.header = hl7v3::read_header(payload);
    request.echo = hl7v3::read_query_echo(payload);
    auto query = hl7v3::read_find_query(payload, hl7v3::FindRules::kXcpd);
    if (query) {
        request.query = *std::move(query);
    } else if (query.error().code == Code::kInvalidMessage) {
        return std::move(query).error();
    } else {
        request.problem = std::move(query).error();
    }
    return request;
}

Result<DiscoveryRequest> Iti55::decode(Deps& deps, Wire const& wire, core::DecodeContext const&) {
    auto request = TRY(read_discovery(wire.envelope.payload));
    if (!request.problem && request.query.deferred) request.problem = deferred_elsewhere();
    auto const* own = deps.ports ? deps.ports->find<core::OwnMessagesPort>() : nullptr;
    if (own && own->is_ours(wire.envelope.message_id)) {
        request.problem =
            Error(Code::kInvalidContent, {{Severity::kError, Reason::kGeneral,
                                           "this message was sent from here: it went round", ""}});
    }
    return request;
}

Result<core::Located> Iti55::locate(Deps& deps, Request const& request,
                                    domain::Subject const& subject) {
    if (request.problem) return *request.problem;
    domain::DemographicsQuery criteria = request.query.criteria;
    // Askers send the id that their own community uses, for questions back (ITI TF-2 3.55.4.1.2.2).
    // It says nothing about our patients, as long as something else does.
    if (!request.query.by_id_only) {
        auto const& authorities = deps.finder.authorities();
        std::erase_if(criteria.ids, [&](domain::IdCriterion const& one) {
            auto const known = authorities.resolve(one.id.authority);
            return known && *known == nullptr;
        });
    }
    return deps.finder.find(spec(), subject, criteria);
}

core::PolicyQuery Iti55::policy_query(Request const&, core::Located const& located) {
    core::PolicyQuery query;
    query.patients = located.patients;
    return query;
}

Result<Discovery> Iti55::handle(Deps& deps, core::Authorized<Request> const& request) {
    auto const* found = core::found_in(&request.located());
    if (!found) return Error(Code::kInternal, "nothing was searched");
    Discovery out;
    if (!found->missing.empty()) {
        out.wanted = wanted_by_agreement(found->missing);
        if (out.wanted.empty()) return core::missing_criteria_error(*found, kParameters);
        return out;
    }
    out.patients = core::visible_patients(*found, core::scopes_of(request.permit()));
    if (found->too_many || out.patients.size() > 1) {
        out.wanted = unasked_attributes(found->query);
        if (!out.wanted.empty()) {
            out.patients.clear();
            return out;
        }
    }
    auto const most = static_cast<std::size_t>(found->most_persons(deps.settings.max_persons));
    if (found->too_many || out.patients.size() > most) return core::too_many_error();
    if (!found->exempt) {
        std::vector<std::string> shown;
        for (auto const& patient : out.patients) shown.push_back(patient.regional.to_cx());
        TRY(deps.finder.guard().shown(request.subject(), found->rules, shown));
    }
    return out;
}

int Iti55::withhold(core::Permit const& permit, Response& response) {
    return core::withhold_identities(permit, response.patients);
}

/// Security sheet 6.1: each patient returned, the question, and which community asked.
std::vector<core::AuditDraft> Iti55::audit(Deps&,
                                           core::AuditInput<Request, Response> const& input) {
    if (!input.request) return {};
    core::AuditDraft draft;
    if (input.response) {
        for (auto const& patient : input.response->patients)
            draft.objects.push_back(domain::audit_patient(patient.regional.to_cx()));
    }
    draft.objects.push_back(audit_question(*input.request));
    return {std::move(draft)};
}

domain::AuditObject audit_question(DiscoveryRequest const& request) {
    auto query = core::audit_query(Iti55::spec(), request.echo.query_id.key(), request.echo.xml);
    std::string const& asker = request.header.sender.organization;
    if (!asker.empty()) query.details.push_back({"ihe:homeCommunityID", "urn:oid:" + asker});
    return query;
}

hl7v3::Seal seal_of(Clock const& clock, IdSource& ids, Settings const& settings) {
    hl7v3::Seal out;
    out.message_id = ids.uuid().to_string();
    out.time = to_dtm(clock.now()) + "+0000";
    out.self = {settings.home, settings.home};
    out.trace = LogTrace::current();
    return out;
}

/// What breaks the schema is a query that could not be read (QE), not one without an answer.
Error in_v3_words(Error const& error) {
    bool const schema =
        error.reason == kReasonSchema ||
        std::any_of(error.issues.begin(), error.issues.end(),
                    [](Issue const& issue) { return issue.reason == kReasonSchema; });
    return schema ? hl7v3::schema_violation(error) : error;
}

Result<soap::Outgoing> Iti55::encode(Deps& deps, Response&& response, Request const& request) {
    hl7v3::FindAnswer answer;
    answer.wanted = std::move(response.wanted);
    for (core::VisiblePatient& patient : response.patients) {
        answer.hits.push_back(hit_of(std::move(patient), request.query.by_id_only, deps.settings));
    }
    answer.total = answer.hits.size();
    soap::Outgoing out =
        reply_of(hl7v3::write_find_response(request.header, request.echo,
                                            seal_of(deps.clock, deps.ids, deps.settings), answer),
                 true);
    // Only what is sure may be kept, and only as long as the region lets it be kept.
    auto const kept = deps.settings.correlation_kept;
    if (answer.hits.size() == 1 && kept.count() > 0) out.headers = hl7v3::write_time_to_live(kept);
    return out;
}

soap::Outgoing Iti55::encode_error(Deps& deps, Error const& error, Request const* request) {
    hl7v3::Header const header = request ? request->header : hl7v3::Header{};
    Error const told = in_v3_words(error);
    hl7v3::FindAnswer answer;
    answer.error = &told;
    answer.cannot = hl7v3::cannot_answer(told.code);
    return reply_of(
        hl7v3::write_find_response(header, request ? request->echo : hl7v3::QueryEcho{},
                                   seal_of(deps.clock, deps.ids, deps.settings), answer),
        false);
}

}  // namespace musubi::xcpd
