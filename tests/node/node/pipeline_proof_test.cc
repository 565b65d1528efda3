// The proof that no transaction found a way round the pipeline: every one that the node registers
// is walked past a stranger, a member that may not call it, a patient who has not agreed and an
// audit trail that cannot be written, and leaves exactly the records that ITI TF-2 3.20 asks for.

#include <gtest/gtest.h>
#include <sys/resource.h>

#include "codec/hl7v3/actions.h"
#include "node/composition.h"
#include "node/imaging/archives.h"
#include "support/node_client.h"
#include "support/pix_messages.h"
#include "unit/pdq/v3_fixture.h"
#include "unit/platform_net/tls_peer.h"

namespace musubi::test {
namespace {

using domain::AuditOutcome;

/// A partner's way to call one transaction.
struct Walk {
    std::string id;
    std::string forbidden_to;  ///< a member whose entry does not list it; empty: it is the feed
    std::function<Heard(NodeClient&)> well;
    std::function<Heard(NodeClient&)> malformed;
    /// "EventID action" of each record that a success leaves, sorted; with the transaction's id.
    std::vector<std::string> records;
    std::string event;  ///< EventID of its own records
};

class PipelineProof : public ::testing::Test {
protected:
    static TestNode::Options stopped() {
        TestNode::Options options;
        options.started = false;
        options.settings = {"imaging.sources=sources.yaml"};
        return options;
    }
    PipelineProof() {
        std::ofstream(node.folder() / "pacs.password") << "testpass\n";
        std::ofstream(node.folder() / "sources.yaml") << "sources:\n"
                                                      << source_entry(archive.port());
        auto const& series = images.studies[0].series[0];
        archive.hold(series.images[0].sop_instance,
                     image_file({images.study, series.uid, series.images[0].sop_instance,
                                 images.patient_id}));
    }

    void start() {
        node.start();
        patient = fresh_patient();
        hospital_patient = fresh_patient(kHospitalAuthority);
        ASSERT_EQ(toolkit.feed("A01", patient), "AA");
        known = letter_for(patient);
        ASSERT_TRUE(toolkit.submit(known).success());
        std::string const other = fresh_patient();
        ASSERT_EQ(toolkit.feed("A01", other), "AA");
        ASSERT_TRUE(toolkit.submit(manifest_papers(other, images)).success());
    }

    domain::RawQuery multi_query() const {
        domain::RawQuery query =
            find_documents_query(patient, {std::string(to_urn(domain::Availability::kApproved))});
        query.id = to_urn(domain::QueryKind::kFindDocumentsForMultiplePatients);
        query.parameters[0].groups = {{ebxml::query_list({patient})}};
        query.parameters.push_back(
            {"$XDSDocumentEntryClassCode", {{ebxml::query_list({"referral^^JP-classCode"})}}});
        return query;
    }
    Papers registered() const {
        Papers papers = letter_for(patient);
        complete_for_registry(papers);
        papers.submission.entries[0].repository_unique_id = "2.999.7.2";
        return papers;
    }
    /// The acknowledgement in the terms of the others.
    static Heard as_heard(std::string const& ack) {
        Heard heard;
        if (ack.empty()) return heard;
        heard.kind = Heard::Kind::kAnswer;
        heard.detail = ack;
        heard.registry.status =
            ack == "AA" ? ebxml::ResponseStatus::kSuccess : ebxml::ResponseStatus::kFailure;
        return heard;
    }
    /// An HL7 v3 payload; success is told by its acknowledgement.
    static Heard post_v3(NodeClient& client, std::string const& action, std::string const& text) {
        return post_v3_to(client, "/pix/manager", "urn:hl7-org:v3:" + action, text);
    }
    static Heard post_v3_to(NodeClient& client, std::string const& path, std::string const& action,
                            std::string const& text) {
        auto const answer = client.post(path, kSoapType, {{envelope(action, text), nullptr}});
        Heard heard;
        if (!answer) return heard;
        bool const fault = answer->body.find("Fault>") != std::string::npos;
        heard.kind = fault ? Heard::Kind::kFault : Heard::Kind::kAnswer;
        heard.http_status = answer->status;
        heard.detail = answer->body;
        bool const good = answer->body.find("<typeCode code=\"CA\"") != std::string::npos ||
                          answer->body.find("<typeCode code=\"AA\"") != std::string::npos;
        if (good) heard.registry.status = ebxml::ResponseStatus::kSuccess;
        return heard;
    }
    static Heard feed_octets(NodeClient& client, std::string const& octets) {
        std::string const answer = client.exchange_hl7(octets);
        std::size_t const at = answer.find("MSA|");
        return as_heard(at == std::string::npos ? "" : answer.substr(at + 4, 2));
    }
    static Heard post_payload(NodeClient& client, std::string const& path,
                              std::string const& action) {
        auto const answer = client.post(path, kSoapType, {{envelope(action, "<a/>"), nullptr}});
        Heard heard;
        if (!answer) return heard;
        bool const fault = answer->body.find("Fault>") != std::string::npos;
        heard.kind = fault ? Heard::Kind::kFault : Heard::Kind::kAnswer;
        heard.http_status = answer->status;
        heard.detail = answer->body;
        return heard;
    }

