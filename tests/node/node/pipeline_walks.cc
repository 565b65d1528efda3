#include "node/node/pipeline_walks.h"

#include "codec/hl7v3/actions.h"
#include "support/pix_messages.h"
#include "unit/pdq/v3_fixture.h"
#include "unit/platform_net/tls_peer.h"

namespace musubi::test {
namespace {

constexpr char const* kRegistry = "/xds/registry";
constexpr char const* kRepository = "/xds/repository";
constexpr char const* kSource = "/xds-i/source";

TestNode::Options stopped() {
    TestNode::Options options;
    options.started = false;
    options.settings = {"imaging.sources=sources.yaml"};
    return options;
}

/// The acknowledgement in the terms of the others.
Heard as_heard(std::string const& ack) {
    Heard heard;
    if (ack.empty()) return heard;
    heard.kind = Heard::Kind::kAnswer;
    heard.detail = ack;
    heard.registry.status =
        ack == "AA" ? ebxml::ResponseStatus::kSuccess : ebxml::ResponseStatus::kFailure;
    return heard;
}

Heard feed_octets(NodeClient& client, std::string const& octets) {
    std::string const answer = client.exchange_hl7(octets);
    std::size_t const at = answer.find("MSA|");
    return as_heard(at == std::string::npos ? "" : answer.substr(at + 4, 2));
}

/// Without its PID segment a feed is about nobody.
Heard feed_nobody(NodeClient& client, std::string const& octets) {
    return feed_octets(client, octets.substr(0, octets.find("PID|")));
}

/// In simple SOAP; one of `good` in the answer tells success.
Heard post(NodeClient& client, std::string const& path, std::string const& action,
           std::string const& payload, std::vector<std::string> const& good = {}) {
    auto const answer = client.post(path, kSoapType, {{envelope(action, payload), nullptr}});
    Heard heard;
    if (!answer) return heard;
    bool const fault = answer->body.find("Fault>") != std::string::npos;
    heard.kind = fault ? Heard::Kind::kFault : Heard::Kind::kAnswer;
    heard.http_status = answer->status;
    heard.detail = answer->body;
    for (std::string const& word : good) {
        if (answer->body.find(word) != std::string::npos)
            heard.registry.status = ebxml::ResponseStatus::kSuccess;
    }
    return heard;
}

/// An HL7 v3 payload; success is told by its acknowledgement.
Heard post_v3(NodeClient& client, std::string const& path, std::string const& action,
              std::string const& payload) {
    return post(client, path, action, payload, {"<typeCode code=\"CA\"", "<typeCode code=\"AA\""});
}

Heard post_ebxml(NodeClient& client, std::string const& path, std::string const& action,
                 std::string const& payload) {
    return post(client, path, action, payload, {"ResponseStatusType:Success\""});
}

/// A payload that is none.
std::function<Heard(NodeClient&)> nonsense(std::string path, std::string_view action) {
    return [path = std::move(path), action = std::string(action)](NodeClient& client) {
        return post(client, path, action, "<a/>");
    };
}

}  // namespace

PipelineWalks::PipelineWalks()
    : node(stopped()),
      archive(node.folder() / "pacs"),
      images(sample_manifest(fresh_oid(), kToolkitSource, {1})),
      toolkit(node, "toolkit") {
    std::ofstream(node.folder() / "pacs.password") << "testpass\n";
    std::ofstream(node.folder() / "sources.yaml") << "sources:\n" << source_entry(archive.port());
    auto const& series = images.studies[0].series[0];
    archive.hold(
        series.images[0].sop_instance,
        image_file({images.study, series.uid, series.images[0].sop_instance, images.patient_id}));
}

void PipelineWalks::start() {
    node.start();
    patient = fresh_patient();
    ASSERT_EQ(toolkit.feed("A01", patient), "AA");
    known = letter_for(patient);
    ASSERT_TRUE(toolkit.submit(known).success());
    std::string const other = fresh_patient();
    ASSERT_EQ(toolkit.feed("A01", other), "AA");
    ASSERT_TRUE(toolkit.submit(manifest_papers(other, images)).success());
}

std::vector<Walk> PipelineWalks::walks() {
    std::vector<Walk> all;
    for (auto const of : {&PipelineWalks::of_feeds, &PipelineWalks::of_ids,
                          &PipelineWalks::of_documents, &PipelineWalks::of_demographics,
                          &PipelineWalks::of_communities, &PipelineWalks::of_images}) {
        for (Walk& walk : (this->*of)()) all.push_back(std::move(walk));
    }
    all.push_back(of_trail());
    return all;
}

domain::RawQuery PipelineWalks::multi_query() const {
    domain::RawQuery query =
        find_documents_query(patient, {std::string(to_urn(domain::Availability::kApproved))});
    query.id = to_urn(domain::QueryKind::kFindDocumentsForMultiplePatients);
    query.parameters[0].groups = {{ebxml::query_list({patient})}};
    query.parameters.push_back(
        {"$XDSDocumentEntryClassCode", {{ebxml::query_list({"referral^^JP-classCode"})}}});
    return query;
}

Papers PipelineWalks::registered() const {
    Papers papers = letter_for(patient);
    complete_for_registry(papers);
    papers.submission.entries[0].repository_unique_id = "2.999.7.2";
    return papers;
}

/// By the id alone, which is enough for a question in every generation.
std::string PipelineWalks::people_query(std::string const& event) const {
    domain::PatientId const id = pix_id(patient);
    return msh25(event) + "QPD|IHE PDQ Query|T" + control_id() + "|@PID.3.1^" + id.id +
           "~@PID.3.4.2^" + id.authority + "~@PID.3.4.3^ISO\rRCP|I\r";
}

/// A local id that no hospital told goes from the patient's regional id to a fresh one.
std::string PipelineWalks::link_change() const {
    return msh25("ADT^A43^ADT_A43") + "EVN||20260101120000\rPID|1||" + fresh_patient() + "~" +
           fresh_patient("2.16.840.1.113883.3.72.5.9.1") + "|| \rMRG|" + patient + "\r";
}

Heard PipelineWalks::locate(NodeClient& client) const {
    domain::PatientId const id = pix_id(patient);
    Heard heard = post_v3(
        client, "/xcpd/responding", std::string(hl7v3::kPatientLocationActions.request),
        "<PatientLocationQueryRequest xmlns=\"urn:ihe:iti:xcpd:2009\"><RequestedPatientId "
        "root=\"" +
            id.authority + "\" extension=\"" + id.id + "\"/></PatientLocationQueryRequest>");
    if (heard.detail.find("<CorrespondingPatientId ") != std::string::npos)
        heard.registry.status = ebxml::ResponseStatus::kSuccess;
    return heard;
}

/// A GET: the answer's status in the terms of the others.
Heard PipelineWalks::get(NodeClient& client, std::string const& target,
                         std::string const& accept) const {
    TlsPeerOptions options;
    options.crt = client.crt();
    options.key = client.key();
    options.ca = client.ca();
    TlsPeer peer(node.https(), options);
    Heard heard;
    heard.detail = peer.request("GET " + target +
                                " HTTP/1.1\r\nHost: localhost\r\nAccept: " + accept + "\r\n\r\n");
    if (heard.detail.size() < 12) return heard;
    heard.http_status = std::stoi(heard.detail.substr(9, 3));
    heard.kind = Heard::Kind::kAnswer;
    heard.registry.status = heard.http_status == 200 ? ebxml::ResponseStatus::kSuccess
                                                     : ebxml::ResponseStatus::kFailure;
    return heard;
}

std::vector<Walk> PipelineWalks::of_feeds() {
    return {
        {"ITI-8",
         "",
         [](NodeClient& c) { return as_heard(c.feed("A01", fresh_patient())); },
         [](NodeClient& c) { return feed_nobody(c, adt_message("A01", fresh_patient(), "", "")); },
         {"ITI-8 110110 C"},
         "110110"},
        {"ITI-30",
         "",
         [](NodeClient& c) { return feed_octets(c, adt25("A28", fresh_patient())); },
         [](NodeClient& c) { return feed_nobody(c, adt25("A28", fresh_patient())); },
         {"ITI-30 110110 C"},
         "110110"},
        {"ITI-64",
         "",
         [this](NodeClient& c) { return feed_octets(c, link_change()); },
         [this](NodeClient& c) { return feed_nobody(c, link_change()); },
         {"ITI-64 110110 U"},
         "110110"},
        {"ITI-44",
         "",
         [](NodeClient& c) {
             return post_v3(c, "/pix/manager", "urn:hl7-org:v3:PRPA_IN201301UV02",
                            v3_feed("PRPA_IN201301UV02", fresh_patient()));
         },
         nonsense("/pix/manager", "urn:hl7-org:v3:PRPA_IN201301UV02"),
         {"ITI-44 110110 C"},
         "110110"},
    };
}

std::vector<Walk> PipelineWalks::of_ids() {
    return {
        {"ITI-56",
         "hospital-kita",
         [this](NodeClient& c) { return locate(c); },
         nonsense("/xcpd/responding", hl7v3::kPatientLocationActions.request),
         {"ITI-56 110112 E"},
         "110112"},
        {"ITI-9",
         "publisher",
         [this](NodeClient& c) { return feed_octets(c, pix_query(patient)); },
         [](NodeClient& c) { return feed_octets(c, msh25("QBP^Q23^QBP_Q21") + "RCP|I\r"); },
         {"ITI-9 110112 E"},
         "110112"},
        {"ITI-45",
         "publisher",
         [this](NodeClient& c) {
             return post_v3(c, "/pix/manager", "urn:hl7-org:v3:PRPA_IN201309UV02",
                            v3_pix_query(patient));
         },
         nonsense("/pix/manager", "urn:hl7-org:v3:PRPA_IN201309UV02"),
         {"ITI-45 110112 E"},
         "110112"},
    };
}

std::vector<Walk> PipelineWalks::of_documents() {
    return {
        {"ITI-18",
         "publisher",
         [this](NodeClient& c) { return Heard(c.find(patient)); },
         nonsense(kRegistry, kQueryAction),
         {"ITI-18 110112 E"},
         "110112"},
        {"ITI-51",
         "publisher",
         [this](NodeClient& c) { return Heard(c.query(multi_query(), kMultiQueryAction)); },
         nonsense(kRegistry, kMultiQueryAction),
         {"ITI-51 110112 E"},
         "110112"},
        {"ITI-42",
         "pharmacy-kita",
         [this](NodeClient& c) { return c.register_papers(registered()); },
         nonsense(kRegistry, kRegisterAction),
         {"ITI-42 110107 C"},
         "110107"},
        {"ITI-41",
         "pharmacy-kita",
         [this](NodeClient& c) { return c.submit(letter_for(patient)); },
         nonsense(kRepository, kProvideAction),
         {"ITI-41 110107 C", "ITI-42 110107 C"},
         "110107"},
        {"ITI-43",
         "publisher",
         [this](NodeClient& c) { return Heard(c.retrieve({known.documents[0].unique_id})); },
         nonsense(kRepository, kRetrieveAction),
         {"ITI-43 110106 R"},
         "110106"},
    };
}

/// ITI-21, 22, 47 and 55.
std::vector<Walk> PipelineWalks::of_demographics() {
    auto const v2 = [this](std::string const& id, std::string event) {
        return Walk{id,
                    "publisher",
                    [=, this](NodeClient& c) { return feed_octets(c, people_query(event)); },
                    [=](NodeClient& c) { return feed_octets(c, msh25(event) + "RCP|I\r"); },
                    {id + " 110112 E"},
                    "110112"};
    };
    auto const v3 = [this](std::string const& id, std::string forbidden_to, std::string path,
                           std::string_view action) {
        return Walk{id,
                    std::move(forbidden_to),
                    [=, this, name = std::string(action)](NodeClient& c) {
                        domain::PatientId const who = pix_id(patient);
                        return post_v3(c, path, name, v3_find(v3_id(who.authority, who.id)));
                    },
                    nonsense(path, action),
                    {id + " 110112 E"},
                    "110112"};
    };
    return {v2("ITI-21", "QBP^Q22^QBP_Q21"), v2("ITI-22", "QBP^ZV1^QBP_Q21"),
            v3("ITI-47", "publisher", "/pdq/supplier", hl7v3::kFindActions.request),
            v3("ITI-55", "hospital-kita", "/xcpd/responding", hl7v3::kDiscoveryActions.request)};
}

/// ITI-38 and 39: each with the inner transaction that it hands its question to.
std::vector<Walk> PipelineWalks::of_communities() {
    std::string const gateway = "/xca/responding", query = "urn:ihe:iti:2007:CrossGatewayQuery",
                      fetch = "urn:ihe:iti:2007:CrossGatewayRetrieve";
    return {{"ITI-38",
             "hospital-kita",
             [=, this](NodeClient& c) {
                 return post_ebxml(
                     c, gateway, query,
                     ebxml::write_adhoc_query_request(find_documents_query(
                         patient, {std::string(to_urn(domain::Availability::kApproved))})));
             },
             nonsense(gateway, query),
             {"ITI-18 110112 E", "ITI-38 110112 E"},
             "110112"},
            {"ITI-39",
             "hospital-kita",
             [=, this](NodeClient& c) {
                 return post_ebxml(
                     c, gateway, fetch,
                     ebxml::write_retrieve_request(
                         {{"urn:oid:2.999.1.1", kRepositoryId, known.documents[0].unique_id}}));
             },
             nonsense(gateway, fetch),
             {"ITI-39 110106 R", "ITI-43 110106 R"},
             "110106"}};
}

/// Images over plain HTTP; what is malformed is an Accept header that nobody can read.
Walk PipelineWalks::image_by_get(std::string const& id, std::string const& address) {
    std::string const path = kSource + address;
    return {id,
            "publisher",
            [=, this](NodeClient& c) { return get(c, path, "*/*"); },
            [=, this](NodeClient& c) {
                return get(c, path + "&requestType=WADO", "multipart/related; transfer-syntax=x");
            },
            {id + " 110104 R"},
            "110104"};
}

/// Images by their manifest.
std::vector<Walk> PipelineWalks::of_images() {
    ebxml::ImagingRetrieve wanted;
    wanted.transfer_syntaxes = {"1.2.840.10008.1.2.1"};
    auto const& series = images.studies[0].series[0];
    wanted.images = {
        {images.study, series.uid, {std::nullopt, kToolkitSource, series.images[0].sop_instance}}};
    return {{"RAD-69",
             "publisher",
             [=](NodeClient& c) {
                 return post_ebxml(c, kSource, kImagesAction,
                                   ebxml::write_imaging_retrieve_request(wanted));
             },
             nonsense(kSource, kImagesAction),
             {"RAD-69 110104 R"},
             "110104"},
            // The responding imaging gateway hands it to the source.
            {"RAD-75",
             "hospital-kita",
             [=](NodeClient& c) {
                 auto ours = wanted;
                 ours.images[0].document.home = "urn:oid:2.999.1.1";
                 return post_ebxml(c, "/xca-i/responding", kCrossImagesAction,
                                   ebxml::write_imaging_retrieve_request(ours));
             },
             nonsense("/xca-i/responding", kCrossImagesAction),
             {"RAD-69 110104 R", "RAD-75 110104 R"},
             "110104"},
            image_by_get("RAD-107", "/studies/" + images.study),
            image_by_get("RAD-55", "?requestType=WADO&studyUID=" + images.study + "&seriesUID=" +
                                       series.uid + "&objectUID=" + series.images[0].sop_instance +
                                       "&contentType=application/dicom")};
}

/// ITI-81 over plain HTTP.
Walk PipelineWalks::of_trail() {
    auto const ask = [this](std::string question) {
        return [=, this](NodeClient& c) {
            return get(c, "/fhir/AuditEvent?" + question, "application/fhir+json");
        };
    };
    return {"ITI-81",        "clinic-kita",       ask("date=ge2020-01-01&_count=1"),
            ask("_count=1"), {"ITI-81 110101 R"}, "110101"};
}

}  // namespace musubi::test
