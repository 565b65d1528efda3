#include "node/policy/proof_region.h"

#include <gtest/gtest.h>

#include <fstream>

#include "codec/soap/packaging.h"
#include "platform/base/text.h"
#include "support/pix_messages.h"

namespace musubi::test {
namespace {

constexpr char kLoinc[] = "2.16.840.1.113883.6.1";

Edits changes() {
    std::string const pki = test_pki();
    std::string const all = "[feed, identify, publish, query, retrieve, neighbour]";
    return {
        {"roles:\n  - code: medical-institution",
         "roles:\n  - code: clerk\n    name: 事務\n    clause: K2.7\n    may: [identify, query, "
         "retrieve]\n  - code: medical-institution"},
        {"\n# 接続 ",
         "\n  - code: office-kita\n    name: 北市役所\n    kind: municipality\n"
         "    status: active\n    institution_oid: 2.999.1.1.29\n    certificates:\n"
         "      - file: " +
             pki +
             "/hospital-minami.crt\n    assigning_authorities: "
             "[1.2.392.100495.20.3.51.11399999999]\n    default_role: clerk\n"
             "    transactions: " +
             all + "\n\n# 接続 "},
        {"in: [feed, identify, publish, query, retrieve]\n    demarcation: D1",
         "in: " + all + "\n    demarcation: D1"},
        {"in: [feed, identify, publish, query, retrieve]\n    demarcation: D2",
         "in: " + all + "\n    demarcation: D2"},
        {"in: [feed, identify, query, retrieve]\n    demarcation: D3",
         "in: " + all + "\n    demarcation: D3"},
        // Two rows that name equally much: the one that forbids wins.
        {"  - id: K3.3\n",
         "  - id: K3.20\n    role: medical-institution\n    type_codes: [\"18842-5^^" +
             std::string(kLoinc) +
             "\"]\n    confidentiality: any\n    needs_consent: true\n"
             "  - id: K3.21\n    role: medical-institution\n    type_codes: [\"18842-5^^" +
             kLoinc + "\"]\n    confidentiality: any\n    effect: deny\n  - id: K3.3\n"},
        {"  model: opt-in\n",
         "  model: opt-in\n  exceptions:\n    - {clause: K4.5, model: opt-out, class_codes: "
         "[\"allergy^^JP-classCode\"]}\n"},
    };
}

NewDocument sheet(std::string const& text) {
    NewDocument document;
    document.content = text_document(text);
    return document;
}

/// Four entries, each labelled as its sheet is.
void label(Papers& papers) {
    auto& entries = papers.submission.entries;
    entries[1].class_codes = {{"allergy", "JP-classCode", "アレルギー"}};
    entries[1].type_codes = {{"ADT-61", "JP-ssmix2-dataKind", "アレルギー"}};
    entries[2].type_codes = {{"18842-5", kLoinc, "退院時サマリー"}};
    entries[3].confidentiality_codes = {{"V", "2.16.840.1.113883.5.25", "厳重注意"}};
}

Papers four_sheets(std::string const& patient) {
    std::vector<NewDocument> documents;
    for (char const* word : {"letter", "allergy", "summary", "sealed"})
        documents.push_back(sheet(std::string("the ") + word + " of " + patient));
    Papers papers = papers_for(patient, std::move(documents));
    label(papers);
    return papers;
}

Papers four_manifests(ProofPatient const& patient) {
    std::vector<NewDocument> documents;
    for (domain::ImagingManifest const& manifest : patient.manifests) {
        NewDocument document;
        document.content = text_document(manifest_file(manifest));
        document.unique_id = manifest.sop_instance;
        document.mime_type = "application/dicom";
        documents.push_back(std::move(document));
    }
    Papers papers = papers_for(patient.regional, std::move(documents));
    label(papers);
    for (auto& entry : papers.submission.entries) {
        entry.format_codes = {{"1.2.840.10008.5.1.4.1.1.88.59", "1.2.840.10008.2.6.1",
                               "Key Object Selection Document"}};
        entry.source_patient_id = patient.local;
    }
    return papers;
}

/// What the patient wants the others to see of the hospital's.
bool patient_lets(Said said, Sheet sheet) {
    switch (said) {
        case Said::kGranted: return true;
        case Said::kWithdrawn:
        case Said::kRefused: return false;
        case Said::kNothing:
        case Said::kOthersOnly:
        case Said::kOver:
        case Said::kEmergency: return sheet == Sheet::kAllergy;  // K4.5
    }
    return false;
}

}  // namespace

std::string to_text(Said said) {
    constexpr std::array kNames = {
        "nothing said",           "granted", "withdrawn",   "others granted",
        "refused from the start", "over",    "glass broken"};
    return kNames[static_cast<std::size_t>(said)];
}

std::string certificate_of(Who who) {
    constexpr std::array kNames = {"hospital-kita",   "clinic-kita", "pharmacy-kita",
                                   "hospital-minami", "toolkit",     "stranger"};
    return kNames[static_cast<std::size_t>(who)];
}

bool may_read(Who who, Said said, Sheet sheet) {
    switch (who) {
        case Who::kHospital:              // K3.1
        case Who::kPartner: return true;  // K9.1
        case Who::kClinic:
            if (sheet == Sheet::kSealed) return false;   // K3.2: N and R; K4.9: R at most
            if (said == Said::kEmergency) return true;   // K4.9, whatever the matrix says
            if (sheet == Sheet::kSummary) return false;  // K3.21
            return patient_lets(said, sheet);            // K3.2
        case Who::kPharmacy:                             // K3.4; K4.9 does not name it
            return sheet == Sheet::kAllergy && patient_lets(said, sheet);
        case Who::kOffice:  // no row
        case Who::kStranger: return false;
    }
    return false;
}

bool may_know(Who who, Said said, bool named) {
    if (who == Who::kHospital || who == Who::kPartner) return true;
    if (who == Who::kClinic && said == Said::kEmergency) return named;  // K4.9
    bool const has_row = who == Who::kClinic || who == Who::kPharmacy;  // K3.10, K3.11
    // Consent to one kind of documents, which K4.5 assumes, is none to numbers.
    return has_row && said == Said::kGranted;
}

std::string ProofPatient::entry_of(Sheet sheet) const {
    return papers.submission.entries[static_cast<std::size_t>(sheet)].id;
}

std::string ProofPatient::text_of(Sheet sheet) const {
    return octets_of(*papers.documents[static_cast<std::size_t>(sheet)].content);
}

std::string ProofPatient::image_of(Sheet sheet) const {
    domain::ImagingManifest const& manifest = manifest_of(sheet);
    auto const& series = manifest.studies[0].series[0];
    auto const& image = series.images[0];
    return image_file({manifest.studies[0].uid, series.uid, image.sop_instance, manifest.patient_id,
                       "1.2.840.10008.1.2.1", image.sop_class});
}

ProofCaller::ProofCaller(TestNode const& node, Who who)
    : node_(node),
      who_(who),
      client_(node, certificate_of(who)),
      signer_(node.pki() / "idp.crt", node.pki() / "idp.key"),
      peer_(std::make_unique<peer::PeerClient>()) {}

std::string ProofCaller::soap(Call const& call) const {
    soap::RequestHeaders headers;
    headers.action = call.action;
    headers.message_id = system_ids().uuid().to_urn();
    headers.to = "https://localhost" + call.path;
    if (call.emergency && who_ != Who::kPartner) {  // its role needs no user
        Claim claim;
        claim.purposes = {"ETREAT", "UNCONSCIOUS"};
        if (who_ == Who::kHospital) claim.organisation = "2.999.1.1.21";
        if (who_ == Who::kOffice) claim.organisation = "2.999.1.1.29";
        if (who_ == Who::kPharmacy) {
            claim.organisation = "2.999.1.1.23";
            claim.role = "Pharmacist";
        }
        headers.security = user_header(signer_, claim);
    }
    bool const mtom = call.path == "/xds/repository";
    auto packaged = soap::package_request({{call.body, nullptr, ""}}, headers,
                                          mtom ? soap::Packaging::kMtom : soap::Packaging::kSimple,
                                          system_ids());
    if (!packaged) throw std::runtime_error(packaged.error().detail);
    peer::PeerRequest request;
    request.url = "https://localhost:" + std::to_string(node_.https()) + call.path;
    request.headers = {{"Content-Type", packaged->content_type}};
    for (auto& segment : packaged->segments)
        request.body.push_back({std::move(segment.text), std::move(segment.content)});
    request.identity = {client_.crt(), client_.key(), client_.ca(), ""};
    auto answer = peer_->post(request);
    return answer ? std::move(answer->body) : "nothing: " + answer.error().detail;
}

std::string ProofCaller::get(std::string const& target) const {
    class Reader final : public peer::AnswerReader {
    public:
        Status head(peer::PeerAnswer const& answer) override {
            good_ = answer.status == 200;
            return {};
        }
        Status body(ByteView piece) override {
            if (good_) text += as_text(piece);
            return {};
        }
        std::string text;

    private:
        bool good_ = false;
    } reader;
    peer::PeerRequest request;
    request.method = peer::Method::kGet;
    request.url = "https://localhost:" + std::to_string(node_.https()) + target;
    request.headers = {{"Accept", "multipart/related; type=\"application/dicom\""}};
    request.identity = {client_.crt(), client_.key(), client_.ca(), ""};
    static_cast<void>(peer_->get(request, reader));
    return reader.text;
}

ProofRegion::ProofRegion() : node_(consent_node(changes())) {
    archive_ = std::make_unique<SimulatedArchive>(node_->folder() / "pacs");
    std::ofstream(node_->folder() / "pacs.password") << "testpass\n";
    std::ofstream(node_->folder() / "sources.yaml")
        << "sources:\n  - {id: " << kHospitalSource
        << ", member: hospital-kita, dicomweb: \"http://127.0.0.1:" << archive_->port()
        << "/dicom-web\", user: musubi, password_file: pacs.password}\n";
    std::ofstream(node_->config_file(), std::ios::app)
        << "xca:\n  initiating: true\nimaging:\n  sources: sources.yaml\n";
    node_->start();
    for (Who const who : kEverybody) callers_.push_back(std::make_unique<ProofCaller>(*node_, who));
    for (Said const said : kStates) {
        ProofPatient patient = newcomer();
        patient.said = said;
        patient.papers = four_sheets(patient.regional);
        auto const sent = caller(Who::kHospital).client().submit(patient.papers);
        EXPECT_TRUE(sent.success()) << sent.text();
        publish_images(patient);
        patients_.push_back(std::move(patient));
    }
    say_words();
}

ProofPatient ProofRegion::newcomer() {
    ProofCaller& hospital = caller(Who::kHospital);
    ProofPatient patient;
    patient.local = fresh_patient(kHospitalAuthority);
    EXPECT_EQ(hospital.client().feed("A01", patient.local), "AA");
    // The hospital asks what the region calls its patient.
    std::string const answer =
        hospital.hl7(pix_query(patient.local, std::string("^^^&") + kRegionalAuthority + "&ISO"));
    std::string const pid = segment_of(answer, "PID");
    std::string const set = std::string(split(pid + "|||", '|')[3]);
    patient.regional = set.substr(0, set.find('^')) + "^^^&" + kRegionalAuthority + "&ISO";
    EXPECT_NE(set.find(kRegionalAuthority), std::string::npos) << answer;
    return patient;
}

void ProofRegion::publish_images(ProofPatient& patient) {
    for (Sheet const sheet : kSheets) {
        auto& manifest = patient.manifests[static_cast<std::size_t>(sheet)];
        manifest = sample_manifest(fresh_oid(), kHospitalSource, {1});
        manifest.patient_id = patient.number();
        archive_->hold(manifest.studies[0].series[0].images[0].sop_instance,
                       patient.image_of(sheet));
    }
    auto const sent = caller(Who::kHospital).client().submit(four_manifests(patient));
    EXPECT_TRUE(sent.success()) << sent.text();
}

void ProofRegion::say_words() {
    auto const file = node_->folder() / "words.csv";
    std::ofstream out(file);
    out << "patient,says,from,until\n";
    for (ProofPatient const& patient : patients_) {
        std::string const& cx = patient.regional;
        if (patient.said == Said::kGranted) out << cx << ",grant,,\n";
        if (patient.said == Said::kWithdrawn) out << cx << ",grant,,\n" << cx << ",withdraw,,\n";
        if (patient.said == Said::kRefused) out << cx << ",withdraw,,\n";
        if (patient.said == Said::kOver) out << cx << ",grant,2020-04-01,2021-03-31\n";
    }
    out.close();
    auto const done = node_->command({"consent", "import", "--file", file});
    EXPECT_EQ(done.status, 0) << done.output;
}

}  // namespace musubi::test
