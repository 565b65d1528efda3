// The end of a member's records, through the whole program: decided by two officers under the
// agreement's clause, certified, and final, in the node, after restarts and in its backups.

#include <gtest/gtest.h>

#include <fstream>

#include "platform/base/digest.h"
#include "platform/base/text.h"
#include "support/node_client.h"
#include "support/source_tree.h"

namespace musubi::test {
namespace {

namespace fs = std::filesystem;

void replace(std::string& text, std::string const& from, std::string const& to) {
    std::size_t const at = text.find(from);
    ASSERT_NE(at, std::string::npos) << from;
    text.replace(at, from.size(), to);
}

/// How many objects an ObjectRef answer names.
std::size_t references_of(NodeClient const& client, std::string const& patient) {
    auto query =
        find_documents_query(patient, {"urn:oasis:names:tc:ebxml-regrep:StatusType:Approved"});
    query.return_type = "ObjectRef";
    std::string const text = envelope(kQueryAction, ebxml::write_adhoc_query_request(query));
    auto const answer = client.post("/xds/registry", kSoapType, {{text, nullptr}});
    std::string const body = answer ? answer->body : "";
    EXPECT_NE(body.find("Success"), std::string::npos) << body;
    std::size_t count = 0;
    for (auto at = body.find("ObjectRef id="); at != std::string::npos;
         at = body.find("ObjectRef id=", at + 1))
        ++count;
    return count;
}

class KeyErasure : public ::testing::Test {
protected:
    KeyErasure() {
        setting("backup", "key: backup.key\n  rehearsal_database: " + rehearsal.owner() +
                              "\n  rehearsal_folder: rehearsal");
        node.start();
        EXPECT_EQ(node.command({"keys", "make", "--master", node.folder() / "backup.key"}).status,
                  0);
    }
    void setting(std::string const& section, std::string const& lines) {
        std::ofstream(node.config_file(), std::ios::app) << section << ":\n  " << lines << "\n";
    }
    void officers_and_holds(std::string const& holds) {
        std::string text = read_file(node.config_file());
        if (auto const at = text.find("  officers: "); at != std::string::npos)
            text.erase(at, text.find("\n", text.find("  holds: ")) + 1 - at);
        replace(text, "keys:\n",
                "keys:\n  officers: [" + (node.pki() / "hospital-kita-signing.crt").string() +
                    ", " + (node.pki() / "clinic-kita-signing.crt").string() +
                    "]\n  holds: " + holds + "\n");
        std::ofstream(node.config_file()) << text;
    }
    /// The next version of the agreement, in force.
    void agree(std::string const& from, std::string const& to) {
        std::string text = read_file(node.folder() / "agreement.yaml");
        replace(text, from, to);
        std::ofstream(node.folder() / "agreement.yaml") << text;
        node.agree();
        std::size_t const seen = node.log().size();
        node.signal(SIGHUP);
        ASSERT_TRUE(node.wait_log("event=reloaded", seen));
    }
    std::vector<std::string> signatures() const {
        std::vector<std::string> out;
        for (char const* who : {"hospital-kita", "clinic-kita"}) {
            std::string const name = node.pki() / (std::string(who) + "-signing");
            out.push_back(approval.string() + "." + who + ".p7s");
            EXPECT_EQ(run_command({"/usr/bin/openssl", "cms", "-sign", "-binary", "-outform", "DER",
                                   "-md", "sha256", "-in", approval, "-signer", name + ".crt",
                                   "-inkey", name + ".key", "-out", out.back()})
                          .status,
                      0);
        }
        return out;
    }
    CommandOutcome ask() {
        fs::remove(approval);
        return node.command({"keys", "erase-approval", "hospital-kita", "--reason",
                             "end of the contract", "--out", approval});
    }
    CommandOutcome erase(std::vector<std::string> const& signed_by,
                         TestNode::Arming const& arming = {}) {
        std::vector<std::string> words = {"keys", "erase", "hospital-kita", approval};
        words.insert(words.end(), signed_by.begin(), signed_by.end());
        words.insert(words.end(), {"--out", certificate});
        return node.command(words, arming);
    }
    CommandOutcome backup() {
        return node.command({"backup", node.folder() / "backup", "--keys", node.folder() / "bk"});
    }

