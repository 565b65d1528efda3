#include "support/node_client.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <stdexcept>

#include "codec/hl7v2/charset.h"
#include "codec/hl7v2/parse.h"
#include "codec/hl7v2/write.h"
#include "codec/soap/write_envelope.h"
#include "domain/identifiers.h"
#include "node/soap_client.h"
#include "platform/base/text.h"

namespace musubi::test {
namespace {

std::string approved() { return std::string(to_urn(domain::Availability::kApproved)); }
std::string deprecated() { return std::string(to_urn(domain::Availability::kDeprecated)); }

void set_identifier(hl7v2::Builder& message, int field, std::string const& cx) {
    auto const id = domain::PatientId::parse(cx);
    if (!id) throw std::runtime_error("not a patient id: " + cx);
    message.set({field, 1, 1, 1}, id->id);
    message.set({field, 1, 4, 2}, id->authority);
    message.set({field, 1, 4, 3}, "ISO");
}

}  // namespace

std::vector<std::string> Heard::codes() const {
    std::vector<std::string> all;
    for (auto const& row : registry.errors) all.push_back(row.error_code);
    return all;
}

bool Heard::has_code(std::string const& code) const {
    auto const all = codes();
    return std::find(all.begin(), all.end(), code) != all.end();
}

std::string Heard::text() const {
    std::string out = "kind " + std::to_string(static_cast<int>(kind)) + " HTTP " +
                      std::to_string(http_status) + " " + detail;
    for (auto const& row : registry.errors) out += "\n  " + row.error_code + ": " + row.context;
    return out;
}

std::vector<std::string> Found::unique_ids() const {
    std::vector<std::string> ids;
    for (auto const& entry : objects.entries) ids.push_back(entry.unique_id.value_or(""));
    std::sort(ids.begin(), ids.end());
    return ids;
}

domain::DocumentEntry const* Found::entry(std::string const& unique_id) const {
    for (auto const& entry : objects.entries) {
        if (entry.unique_id == unique_id) return &entry;
    }
    return nullptr;
}

NodeClient::NodeClient(TestNode const& node, std::string const& name)
    : node_(node), name_(name), peer_(std::make_unique<peer::PeerClient>()) {}

std::string NodeClient::crt() const { return node_.pki() / (name_ + ".crt"); }
std::string NodeClient::key() const { return node_.pki() / (name_ + ".key"); }
std::string NodeClient::ca() const { return node_.pki() / "ca.crt"; }

Heard NodeClient::call(
    std::string const& path, std::string const& action, std::vector<soap::BodyPiece> body,
    std::function<void(xml::Element, std::map<std::string, Bytes>&)> const& take) const {
    node::SoapCall request;
    request.url = "https://localhost:" + std::to_string(node_.https()) + path;
    request.action = action;
    request.body = std::move(body);
    request.mtom = path == "/xds/repository";
    request.identity = {crt(), key(), ca(), ""};
    auto answer = node::call(*peer_, std::move(request));
    Heard heard;
    if (!answer) {
        // The client tells a fault and a bare status in words of its own.
        heard.detail = answer.error().detail;
        std::size_t const fault = heard.detail.find("(HTTP ");
        if (fault != std::string::npos) {
            heard.kind = Heard::Kind::kFault;
            heard.http_status = std::stoi(heard.detail.substr(fault + 6));
        } else if (heard.detail.starts_with("HTTP status ")) {
            heard.kind = Heard::Kind::kGarbled;
        }
        return heard;
    }
    auto response = ebxml::read_registry_response(answer->envelope.payload);
    heard.http_status = 200;
    if (response) {
        heard.kind = Heard::Kind::kAnswer;
        heard.registry = std::move(*response);
    }
    take(answer->envelope.payload, answer->attachments);
    return heard;
}

Heard NodeClient::submit(Papers const& papers) const {
    std::vector<ebxml::DocumentToProvide> documents;
    for (std::size_t i = 0; i < papers.documents.size(); ++i) {
        documents.push_back({papers.submission.entries[i].id, papers.documents[i].content,
                             papers.documents[i].mime_type});
    }
    return call("/xds/repository", kProvideAction,
                ebxml::write_provide_and_register(papers.submission, documents),
                [](xml::Element, auto&) {});
}

Heard NodeClient::register_papers(Papers const& papers) const {
    return call("/xds/registry", kRegisterAction,
                {{ebxml::write_submit_objects_request(papers.submission), nullptr, ""}},
                [](xml::Element, auto&) {});
}

Found NodeClient::query(domain::RawQuery const& query, std::string const& action) const {
    Found found;
    Heard const heard =
        call("/xds/registry", action, {{ebxml::write_adhoc_query_request(query), nullptr, ""}},
             [&](xml::Element payload, auto&) {
                 auto response = ebxml::read_query_response(payload);
                 if (response) found.objects = std::move(response->objects);
             });
    static_cast<Heard&>(found) = heard;
    return found;
}

domain::RawQuery find_documents_query(std::string const& patient,
                                      std::vector<std::string> const& statuses) {
    domain::RawQuery query;
    query.id = to_urn(domain::QueryKind::kFindDocuments);
    query.return_type = "LeafClass";
    query.parameters = {{"$XDSDocumentEntryPatientId", {{ebxml::query_text(patient)}}},
                        {"$XDSDocumentEntryStatus", {{ebxml::query_list(statuses)}}}};
    return query;
}

Found NodeClient::find(std::string const& patient) const {
    return query(find_documents_query(patient, {approved()}), kQueryAction);
}

Found NodeClient::find_all(std::string const& patient) const {
    return query(find_documents_query(patient, {approved(), deprecated()}), kQueryAction);
}

Found NodeClient::get_all(std::string const& patient) const {
    domain::RawQuery all;
    all.id = to_urn(domain::QueryKind::kGetAll);
    all.return_type = "LeafClass";
    std::string const statuses = ebxml::query_list({approved(), deprecated()});
    all.parameters = {{"$patientId", {{ebxml::query_text(patient)}}},
                      {"$XDSDocumentEntryStatus", {{statuses}}},
                      {"$XDSSubmissionSetStatus", {{statuses}}},
                      {"$XDSFolderStatus", {{statuses}}}};
    return query(all, kQueryAction);
}

Fetched NodeClient::retrieve(std::vector<std::string> const& unique_ids) const {
    std::vector<domain::DocumentRequest> requests;
    for (auto const& id : unique_ids) requests.push_back({std::nullopt, kRepositoryId, id});
    Fetched fetched;
    std::optional<ebxml::RegistryResponse> outcome;  // lies one level deeper than in the others
    auto take = [&](xml::Element payload, std::map<std::string, Bytes>& attachments) {
        auto const response = ebxml::read_retrieve_response(payload);
        if (!response) return;
        outcome = response->response;
        for (auto const& part : response->documents) {
            auto const found = attachments.find(part.source.content_id);
            fetched.documents[part.request.document_unique_id] =
                found != attachments.end() ? std::string(as_text(found->second)) : "(none)";
        }
    };
    Heard const heard = call("/xds/repository", kRetrieveAction,
                             {{ebxml::write_retrieve_request(requests), nullptr, ""}}, take);
    static_cast<Heard&>(fetched) = heard;
    if (outcome) {
        fetched.kind = Heard::Kind::kAnswer;
        fetched.registry = std::move(*outcome);
    }
    return fetched;
}

std::string adt_message(std::string const& event, std::string const& patient,
                        std::string const& prior, std::string const& name) {
    hl7v2::Builder message;
    std::string const now = to_dtm(system_clock().now());
    message.segment("MSH").set(3, "TEST").set(4, "TEST").set(5, "MUSUBI").set(6, "MUSUBI");
    message.set(7, now).set({9, 1, 1, 1}, "ADT").set({9, 1, 2, 1}, event);
    message.set(10, system_ids().uuid().to_string().substr(0, 20)).set(11, "P").set(12, "2.3.1");
    message.segment("EVN").set(1, event).set(2, now);
    message.segment("PID").set(1, "1");
    set_identifier(message, 3, patient);
    if (!name.empty()) {
        auto const parts = split(name, '^');
        message.set({5, 1, 1, 1}, parts[0]);
        if (parts.size() > 1) message.set({5, 1, 2, 1}, parts[1]);
        message.set({5, 1, 7, 1}, "L").set({5, 1, 8, 1}, "I");
    }
    if (event == "A40") {
        message.segment("MRG");
        set_identifier(message, 1, prior);
    } else {
        message.segment("PV1").set(1, "1").set(2, "O");
    }
    auto const octets =
        hl7v2::write(message.text(), hl7v2::charset_for(hl7v2::Encoding::kIso2022Jp));
    if (!octets) throw std::runtime_error("feed cannot be written: " + octets.error().detail);
    return std::string(as_text(*octets));
}

std::string NodeClient::exchange_hl7(std::string const& message) {
    if (!mllp_ || mllp_port_ != node_.mllp()) {
        mllp_.reset();
        net::TlsConfig tls;
        tls.identities = {{crt(), key()}};
        tls.ca_file = ca();
        auto context = net::TlsContext::client(tls);
        if (!context) throw std::runtime_error("client TLS: " + context.error().detail);
        tls_ = std::move(*context);
        net::MllpClientConfig config;
        config.host = "127.0.0.1";
        config.port = node_.mllp();
        auto client = net::MllpClient::connect(*tls_, config);
        if (!client) return "";
        mllp_ = std::move(*client);
        mllp_port_ = node_.mllp();
    }
    auto answer = mllp_->exchange(message);
    if (answer) return std::move(*answer);
    mllp_.reset();
    return "";
}

std::string NodeClient::feed(std::string const& event, std::string const& patient,
                             std::string const& prior) {
    std::string const answer = exchange_hl7(adt_message(event, patient, prior, ""));
    if (answer.empty()) return "";
    auto const ack = hl7v2::parse(as_bytes(answer));
    return ack ? ack->get("MSA", {1, 1, 1, 1}) : "unreadable";
}

Result<peer::PeerAnswer> NodeClient::post(std::string const& path, std::string const& content_type,
                                          std::vector<peer::PeerSegment> body) const {
    peer::PeerRequest request;
    request.url = "https://localhost:" + std::to_string(node_.https()) + path;
    request.headers = {{"Content-Type", content_type}};
    request.body = std::move(body);
    request.identity = {crt(), key(), ca(), ""};
    return peer_->post(request);
}

std::string envelope(std::string const& action, std::string const& payload) {
    soap::RequestHeaders headers;
    headers.action = action;
    headers.message_id = system_ids().uuid().to_urn();
    headers.to = "https://localhost/";
    return soap::write_request(headers, payload);
}

std::string patient_of_hospital(TestNode& node, NodeClient& hospital) {
    std::string const local = fresh_patient(kHospitalAuthority);
    EXPECT_EQ(hospital.feed("A01", local), "AA");
    std::string shown = node.command({"patient", "show", "--patient", local}).output;
    if (!shown.empty()) shown.pop_back();
    return shown.substr(shown.rfind('\n') + 1);
}

}  // namespace musubi::test
