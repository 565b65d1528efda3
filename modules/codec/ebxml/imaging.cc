#include "codec/ebxml/imaging.h"

#include "codec/ebxml/names.h"
#include "domain/reason.h"
#include "platform/base/ids.h"
#include "platform/base/text.h"
#include "platform/xml/writer.h"

namespace musubi::ebxml {
namespace {

constexpr std::string_view kRad = "urn:ihe:rad:xdsi-b:2009";

Error wrong(std::string context, std::string location = {}) {
    return Error(Code::kInvalidContent, {{Severity::kError, Reason::kRepositoryGeneral,
                                          std::move(context), std::move(location)}});
}

std::string child_text(xml::Element of, std::string_view name) {
    return std::string(trim(of.first_child(kXds, name).text()));
}

Result<std::string> uid_attribute(xml::Element of, std::string_view name) {
    std::string const value(trim(of.attribute(name).value_or("")));
    if (!is_oid(value)) return wrong(std::string(name) + " must be a UID");
    return value;
}

Result<domain::DocumentRequest> read_document(xml::Element element) {
    domain::DocumentRequest out;
    std::string home = child_text(element, "HomeCommunityId");
    if (!home.empty()) out.home = std::move(home);
    out.repository_unique_id = child_text(element, "RepositoryUniqueId");
    out.document_unique_id = child_text(element, "DocumentUniqueId");
    if (out.repository_unique_id.empty())
        return wrong("DocumentRequest: RepositoryUniqueId is required", out.document_unique_id);
    if (!is_oid(out.document_unique_id))
        return wrong("DocumentRequest: DocumentUniqueId must be a SOP Instance UID",
                     out.document_unique_id);
    return out;
}

Status read_series(xml::Element element, std::string const& study, ImagingRetrieve& into) {
    std::string const series = TRY(uid_attribute(element, "seriesInstanceUID"));
    std::size_t const before = into.images.size();
    for (xml::Element child : element.children()) {
        // Said in so many words because senders get the namespace wrong.
        if (child.is(kRad, "DocumentRequest"))
            return wrong("DocumentRequest belongs to namespace " + std::string(kXds));
        if (!child.is(kXds, "DocumentRequest")) continue;
        domain::DocumentRequest document = TRY(read_document(child));
        into.images.push_back({study, series, std::move(document)});
    }
    if (into.images.size() == before) return wrong("a SeriesRequest without DocumentRequest");
    return {};
}

}  // namespace

Result<ImagingRetrieve> read_imaging_retrieve_request(xml::Element request) {
    if (!request.is(kRad, "RetrieveImagingDocumentSetRequest"))
        return Error(Code::kInvalidMessage, "the body is no RetrieveImagingDocumentSetRequest");
    ImagingRetrieve out;
    for (xml::Element child : request.children()) {
        if (!child.is(kRad, "StudyRequest")) continue;
        std::string const study = TRY(uid_attribute(child, "studyInstanceUID"));
        bool any = false;
        for (xml::Element series : child.children()) {
            if (!series.is(kRad, "SeriesRequest")) continue;
            any = true;
            TRY(read_series(series, study, out));
        }
        if (!any) return wrong("a StudyRequest without SeriesRequest");
    }
    if (out.images.empty()) return wrong("at least one StudyRequest is required");
    for (xml::Element child : request.first_child(kRad, "TransferSyntaxUIDList").children()) {
        if (!child.is(kRad, "TransferSyntaxUID")) continue;
        std::string syntax(trim(child.text()));
        if (!is_oid(syntax)) return wrong("a TransferSyntaxUID is no UID");
        out.transfer_syntaxes.push_back(std::move(syntax));
    }
    if (out.transfer_syntaxes.empty())
        return wrong("TransferSyntaxUIDList with at least one TransferSyntaxUID is required");
    return out;
}

std::string write_imaging_retrieve_request(ImagingRetrieve const& request) {
    xml::Writer w;
    w.start("rad:RetrieveImagingDocumentSetRequest").attribute("xmlns:rad", kRad);
    w.attribute("xmlns:xds", kXds);
    ImageRequest const* before = nullptr;
    for (ImageRequest const& image : request.images) {
        bool const study = !before || before->study != image.study;
        bool const series = study || before->series != image.series;
        if (before && series) w.end();
        if (before && study) w.end();
        if (study) w.start("rad:StudyRequest").attribute("studyInstanceUID", image.study);
        if (series) w.start("rad:SeriesRequest").attribute("seriesInstanceUID", image.series);
        before = &image;
        w.start("xds:DocumentRequest");
        if (image.document.home) w.element("xds:HomeCommunityId", *image.document.home);
        w.element("xds:RepositoryUniqueId", image.document.repository_unique_id);
        w.element("xds:DocumentUniqueId", image.document.document_unique_id);
        w.end();
    }
    if (before) w.end().end();
    w.start("rad:TransferSyntaxUIDList");
    for (std::string const& syntax : request.transfer_syntaxes)
        w.element("rad:TransferSyntaxUID", syntax);
    w.end();
    return w.take();
}

}  // namespace musubi::ebxml
