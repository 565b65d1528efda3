#include "imaging/web.h"

#include "codec/mtom/package.h"
#include "domain/reason.h"

#include <algorithm>
#include <set>

namespace musubi::imaging {
namespace {

core::TransactionSpec spec_of(std::string_view id, std::string_view name) {
    core::TransactionSpec spec;
    spec.id = id;
    spec.name = name;
    spec.action = domain::Action::kRetrieve;
    spec.event_id = domain::dcm("110104", "DICOM Instances Transferred");
    spec.event_action = 'R';
    spec.requester_is_source = false;
    return spec;
}

AskedImage asked_of(dicomweb::Selection const& selection) {
    return {{selection.study, selection.series, selection.instance}, std::nullopt, ""};
}

bool selects(dicomweb::Selection const& selection, ImageName const& name) {
    return (selection.series.empty() || selection.series == name.series) &&
           (selection.instance.empty() || selection.instance == name.instance);
}

/// Where the image is: what the manifest says, or the only archive of who published it.
std::shared_ptr<Source const> source_of(SourceDirectory const& directory, Grant const& grant) {
    if (!grant.location.empty()) {
        auto named = directory.find(grant.location);
        return named && named->member == grant.label.owner ? named : nullptr;
    }
    std::shared_ptr<Source const> only;
    for (auto const& one : directory.sources) {
        if (one->member != grant.label.owner) continue;
        if (only) return nullptr;
        only = one;
    }
    return only;
}

/// Nothing can be delivered: which of the reasons is told.
Code worst_of(Delivery const& delivery) {
    auto const any = [&](auto const&... codes) {
        return std::any_of(delivery.missed.begin(), delivery.missed.end(),
                           [&](MissedImage const& one) { return ((one.code == codes) || ...); });
    };
    if (any(Code::kPeerUnavailable, Code::kBusy)) return Code::kPeerUnavailable;
    if (any(Code::kUnsupported)) return Code::kUnsupported;
    if (any(Code::kTooLarge)) return Code::kTooLarge;
    if (any(Code::kInvalidContent, Code::kInternal, Code::kStorageUnavailable))
        return Code::kInternal;
    return Code::kNotFound;
}

}  // namespace

std::vector<std::string> WebRequest::transfer_syntaxes() const {
    switch (target.resource) {
        case dicomweb::Resource::kObjects: return acceptable.transfer_syntaxes;
        case dicomweb::Resource::kMetadata: return {};  // none is better than what is there
        case dicomweb::Resource::kFrames: return frames.transfer_syntaxes();
    }
    return {};
}

Result<core::Located> WebRetrieval::locate(Deps& deps, Request const& request,
                                           domain::Subject const&) {
    return locate_studies(deps, {request.target.selection.study});
}

core::PolicyQuery WebRetrieval::policy_query(Request const&, core::Located const& located) {
    return {located.patients, {}};
}

Result<std::shared_ptr<core::Errand>> WebRetrieval::set_out(
    Deps& deps, core::Authorized<Request> const& request) {
    if (request.notes().has_value()) return std::shared_ptr<core::Errand>();
    StudyRows const& rows = rows_of(request.located());
    Holdings const holdings(rows, request.permit(), deps.keys);
    auto const sources = deps.sources();
    auto trip = std::make_shared<Trip>(rows);
    std::set<std::pair<std::string, std::string>> wanted;
    for (auto const& [name, grant] : holdings.all_of(request->target.selection.study)) {
        if (!selects(request->target.selection, name)) continue;
        auto const source = source_of(*sources, *grant);
        if (!source || !wanted.emplace(name.series, name.instance).second) continue;
        if (wanted.size() > deps.settings.most_images) {
            return Error(Code::kTooLarge,
                         {{Severity::kError, Reason::kOutOfResources,
                           "more than " + std::to_string(deps.settings.most_images) +
                               " images; ask for a series or an instance",
                           ""}});
        }
        trip->want(deps, {name, std::nullopt, source->id}, grant, source);
    }
    if (trip->size() == 0)
        trip->refuse(deps, asked_of(request->target.selection), Reason::kDocumentUniqueId,
                     "no such image is available");
    auto errand = trip->set_off(deps, request->transfer_syntaxes());
    request.notes() = std::move(trip);
    return errand;
}

Result<WebDelivery> WebRetrieval::handle(Deps&, core::Authorized<Request> const& request) {
    WebDelivery out{std::any_cast<std::shared_ptr<Trip>&>(request.notes())->take(), {}};
    switch (request->target.resource) {
        case dicomweb::Resource::kObjects: break;
        case dicomweb::Resource::kMetadata: TRY(turn_into_metadata(out, request->service)); break;
        case dicomweb::Resource::kFrames:
            out.cut = cut_frames(out, request->target.frames, request->frames);
            break;
    }
    return out;
}

int WebRetrieval::withhold(core::Permit const& permit, Response& response) {
    return withhold_images(permit, response);
}

std::vector<core::AuditDraft> WebRetrieval::audit(
    Deps&, core::AuditInput<Request, Response> const& input) {
    std::vector<AskedImage> asked;
    if (input.request) asked.push_back(asked_of(input.request->target.selection));
    return retrieval_drafts(asked, input.response);
}

Result<dicomweb::Outgoing> WebRetrieval::encode(Deps& deps, Response&& response,
                                                Request const& request) {
    if (response.found.empty()) return dicomweb::error_answer(Error(worst_of(response), ""));
    int const status = response.missed.empty() ? 200 : 206;
    FetchedImage& first = response.found[0].image;
    switch (request.target.resource) {
        case dicomweb::Resource::kObjects: break;
        case dicomweb::Resource::kMetadata: {
            std::vector<std::shared_ptr<Content const>> objects;
            for (FoundImage& one : response.found) objects.push_back(std::move(one.image.content));
            return dicomweb::metadata_answer(status, std::move(objects));
        }
        case dicomweb::Resource::kFrames:
            return dicomweb::frames_answer(
                std::move(first.content), response.cut.frames, response.cut.content_type,
                request.frames.package ? mtom::make_boundary(deps.ids) : "");
    }
    if (!request.acceptable.package)
        return dicomweb::object_answer(std::move(first.content), first.transfer_syntax);
    std::vector<dicomweb::PackedObject> objects;
    for (FoundImage& one : response.found)
        objects.push_back({std::move(one.image.content), std::move(one.image.transfer_syntax)});
    return dicomweb::package_answer(status, std::move(objects), mtom::make_boundary(deps.ids));
}

dicomweb::Outgoing WebRetrieval::encode_error(Deps&, Error const& error, Request const* request) {
    // Who may not is told what everybody is told of what is not there.
    if (error.code == Code::kDenied && error.reason == Reason::kNone && request)
        return dicomweb::error_answer(Error(Code::kNotFound, ""));
    return dicomweb::error_answer(error);
}

core::TransactionSpec const& Rad107::spec() {
    static core::TransactionSpec const kSpec = spec_of("RAD-107", "WADO-RS Retrieve");
    return kSpec;
}

Result<WebRequest> Rad107::decode(Deps&, Wire const& wire, core::DecodeContext const&) {
    WebRequest out;
    out.target = TRY(dicomweb::read_path(wire.path));
    out.service = wire.service;
    switch (out.target.resource) {
        case dicomweb::Resource::kObjects:
            out.acceptable =
                TRY(dicomweb::read_accept(wire.accept, !out.target.selection.instance.empty()));
            break;
        case dicomweb::Resource::kMetadata: TRY(dicomweb::read_metadata_accept(wire.accept)); break;
        case dicomweb::Resource::kFrames:
            out.frames =
                TRY(dicomweb::read_frame_accept(wire.accept, out.target.frames.size() == 1));
            break;
    }
    return out;
}

core::TransactionSpec const& Rad55::spec() {
    static core::TransactionSpec const kSpec = spec_of("RAD-55", "WADO Retrieve");
    return kSpec;
}

Result<WebRequest> Rad55::decode(Deps&, Wire const& wire, core::DecodeContext const&) {
    auto object = TRY(dicomweb::read_object_request(wire.query, wire.accept));
    WebRequest out;
    out.target.selection = std::move(object.selection);
    out.acceptable = {false, {std::move(object.transfer_syntax)}};
    return out;
}

}  // namespace musubi::imaging
