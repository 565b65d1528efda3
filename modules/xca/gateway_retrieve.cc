#include "codec/ebxml/read.h"
#include "codec/ebxml/write_made.h"
#include "domain/reason.h"
#include "platform/base/log.h"
#include "xca/answer_contents.h"
#include "xca/cause.h"
#include "xca/home.h"
#include "xca/initiating.h"
#include "xca/manifests.h"
#include "xca/records.h"
#include "xca/trip.h"

#include <algorithm>
#include <map>

namespace musubi::xca {
namespace {

using Finished = core::ClientPipeline::Finished;
using Requests = std::vector<domain::DocumentRequest>;

constexpr std::size_t kMostDocuments = 200;
/// One text for absent and hidden, so that nobody can tell them apart.
constexpr char const* kNotAvailable = "no document of this uniqueId is available";

struct RetrieveTrip : Trip {
    using Trip::Trip;
    std::vector<Requests> wanted;  ///< by leg
    std::optional<core::RetrieveFindings> local;
    core::RetrieveFindings refused;  ///< before anybody was asked
};

core::TransactionSpec const& client_spec() {
    static core::TransactionSpec const kSpec{.id = "ITI-39",
                                             .name = "Cross Gateway Retrieve",
                                             .action = domain::Action::kRetrieve,
                                             .event_id = domain::dcm("110107", "Import"),
                                             .event_action = 'C',
                                             .requester_is_source = false,
                                             .soap = {},
                                             .hl7v2 = {}};
    return kSpec;
}

core::MissedDocument missed(domain::DocumentRequest const& request, Reason reason,
                            std::string context, std::string patient = {}) {
    return {request,
            std::move(patient),
            {Severity::kError, reason, std::move(context), request.document_unique_id}};
}

/// Two communities may use the same names.
std::string key_with_home(domain::DocumentRequest const& one) {
    return one.home.value_or("") + " " + key_of(one);
}

/// As long as the schema lets it be: answers may come unchecked.
std::optional<std::string> short_name(std::optional<std::string> const& told) {
    return told && told->size() <= 256 ? told : std::nullopt;
}

/// What we know of it from an answer that this node handed on.
std::optional<SeenObject> known(InitiatingDeps const& deps, domain::DocumentRequest const& one) {
    return deps.seen.find(one.home.value_or(""), one.document_unique_id);
}

/// Nobody fetches what was not shown to him: a document of another community has no label here
/// until a query brought it.
bool may_have(InitiatingDeps const& deps, core::Permit const& permit,
              domain::DocumentRequest const& one) {
    if (permit.everything()) return true;
    auto const object = known(deps, one);
    return object && !object->label.owner.empty() &&
           permit.scope_for(object->patient).allows(object->label, one.document_unique_id);
}

/// One leg for each community with something to fetch.
void plan(InitiatingDeps& deps, core::Authorized<GatewayRetrieve> const& request,
          RetrieveTrip& trip) {
    trip.directory = deps.directory();
    for (domain::DocumentRequest const& one : request->foreign) {
        Community const* community = trip.directory->find(*one.home);
        auto const member = community ? member_of(deps, *community, request.subject())
                                      : std::optional<domain::Member>();
        if (!member) {
            trip.refused.missed.push_back(
                missed(one, Reason::kUnknownCommunity,
                       "homeCommunityId " + *one.home + " is not known here"));
            continue;
        }
        auto const object = known(deps, one);
        if (!may_have(deps, request.permit(), one)) {
            trip.refused.missed.push_back(missed(one, Reason::kDocumentUniqueId, kNotAvailable,
                                                 object ? object->patient : ""));
            continue;
        }
        auto leg = std::find_if(trip.legs.begin(), trip.legs.end(),
                                [&](Leg const& l) { return l.community == community; });
        if (leg == trip.legs.end()) {
            Leg& fresh = trip.legs.emplace_back();
            fresh.community = community;
            fresh.member = member->code;
            trip.wanted.emplace_back();
            leg = trip.legs.end() - 1;
        }
        trip.wanted[static_cast<std::size_t>(leg - trip.legs.begin())].push_back(one);
    }
}

std::vector<domain::AuditObject> objects_of(InitiatingDeps const& deps, Requests const& wanted) {
    std::vector<domain::AuditObject> objects;
    std::set<std::string> patients;
    for (domain::DocumentRequest const& one : wanted) {
        auto const object = known(deps, one);
        if (object && patients.insert(object->patient).second)
            objects.push_back(domain::audit_patient(object->patient));
    }
    for (domain::DocumentRequest const& one : wanted) {
        objects.push_back(
            domain::audit_document(one.document_unique_id, one.repository_unique_id, one.home));
    }
    return objects;
}

Status leave(InitiatingDeps& deps, domain::Subject const& subject, RetrieveTrip& trip) {
    trip.deadline = std::chrono::steady_clock::now() + deps.settings.retrieve_deadline;
    for (std::size_t i = 0; i < trip.legs.size(); ++i) {
        Leg& leg = trip.legs[i];
        leg.spec = &client_spec();
        leg.url = leg.community->retrieve_url;
        leg.message_id = deps.ids.uuid().to_urn();
        leg.payload = ebxml::write_retrieve_request(trip.wanted[i]);
        leg.objects = objects_of(deps, trip.wanted[i]);
        TRY(set_off(deps, trip, leg,
                    {.action = "urn:ihe:iti:2007:CrossGatewayRetrieve",
                     .response_action = "urn:ihe:iti:2007:CrossGatewayRetrieveResponse",
                     .mtom = true,
                     .most_octets = deps.settings.most_retrieve_octets,
                     .first_byte = deps.settings.retrieve_first_byte},
                    subject));
    }
    return {};
}

/// The documents of one answer, each as somebody asked for it; what was not asked for is dropped.
class Unpacker {
public:
    Unpacker(InitiatingDeps const& deps, Leg const& leg, Requests const& wanted,
             OpenedAnswer const& answer, GatewayDocuments& out)
        : deps_(deps), leg_(leg), wanted_(wanted), answer_(answer), contents_(answer), out_(out) {
        for (auto const& one : wanted) documents_.push_back(one.document_unique_id);
    }

