#include "imaging/rad69.h"

#include "codec/ebxml/write.h"
#include "domain/reason.h"
#include "platform/base/log.h"

namespace musubi::imaging {

core::TransactionSpec const& Rad69::spec() {
    static core::TransactionSpec const kSpec{
        .id = "RAD-69",
        .name = "Retrieve Imaging Document Set",
        .action = domain::Action::kRetrieve,
        .changes_data = false,
        .event_id = domain::dcm("110104", "DICOM Instances Transferred"),
        .event_action = 'R',
        .requester_is_source = false,
        .soap = {{.path = "/xds-i/source",
                  .action = "urn:ihe:rad:2009:RetrieveImagingDocumentSet",
                  // Implementations agree on this one; it is no action of RAD's own.
                  .response_action = "urn:ihe:iti:2007:RetrieveDocumentSetResponse",
                  .mtom = true,
                  .operation = "ImagingDocumentSource_RetrieveImagingDocumentSet",
                  .request_element = "{urn:ihe:rad:xdsi-b:2009}RetrieveImagingDocumentSetRequest",
                  .response_element = "{urn:ihe:iti:xds-b:2007}RetrieveDocumentSetResponse"}},
        .hl7v2 = {},
        .malformed = Reason::kRepositoryGeneral,
    };
    return kSpec;
}

Result<ImagesAsked> Rad69::decode(Deps& deps, Wire const& wire, core::DecodeContext const&) {
    auto message = TRY(ebxml::read_imaging_retrieve_request(wire.envelope.payload));
    if (message.images.size() > deps.settings.most_images) {
        return Error(Code::kTooLarge, {{Severity::kError, Reason::kOutOfResources,
                                        "at most " + std::to_string(deps.settings.most_images) +
                                            " images in one request",
                                        ""}});
    }
    ImagesAsked out;
    out.transfer_syntaxes = std::move(message.transfer_syntaxes);
    for (ebxml::ImageRequest& one : message.images) {
        out.images.push_back({{std::move(one.study), std::move(one.series),
                               std::move(one.document.document_unique_id)},
                              std::move(one.document.home),
                              std::move(one.document.repository_unique_id)});
    }
    return out;
}

Result<core::Located> Rad69::locate(Deps& deps, Request const& request, domain::Subject const&) {
    std::vector<std::string> studies;
    for (AskedImage const& one : request.images) studies.push_back(one.name.study);
    return locate_studies(deps, studies);
}

core::PolicyQuery Rad69::policy_query(Request const&, core::Located const& located) {
    return {located.patients, {}};
}

Result<std::shared_ptr<core::Errand>> Rad69::set_out(Deps& deps,
                                                     core::Authorized<Request> const& request) {
    if (request.notes().has_value()) return std::shared_ptr<core::Errand>();
    StudyRows const& rows = rows_of(request.located());
    Holdings const holdings(rows, request.permit(), deps.keys);
    auto const sources = deps.sources();
    auto trip = std::make_shared<Trip>(rows);
    for (AskedImage const& asked : request->images) {
        auto const source = sources->find(asked.repository_unique_id);
        if (asked.home && !deps.home.empty() && *asked.home != deps.home) {
            trip->refuse(deps, asked, Reason::kUnknownCommunity,
                         "HomeCommunityId " + *asked.home + " is not " + deps.home);
        } else if (!source) {
            trip->refuse(
                deps, asked, Reason::kUnknownRepositoryId,
                "RepositoryUniqueId " + asked.repository_unique_id + " is no imaging source here");
        } else {
            trip->want(deps, asked, holdings.find(asked.name, *source), source);
        }
    }
    auto errand = trip->set_off(deps, request->transfer_syntaxes);
    request.notes() = std::move(trip);
    return errand;
}

Result<Delivery> Rad69::handle(Deps&, core::Authorized<Request> const& request) {
    return std::any_cast<std::shared_ptr<Trip>&>(request.notes())->take();
}

int Rad69::withhold(core::Permit const& permit, Response& response) {
    return withhold_images(permit, response);
}

std::vector<core::AuditDraft> Rad69::audit(Deps&,
                                           core::AuditInput<Request, Response> const& input) {
    static std::vector<AskedImage> const kNothing;
    return retrieval_drafts(input.request ? input.request->images : kNothing, input.response);
}

Result<soap::Outgoing> Rad69::encode(Deps&, Response&& response, Request const&) {
    domain::RetrieveResponse answer;
    for (FoundImage& one : response.found) {
        answer.documents.push_back(
            {{std::move(one.asked.home), std::move(one.asked.repository_unique_id),
              std::move(one.asked.name.instance)},
             "application/dicom",
             std::move(one.image.content)});
    }
    for (MissedImage& one : response.missed) answer.issues.push_back(std::move(one.why));
    auto const rows = ebxml::error_rows(answer.issues, ebxml::Actor::kRepository);
    return Reply{ebxml::write_retrieve_response(answer, rows), rows.empty()};
}

soap::Outgoing Rad69::encode_error(Deps&, Error const& error, Request const*) {
    auto const rows = ebxml::error_rows(error, ebxml::Actor::kRepository, LogTrace::current());
    return {ebxml::write_retrieve_response({}, rows), false};
}

}  // namespace musubi::imaging
