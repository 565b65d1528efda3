#include "xca/gateway_images.h"

#include "codec/ebxml/write.h"
#include "core/image_records.h"
#include "domain/reason.h"
#include "platform/base/log.h"

#include <algorithm>

namespace musubi::xca {
namespace {

/// What waits for images: other communities, and the source of this node.
struct Journey : ImageTrip {
    using ImageTrip::ImageTrip;
    std::unique_ptr<core::ImagesUnderWay> local = nullptr;
    std::shared_ptr<Arrivals::Part const> local_part = nullptr;  ///< null: nothing is awaited
    bool all_here() const { return over() && (!local_part || local_part->done); }
};
using Notes = std::shared_ptr<Journey>;

std::vector<SeenImage> known(InitiatingDeps const& deps, core::AskedImage const& one) {
    return deps.seen_images.find(*one.document.home,
                                 {one.study, one.series, one.document.document_unique_id,
                                  one.document.repository_unique_id});
}

/// One for each community with something to fetch; what may not be fetched is refused.
void plan(InitiatingDeps& deps, core::Authorized<GatewayImages> const& request, Journey& journey) {
    core::Permit const& permit = request.permit();
    for (core::AskedImage const& one : request->foreign) {
        Community const* community = journey.directory->find(*one.document.home);
        auto const member = community ? member_of(deps, *community, request.subject())
                                      : std::optional<domain::Member>();
        if (!member) {
            journey.refuse(
                missed_image(one, Reason::kUnknownCommunity,
                             "homeCommunityId " + *one.document.home + " is not known here"));
            continue;
        }
        auto const reasons = known(deps, one);
        auto const may = std::find_if(reasons.begin(), reasons.end(), [&](SeenImage const& why) {
            return permit.scope_for(why.patient).allows(why.label, why.manifest);
        });
        if (may != reasons.end()) {
            journey.want(*community, member->code, {one, *may});
        } else if (permit.everything()) {
            journey.want(*community, member->code, {one, std::nullopt});
        } else {
            journey.refuse(missed_image(one, Reason::kDocumentUniqueId, kNoImage,
                                        reasons.empty() ? "" : reasons.front().patient));
        }
    }
}

void set_out_here(InitiatingDeps& deps, core::Authorized<GatewayImages> const& request,
                  Journey& journey) {
    if (request->local.empty()) return;
    auto* source = deps.ports.find<core::ImageRetrievePort>();
    if (!source) {
        for (auto const& one : request->local)
            journey.refuse(
                missed_image(one, Reason::kUnknownRepositoryId, "this node has no imaging source"));
        return;
    }
    auto call = source->set_out(request.call(), request->local, request->transfer_syntaxes);
    if (!call) {
        for (auto const& one : request->local)
            journey.refuse(missed_image(
                one, Reason::kGeneral,
                "the archives here cannot be asked; report trace " + LogTrace::current()));
        return;
    }
    journey.local = *std::move(call);
    if (core::Errand* errand = journey.local->errand())
        journey.local_part = journey.arrivals->add(*errand, Arrivals::Wakes::kWithTheLast);
}

}  // namespace

core::TransactionSpec const& GatewayRad69::spec() {
    static core::TransactionSpec const kSpec{
        .id = "RAD-69",
        .name = "Retrieve Imaging Document Set",
        .action = domain::Action::kRetrieve,
        .event_id = domain::dcm("110104", "DICOM Instances Transferred"),
        .event_action = 'R',
        .requester_is_source = false,
        .soap = {{.path = "/xca-i/initiating",
                  .action = "urn:ihe:rad:2009:RetrieveImagingDocumentSet",
                  .response_action = "urn:ihe:iti:2007:RetrieveDocumentSetResponse",
                  .mtom = true,
                  .operation = "InitiatingImagingGateway_RetrieveImagingDocumentSet",
                  .request_element = "{urn:ihe:rad:xdsi-b:2009}RetrieveImagingDocumentSetRequest",
                  .response_element = "{urn:ihe:iti:xds-b:2007}RetrieveDocumentSetResponse"}},
        .hl7v2 = {},
        .malformed = Reason::kRepositoryGeneral,
    };
    return kSpec;
}

Result<GatewayImages> GatewayRad69::decode(Deps& deps, Wire const& wire,
                                           core::DecodeContext const&) {
    auto message = TRY(ebxml::read_imaging_retrieve_request(wire.envelope.payload));
    if (message.images.size() > deps.settings.most_images)
        return too_many_images(deps.settings.most_images);
    auto const directory = deps.directory();
    GatewayImages out;
    out.transfer_syntaxes = std::move(message.transfer_syntaxes);
    for (ebxml::ImageRequest& request : message.images) {
        core::AskedImage one = asked_image(std::move(request));
        std::optional<std::string> const home = one.document.home;
        if (!home) {
            out.misdirected.push_back(missed_image(one, Reason::kMissingHomeCommunityId,
                                                   "each DocumentRequest needs a "
                                                   "HomeCommunityId"));
        } else if (*home == deps.home) {
            out.local.push_back(std::move(one));
        } else if (directory->find(*home)) {
            out.foreign.push_back(std::move(one));
        } else {
            out.misdirected.push_back(missed_image(
                one, Reason::kUnknownCommunity, "homeCommunityId " + *home + " is not known here"));
        }
    }
    return out;
}

Result<core::Located> GatewayRad69::locate(Deps& deps, Request const& request,
                                           domain::Subject const&) {
    core::Located located;
    auto const* source = deps.ports.find<core::ImageRetrievePort>();
    if (source && !request.local.empty()) located = TRY(source->locate(request.local));
    auto& patients = located.patients;
    for (core::AskedImage const& one : request.foreign) {
        for (SeenImage const& why : known(deps, one)) {
            if (std::find(patients.begin(), patients.end(), why.patient) == patients.end())
                patients.push_back(why.patient);
        }
    }
    return located;
}

core::PolicyQuery GatewayRad69::policy_query(Request const&, core::Located const& located) {
    return {located.patients, {}};
}

Result<std::shared_ptr<core::Errand>> GatewayRad69::set_out(
    Deps& deps, core::Authorized<Request> const& request) {
    if (!request.notes().has_value()) {
        auto const fresh =
            std::make_shared<Journey>(deps, request.call(), request->transfer_syntaxes);
        request.notes() = fresh;
        plan(deps, request, *fresh);
        set_out_here(deps, request, *fresh);
    }
    Journey& journey = *std::any_cast<Notes const&>(request.notes());
    TRY(journey.go_on(request.subject()));
    if (journey.all_here()) return std::shared_ptr<core::Errand>();
    return std::shared_ptr<core::Errand>(journey.arrivals);
}

Result<core::ImageFindings> GatewayRad69::handle(Deps& deps,
                                                 core::Authorized<Request> const& request) {
    Journey& journey = *std::any_cast<Notes const&>(request.notes());
    TRY(deps.ports.require<core::ClientPipeline>().record_all(journey.records()));
    core::ImageFindings out = std::move(journey.findings);
    if (journey.local) {
        auto own = journey.local->finish(request.call());
        if (own) {
            std::move(own->delivered.begin(), own->delivered.end(),
                      std::back_inserter(out.delivered));
            std::move(own->missed.begin(), own->missed.end(), std::back_inserter(out.missed));
        } else {
            for (auto const& one : request->local)
                out.missed.push_back(missed_image(
                    one, Reason::kGeneral,
                    "the archives here cannot be asked; report trace " + LogTrace::current()));
        }
    }
    out.missed.insert(out.missed.end(), request->misdirected.begin(), request->misdirected.end());
    return out;
}

int GatewayRad69::withhold(core::Permit const& permit, Response& response) {
    return withhold_images(permit, response);
}

std::vector<core::AuditDraft> GatewayRad69::audit(
    Deps&, core::AuditInput<Request, Response> const& input) {
    std::vector<core::AskedImage> asked;
    if (input.request) {
        asked = input.request->local;
        asked.insert(asked.end(), input.request->foreign.begin(), input.request->foreign.end());
        for (core::MissedImage const& one : input.request->misdirected) asked.push_back(one.asked);
    }
    return image_drafts(asked, input.response, core::ImageRecords::kHomeInSource);
}

Result<soap::Outgoing> GatewayRad69::encode(Deps&, Response&& response, Request const&) {
    auto const rows = image_rows(response);
    return image_answer(std::move(response), rows);
}

soap::Outgoing GatewayRad69::encode_error(Deps&, Error const& error, Request const*) {
    auto const rows = ebxml::error_rows(error, ebxml::Actor::kRepository, LogTrace::current());
    return {ebxml::write_retrieve_response({}, rows), false};
}

}  // namespace musubi::xca