    Status unpack() {
        auto const read = TRY(ebxml::read_retrieve_response(answer_.envelope.payload));
        for (ebxml::RetrievedPart const& part : read.documents) take(part);
        for (domain::DocumentRequest const& one : wanted_) {
            if (!delivered_.contains(key_of(one))) out_.missed.push_back(why(one, read.response));
        }
        return {};
    }

private:
    void take(ebxml::RetrievedPart const& part) {
        // Its own home, or none: what it says of others is not believed.
        bool const own = !part.request.home || leg_.community->serves(*part.request.home);
        auto const asked = std::find_if(wanted_.begin(), wanted_.end(), [&](auto const& one) {
            return key_of(one) == key_of(part.request);
        });
        if (!own || asked == wanted_.end() || delivered_.contains(key_of(part.request))) return;
        auto content = contents_.find(part.source);
        if (!content) return;
        delivered_.insert(key_of(part.request));
        if (part.new_document_unique_id || part.new_repository_unique_id) {
            out_.made[key_with_home(*asked)] = {short_name(part.new_repository_unique_id),
                                                short_name(part.new_document_unique_id)};
        }
        auto const object = known(deps_, *asked);
        core::FoundDocument found;
        found.document = {*asked, part.mime_type, std::move(content)};
        if (object) {
            found.patient = object->patient;
            found.label = object->label;
        }
        out_.delivered.push_back(std::move(found));
    }

    core::MissedDocument why(domain::DocumentRequest const& one,
                             ebxml::RegistryResponse const& response) const {
        auto const object = known(deps_, one);
        std::string patient = object ? object->patient : "";
        if (auto const* row = cause_of(one.document_unique_id, documents_, response)) {
            auto const told = relayed(*leg_.community, *row);
            return missed(one, ebxml::reason_of(told.error_code), told.context, std::move(patient));
        }
        return missed(one, Reason::kDocumentUniqueId, leg_.community->name + ": " + kNotAvailable,
                      std::move(patient));
    }