    /// By the id alone, which is enough for a question in every generation.
    std::string people_query(std::string const& event) const {
        domain::PatientId const id = pix_id(patient);
        return msh25(event) + "QPD|IHE PDQ Query|T" + control_id() + "|@PID.3.1^" + id.id +
               "~@PID.3.4.2^" + id.authority + "~@PID.3.4.3^ISO\rRCP|I\r";
    }
    std::string v3_people_query() const {
        domain::PatientId const id = pix_id(patient);
        return v3_find(v3_id(id.authority, id.id));
    }
    /// ITI-21, 22, 47 and 55.
    std::vector<Walk> walks_by_demographics() {
        auto const v2 = [this](std::string id, std::string event) {
            return Walk{std::move(id),
                        "publisher",
                        [=, this](NodeClient& c) { return feed_octets(c, people_query(event)); },
                        [=](NodeClient& c) { return feed_octets(c, msh25(event) + "RCP|I\r"); },
                        {},
                        "110112"};
        };
        auto const v3 = [this](std::string id, std::string allowed, std::string path,
                               std::string_view action) {
            std::string const name(action);
            return Walk{
                std::move(id),
                std::move(allowed),
                [=, this](NodeClient& c) { return post_v3_to(c, path, name, v3_people_query()); },
                [=](NodeClient& c) { return post_payload(c, path, name); },
                {},
                "110112"};
        };
        std::vector<Walk> all = {
            v2("ITI-21", "QBP^Q22^QBP_Q21"), v2("ITI-22", "QBP^ZV1^QBP_Q21"),
            v3("ITI-47", "publisher", "/pdq/supplier", hl7v3::kFindActions.request),
            v3("ITI-55", "hospital-kita", "/xcpd/responding", hl7v3::kDiscoveryActions.request)};
        for (Walk& walk : all) walk.records = {walk.id + " 110112 E"};
        return all;
    }

