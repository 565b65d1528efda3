// Every transaction that touches a patient's data x every sort of member x every state of consent,
// at the doors of one running node, against the table of proof_region.h. What must not be told may
// stand nowhere in the answer: not as a document, an entry, an identifier, nor inside an error.

#include <gtest/gtest.h>

#include <fstream>
#include <set>

#include "codec/hl7v3/actions.h"
#include "node/policy/proof_region.h"
#include "platform/base/text.h"
#include "support/pix_messages.h"
#include "unit/pdq/v3_fixture.h"

namespace musubi::test {
namespace {

using Sheets = std::set<Sheet>;

/// A way to ask for documents.
struct Reading {
    std::string name;
    std::string path, action;
    std::function<std::string(ProofPatient const&)> body;
    bool fetches = false;  ///< the octets come, not the entries
};
/// A way to ask for the person's numbers.
struct Asking {
    std::string name;
    std::string path, action;  ///< without path: HL7 v2
    std::function<std::string(ProofPatient const&)> message;
    std::function<bool(std::string const& answer, ProofPatient const&)> tells;
};
/// A way to change something, and whether the answer says that it was done.
struct Writing {
    std::string name;
    std::function<bool(ProofCaller&, ProofPatient const&)> done;
};

bool stands_in(std::string const& text, std::string const& part) {
    return text.find(part) != std::string::npos;
}
/// As it is, or as it stands inside XML.
bool octets_in(std::string const& answer, std::string const& octets) {
    return stands_in(answer, octets) || stands_in(answer, to_base64(as_bytes(octets)));
}

std::string query_text(domain::RawQuery const& query) {
    return ebxml::write_adhoc_query_request(query);
}
std::vector<std::string> approved() {
    return {std::string(to_urn(domain::Availability::kApproved))};
}
std::string find_text(ProofPatient const& patient) {
    return query_text(find_documents_query(patient.regional, approved()));
}
std::string several_patients_text(ProofPatient const& patient) {
    auto query = find_documents_query(patient.regional, approved());
    query.id = to_urn(domain::QueryKind::kFindDocumentsForMultiplePatients);
    query.parameters[0].groups = {{ebxml::query_list({patient.regional})}};
    query.parameters.push_back(
        {"$XDSDocumentEntryClassCode",
         {{ebxml::query_list({"referral^^JP-classCode", "allergy^^JP-classCode"})}}});
    return query_text(query);
}
std::string get_all_text(ProofPatient const& patient) {
    domain::RawQuery query;
    query.id = to_urn(domain::QueryKind::kGetAll);
    query.return_type = "LeafClass";
    std::string const status = ebxml::query_list(approved());
    query.parameters = {{"$patientId", {{ebxml::query_text(patient.regional)}}},
                        {"$XDSDocumentEntryStatus", {{status}}},
                        {"$XDSSubmissionSetStatus", {{status}}},
                        {"$XDSFolderStatus", {{status}}}};
    return query_text(query);
}
std::vector<std::string> ids_of(ProofPatient const& patient) {
    std::vector<std::string> ids;
    for (Sheet const sheet : kSheets) ids.push_back(patient.id_of(sheet));
    return ids;
}
std::string by_ids_text(ProofPatient const& patient, domain::QueryKind kind,
                        std::optional<std::string> const& home) {
    domain::RawQuery query;
    query.id = to_urn(kind);
    query.return_type = "LeafClass";
    query.home = home;
    query.parameters = {{"$XDSDocumentEntryUniqueId", {{ebxml::query_list(ids_of(patient))}}}};
    return query_text(query);
}
std::string retrieve_text(ProofPatient const& patient, std::optional<std::string> const& home) {
    std::vector<domain::DocumentRequest> wanted;
    for (auto const& id : ids_of(patient)) wanted.push_back({home, kRepositoryId, id});
    return ebxml::write_retrieve_request(wanted);
}

constexpr char kHome[] = "urn:oid:2.999.1.1";

std::vector<Reading> readings() {
    using domain::QueryKind;
    std::string const registry = "/xds/registry", gateway = "/xca/responding",
                      entrance = "/xca/initiating",
                      cross_query = "urn:ihe:iti:2007:CrossGatewayQuery";
    auto const by_ids = [](QueryKind kind, std::optional<std::string> home) {
        return [=](ProofPatient const& p) { return by_ids_text(p, kind, home); };
    };
    auto const fetch = [](std::optional<std::string> home) {
        return [=](ProofPatient const& p) { return retrieve_text(p, home); };
    };
    return {
        {"ITI-18 FindDocuments", registry, kQueryAction, find_text},
        {"ITI-18 GetAll", registry, kQueryAction, get_all_text},
        {"ITI-18 GetDocuments", registry, kQueryAction,
         by_ids(QueryKind::kGetDocuments, std::nullopt)},
        {"ITI-18 GetDocumentsAndAssociations", registry, kQueryAction,
         by_ids(QueryKind::kGetDocumentsAndAssociations, std::nullopt)},
        {"ITI-51", registry, kMultiQueryAction, several_patients_text},
        {"ITI-38", gateway, cross_query, find_text},
        {"ITI-38 GetDocuments", gateway, cross_query, by_ids(QueryKind::kGetDocuments, kHome)},
        {"ITI-18 at the gateway", entrance, kQueryAction, find_text},
        {"ITI-43", "/xds/repository", kRetrieveAction, fetch(std::nullopt), true},
        {"ITI-39", gateway, "urn:ihe:iti:2007:CrossGatewayRetrieve", fetch(kHome), true},
        {"ITI-43 at the gateway", entrance, kRetrieveAction, fetch(kHome), true},
    };
}

/// The four images of the patient at the hospital's archive.
std::string images_text(ProofPatient const& patient, std::optional<std::string> const& home) {
    ebxml::ImagingRetrieve wanted;
    wanted.transfer_syntaxes = {"1.2.840.10008.1.2.1"};
    for (Sheet const sheet : kSheets) {
        auto const& study = patient.manifest_of(sheet).studies[0];
        wanted.images.push_back({study.uid,
                                 study.series[0].uid,
                                 {home, kHospitalSource, study.series[0].images[0].sop_instance}});
    }
    return ebxml::write_imaging_retrieve_request(wanted);
}

std::vector<Reading> image_readings() {
    auto const fetch = [](std::optional<std::string> home) {
        return [=](ProofPatient const& p) { return images_text(p, home); };
    };
    return {
        {"RAD-69", "/xds-i/source", kImagesAction, fetch(std::nullopt), true},
        {"RAD-75", "/xca-i/responding", kCrossImagesAction, fetch(kHome), true},
        {"RAD-69 at the gateway", "/xca-i/initiating", kImagesAction, fetch(kHome), true},
    };
}

std::string people_query(std::string const& event, ProofPatient const& patient) {
    domain::PatientId const id = pix_id(patient.regional);
    return msh25(event) + "QPD|IHE PDQ Query|T" + control_id() + "|@PID.3.1^" + id.id +
           "~@PID.3.4.2^" + id.authority + "~@PID.3.4.3^ISO\rRCP|I\r";
}
std::string v3_people_query(ProofPatient const& patient) {
    domain::PatientId const id = pix_id(patient.regional);
    return v3_find(v3_id(id.authority, id.id));
}
std::string location_query(ProofPatient const& patient) {
    domain::PatientId const id = pix_id(patient.regional);
    return "<PatientLocationQueryRequest xmlns=\"urn:ihe:iti:xcpd:2009\"><RequestedPatientId "
           "root=\"" +
           id.authority + "\" extension=\"" + id.id + "\"/></PatientLocationQueryRequest>";
}

std::vector<Asking> askings() {
    auto const number = [](std::string const& answer, ProofPatient const& patient) {
        return stands_in(answer, patient.number());
    };
    auto const located = [](std::string const& answer, ProofPatient const&) {
        return stands_in(answer, "<CorrespondingPatientId ");
    };
    auto const action = [](auto const& actions) { return std::string(actions.request); };
    return {
        {"ITI-9", "", "", [](auto const& p) { return pix_query(p.regional); }, number},
        {"ITI-21", "", "", [](auto const& p) { return people_query("QBP^Q22^QBP_Q21", p); },
         number},
        {"ITI-22", "", "", [](auto const& p) { return people_query("QBP^ZV1^QBP_Q21", p); },
         number},
        {"ITI-45", "/pix/manager", "urn:hl7-org:v3:PRPA_IN201309UV02",
         [](auto const& p) { return v3_pix_query(p.regional); }, number},
        {"ITI-47", "/pdq/supplier", action(hl7v3::kFindActions), v3_people_query, number},
        {"ITI-55", "/xcpd/responding", action(hl7v3::kDiscoveryActions), v3_people_query, number},
        {"ITI-56", "/xcpd/responding", action(hl7v3::kPatientLocationActions), location_query,
         located},
    };
}

/// Changes of the hospital's record of a patient, and documents in the patient's name.
std::vector<Writing> writings() {
    auto const accepted = [](std::string const& answer) { return ack_of(answer) == "AA"; };
    return {
        {"ITI-8", [](ProofCaller& c,
                     ProofPatient const& p) { return c.client().feed("A08", p.local) == "AA"; }},
        {"ITI-30", [=](ProofCaller& c,
                       ProofPatient const& p) { return accepted(c.hl7(adt25("A31", p.local))); }},
        {"ITI-44",
         [](ProofCaller& c, ProofPatient const& p) {
             auto const answer = c.soap({"/pix/manager", "urn:hl7-org:v3:PRPA_IN201302UV02",
                                         v3_feed("PRPA_IN201302UV02", p.local)});
             return stands_in(answer, "<typeCode code=\"CA\"");
         }},
        {"ITI-64",
         [=](ProofCaller& c, ProofPatient const& p) {
             return accepted(c.hl7(msh25("ADT^A43^ADT_A43") + "EVN||20260101120000\rPID|1||" +
                                   fresh_patient() + "~" + p.local + "|| \rMRG|" + p.regional +
                                   "\r"));
         }},
        {"ITI-41",
         [](ProofCaller& c, ProofPatient const& p) {
             return c.client().submit(letter_for(p.regional)).success();
         }},
        {"ITI-42",
         [](ProofCaller& c, ProofPatient const& p) {
             Papers papers = letter_for(p.regional);
             complete_for_registry(papers);
             papers.submission.entries[0].repository_unique_id = "2.999.7.2";
             return c.client().register_papers(papers).success();
         }},
    };
}

/// Who may: the hospital for its own numbers and patients; the partner publishes, by K9.1, and
/// links, as it keeps the regional ids, but speaks for nobody's numbers.
bool may_write(Who who, std::string const& name) {
    if (who == Who::kHospital) return true;
    return who == Who::kPartner && (name == "ITI-41" || name == "ITI-42" || name == "ITI-64");
}

class ProofWalk : public ::testing::Test {
protected:
    static void SetUpTestSuite() { region_ = std::make_unique<ProofRegion>(); }
    static void TearDownTestSuite() { region_.reset(); }
    static bool in_emergency(ProofPatient const& patient) {
        return patient.said == Said::kEmergency;
    }