    TestDatabase rehearsal;
    TestNode node{{.started = false}};
    fs::path const approval = node.folder() / "approval.txt";
    std::string const certificate = node.folder() / "certificate.json";
};

TEST_F(KeyErasure, IsDecidedByTwoOfficersCertifiedAndFinalEverywhere) {
    NodeClient hospital(node, "hospital-kita"), toolkit(node, "toolkit");
    std::string const patient = patient_of_hospital(node, hospital), others = fresh_patient();
    Papers const letter = letter_for(patient, "of the hospital"), other = letter_for(others);
    ASSERT_TRUE(hospital.submit(letter).success());
    ASSERT_EQ(toolkit.feed("A01", others), "AA");
    ASSERT_TRUE(toolkit.submit(other).success());
    std::string const &id = letter.documents[0].unique_id, other_id = other.documents[0].unique_id;
    ASSERT_EQ(toolkit.retrieve({id}).documents[id], "of the hospital");
    EXPECT_EQ(references_of(toolkit, patient), 1U);
    ASSERT_EQ(backup().status, 0);
    std::string const generation =
        fs::directory_iterator(node.folder() / "backup/generations")->path().filename();

    officers_and_holds("[hospital-kita]");
    auto const refused = ask();
    EXPECT_EQ(refused.status, 1);
    for (char const* why : {"no section 'disposal'", "has not left", "must be kept until",
                            "hold of the configuration"})
        EXPECT_NE(refused.output.find(why), std::string::npos) << why << ": " << refused.output;
    officers_and_holds("[]");
    agree("end_of_contract:",
          "disposal: {clause: K8.3, before_retention_ends: [hospital-kita]}\nend_of_contract:");
    agree("    name: 北総合病院\n    kind: hospital\n    status: active",
          "    name: 北総合病院\n    kind: hospital\n    status: left");
    auto const asked = ask();
    ASSERT_EQ(asked.status, 0) << asked.output;
    EXPECT_NE(read_file(approval).find("\nerase 2.999.1.1.21 hospital-kita\n"), std::string::npos);
    auto const signed_by = signatures();
    EXPECT_NE(erase({signed_by[0]}).output.find("two officers must sign"), std::string::npos);
    EXPECT_EQ(toolkit.retrieve({id}).documents[id], "of the hospital") << "nothing is gone yet";

    // Stopped at every step, it is finished by the same words.
    for (char const* fault : {"keys.erase_decided=kill", "vault.erase_noted=kill",
                              "keys.erase_destroyed=kill", "keys.erase_certified=kill"})
        EXPECT_NE(erase(signed_by, {.faults = fault}).status, 0) << fault;
    EXPECT_FALSE(fs::exists(certificate));
    auto const done = erase(signed_by);
    ASSERT_EQ(done.status, 0) << done.output;
    EXPECT_EQ(node.sql("select count(*) from preservation.key_erasure_end")[0][0], "1");
    EXPECT_EQ(erase(signed_by).status, 0) << "the certificate is written again";

    // The running node has let go of it: not there, and nothing else is harmed.
    EXPECT_TRUE(eventually([&] { return !toolkit.retrieve({id}).success(); }));
    EXPECT_TRUE(toolkit.retrieve({id}).has_code("XDSDocumentUniqueIdError"));
    EXPECT_EQ(toolkit.find(patient).entry(id), nullptr) << "its metadata neither";
    EXPECT_EQ(references_of(toolkit, patient), 0U) << "not even by reference";
    EXPECT_EQ(toolkit.retrieve({other_id}).documents[other_id], "a letter");
    EXPECT_NE(toolkit.find(others).entry(other_id), nullptr);
    EXPECT_EQ(toolkit.feed("A01", fresh_patient()), "AA");
    ASSERT_EQ(node.stop(), 0);
    node.start();
    EXPECT_TRUE(toolkit.retrieve({id}).has_code("XDSDocumentUniqueIdError"));
    EXPECT_EQ(node.command({"scrub", "--rate", "0"}).status, 0) << "destroyed is not damaged";
    EXPECT_EQ(node.verify_audit(), "");

    // What the certificate says, checked without us.
    std::string const text = read_file(certificate);
    for (char const* part : {"\"member\":\"hospital-kita\"", "\"clause\":\"K8.3\"",
                             "\"documents\":1", "\"reason\":\"end of the contract\"",
                             "\"name\":\"2.999.1.1.21\"", "\"name\":\"hospital-kita\""})
        EXPECT_NE(text.find(part), std::string::npos) << part << " in " << text;
    EXPECT_EQ(read_file(certificate + ".objects"), id + "\n");
    EXPECT_NE(text.find(to_hex(sha256(as_bytes(id + "\n")))), std::string::npos);
    auto const openssl =
        run_command({"/usr/bin/openssl", "cms", "-verify", "-binary", "-inform", "DER", "-in",
                     certificate + ".p7s", "-content", certificate, "-CAfile",
                     (node.pki() / "ca.crt").string(), "-purpose", "any", "-out", "/dev/null"});
    EXPECT_EQ(openssl.status, 0) << openssl.output;
    atna::SearchQuery query;
    query.transaction = "keys-erase";
    auto const records = node.audit(query);
    ASSERT_EQ(records.size(), 2U) << "one refused, one decided";
    EXPECT_EQ(records[0].event.outcome, domain::AuditOutcome::kSuccess);
    EXPECT_EQ(records[1].event.outcome, domain::AuditOutcome::kMinorFailure);

    // A backup from before does not bring the keys back.
    auto const saved = backup();
    ASSERT_EQ(saved.status, 0) << saved.output;
    EXPECT_NE(saved.output.find("2 destroyed data keys removed"), std::string::npos)
        << saved.output;
    auto const rehearsed =
        node.command({"restore", node.folder() / "backup", "--keys", node.folder() / "bk",
                      "--generation", generation, "--rehearse", "--leave"});
    ASSERT_EQ(rehearsed.status, 0) << rehearsed.output;
    EXPECT_NE(rehearsed.output.find("1 documents read"), std::string::npos) << rehearsed.output;
    std::size_t keys = 0, erased = 0;
    for (auto const& entry : fs::directory_iterator(node.folder() / "rehearsal/keys")) {
        keys += entry.path().extension() == ".key" ? 1 : 0;
        erased += entry.path().extension() == ".erased" ? 1 : 0;
    }
    EXPECT_EQ(erased, 2U);
    EXPECT_GE(keys, 2U) << "the others are there";
}

}  // namespace
}  // namespace musubi::test
