#include "node/policy/region.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <stdexcept>

#include "codec/saml/header.h"
#include "support/source_tree.h"

namespace musubi::test {
namespace {

constexpr char kPurpose[] = "urn:oasis:names:tc:xspa:1.0:subject:purposeofuse";
constexpr char kHl7Reasons[] = "2.16.840.1.113883.5.8";

/// SAML's times, in whole seconds.
std::string seconds_of(WallTime time) { return to_rfc3339(time).substr(0, 19) + "Z"; }

void replace(std::string& text, std::string const& from, std::string const& to) {
    std::size_t const at = text.find(from);
    if (at == std::string::npos) throw std::runtime_error("there is no " + from);
    text.replace(at, from.size(), to);
}

/// One attribute with a value for each purpose.
std::string purpose_attribute(std::vector<std::string> const& purposes) {
    std::string values;
    for (auto const& code : purposes) {
        std::string const one = AssertionParts::coded(kPurpose, "PurposeOfUse", code, kHl7Reasons);
        std::size_t const begin = one.find("<saml2:AttributeValue>");
        values += one.substr(begin, one.find("</saml2:Attribute>") - begin);
    }
    return "<saml2:Attribute Name=\"" + std::string(kPurpose) + "\">" + values +
           "</saml2:Attribute>";
}

}  // namespace

std::string user_header(AssertionSigner const& signer, Claim const& claim) {
    WallTime const now = system_clock().now();
    AssertionParts parts;
    parts.id = "_" + system_ids().uuid().to_string();
    parts.issuer =
        "<saml2:Issuer Format=\"urn:oasis:names:tc:SAML:2.0:nameid-format:entity\">"
        "https://idp.kita.example/</saml2:Issuer>";
    parts.name_id = "<saml2:NameID>" + claim.user + "</saml2:NameID>";
    parts.issue_instant = parts.not_before = seconds_of(now - std::chrono::seconds(5));
    parts.not_on_or_after = seconds_of(now + std::chrono::minutes(5));
    replace(parts.attributes, "urn:oid:2.999.1.1.21", "urn:oid:" + claim.organisation);
    replace(parts.attributes, "Medical Doctor", claim.role);
    std::size_t const purpose =
        parts.attributes.find("<saml2:Attribute Name=\"" + std::string(kPurpose));
    parts.attributes.erase(purpose);  // the last one
    parts.attributes += purpose_attribute(claim.purposes);
    auto header = saml::write_security(as_bytes(signed_assertion(signer, parts)));
    if (!header) throw std::runtime_error("no header: " + header.error().detail);
    return *std::move(header);
}

std::unique_ptr<TestNode> consent_node(Edits const& edits, TestCluster* cluster) {
    TestNode::Options options;
    options.cluster = cluster;
    options.started = false;
    auto node = std::make_unique<TestNode>(std::move(options));
    auto const file = node->folder() / "agreement.yaml";
    std::string text = read_file(file);
    replace(text, "[1.2.392.100495.20.3.51.11319876543]",
            "[1.2.392.100495.20.3.51.11319876543, 2.999.1.1.1]");
    for (auto const& [from, to] : edits) replace(text, from, to);
    std::ofstream(file) << text;
    return node;
}

UserClient::UserClient(TestNode const& node, std::string const& member, Claim claim)
    : node_(node),
      files_(node, member),
      claim_(std::move(claim)),
      signer_(std::make_unique<AssertionSigner>(node.pki() / "idp.crt", node.pki() / "idp.key")),
      peer_(std::make_unique<peer::PeerClient>()) {}

Result<node::SoapAnswer> UserClient::call(std::string const& path, std::string const& action,
                                          std::string body) const {
    node::SoapCall request;
    request.url = "https://localhost:" + std::to_string(node_.https()) + path;
    request.action = action;
    request.body.push_back({std::move(body), nullptr, ""});
    request.mtom = path == "/xds/repository";
    request.identity = {files_.crt(), files_.key(), files_.ca(), ""};
    request.security = user_header(*signer_, claim_);
    return node::call(*peer_, std::move(request));
}

std::vector<std::string> UserClient::find(std::string const& patient) const {
    auto const query =
        find_documents_query(patient, {std::string(to_urn(domain::Availability::kApproved))});
    auto const answer =
        call("/xds/registry", kQueryAction, ebxml::write_adhoc_query_request(query));
    Found found;
    if (!answer) {
        ADD_FAILURE() << answer.error().detail;
        return {};
    }
    auto response = ebxml::read_query_response(answer->envelope.payload);
    if (!response) {
        ADD_FAILURE() << "no answer to a query";
        return {};
    }
    EXPECT_EQ(response->response.status, ebxml::ResponseStatus::kSuccess);
    found.objects = std::move(response->objects);
    return found.unique_ids();
}

std::string UserClient::retrieve(std::string const& unique_id) const {
    auto const answer =
        call("/xds/repository", kRetrieveAction,
             ebxml::write_retrieve_request({{std::nullopt, kRepositoryId, unique_id}}));
    if (!answer) {
        ADD_FAILURE() << answer.error().detail;
        return "";
    }
    auto const response = ebxml::read_retrieve_response(answer->envelope.payload);
    if (!response || response->documents.size() != 1) return "";
    auto const part = answer->attachments.find(response->documents[0].source.content_id);
    return part == answer->attachments.end() ? "" : std::string(as_text(part->second));
}

std::vector<atna::FoundRecord> records_of(TestNode const& node, std::string const& patient,
                                          std::string const& code) {
    atna::SearchQuery query;
    query.patient = patient;
    std::vector<atna::FoundRecord> out;
    for (auto& record : node.audit(query)) {
        auto const& types = record.event.event_types;
        bool const fits = record.event.event_id.code == code ||
                          std::any_of(types.begin(), types.end(),
                                      [&](auto const& one) { return one.code == code; });
        if (fits) out.push_back(std::move(record));
    }
    return out;
}

}  // namespace musubi::test