    std::vector<Walk> walks() {
        std::vector<Walk> all = walks_of_documents_and_ids();
        for (Walk& walk : walks_by_demographics()) all.push_back(std::move(walk));
        for (Walk& walk : walks_between_communities()) all.push_back(std::move(walk));
        for (Walk& walk : walks_for_images()) all.push_back(std::move(walk));
        all.push_back(
            {"ITI-81",
             "clinic-kita",
             [this](NodeClient& c) { return read_trail(c, "date=ge2020-01-01&_count=1"); },
             [this](NodeClient& c) { return read_trail(c, "_count=1"); },
             {"ITI-81 110101 R"},
             "110101"});
        return all;
    }
    /// ITI-81 over plain HTTP.
    Heard read_trail(NodeClient& client, std::string const& question) const {
        return get(client, "/fhir/AuditEvent?" + question, "application/fhir+json");
    }
    /// A GET: the answer's status in the terms of the others.
    Heard get(NodeClient& client, std::string const& target, std::string const& accept) const {
        TlsPeerOptions options;
        options.crt = client.crt();
        options.key = client.key();
        options.ca = client.ca();
        TlsPeer peer(node.https(), options);
        Heard heard;
        heard.detail = peer.request(
            "GET " + target + " HTTP/1.1\r\nHost: localhost\r\nAccept: " + accept + "\r\n\r\n");
        if (heard.detail.size() < 12) return heard;
        heard.http_status = std::stoi(heard.detail.substr(9, 3));
        heard.kind = Heard::Kind::kAnswer;
        heard.registry.status = heard.http_status == 200 ? ebxml::ResponseStatus::kSuccess
                                                         : ebxml::ResponseStatus::kFailure;
        return heard;
    }
    /// A local id that no hospital told goes from the patient's regional id to a fresh one.
    std::string link_change() const {
        return msh25("ADT^A43^ADT_A43") + "EVN||20260101120000\rPID|1||" + fresh_patient() + "~" +
               fresh_patient("2.16.840.1.113883.3.72.5.9.1") + "|| \rMRG|" + patient + "\r";
    }
    Heard locate(NodeClient& client) const {
        domain::PatientId const id = pix_id(patient);
        Heard heard = post_v3_to(
            client, "/xcpd/responding", std::string(hl7v3::kPatientLocationActions.request),
            "<PatientLocationQueryRequest xmlns=\"urn:ihe:iti:xcpd:2009\"><RequestedPatientId "
            "root=\"" +
                id.authority + "\" extension=\"" + id.id + "\"/></PatientLocationQueryRequest>");
        if (heard.detail.find("<CorrespondingPatientId ") != std::string::npos)
            heard.registry.status = ebxml::ResponseStatus::kSuccess;
        return heard;
    }
    std::vector<Walk> walks_of_documents_and_ids() {
        auto const soap = [](std::string path, std::string action) {
            return [=](NodeClient& c) { return post_payload(c, path, action); };
        };
        std::string const registry = "/xds/registry", repository = "/xds/repository";
        return {
            {"ITI-8",
             "",
             [](NodeClient& c) { return as_heard(c.feed("A01", fresh_patient())); },
             [](NodeClient& c) {
                 std::string text = adt_message("A01", fresh_patient(), "", "");
                 return feed_octets(c, text.substr(0, text.find("PID|")));
             },
             {"ITI-8 110110 C"},
             "110110"},
            {"ITI-30",
             "",
             [](NodeClient& c) { return feed_octets(c, adt25("A28", fresh_patient())); },
             [](NodeClient& c) {
                 std::string const text = adt25("A28", fresh_patient());
                 return feed_octets(c, text.substr(0, text.find("PID|")));
             },
             {"ITI-30 110110 C"},
             "110110"},
            {"ITI-64",
             "",
             [this](NodeClient& c) { return feed_octets(c, link_change()); },
             [this](NodeClient& c) {
                 std::string const text = link_change();
                 return feed_octets(c, text.substr(0, text.find("PID|")));
             },
             {"ITI-64 110110 U"},
             "110110"},
            {"ITI-44",
             "",
             [](NodeClient& c) {
                 return post_v3(c, "PRPA_IN201301UV02",
                                v3_feed("PRPA_IN201301UV02", fresh_patient()));
             },
             soap("/pix/manager", "urn:hl7-org:v3:PRPA_IN201301UV02"),
             {"ITI-44 110110 C"},
             "110110"},
            {"ITI-56",
             "hospital-kita",
             [this](NodeClient& c) { return locate(c); },
             soap("/xcpd/responding", std::string(hl7v3::kPatientLocationActions.request)),
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
                 return post_v3(c, "PRPA_IN201309UV02", v3_pix_query(patient));
             },
             soap("/pix/manager", "urn:hl7-org:v3:PRPA_IN201309UV02"),
             {"ITI-45 110112 E"},
             "110112"},
            {"ITI-18",
             "publisher",
             [this](NodeClient& c) { return Heard(c.find(patient)); },
             soap(registry, kQueryAction),
             {"ITI-18 110112 E"},
             "110112"},
            {"ITI-51",
             "publisher",
             [this](NodeClient& c) { return Heard(c.query(multi_query(), kMultiQueryAction)); },
             soap(registry, kMultiQueryAction),
             {"ITI-51 110112 E"},
             "110112"},
            {"ITI-42",
             "pharmacy-kita",
             [this](NodeClient& c) { return c.register_papers(registered()); },
             soap(registry, kRegisterAction),
             {"ITI-42 110107 C"},
             "110107"},
            {"ITI-41",
             "pharmacy-kita",
             [this](NodeClient& c) { return c.submit(letter_for(patient)); },
             soap(repository, kProvideAction),
             {"ITI-41 110107 C", "ITI-42 110107 C"},
             "110107"},
            {"ITI-43",
             "publisher",
             [this](NodeClient& c) { return Heard(c.retrieve({known.documents[0].unique_id})); },
             soap(repository, kRetrieveAction),
             {"ITI-43 110106 R"},
             "110106"},
        };
    }