    InitiatingDeps const& deps_;
    Leg const& leg_;
    Requests const& wanted_;
    OpenedAnswer const& answer_;
    AnswerContents const contents_;
    GatewayDocuments& out_;
    std::vector<std::string> documents_;
    std::set<std::string> delivered_;
};

void append(core::RetrieveFindings& to, core::RetrieveFindings&& from) {
    std::move(from.delivered.begin(), from.delivered.end(), std::back_inserter(to.delivered));
    std::move(from.missed.begin(), from.missed.end(), std::back_inserter(to.missed));
}

}  // namespace

core::TransactionSpec const& GatewayIti43::spec() {
    static core::TransactionSpec const kSpec{
        .id = "ITI-43",
        .name = "Retrieve Document Set",
        .action = domain::Action::kRetrieve,
        .event_id = domain::dcm("110106", "Export"),
        .event_action = 'R',
        .requester_is_source = false,
        .soap = {{.path = "/xca/initiating",
                  .action = "urn:ihe:iti:2007:RetrieveDocumentSet",
                  .response_action = "urn:ihe:iti:2007:RetrieveDocumentSetResponse",
                  .mtom = true,
                  .operation = "InitiatingGateway_RetrieveDocumentSet",
                  .request_element = "{urn:ihe:iti:xds-b:2007}RetrieveDocumentSetRequest",
                  .response_element = "{urn:ihe:iti:xds-b:2007}RetrieveDocumentSetResponse"}},
        .hl7v2 = {},
    };
    return kSpec;
}

Result<GatewayRetrieve> GatewayIti43::decode(Deps& deps, Wire const& wire,
                                             core::DecodeContext const&) {
    auto asked = TRY(ebxml::read_retrieve_request(wire.envelope.payload));
    auto const* repository = deps.ports.find<core::DocumentRetrievePort>();
    std::size_t const most = repository ? repository->most_documents() : kMostDocuments;
    if (asked.size() > most) {
        return Error(Code::kTooLarge,
                     {{Severity::kError, Reason::kOutOfResources,
                       "at most " + std::to_string(most) + " documents in one request", ""}});
    }
    auto const directory = deps.directory();
    GatewayRetrieve out;
    for (domain::DocumentRequest& one : asked) {
        bool const ours =
            repository && one.repository_unique_id == repository->repository_unique_id();
        if (one.home ? *one.home == deps.home : ours) {
            out.local.push_back(std::move(one));
        } else if (!one.home) {
            out.misdirected.push_back(missed(one, Reason::kMissingHomeCommunityId,
                                             "this repository is not here; its documents need "
                                             "their HomeCommunityId"));
        } else if (directory->find(*one.home)) {
            out.foreign.push_back(std::move(one));
        } else {
            out.misdirected.push_back(
                missed(one, Reason::kUnknownCommunity,
                       "homeCommunityId " + *one.home + " is not known here"));
        }
    }
    return out;
}

Result<core::Located> GatewayIti43::locate(Deps& deps, Request const& request,
                                           domain::Subject const&) {
    core::Located located;
    auto const* repository = deps.ports.find<core::DocumentRetrievePort>();
    if (repository && !request.local.empty()) located = TRY(repository->locate(request.local));
    // The repository's findings stay as they are: it gets them back for what is its own.
    for (domain::DocumentRequest const& one : request.foreign) {
        auto const object = known(deps, one);
        if (!object) continue;
        auto& patients = located.patients;
        if (std::find(patients.begin(), patients.end(), object->patient) == patients.end())
            patients.push_back(object->patient);
    }
    return located;
}

core::PolicyQuery GatewayIti43::policy_query(Request const&, core::Located const& located) {
    return {located.patients, {}};
}

Result<std::shared_ptr<core::Errand>> GatewayIti43::set_out(
    Deps& deps, core::Authorized<Request> const& request) {
    if (request.notes().has_value()) return std::shared_ptr<core::Errand>();
    auto trip = std::make_shared<RetrieveTrip>(deps.ports, request.call());
    request.notes() = trip;
    plan(deps, request, *trip);
    TRY(leave(deps, request.subject(), *trip));
    if (trip->arrivals->all_done()) return std::shared_ptr<core::Errand>();
    return std::shared_ptr<core::Errand>(trip->arrivals);
}

Result<GatewayDocuments> GatewayIti43::handle(Deps& deps,
                                              core::Authorized<Request> const& request) {
    RetrieveTrip& trip = *std::any_cast<std::shared_ptr<RetrieveTrip> const&>(request.notes());
    GatewayDocuments out;
    auto* repository = deps.ports.find<core::DocumentRetrievePort>();
    if (repository && !request->local.empty()) {
        auto own = repository->retrieve(request.call(), request.located(), request->local);
        if (own) {
            append(out, *std::move(own));
        } else {
            for (auto const& one : request->local)
                out.missed.push_back(missed(
                    one, Reason::kGeneral,
                    "the repository here cannot be read; report trace " + LogTrace::current()));
        }
    } else {
        for (auto const& one : request->local)
            out.missed.push_back(
                missed(one, Reason::kUnknownRepositoryId, "this node runs no repository"));
    }
    std::vector<Finished> records;
    for (std::size_t i = 0; i < trip.legs.size(); ++i) {
        Leg& leg = trip.legs[i];
        auto opened = answer_of(deps, leg);
        std::size_t const before = out.delivered.size(), missed_before = out.missed.size();
        Status outcome = opened ? Unpacker(deps, leg, trip.wanted[i], *opened, out).unpack()
                                : Status(std::move(opened).error());
        for (std::size_t at = before; at < out.delivered.size(); ++at)
            note_manifest(deps.seen_images, out.delivered[at]);
        if (!outcome) {
            for (auto const& one : trip.wanted[i])
                out.missed.push_back(
                    missed(one, Reason::kUnavailableCommunity,
                           "community " + leg.community->title() + " does not answer"));
        }
        if (leg.line && outcome) {
            Requests came, missing;
            for (std::size_t at = before; at < out.delivered.size(); ++at)
                came.push_back(out.delivered[at].document.request);
            for (std::size_t at = missed_before; at < out.missed.size(); ++at)
                missing.push_back(out.missed[at].request);
            trip.record_parts(records, leg, objects_of(deps, came), objects_of(deps, missing));
        } else if (leg.line) {
            records.push_back(trip.finished(leg, std::move(outcome)));
        }
    }
    TRY(deps.ports.require<core::ClientPipeline>().record_all(records));
    append(out, std::move(trip.refused));
    out.missed.insert(out.missed.end(), request->misdirected.begin(), request->misdirected.end());
    return out;
}

int GatewayIti43::withhold(core::Permit const& permit, Response& response) {
    return Iti39::withhold(permit, response);
}

std::vector<core::AuditDraft> GatewayIti43::audit(
    Deps&, core::AuditInput<Request, Response> const& input) {
    CrossRetrieve asked;
    if (input.request) {
        asked.wanted = input.request->local;
        asked.wanted.insert(asked.wanted.end(), input.request->foreign.begin(),
                            input.request->foreign.end());
        asked.misdirected = input.request->misdirected;
    }
    return retrieve_drafts(input.request ? &asked : nullptr, input.response);
}

Result<soap::Outgoing> GatewayIti43::encode(Deps&, Response&& response, Request const&) {
    domain::RetrieveResponse answer;
    std::vector<ebxml::NewNames> made;
    for (core::FoundDocument& one : response.delivered) {
        made.push_back(response.made[key_with_home(one.document.request)]);
        answer.documents.push_back(std::move(one.document));
    }
    for (core::MissedDocument& one : response.missed) answer.issues.push_back(std::move(one.why));
    auto const rows = ebxml::error_rows(answer.issues, ebxml::Actor::kRepository);
    return Reply{ebxml::write_retrieve_response(answer, rows, made), rows.empty()};
}

soap::Outgoing GatewayIti43::encode_error(Deps&, Error const& error, Request const*) {
    auto const rows = ebxml::error_rows(error, ebxml::Actor::kRepository, LogTrace::current());
    return {ebxml::write_retrieve_response({}, rows), false};
}

}  // namespace musubi::xca
