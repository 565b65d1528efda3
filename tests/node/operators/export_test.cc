// Everything of a node taken out by two officers' word (guideline control LK-1): whole, signed, in
// standard form, and provided again to another node by its publisher.

#include <gtest/gtest.h>

#include <fstream>

#include "support/node_client.h"
#include "support/source_tree.h"

namespace musubi::test {
namespace {

namespace fs = std::filesystem;

class Export : public ::testing::Test {
protected:
    Export() { start(node); }
    static void start(TestNode& which) {
        std::string text = read_file(which.config_file());
        text.replace(text.find("keys:\n"), 6,
                     "keys:\n  officers: [" + (which.pki() / "hospital-kita-signing.crt").string() +
                         ", " + (which.pki() / "clinic-kita-signing.crt").string() + "]\n");
        std::ofstream(which.config_file()) << text;
        which.start();
    }
    static std::string approval_of(TestNode const& which) {
        std::string const file = which.folder() / "approval.txt";
        auto const written =
            which.command({"export", "approval", "--reason", "another operator", "--out", file});
        EXPECT_EQ(written.status, 0) << written.output;
        return file;
    }
    static std::string sign(TestNode const& which, std::string const& file,
                            std::string const& who) {
        std::string const name = which.pki() / (who + "-signing"), out = file + "." + who;
        EXPECT_EQ(run_command({"/usr/bin/openssl", "cms", "-sign", "-binary", "-outform", "DER",
                               "-md", "sha256", "-in", file, "-signer", name + ".crt", "-inkey",
                               name + ".key", "-out", out})
                      .status,
                  0);
        return out;
    }
    static std::string folder_of(TestNode const& which) { return which.folder() / "export"; }
    static CommandOutcome take_out(TestNode const& which, std::string const& approval,
                                   std::string const& signatures,
                                   TestNode::Arming const& arming = {}) {
        return which.command(
            {"export", folder_of(which), "--approval", approval, "--signatures", signatures},
            arming);
    }
    /// The program alone, as somebody runs it who has nothing but the folder.
    CommandOutcome elsewhere(std::vector<std::string> words) const {
        words.insert(words.begin(),
                     fs::read_symlink("/proc/" + std::to_string(node.pid()) + "/exe"));
        return run_command(words);
    }
    CommandOutcome check() const { return elsewhere({"export", folder, "--check"}); }
    CommandOutcome compare(TestNode const& other) const {
        return elsewhere({"export", folder, "--compare", folder_of(other)});
    }
    std::vector<fs::path> packages() const {
        std::vector<fs::path> out;
        for (auto const& entry : fs::recursive_directory_iterator(fs::path(folder) / "sets"))
            if (entry.path().filename() == "package.json")
                out.push_back(entry.path().parent_path());
        return out;
    }
    /// As the member that published: with its own certificate.
    CommandOutcome provide_again(TestNode const& to, NodeClient const& member) const {
        return elsewhere({"import", folder, "--member", "toolkit", "--url",
                          "https://localhost:" + std::to_string(to.https()) + "/xds/repository",
                          "--cert", member.crt(), "--key", member.key(), "--ca", member.ca(),
                          "--done", to.folder() / "done"});
    }