    /// A registry's or repository's answer in simple SOAP.
    static Heard post_ebxml(NodeClient& client, std::string const& path, std::string const& action,
                            std::string const& payload) {
        auto const answer = client.post(path, kSoapType, {{envelope(action, payload), nullptr}});
        Heard heard;
        if (!answer) return heard;
        bool const fault = answer->body.find("Fault>") != std::string::npos;
        heard.kind = fault ? Heard::Kind::kFault : Heard::Kind::kAnswer;
        heard.http_status = answer->status;
        heard.detail = answer->body;
        if (answer->body.find("ResponseStatusType:Success\"") != std::string::npos)
            heard.registry.status = ebxml::ResponseStatus::kSuccess;
        return heard;
    }
    /// Images over plain HTTP; what is malformed is an Accept header that nobody can read.
    Walk by_get(std::string const& id, std::string const& address) {
        std::string const path = "/xds-i/source" + address;
        return {id,
                "publisher",
                [=, this](NodeClient& c) { return get(c, path, "*/*"); },
                [=, this](NodeClient& c) {
                    return get(c, path + "&requestType=WADO",
                               "multipart/related; transfer-syntax=x");
                },
                {id + " 110104 R"},
                "110104"};
    }
    /// Images by their manifest.
    std::vector<Walk> walks_for_images() {
        ebxml::ImagingRetrieve wanted;
        wanted.transfer_syntaxes = {"1.2.840.10008.1.2.1"};
        auto const& series = images.studies[0].series[0];
        wanted.images = {{images.study,
                          series.uid,
                          {std::nullopt, kToolkitSource, series.images[0].sop_instance}}};
        return {{"RAD-69",
                 "publisher",
                 [=](NodeClient& c) {
                     return post_ebxml(c, "/xds-i/source", kImagesAction,
                                       ebxml::write_imaging_retrieve_request(wanted));
                 },
                 [](NodeClient& c) { return post_payload(c, "/xds-i/source", kImagesAction); },
                 {"RAD-69 110104 R"},
                 "110104"},
                by_get("RAD-107", "/studies/" + images.study),
                by_get("RAD-55", "?requestType=WADO&studyUID=" + images.study + "&seriesUID=" +
                                     series.uid + "&objectUID=" + series.images[0].sop_instance +
                                     "&contentType=application/dicom")};
    }
    /// ITI-38 and 39: each with the inner transaction that it hands its question to.
    std::vector<Walk> walks_between_communities() {
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
                 [=](NodeClient& c) { return post_payload(c, gateway, query); },
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
                 [=](NodeClient& c) { return post_payload(c, gateway, fetch); },
                 {"ITI-39 110106 R", "ITI-43 110106 R"},
                 "110106"}};
    }

    /// What was recorded since, oldest first: "transaction event action" and the outcome.
    std::vector<std::pair<std::string, AuditOutcome>> new_records() {
        auto const all = node.audit();
        std::vector<std::pair<std::string, AuditOutcome>> fresh;
        for (std::size_t i = 0; i + seen_ < all.size(); ++i) {
            domain::AuditEvent const& event = all[i].event;
            fresh.emplace_back(event.transaction + " " + event.event_id.code + " " + event.action,
                               event.outcome);
        }
        seen_ = all.size();
        std::sort(fresh.begin(), fresh.end());
        return fresh;
    }
    void expect_one_failure(std::string const& event, std::string const& what) {
        auto const fresh = new_records();
        ASSERT_EQ(fresh.size(), 1U) << what;
        EXPECT_NE(fresh[0].first.find(event), std::string::npos) << what << ": " << fresh[0].first;
        EXPECT_NE(fresh[0].second, AuditOutcome::kSuccess) << what;
    }

    TestNode node{stopped()};
    SimulatedArchive archive{node.folder() / "pacs"};
    domain::ImagingManifest const images = sample_manifest(fresh_oid(), kToolkitSource, {1});
    NodeClient toolkit{node, "toolkit"};
    std::string patient, hospital_patient;
    Papers known;
    std::size_t seen_ = 0;
};

