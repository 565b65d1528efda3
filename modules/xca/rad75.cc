#include "xca/rad75.h"

#include "codec/ebxml/write.h"
#include "core/image_records.h"
#include "domain/reason.h"
#include "platform/base/log.h"
#include "xca/home.h"

namespace musubi::xca {
namespace {

/// The inner call, and what keeps its errand.
struct UnderWay {
    std::unique_ptr<core::ImagesUnderWay> images;  ///< null: nothing is wanted of us
};
using Notes = std::shared_ptr<UnderWay>;

/// The errand of an inner call, which belongs to the notes.
std::shared_ptr<core::Errand> errand_of(Notes const& notes) {
    if (!notes->images || !notes->images->errand()) return nullptr;
    return {notes, notes->images->errand()};
}

std::vector<core::MissedImage> no_source(std::vector<core::AskedImage> const& all) {
    std::vector<core::MissedImage> out;
    for (core::AskedImage const& one : all) {
        out.push_back(missed_image(one, Reason::kUnknownRepositoryId,
                                   "RepositoryUniqueId " + one.document.repository_unique_id +
                                       " is no imaging source here"));
    }
    return out;
}

}  // namespace

core::TransactionSpec const& Rad75::spec() {
    static core::TransactionSpec const kSpec{
        .id = "RAD-75",
        .name = "Cross Gateway Retrieve Imaging Document Set",
        .action = domain::Action::kRetrieve,
        .event_id = domain::dcm("110104", "DICOM Instances Transferred"),
        .event_action = 'R',
        .requester_is_source = false,
        .soap = {{.path = "/xca-i/responding",
                  .action = "urn:ihe:rad:2011:CrossGatewayRetrieveImagingDocumentSet",
                  .response_action =
                      "urn:ihe:rad:2011:CrossGatewayRetrieveImagingDocumentSetResponse",
                  .mtom = true,
                  .operation = "RespondingGateway_CrossGatewayRetrieveImagingDocumentSet",
                  .request_element = "{urn:ihe:rad:xdsi-b:2009}RetrieveImagingDocumentSetRequest",
                  .response_element = "{urn:ihe:iti:xds-b:2007}RetrieveDocumentSetResponse"}},
        .hl7v2 = {},
        .malformed = Reason::kRepositoryGeneral,
    };
    return kSpec;
}

Result<CrossImages> Rad75::decode(Deps& deps, Wire const& wire, core::DecodeContext const&) {
    auto message = TRY(ebxml::read_imaging_retrieve_request(wire.envelope.payload));
    auto const* source = deps.ports.find<core::ImageRetrievePort>();
    std::size_t const most = source ? source->most_images() : kMostImages;
    if (message.images.size() > most) return too_many_images(most);
    CrossImages out;
    out.message_id = wire.envelope.message_id;
    out.transfer_syntaxes = std::move(message.transfer_syntaxes);
    for (ebxml::ImageRequest& one : message.images) {
        auto wrong = wrong_home(one.document, deps.home);
        core::AskedImage asked = asked_image(std::move(one));
        if (wrong) {
            out.misdirected.push_back({std::move(asked), "", *std::move(wrong)});
        } else {
            out.wanted.push_back(std::move(asked));
        }
    }
    return out;
}

Result<core::Located> Rad75::locate(Deps& deps, Request const& request, domain::Subject const&) {
    TRY(deps.refuse_own(request.message_id));
    auto const* source = deps.ports.find<core::ImageRetrievePort>();
    if (!source || request.wanted.empty()) return core::Located{};
    return source->locate(request.wanted);
}

core::PolicyQuery Rad75::policy_query(Request const&, core::Located const& located) {
    return {located.patients, {}};
}

Result<std::shared_ptr<core::Errand>> Rad75::set_out(Deps& deps,
                                                     core::Authorized<Request> const& request) {
    if (request.notes().has_value()) return std::shared_ptr<core::Errand>();
    auto const notes = std::make_shared<UnderWay>();
    auto* source = deps.ports.find<core::ImageRetrievePort>();
    if (source && !request->wanted.empty())
        notes->images =
            TRY(source->set_out(request.call(), request->wanted, request->transfer_syntaxes));
    request.notes() = notes;
    return errand_of(notes);
}

Result<core::ImageFindings> Rad75::handle(Deps&, core::Authorized<Request> const& request) {
    Notes const& notes = std::any_cast<Notes const&>(request.notes());
    core::ImageFindings out;
    if (notes->images) {
        out = TRY(notes->images->finish(request.call()));
    } else {
        out.missed = no_source(request->wanted);
    }
    out.missed.insert(out.missed.end(), request->misdirected.begin(), request->misdirected.end());
    return out;
}

int Rad75::withhold(core::Permit const& permit, Response& response) {
    return withhold_images(permit, response);
}

std::vector<core::AuditDraft> Rad75::audit(Deps&,
                                           core::AuditInput<Request, Response> const& input) {
    std::vector<core::AskedImage> asked;
    if (input.request) {
        asked = input.request->wanted;
        for (core::MissedImage const& one : input.request->misdirected) asked.push_back(one.asked);
    }
    return image_drafts(asked, input.response, core::ImageRecords::kHomeAtGateway);
}

Result<soap::Outgoing> Rad75::encode(Deps& deps, Response&& response, Request const&) {
    auto rows = image_rows(response);
    locate_images_at(deps.home, rows);
    return image_answer(std::move(response), rows);
}

soap::Outgoing Rad75::encode_error(Deps& deps, Error const& error, Request const*) {
    auto rows = ebxml::error_rows(error, ebxml::Actor::kRepository, LogTrace::current());
    locate_images_at(deps.home, rows);
    return {ebxml::write_retrieve_response({}, rows), false};
}

}  // namespace musubi::xca
