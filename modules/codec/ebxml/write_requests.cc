#include "codec/ebxml/fragment.h"
#include "codec/ebxml/names.h"
#include "codec/ebxml/write.h"
#include "platform/xml/writer.h"

namespace musubi::ebxml {

std::string query_text(std::string_view text) {
    std::string out = "'";
    for (char c : text) {
        if (c == '\'') out += '\'';
        out += c;
    }
    return out + "'";
}

std::string query_list(std::vector<std::string> const& texts) {
    std::string out = "(";
    for (std::string const& text : texts) out += (out.size() > 1 ? "," : "") + query_text(text);
    return out + ")";
}

std::string write_adhoc_query_request(domain::RawQuery const& query) {
    xml::Writer w;
    w.start("query:AdhocQueryRequest")
        .attribute("xmlns:query", kQuery)
        .attribute("xmlns:rim", kRim);
    w.start("query:ResponseOption")
        .attribute("returnComposedObjects", "true")
        .attribute("returnType", query.return_type)
        .end();
    w.start("rim:AdhocQuery").attribute("id", query.id);
    if (query.home) w.attribute("home", *query.home);
    for (domain::RawParameter const& parameter : query.parameters) {
        for (auto const& values : parameter.groups) {
            w.start("rim:Slot").attribute("name", parameter.name).start("rim:ValueList");
            for (std::string const& value : values) w.element("rim:Value", value);
            w.end().end();
        }
    }
    return w.take();
}

std::string write_retrieve_request(std::vector<domain::DocumentRequest> const& requests) {
    xml::Writer w;
    w.start("xds:RetrieveDocumentSetRequest").attribute("xmlns:xds", kXds);
    for (domain::DocumentRequest const& request : requests) {
        w.start("xds:DocumentRequest");
        if (request.home) w.element("xds:HomeCommunityId", *request.home);
        w.element("xds:RepositoryUniqueId", request.repository_unique_id);
        w.element("xds:DocumentUniqueId", request.document_unique_id).end();
    }
    return w.take();
}

std::string write_submit_objects_request(domain::Submission const& submission) {
    xml::Writer w(16384);
    w.start("lcm:SubmitObjectsRequest").attribute("xmlns:lcm", kLcm).attribute("xmlns:rim", kRim);
    w.start("rim:RegistryObjectList");
    for (auto const& entry : submission.entries) w.raw(render_submitted(entry));
    for (auto const& set : submission.submission_sets) w.raw(render_submitted(set));
    for (auto const& folder : submission.folders) w.raw(render_submitted(folder));
    for (auto const& association : submission.associations) w.raw(render_submitted(association));
    return w.take();
}

std::vector<soap::BodyPiece> write_provide_and_register(
    domain::Submission const& submission, std::vector<DocumentToProvide> const& documents) {
    std::vector<soap::BodyPiece> pieces;
    std::string pending = "<xds:ProvideAndRegisterDocumentSetRequest xmlns:xds=\"" +
                          std::string(kXds) + "\">" + write_submit_objects_request(submission);
    for (DocumentToProvide const& document : documents) {
        pending += "<xds:Document id=\"";
        xml::append_attribute_value(pending, document.id);
        pieces.push_back({pending + "\">", document.content, document.mime_type});
        pending = "</xds:Document>";
    }
    pieces.push_back({pending + "</xds:ProvideAndRegisterDocumentSetRequest>", nullptr, {}});
    return pieces;
}

}  // namespace musubi::ebxml
