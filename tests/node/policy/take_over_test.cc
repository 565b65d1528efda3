// A region moves to another node: hospitals' records, documents, forms and words out of an export,
// in the order that docs/export.md tells, until both exports say the same (guideline control LK-1).

#include <gtest/gtest.h>

#include <fstream>

#include "node/policy/region.h"
#include "support/source_tree.h"

namespace musubi::test {
namespace {

constexpr char kPolicies[] = "2.999.1.200";

/// One of the two nodes.
struct House {
    House() : node(consent_node()) {
        std::string text = read_file(node->config_file());
        text.replace(text.find("keys:\n"), 6,
                     "keys:\n  officers: [" + (node->pki() / "hospital-kita-signing.crt").string() +
                         ", " + (node->pki() / "clinic-kita-signing.crt").string() + "]\n");
        std::ofstream(node->config_file()) << text;
        node->start();
    }
    std::string regional(std::string const& local) const {
        std::string shown = node->command({"patient", "show", "--patient", local}).output;
        if (!shown.empty()) shown.pop_back();
        return shown.substr(shown.rfind('\n') + 1);
    }
    std::string folder() const { return node->folder() / "export"; }
    void take_out() const {
        std::string const approval = node->folder() / "approval.txt";
        ASSERT_EQ(
            node->command({"export", "approval", "--reason", "moving", "--out", approval}).status,
            0);
        std::string signatures;
        for (std::string const who : {"hospital-kita", "clinic-kita"}) {
            std::string const name = node->pki() / (who + "-signing"), out = approval + "." + who;
            ASSERT_EQ(run_command({"/usr/bin/openssl", "cms", "-sign", "-binary", "-outform", "DER",
                                   "-md", "sha256", "-in", approval, "-signer", name + ".crt",
                                   "-inkey", name + ".key", "-out", out})
                          .status,
                      0);
            signatures += (signatures.empty() ? "" : ",") + out;
        }
        auto const done =
            node->command({"export", folder(), "--approval", approval, "--signatures", signatures});
        ASSERT_EQ(done.status, 0) << done.output;
    }
    CommandOutcome alone(std::vector<std::string> words) const {
        words.insert(words.begin(), std::filesystem::read_symlink(
                                        "/proc/" + std::to_string(node->pid()) + "/exe"));
        return run_command(words);
    }

    std::unique_ptr<TestNode> node;
    NodeClient hospital{*node, "hospital-kita"};
    NodeClient clinic{*node, "clinic-kita"};
};

class TakeOver : public ::testing::Test {
protected:
    Papers form(std::string const& policy) const {
        Papers papers = letter_for(patient, "a signed sheet");
        auto& entry = papers.submission.entries[0];
        entry.format_codes = {{"urn:ihe:iti:bppc:2007", "1.3.6.1.4.1.19376.1.2.3", "BPPC"}};
        entry.event_codes = {{policy, kPolicies, "policy"}};
        return papers;
    }
    /// Its entryUUID.
    std::string acknowledge(Papers const& papers) const {
        auto const sent = old.hospital.submit(papers);
        EXPECT_TRUE(sent.success()) << sent.text();
        auto const found = old.hospital.find(patient);
        auto const* entry = found.entry(papers.documents[0].unique_id);
        return entry ? entry->id : "";
    }
    static bool sees(NodeClient const& clinic, std::string const& patient, Papers const& papers) {
        return clinic.find(patient).entry(papers.documents[0].unique_id) != nullptr;
    }
    CommandOutcome take_words(std::string const& ids) const {
        return next.node->command(
            {"consent", "import", "--file", old.folder() + "/consents.ndjson", "--patients", ids});
    }

    House old, next;
    std::string const local = fresh_patient(kHospitalAuthority);
    std::string patient;
};

TEST_F(TakeOver, EndsWithThePersonsDocumentsAndWordsOfTheOldNode) {
    ASSERT_EQ(old.hospital.feed("A01", local), "AA");
    patient = old.regional(local);
    Papers const letter = letter_for(patient);
    ASSERT_TRUE(old.hospital.submit(letter).success());
    // A form that was replaced, a word at the desk, a form after it: only their order tells what
    // stands.
    Papers second = form("2.999.1.200.2");
    relate(second, domain::AssociationType::kReplace, acknowledge(form("2.999.1.200.3")));
    acknowledge(second);
    ASSERT_EQ(old.node
                  ->command({"consent", "withdraw", "--patient", patient, "--code",
                             "57133-1^^2.16.840.1.113883.6.1", "--until", "2090-01-31"})
                  .status,
              0);
    std::string const third = acknowledge(form("2.999.1.200.1"));
    ASSERT_FALSE(third.empty());
    bool const open = sees(old.clinic, patient, letter);
    old.take_out();

    std::string const ids = next.node->folder() / "ids.tsv";
    auto const map = [&] {
        return next.node->command({"patient", "map", old.folder(), "--out", ids});
    };
    EXPECT_NE(map().status, 0) << "nobody is here yet";
    auto const loaded =
        next.node->command({"patient", "load", old.folder() + "/patients/records.ndjson"});
    ASSERT_EQ(loaded.status, 0) << loaded.output;
    auto const mapped = map();
    ASSERT_EQ(mapped.status, 0) << mapped.output;
    std::string const here = next.regional(local);
    EXPECT_NE(read_file(ids).find(patient + "\t" + here), std::string::npos) << read_file(ids);
    auto const early = take_words(ids);
    EXPECT_NE(early.status, 0);
    EXPECT_NE(early.output.find("import the documents first"), std::string::npos) << early.output;
    auto const provided =
        next.alone({"import", old.folder(), "--member", "hospital-kita", "--patients", ids, "--url",
                    "https://localhost:" + std::to_string(next.node->https()) + "/xds/repository",
                    "--cert", next.hospital.crt(), "--key", next.hospital.key(), "--ca",
                    next.hospital.ca(), "--done", next.node->folder() / "done"});
    ASSERT_EQ(provided.status, 0) << provided.output;
    auto const said = take_words(ids);
    ASSERT_EQ(said.status, 0) << said.output;
    EXPECT_NE(said.output.find("3 words entered"), std::string::npos) << said.output;
    EXPECT_NE(take_words(ids).output.find("3 words were here before\n0 words entered"),
              std::string::npos)
        << "entered once";

    EXPECT_EQ(sees(next.clinic, here, letter), open);
    next.take_out();
    auto const compared = old.alone({"export", old.folder(), "--compare", next.folder()});
    EXPECT_EQ(compared.status, 0) << compared.output;

    // The words of the form rest on the form as it is registered there.
    Papers revoked = form("2.999.1.200.2");
    for (auto& entry : revoked.submission.entries) entry.patient_id = here;
    for (auto& set : revoked.submission.submission_sets) set.patient_id = here;
    relate(revoked, domain::AssociationType::kReplace, third);
    auto const replaced = next.hospital.submit(revoked);
    ASSERT_TRUE(replaced.success()) << replaced.text();
    auto const left = next.node->sql(
        "select count(*) from policy.consent_word where granted and evidence like 'entry:%'");
    EXPECT_EQ(left[0][0], "0") << "nothing of the replaced form counts";
    EXPECT_FALSE(sees(next.clinic, here, letter));
}

}  // namespace
}  // namespace musubi::test