    /// Which of the patient's sheets the answer shows.
    Sheets shown(Reading const& reading, ProofPatient const& patient, std::string const& answer) {
        Sheets out;
        for (Sheet const sheet : kSheets) {
            bool const there = reading.fetches ? octets_in(answer, patient.text_of(sheet))
                                               : stands_in(answer, patient.id_of(sheet)) ||
                                                     stands_in(answer, patient.entry_of(sheet));
            if (there) out.insert(sheet);
        }
        return out;
    }
    void expect_nothing_of_others(ProofPatient const& patient, std::string const& answer) {
        for (ProofPatient const& other : region_->patients()) {
            if (&other == &patient) continue;
            EXPECT_FALSE(stands_in(answer, other.number()) ||
                         stands_in(answer, pix_id(other.regional).id));
            for (Sheet const sheet : kSheets) {
                EXPECT_FALSE(stands_in(answer, other.id_of(sheet)));
                EXPECT_FALSE(octets_in(answer, other.text_of(sheet)));
                EXPECT_FALSE(octets_in(answer, other.image_of(sheet)));
            }
        }
    }
    static std::unique_ptr<ProofRegion> region_;
};
std::unique_ptr<ProofRegion> ProofWalk::region_;

TEST_F(ProofWalk, DocumentsAreShownAsTheAgreementSaysAtEveryDoor) {
    int open = 0, closed = 0;
    for (Who const who : kEverybody) {
        for (ProofPatient const& patient : region_->patients()) {
            for (Reading const& reading : readings()) {
                SCOPED_TRACE(reading.name + " as " + certificate_of(who) + ": " +
                             to_text(patient.said));
                std::string const answer = region_->caller(who).soap(
                    {reading.path, reading.action, reading.body(patient), in_emergency(patient)});
                Sheets expected;
                for (Sheet const sheet : kSheets) {
                    if (may_read(who, patient.said, sheet)) expected.insert(sheet);
                }
                EXPECT_EQ(shown(reading, patient, answer), expected) << answer.substr(0, 4000);
                expect_nothing_of_others(patient, answer);
                (expected.empty() ? closed : open) += 1;
            }
        }
    }
    EXPECT_GT(open, 200);
    EXPECT_GT(closed, 150);
}

/// An image is its manifest's: who may not read the one does not get the other.
TEST_F(ProofWalk, ImagesAreDeliveredAsTheAgreementSaysAtEveryDoor) {
    int open = 0, closed = 0;
    auto const images_in = [](ProofPatient const& patient, std::string const& answer) {
        Sheets out;
        for (Sheet const sheet : kSheets) {
            if (octets_in(answer, patient.image_of(sheet))) out.insert(sheet);
        }
        return out;
    };
    for (Who const who : kEverybody) {
        ProofCaller& caller = region_->caller(who);
        for (ProofPatient const& patient : region_->patients()) {
            auto const expect = [&](std::string const& answer, bool named) {
                // Without a user nobody breaks the glass.
                Said const said = in_emergency(patient) && !named ? Said::kNothing : patient.said;
                Sheets expected;
                for (Sheet const sheet : kSheets) {
                    if (may_read(who, said, sheet)) expected.insert(sheet);
                }
                EXPECT_EQ(images_in(patient, answer), expected) << answer.substr(0, 4000);
                expect_nothing_of_others(patient, answer);
                (expected.empty() ? closed : open) += 1;
            };
            std::string const as = " as " + certificate_of(who) + ": " + to_text(patient.said);
            for (Reading const& reading : image_readings()) {
                SCOPED_TRACE(reading.name + as);
                expect(caller.soap({reading.path, reading.action, reading.body(patient),
                                    in_emergency(patient)}),
                       true);
            }
            SCOPED_TRACE("RAD-107" + as);
            std::string all;
            for (Sheet const sheet : kSheets)
                all += caller.get("/xds-i/source/studies/" +
                                  patient.manifest_of(sheet).studies[0].uid);
            expect(all, false);
        }
    }
    EXPECT_GT(open, 70);
    EXPECT_GT(closed, 60);
}

TEST_F(ProofWalk, NumbersAreToldAsTheAgreementSaysAtEveryDoor) {
    int open = 0, closed = 0;
    for (Who const who : kEverybody) {
        for (ProofPatient const& patient : region_->patients()) {
            for (Asking const& asking : askings()) {
                SCOPED_TRACE(asking.name + " as " + certificate_of(who) + ": " +
                             to_text(patient.said));
                ProofCaller& caller = region_->caller(who);
                bool const v2 = asking.path.empty();
                std::string const answer =
                    v2 ? caller.hl7(asking.message(patient))
                       : caller.soap({asking.path, asking.action, asking.message(patient),
                                      in_emergency(patient)});
                bool const expected = may_know(who, patient.said, !v2);
                EXPECT_EQ(asking.tells(answer, patient), expected) << answer;
                expect_nothing_of_others(patient, answer);
                (expected ? open : closed) += 1;
            }
        }
    }
    EXPECT_GT(open, 100);
    EXPECT_GT(closed, 100);
}

TEST_F(ProofWalk, NobodyChangesOrPublishesWhatIsNotItsOwnWhateverThePatientSaid) {
    for (Who const who : kEverybody) {
        for (ProofPatient const& patient : region_->patients()) {
            for (Writing const& writing : writings()) {
                SCOPED_TRACE(writing.name + " as " + certificate_of(who) + ": " +
                             to_text(patient.said));
                bool const expected = may_write(who, writing.name);
                EXPECT_FALSE(!expected && writing.done(region_->caller(who), patient));
            }
        }
    }
    // The control: whoever may, can. Each with a patient of its own, as it leaves traces.
    for (Who const who : {Who::kHospital, Who::kPartner}) {
        for (Writing const& writing : writings()) {
            SCOPED_TRACE(writing.name + " as " + certificate_of(who));
            if (!may_write(who, writing.name)) continue;
            EXPECT_TRUE(writing.done(region_->caller(who), region_->newcomer()));
        }
    }
    // And nothing of what was refused is there.
    for (ProofPatient const& patient : region_->patients()) {
        auto const all = region_->caller(Who::kPartner).client().find_all(patient.regional);
        EXPECT_EQ(all.objects.entries.size(), 2 * kSheets.size()) << to_text(patient.said);
    }
}

TEST_F(ProofWalk, TheOperatorsCommandsAreBoundLikeTheMemberWhoseKeyTheyUse) {
    TestNode& node = region_->node();
    std::string const base = "https://localhost:" + std::to_string(node.https());
    auto const run = [&](Who who, std::vector<std::string> words) {
        std::string const name = node.pki() / certificate_of(who);
        words.insert(words.begin(), musubi_binary());
        words.insert(words.end(), {"--cert", name + ".crt", "--key", name + ".key", "--ca",
                                   node.pki() / "ca.crt"});
        return run_command(words);
    };
    std::string const out = node.folder() / "fetched", page = node.folder() / "page.txt";
    std::ofstream(page) << "a page";
    for (Said const said : {Said::kNothing, Said::kGranted, Said::kWithdrawn}) {
        ProofPatient const& patient = region_->patient(said);
        SCOPED_TRACE(to_text(said));
        auto const found = run(Who::kClinic, {"query", "--url", base + "/xds/registry", "--patient",
                                              patient.regional});
        EXPECT_EQ(found.status, 0) << found.output;
        for (Sheet const sheet : kSheets)
            EXPECT_EQ(stands_in(found.output, patient.id_of(sheet)),
                      may_read(Who::kClinic, said, sheet));
        std::filesystem::remove(out);
        auto const fetched = run(Who::kClinic, {"retrieve", "--url", base + "/xds/repository",
                                                "--repository", kRepositoryId, "--document",
                                                patient.id_of(Sheet::kLetter), "--out", out});
        bool const may = may_read(Who::kClinic, said, Sheet::kLetter);
        EXPECT_EQ(fetched.status == 0, may) << fetched.output;
        EXPECT_EQ(std::filesystem::exists(out), may);
        auto const sent = run(Who::kClinic, {"submit", "--url", base + "/xds/repository", "--file",
                                             page, "--mime", "text/plain", "--patient",
                                             patient.regional, "--source-id", "2.999.7.1"});
        EXPECT_NE(sent.status, 0) << "the clinic has never told of this patient";
    }
}

}  // namespace
}  // namespace musubi::test