TEST_F(PipelineProof, EveryRegisteredTransactionIsWalkedHere) {
    node.agree();
    auto services = node::PlatformServices::open(node.config_file());
    ASSERT_TRUE(services.ok()) << services.error().detail;
    auto const composition = node::Composition::create(std::move(*services));
    ASSERT_TRUE(composition.ok()) << composition.error().detail;
    std::set<std::string> registered_ids, walked;
    for (auto const* definition : (*composition)->router().all()) {
        registered_ids.insert(std::string(definition->spec().id));
    }
    for (Walk const& walk : walks()) walked.insert(walk.id);
    EXPECT_EQ(registered_ids, walked);
}

TEST_F(PipelineProof, SuccessLeavesExactlyItsRecords) {
    start();
    for (Walk const& walk : walks()) {
        SCOPED_TRACE(walk.id);
        new_records();
        Heard const heard = walk.well(toolkit);
        EXPECT_TRUE(heard.success()) << heard.text();
        std::vector<std::string> kinds;
        for (auto const& [kind, outcome] : new_records()) {
            kinds.push_back(kind);
            EXPECT_EQ(outcome, AuditOutcome::kSuccess);
        }
        EXPECT_EQ(kinds, walk.records);
    }
}

TEST_F(PipelineProof, StrangersAreRefusedAndRecorded) {
    start();
    NodeClient stranger(node, "stranger");
    for (Walk const& walk : walks()) {
        SCOPED_TRACE(walk.id);
        new_records();
        Heard const heard = walk.well(stranger);
        EXPECT_TRUE(heard.refused()) << heard.text();
        EXPECT_TRUE(heard.http_status == 403 || heard.detail == "AR") << heard.text();
        expect_one_failure("110113", "refusal");
    }
    EXPECT_EQ(toolkit.find(patient).objects.entries.size(), 1U);
}

TEST_F(PipelineProof, WhatTheAgreementDoesNotGrantIsRefusedAndRecorded) {
    start();
    for (Walk const& walk : walks()) {
        SCOPED_TRACE(walk.id);
        // Everybody may ask; the feed is refused for numbers of somebody else's authority.
        if (walk.forbidden_to == "publisher") continue;
        NodeClient member(node, walk.forbidden_to.empty() ? "clinic-kita" : walk.forbidden_to);
        new_records();
        Heard const heard = walk.well(member);
        EXPECT_TRUE(heard.refused()) << heard.text();
        expect_one_failure(walk.id + " " + walk.event, "denial");
    }
    EXPECT_EQ(toolkit.find(patient).objects.entries.size(), 1U);
}

