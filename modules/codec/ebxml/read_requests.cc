#include "codec/ebxml/read.h"

#include "codec/ebxml/document_source.h"
#include "codec/ebxml/names.h"
#include "codec/ebxml/object_reader.h"
#include "platform/base/text.h"
#include "platform/xml/subtree.h"

namespace musubi::ebxml {
namespace {

Error not_a(std::string_view what) {
    return Error(Code::kInvalidMessage, "the body is not " + std::string(what));
}

/// What a sender is told in the transaction's own words.
Error not_right(Reason reason, std::string context) {
    return Error(Code::kInvalidContent, {Issue{Severity::kError, reason, std::move(context), {}}});
}

void add_parameter(domain::RawQuery& query, std::string name, std::vector<std::string> values) {
    for (domain::RawParameter& parameter : query.parameters) {
        if (parameter.name != name) continue;
        parameter.groups.push_back(std::move(values));
        return;
    }
    query.parameters.push_back({std::move(name), {std::move(values)}});
}

std::string child_text(xml::Element of, std::string_view name) {
    return std::string(trim(of.first_child(kXds, name).text()));
}

}  // namespace

Result<domain::Submission> read_submission(xml::Element request) {
    if (!request.is(kLcm, "SubmitObjectsRequest")) return not_a("lcm:SubmitObjectsRequest");
    xml::Element const list = request.first_child(kRim, "RegistryObjectList");
    if (!list) return Error(Code::kInvalidMessage, Reason::kMetadata, "no RegistryObjectList");
    domain::Submission submission;
    std::vector<ObjectRef> refs;  // to schemes and outside objects: they tell nothing
    read_objects(list, submission, refs);
    return submission;
}

Result<ProvideAndRegister> read_provide_and_register(xml::Element request) {
    if (!request.is(kXds, "ProvideAndRegisterDocumentSetRequest")) {
        return not_a("xds:ProvideAndRegisterDocumentSetRequest");
    }
    xml::Element const submit = request.first_child(kLcm, "SubmitObjectsRequest");
    if (!submit) return not_right(Reason::kMissingDocument, "there is no SubmitObjectsRequest");
    ProvideAndRegister out{TRY(read_submission(submit)), {}};
    for (xml::Element child : request.children()) {
        if (!child.is(kXds, "Document")) continue;
        auto const id = attribute_of(child, "id");
        if (!id) return not_right(Reason::kRepositoryMetadata, "a Document has no id");
        auto source = TRY(read_document_source(child));
        out.documents.push_back({normal_id(*id), std::move(source)});
    }
    return out;
}

Result<AdhocQuery> read_adhoc_query(xml::Element request) {
    if (!request.is(kQuery, "AdhocQueryRequest")) return not_a("query:AdhocQueryRequest");
    xml::Element const adhoc = request.first_child(kRim, "AdhocQuery");
    if (!adhoc) return Error(Code::kInvalidMessage, "no rim:AdhocQuery");
    AdhocQuery out;
    out.query.id = attribute_of(adhoc, "id").value_or("");
    out.query.home = attribute_of(adhoc, "home");
    // The schema's default; a query that does not say what to return is refused for what it means.
    out.query.return_type =
        attribute_of(request.first_child(kQuery, "ResponseOption"), "returnType")
            .value_or("RegistryObject");
    for (xml::Element child : adhoc.children()) {
        if (!child.is(kRim, "Slot")) continue;
        if (auto name = attribute_of(child, "name"))
            add_parameter(out.query, std::move(*name), slot_values(child));
    }
    xml::Writer writer;
    xml::write_subtree(request, writer);
    out.audit_xml = writer.take();
    return out;
}

Result<std::vector<domain::DocumentRequest>> read_retrieve_request(xml::Element request) {
    if (!request.is(kXds, "RetrieveDocumentSetRequest"))
        return not_a("xds:RetrieveDocumentSetRequest");
    std::vector<domain::DocumentRequest> out;
    for (xml::Element child : request.children()) {
        if (!child.is(kXds, "DocumentRequest")) continue;
        domain::DocumentRequest item;
        std::string home = child_text(child, "HomeCommunityId");
        if (!home.empty()) item.home = std::move(home);
        item.repository_unique_id = child_text(child, "RepositoryUniqueId");
        item.document_unique_id = child_text(child, "DocumentUniqueId");
        if (item.repository_unique_id.empty() || item.document_unique_id.empty()) {
            return Error(
                Code::kInvalidContent,
                {Issue{Severity::kError, Reason::kGeneral,
                       "DocumentRequest: RepositoryUniqueId and DocumentUniqueId are required",
                       item.document_unique_id}});
        }
        out.push_back(std::move(item));
    }
    if (out.empty()) {
        return Error(Code::kInvalidContent, {Issue{Severity::kError,
                                                   Reason::kGeneral,
                                                   "at least one DocumentRequest is required",
                                                   {}}});
    }
    return out;
}

Result<std::vector<domain::AffinityDomain::CodeRow>> read_codes_xml(xml::Document const& document) {
    if (document.root().local_name() != "Codes") return not_a("a list of Codes");
    std::vector<domain::AffinityDomain::CodeRow> rows;
    for (xml::Element type : document.root().children()) {
        if (type.local_name() != "CodeType") continue;
        std::string const set = attribute_of(type, "name").value_or("");
        for (xml::Element code : type.children()) {
            auto value = attribute_of(code, "code");
            if (code.local_name() != "Code" || !value) continue;
            rows.push_back({set,
                            {std::move(*value), attribute_of(code, "codingScheme").value_or(""),
                             attribute_of(code, "display").value_or("")}});
        }
    }
    return rows;
}

}  // namespace musubi::ebxml
