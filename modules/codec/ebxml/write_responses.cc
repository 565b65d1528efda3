#include "codec/ebxml/names.h"
#include "codec/ebxml/write_made.h"
#include "platform/xml/writer.h"

#include <algorithm>

namespace musubi::ebxml {
namespace {

bool is_error(RegistryErrorRow const& row) { return row.severity == Severity::kError; }

std::string_view urn_of(ResponseStatus status) {
    switch (status) {
        case ResponseStatus::kSuccess: return kStatusSuccess;
        case ResponseStatus::kPartialSuccess: return kStatusPartialSuccess;
        case ResponseStatus::kFailure: return kStatusFailure;
    }
    return kStatusFailure;
}

void write_errors(xml::Writer& w, std::vector<RegistryErrorRow> const& rows) {
    if (rows.empty()) return;
    w.start("rs:RegistryErrorList");
    w.attribute("highestSeverity", std::any_of(rows.begin(), rows.end(), is_error)
                                       ? kSeverityError
                                       : kSeverityWarning);
    for (RegistryErrorRow const& row : rows) {
        w.start("rs:RegistryError")
            .attribute("errorCode", row.error_code)
            .attribute("codeContext", row.context);
        if (!row.location.empty()) w.attribute("location", row.location);
        w.attribute("severity", is_error(row) ? kSeverityError : kSeverityWarning).end();
    }
    w.end();
}

void write_optional(xml::Writer& w, std::string_view name,
                    std::optional<std::string> const& value) {
    if (value) w.element(name, *value);
}

constexpr std::string_view kQuerySuffix = "</rim:RegistryObjectList></query:AdhocQueryResponse>";

}  // namespace

ResponseStatus status_of(std::vector<RegistryErrorRow> const& rows) {
    return std::any_of(rows.begin(), rows.end(), is_error) ? ResponseStatus::kFailure
                                                           : ResponseStatus::kSuccess;
}

std::string write_registry_response(ResponseStatus status,
                                    std::vector<RegistryErrorRow> const& rows) {
    xml::Writer w;
    w.start("rs:RegistryResponse").attribute("xmlns:rs", kRs).attribute("status", urn_of(status));
    write_errors(w, rows);
    return w.take();
}

std::string query_response_prefix(ResponseStatus status,
                                  std::vector<RegistryErrorRow> const& rows) {
    xml::Writer w;
    w.start("query:AdhocQueryResponse")
        .attribute("xmlns:query", kQuery)
        .attribute("xmlns:rim", kRim);
    w.attribute("xmlns:rs", kRs).attribute("status", urn_of(status));
    write_errors(w, rows);
    w.start("rim:RegistryObjectList").text("\n");
    std::string out = w.take();
    out.resize(out.size() - kQuerySuffix.size());
    return out;
}

std::string_view query_response_suffix() { return kQuerySuffix; }

void append_object_ref(std::string& out, std::string_view id, std::string_view home) {
    out += "<rim:ObjectRef id=\"";
    xml::append_attribute_value(out, id);
    if (!home.empty()) {
        out += "\" home=\"";
        xml::append_attribute_value(out, home);
    }
    out += "\"/>";
}

// ITI TF-2 3.43.4.2.2: requested ids are echoed; PartialSuccess when some, Failure when none could
// be delivered.
std::vector<soap::BodyPiece> write_retrieve_response(domain::RetrieveResponse const& response,
                                                     std::vector<RegistryErrorRow> const& rows,
                                                     std::vector<NewNames> const& made) {
    bool const failed = std::any_of(rows.begin(), rows.end(), is_error);
    ResponseStatus const status = !failed                      ? ResponseStatus::kSuccess
                                  : response.documents.empty() ? ResponseStatus::kFailure
                                                               : ResponseStatus::kPartialSuccess;
    std::vector<soap::BodyPiece> pieces;
    std::string pending = "<xds:RetrieveDocumentSetResponse xmlns:xds=\"" + std::string(kXds) +
                          "\">" + write_registry_response(status, rows);
    for (std::size_t i = 0; i < response.documents.size(); ++i) {
        domain::RetrievedDocument const& document = response.documents[i];
        xml::Writer w;
        w.start("xds:DocumentResponse");
        write_optional(w, "xds:HomeCommunityId", document.request.home);
        w.element("xds:RepositoryUniqueId", document.request.repository_unique_id);
        w.element("xds:DocumentUniqueId", document.request.document_unique_id);
        if (i < made.size()) {
            write_optional(w, "xds:NewRepositoryUniqueId", made[i].repository_unique_id);
            write_optional(w, "xds:NewDocumentUniqueId", made[i].document_unique_id);
        }
        w.element("xds:mimeType", document.mime_type);
        std::string text = w.take();
        constexpr std::string_view kEnd = "</xds:DocumentResponse>";
        text.resize(text.size() - kEnd.size());
        pieces.push_back({pending + text + "<xds:Document>", document.content, document.mime_type});
        pending = "</xds:Document>" + std::string(kEnd);
    }
    pieces.push_back({pending + "</xds:RetrieveDocumentSetResponse>", nullptr, {}});
    return pieces;
}

std::vector<soap::BodyPiece> write_retrieve_response(domain::RetrieveResponse const& response,
                                                     std::vector<RegistryErrorRow> const& rows) {
    return write_retrieve_response(response, rows, {});
}

}  // namespace musubi::ebxml