    TestNode node{{.started = false}};
    std::string const folder = folder_of(node);
};

TEST_F(Export, IsWholeSignedAndProvidedAgainElsewhere) {
    NodeClient toolkit(node, "toolkit");
    std::string const patient = fresh_patient();
    ASSERT_EQ(toolkit.feed("A01", patient), "AA");
    Papers first = letter_for(patient, "the first"), second = letter_for(patient, "the second");
    std::string const title = add_folder(first, "a folder");
    ASSERT_TRUE(toolkit.submit(first).success());
    auto const found = toolkit.find(patient);
    ASSERT_EQ(found.objects.entries.size(), 1U);
    relate(second, domain::AssociationType::kReplace, found.objects.entries[0].id);
    ASSERT_TRUE(toolkit.submit(second).success());
    ASSERT_EQ(node.command({"consent", "grant", "--patient", patient}).status, 0);

    std::string const approval = approval_of(node);
    std::string const one = sign(node, approval, "hospital-kita"),
                      two = sign(node, approval, "clinic-kita");
    EXPECT_NE(take_out(node, approval, one).output.find("two officers must sign"),
              std::string::npos);
    EXPECT_FALSE(fs::exists(folder)) << "nothing leaves without them";
    // Stopped anywhere, nobody takes it for whole, and the same words go on with it.
    for (char const* fault :
         {"export.after_document=kill", "export.after_set=kill", "export.after_set=kill",
          "export.before_trail=kill", "export.before_manifest=kill"}) {
        EXPECT_NE(take_out(node, approval, one + "," + two, {.faults = fault}).status, 0) << fault;
        EXPECT_NE(check().status, 0) << fault;
    }
    auto const done = take_out(node, approval, one + "," + two);
    ASSERT_EQ(done.status, 0) << done.output;
    EXPECT_NE(done.output.find("2 sets"), std::string::npos) << done.output;
    EXPECT_NE(done.output.find("1 consents"), std::string::npos) << done.output;
    atna::SearchQuery query;
    query.transaction = "export";
    auto const records = node.audit(query);
    ASSERT_FALSE(records.empty());
    EXPECT_EQ(records.back().event.outcome, domain::AuditOutcome::kMinorFailure) << "one officer";
    for (char const* told : {"approver", "110154", "file://", "another operator"}) {
        bool const encoded = std::string_view(told).starts_with("another");
        EXPECT_NE(records.front().message.find(encoded ? to_base64(as_bytes(std::string(told)))
                                                       : std::string(told)),
                  std::string::npos)
            << told;
    }
    EXPECT_EQ(take_out(node, approval, one + "," + two).status, 1)
        << "a finished one is not written over";

    // Without us: sha256sum and openssl.
    EXPECT_EQ(
        run_command({"/bin/sh", "-c", "cd '" + folder + "' && sha256sum --quiet -c files.sha256"})
            .output,
        "");
    EXPECT_EQ(run_command({"/usr/bin/openssl", "cms", "-verify", "-binary", "-inform", "DER", "-in",
                           folder + "/manifest.json.p7s", "-content", folder + "/manifest.json",
                           "-CAfile", (node.pki() / "ca.crt").string(), "-purpose", "any", "-out",
                           "/dev/null"})
                  .status,
              0);
    EXPECT_EQ(check().status, 0) << check().output;
    EXPECT_NE(read_file(folder + "/audit/records.ndjson").find("\"export\""), std::string::npos)
        << "the trail tells of the export itself";
    EXPECT_NE(read_file(folder + "/consents.ndjson").find("\"says\":\"grant\""), std::string::npos);
    EXPECT_NE(read_file(folder + "/patients/references.tsv").find(patient), std::string::npos);
    EXPECT_TRUE(fs::exists(folder + "/agreement/version-1/hospital-kita.p7s"));

    // Its publisher provides it again to a node that knows the patient, oldest first.
    TestNode other{{.started = false}};
    start(other);
    NodeClient again(other, "toolkit");
    ASSERT_EQ(again.feed("A01", patient), "AA");
    auto all = packages();
    ASSERT_EQ(all.size(), 2U);
    auto const provided = provide_again(other, again);
    ASSERT_EQ(provided.status, 0) << provided.output;
    EXPECT_NE(provided.output.find("2 packages provided, 0 before, 0 refused"), std::string::npos)
        << provided.output;
    EXPECT_NE(provide_again(other, again).output.find("0 packages provided, 2 before"),
              std::string::npos);
    auto const before = toolkit.get_all(patient), after = again.get_all(patient);
    EXPECT_EQ(after.unique_ids(), before.unique_ids());
    ASSERT_EQ(after.objects.entries.size(), 2U);
    for (auto const& entry : before.objects.entries) {
        auto const* same = after.entry(*entry.unique_id);
        ASSERT_NE(same, nullptr);
        EXPECT_EQ(same->id, entry.id);
        EXPECT_EQ(same->hash, entry.hash);
        EXPECT_EQ(same->status, entry.status) << "the replaced one is deprecated here too";
        ASSERT_EQ(same->name.size(), entry.name.size());
        EXPECT_EQ(same->name.at(0).value, entry.name.at(0).value);
    }
    EXPECT_EQ(after.objects.folders.size(), 1U);
    EXPECT_EQ(after.objects.associations.size(), before.objects.associations.size());
    std::string const& id = second.documents[0].unique_id;
    EXPECT_EQ(again.retrieve({id}).documents[id], "the second");

    // And it is proved that all is there.
    std::string const other_approval = approval_of(other);
    auto const taken = take_out(other, other_approval,
                                sign(other, other_approval, "hospital-kita") + "," +
                                    sign(other, other_approval, "clinic-kita"));
    ASSERT_EQ(taken.status, 0) << taken.output;
    auto const lacking = compare(other);
    EXPECT_EQ(lacking.status, 1);
    EXPECT_NE(lacking.output.find("consents: a word is missing"), std::string::npos)
        << lacking.output;
    EXPECT_NE(lacking.output.find("2 submission sets, 2 documents, 1 patient ids, 0 words"),
              std::string::npos)
        << lacking.output;
    auto const said = other.command({"consent", "import", "--file", folder + "/consents.ndjson"});
    ASSERT_EQ(said.status, 0) << said.output;
    fs::remove_all(folder_of(other));
    ASSERT_EQ(take_out(other, other_approval,
                       sign(other, other_approval, "hospital-kita") + "," +
                           sign(other, other_approval, "clinic-kita"))
                  .status,
              0);
    EXPECT_EQ(compare(other).status, 0) << compare(other).output;

    // What is altered, missing or added shows.
    std::ofstream(all[0] / "document-1", std::ios::app) << "!";
    fs::remove(all[1] / "submission.xml");
    std::ofstream(fs::path(folder) / "added") << "x";
    auto const spoiled = check();
    EXPECT_EQ(spoiled.status, 1);
    for (char const* word :
         {"document-1 is damaged", "submission.xml is missing", "added does not belong to it"})
        EXPECT_NE(spoiled.output.find(word), std::string::npos) << word << spoiled.output;
}

}  // namespace
}  // namespace musubi::test