TEST_F(PipelineProof, WithoutConsentNothingIsVisible) {
    start();
    NodeClient clinic(node, "clinic-kita");
    EXPECT_EQ(clinic.find(patient).objects.entries.size(), 0U);
    EXPECT_EQ(clinic.get_all(patient).objects.entries.size(), 0U);
    EXPECT_EQ(clinic.query(multi_query(), kMultiQueryAction).objects.entries.size(), 0U);
    auto const hidden = clinic.retrieve({known.documents[0].unique_id});
    auto const absent = clinic.retrieve({fresh_oid()});
    EXPECT_TRUE(hidden.documents.empty());
    EXPECT_EQ(hidden.codes(), absent.codes()) << "hidden is answered like absent";
    // The control: consent makes all of them visible.
    auto const granted = node.command({"consent", "grant", "--patient", patient});
    ASSERT_EQ(granted.status, 0) << granted.output;
    EXPECT_EQ(clinic.find(patient).objects.entries.size(), 1U);
    EXPECT_EQ(clinic.get_all(patient).objects.entries.size(), 1U);
    EXPECT_EQ(clinic.query(multi_query(), kMultiQueryAction).objects.entries.size(), 1U);
    EXPECT_EQ(clinic.retrieve({known.documents[0].unique_id}).documents.size(), 1U);
    auto const withdrawn = node.command({"consent", "withdraw", "--patient", patient});
    ASSERT_EQ(withdrawn.status, 0) << withdrawn.output;
    EXPECT_EQ(clinic.find(patient).objects.entries.size(), 0U);
}

TEST_F(PipelineProof, WhatIsMalformedIsRefusedAndRecorded) {
    start();
    for (Walk const& walk : walks()) {
        SCOPED_TRACE(walk.id);
        new_records();
        Heard const heard = walk.malformed(toolkit);
        EXPECT_TRUE(heard.refused()) << heard.text();
        EXPECT_FALSE(heard.success());
        expect_one_failure(walk.id + " " + walk.event, "malformed");
    }
}

TEST_F(PipelineProof, WithoutAnAuditTrailNothingIsDoneAndNothingLeaves) {
    start();
    node.expect_error("event=request.failed");
    node.expect_error("event=audit.failed");
    node.expect_error("event=atna.");
    // Both ways of a record are cut: the journal, and the table that joins a change's transaction.
    node.sql("revoke insert on atna.pending from musubi_serving");
    auto const limit_files = [&](rlim_t octets) {
        rlimit limit{};
        ::prlimit(node.pid(), RLIMIT_FSIZE, nullptr, &limit);
        limit.rlim_cur = octets;
        ASSERT_EQ(::prlimit(node.pid(), RLIMIT_FSIZE, &limit, nullptr), 0);
    };
    limit_files(0);
    std::vector<Walk> const all = walks();
    for (Walk const& walk : all) {
        SCOPED_TRACE(walk.id);
        Heard const heard = walk.well(toolkit);
        EXPECT_TRUE(heard.refused()) << heard.text();
    }
    EXPECT_TRUE(toolkit.find(patient).objects.entries.empty());
    EXPECT_TRUE(toolkit.retrieve({known.documents[0].unique_id}).documents.empty());
    limit_files(RLIM_INFINITY);
    node.sql("grant insert on atna.pending to musubi_serving");
    EXPECT_EQ(toolkit.find(patient).objects.entries.size(), 1U) << "nothing was done meanwhile";
    for (Walk const& walk : all) EXPECT_TRUE(walk.well(toolkit).success()) << walk.id;
}

}  // namespace
}  // namespace musubi::test
