#include "codec/ebxml/read.h"

#include "codec/ebxml/document_source.h"
#include "codec/ebxml/errors.h"
#include "codec/ebxml/names.h"
#include "codec/ebxml/object_reader.h"
#include "platform/base/text.h"

namespace musubi::ebxml {
namespace {

/// The last part of the URN: partners write the arc of one status in front of another (ITI
/// TF-3 4.2.4 traps).
std::string_view last_word(std::string_view urn) { return urn.substr(urn.rfind(':') + 1); }

std::optional<std::string> child_value(xml::Element of, std::string_view name) {
    std::string_view const text = trim(of.first_child(kXds, name).text());
    if (text.empty()) return std::nullopt;
    return std::string(text);
}

}  // namespace

std::vector<Issue> RegistryResponse::issues() const {
    std::vector<Issue> out;
    for (RegistryErrorRow const& row : errors) {
        Reason const reason = reason_of(row.error_code);
        // A code that we do not know goes on as text: the sender is to hear all that was said.
        bool const unknown = !row.error_code.empty() && reason == Reason::kGeneral &&
                             row.error_code != error_code(reason, Actor::kRegistry);
        out.push_back({row.severity, reason,
                       unknown ? row.error_code + ": " + row.context : row.context, row.location});
    }
    return out;
}

Result<RegistryResponse> read_registry_response(xml::Element response) {
    if (!response.is(kRs, "RegistryResponse") && !response.is(kQuery, "AdhocQueryResponse")) {
        return Error(Code::kInvalidMessage, "the answer is not a registry response");
    }
    RegistryResponse out;
    std::string_view const status = last_word(response.attribute("status").value_or(""));
    if (status == "Success") {
        out.status = ResponseStatus::kSuccess;
    } else if (status == "PartialSuccess") {
        out.status = ResponseStatus::kPartialSuccess;
    } else if (status != "Failure") {
        return Error(Code::kInvalidMessage, "the answer has no known status");
    }
    for (xml::Element row : response.first_child(kRs, "RegistryErrorList").children()) {
        if (!row.is(kRs, "RegistryError")) continue;
        bool const warning = last_word(row.attribute("severity").value_or("")) == "Warning";
        out.errors.push_back({warning ? Severity::kWarning : Severity::kError,
                              attribute_of(row, "errorCode").value_or(""),
                              attribute_of(row, "codeContext").value_or(""),
                              attribute_of(row, "location").value_or("")});
    }
    return out;
}

Result<QueryResponse> read_query_response(xml::Element response) {
    if (!response.is(kQuery, "AdhocQueryResponse")) {
        return Error(Code::kInvalidMessage, "the answer is not query:AdhocQueryResponse");
    }
    QueryResponse out{TRY(read_registry_response(response)), {}, {}};
    std::vector<ObjectRef> refs;
    read_objects(response.first_child(kRim, "RegistryObjectList"), out.objects, refs);
    for (ObjectRef& ref : refs) out.refs.push_back({std::move(ref.id), std::move(ref.home)});
    return out;
}

Result<RetrieveResponse> read_retrieve_response(xml::Element response) {
    if (!response.is(kXds, "RetrieveDocumentSetResponse")) {
        return Error(Code::kInvalidMessage, "the answer is not xds:RetrieveDocumentSetResponse");
    }
    RetrieveResponse out{TRY(read_registry_response(response.first_child(kRs, "RegistryResponse"))),
                         {}};
    for (xml::Element child : response.children()) {
        if (!child.is(kXds, "DocumentResponse")) continue;
        xml::Element const document = child.first_child(kXds, "Document");
        if (!document) return Error(Code::kInvalidMessage, "a DocumentResponse without Document");
        RetrievedPart part;
        part.request.home = child_value(child, "HomeCommunityId");
        part.request.repository_unique_id = child_value(child, "RepositoryUniqueId").value_or("");
        part.request.document_unique_id = child_value(child, "DocumentUniqueId").value_or("");
        part.new_repository_unique_id = child_value(child, "NewRepositoryUniqueId");
        part.new_document_unique_id = child_value(child, "NewDocumentUniqueId");
        part.mime_type = child_value(child, "mimeType").value_or("");
        part.source = TRY(read_document_source(document));
        out.documents.push_back(std::move(part));
    }
    return out;
}

}  // namespace musubi::ebxml
