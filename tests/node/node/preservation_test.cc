// Backup, rehearsal, restore and scrub of a node that serves meanwhile.

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <sstream>

#include "support/needles.h"
#include "support/node_client.h"

namespace musubi::test {
namespace {

namespace fs = std::filesystem;

class Preservation : public ::testing::Test {
protected:
    Preservation() {
        set("backup", "key", "backup.key");
        set("backup", "rehearsal_database", rehearsal.owner());
        set("backup", "rehearsal_folder", "rehearsal");
        node.start();
        EXPECT_EQ(node.command({"keys", "make", "--master", key}).status, 0);
        toolkit = std::make_unique<NodeClient>(node, "toolkit");
        EXPECT_EQ(toolkit->feed("A01", patient), "AA");
    }
    /// One setting, added or replaced.
    void set(std::string const& section, std::string const& name, std::string const& value) {
        std::ifstream in(node.config_file());
        std::ostringstream text;
        bool there = false;
        std::string at;
        for (std::string line; std::getline(in, line);) {
            if (!line.starts_with(" ")) at = line;
            if (at == section + ":" && line.starts_with("  " + name + ":")) continue;
            text << line << "\n";
            if (line != section + ":") continue;
            text << "  " << name << ": " << value << "\n";
            there = true;
        }
        if (!there) text << section << ":\n  " << name << ": " << value << "\n";
        std::ofstream(node.config_file()) << text.str();
    }
    std::string publish(std::string const& text) {
        Papers const papers = letter_for(patient, text);
        EXPECT_TRUE(toolkit->submit(papers).success());
        return papers.documents[0].unique_id;
    }
    std::string publish_large() {
        NewDocument large;
        large.content = generated_document(300'000, 7);
        Papers const papers = papers_for(patient, {large});
        EXPECT_TRUE(toolkit->submit(papers).success());
        return papers.documents[0].unique_id;
    }
    CommandOutcome backup(std::vector<std::string> more = {}) {
        std::vector<std::string> words = {"backup", target, "--keys", key_target};
        words.insert(words.end(), more.begin(), more.end());
        return node.command(words);
    }
    /// The regional id of a patient whom the hospital fed under an id of its own.
    std::size_t generations() const {
        std::size_t count = 0;
        for (auto const& entry : fs::directory_iterator(fs::path(target) / "generations"))
            count += entry.is_regular_file();
        return count;
    }

    TestDatabase rehearsal, machine;
    TestNode node{{.started = false}};
    std::string const target = node.folder() / "backup", key_target = node.folder() / "keys-backup",
                      key = node.folder() / "backup.key";
    std::unique_ptr<NodeClient> toolkit;
    std::string patient = fresh_patient();
};

TEST_F(Preservation, ABackupIsProvenByARehearsalBesideTheRunningNode) {
    publish("KANARIENVOGEL in a letter");
    publish_large();
    auto const first = backup();
    ASSERT_EQ(first.status, 0) << first.output;
    std::string const later = publish("another");
    auto const second = backup({"--keep", "1"});
    ASSERT_EQ(second.status, 0) << second.output;
    EXPECT_EQ(generations(), 1U);
    auto const rehearsed =
        node.command({"restore", target, "--keys", key_target, "--rehearse", "--documents", "10"});
    ASSERT_EQ(rehearsed.status, 0) << rehearsed.output;
    EXPECT_NE(rehearsed.output.find("3 documents read"), std::string::npos) << rehearsed.output;
    EXPECT_NE(rehearsed.output.find("0 faults"), std::string::npos) << rehearsed.output;
    EXPECT_FALSE(fs::exists(node.folder() / "rehearsal/blobs")) << "it is removed again";
    EXPECT_EQ(toolkit->retrieve({later}).documents[later], "another");
    EXPECT_EQ(node.sql("select kind, good from node.preservation order by ended_at"),
              (std::vector<std::vector<std::string>>{
                  {"backup", "t"}, {"backup", "t"}, {"rehearsal", "t"}}));
    for (char const* what : {"backup", "rehearsal"}) {
        atna::SearchQuery query;
        query.transaction = what;
        EXPECT_FALSE(node.audit(query).empty()) << what;
    }
    // Neither the master key nor anything that could be read lies there.
    std::ifstream in(node.folder() / "keys/master.key");
    std::string master;
    std::getline(in, master);
    for (std::string const& folder : {target, key_target}) {
        for (auto const& entry : fs::recursive_directory_iterator(folder)) {
            if (!entry.is_regular_file()) continue;
            std::ifstream file(entry.path(), std::ios::binary);
            std::ostringstream text;
            text << file.rdbuf();
            EXPECT_EQ(text.str().find(master), std::string::npos) << entry.path();
            EXPECT_EQ(text.str().find("KANARIENVOGEL"), std::string::npos) << entry.path();
            EXPECT_EQ(text.str().find("repository.document"), std::string::npos) << entry.path();
        }
    }
}

TEST_F(Preservation, WhatIsRestoredOnAnEmptyMachineIsServedAsBefore) {
    std::string const id = publish("a letter"), large = publish_large();
    std::string const before = toolkit->retrieve({large}).documents[large];
    ASSERT_EQ(backup().status, 0);
    toolkit.reset();
    ASSERT_EQ(node.stop(), 0);
    auto const refused = node.command({"restore", target, "--keys", key_target});
    EXPECT_EQ(refused.status, 1);
    EXPECT_NE(refused.output.find("nothing is overwritten"), std::string::npos) << refused.output;

    set("database", "owner", machine.owner());
    set("database", "serving", machine.serving());
    for (char const* folder : {"blobs", "journal", "evidence"})
        fs::remove_all(node.folder() / folder);
    fs::rename(node.folder() / "keys/master.key", node.folder() / "master.key");
    fs::remove_all(node.folder() / "keys");
    EXPECT_EQ(node.command({"restore", target, "--keys", key_target}).status, 1)
        << "without the master key";
    EXPECT_FALSE(fs::exists(node.folder() / "keys")) << "no new one is made";
    fs::create_directories(node.folder() / "keys");
    fs::rename(node.folder() / "master.key", node.folder() / "keys/master.key");
    auto const restored = node.command({"restore", target, "--keys", key_target});
    ASSERT_EQ(restored.status, 0) << restored.output;
    node.start();
    toolkit = std::make_unique<NodeClient>(node, "toolkit");
    EXPECT_NE(toolkit->find(patient).entry(id), nullptr);
    EXPECT_EQ(toolkit->retrieve({id}).documents[id], "a letter");
    EXPECT_EQ(toolkit->retrieve({large}).documents[large], before);
    EXPECT_EQ(toolkit->feed("A01", fresh_patient()), "AA") << "and goes on";
    auto const verified = node.command({"audit", "verify"});
    EXPECT_EQ(verified.status, 0) << verified.output;
    EXPECT_EQ(node.command({"scrub", "--rate", "0"}).status, 0);
}

TEST_F(Preservation, ADamagedBackupIsNeverTakenForAGoodOne) {
    publish("a letter");
    publish_large();
    ASSERT_EQ(backup().status, 0);
    std::vector<fs::path> objects;
    for (auto const& entry : fs::recursive_directory_iterator(fs::path(target) / "objects"))
        if (entry.is_regular_file()) objects.push_back(entry.path());
    ASSERT_GE(objects.size(), 4U);
    objects.resize(3);
    for (fs::path const& path : objects) {
        std::fstream file(path, std::ios::binary | std::ios::in | std::ios::out);
        file.seekg(60);
        char const octet = static_cast<char>(file.get() ^ 1);
        file.seekp(60);
        file.put(octet);
        file.close();
        EXPECT_EQ(node.command({"restore", target, "--keys", key_target, "--rehearse"}).status, 1)
            << path;
        std::fstream again(path, std::ios::binary | std::ios::in | std::ios::out);
        again.seekp(60);
        again.put(static_cast<char>(octet ^ 1));
    }
    EXPECT_EQ(node.command({"restore", target, "--keys", key_target, "--rehearse"}).status, 0)
        << "the flipped bits alone were what was wrong";
    EXPECT_EQ(node.sql("select count(*) from node.preservation where kind = 'rehearsal' and not "
                       "good")[0][0],
              std::to_string(objects.size()));
}

TEST_F(Preservation, AnInterruptedBackupLeavesTheOneBeforeAndTheNextIsWhole) {
    publish("a letter");
    ASSERT_EQ(backup().status, 0);
    publish("another");
    for (char const* fault : {"backup.after_database=kill", "backup.before_manifest=kill"}) {
        EXPECT_NE(node.command({"backup", target, "--keys", key_target}, {.faults = fault}).status,
                  0);
        EXPECT_EQ(generations(), 1U);
        EXPECT_EQ(node.command({"restore", target, "--keys", key_target, "--rehearse"}).status, 0)
            << fault;
    }
    ASSERT_EQ(backup({"--keep", "1"}).status, 0);
    for (auto const& entry : fs::recursive_directory_iterator(fs::path(target) / "objects"))
        EXPECT_NE(entry.path().extension(), ".part") << "what the interruption left is cleared";
    EXPECT_EQ(node.command({"restore", target, "--keys", key_target, "--rehearse"}).status, 0);
}

TEST_F(Preservation, TheBackupsKeyIsNotTheNodes) {
    fs::remove(key);
    fs::copy(node.folder() / "keys/master.key", key);
    auto const refused = backup();
    EXPECT_EQ(refused.status, 1);
    EXPECT_NE(refused.output.find("another key than the node's"), std::string::npos);
}

TEST_F(Preservation, ARehearsalTouchesNothingThatNoRehearsalLeft) {
    publish("a letter");
    ASSERT_EQ(backup().status, 0);
    set("backup", "rehearsal_database", node.database().owner());
    auto const refused = node.command({"restore", target, "--keys", key_target, "--rehearse"});
    EXPECT_EQ(refused.status, 1);
    EXPECT_NE(refused.output.find("no rehearsal left"), std::string::npos) << refused.output;
    EXPECT_EQ(toolkit->find(patient).objects.entries.size(), 1U);
    set("backup", "rehearsal_database", rehearsal.owner());
    set("backup", "rehearsal_folder", "blobs");
    EXPECT_EQ(node.command({"restore", target, "--keys", key_target, "--rehearse"}).status, 1);
    EXPECT_EQ(node.command({"scrub", "--rate", "0"}).status, 0);
}

TEST_F(Preservation, ScrubTellsWhatIsDamagedMissingAndNobodys) {
    publish("a letter");
    std::string const large = publish_large();
    ASSERT_EQ(node.command({"scrub", "--rate", "0"}).status, 0);
    auto const blob =
        node.sql("select blob_id::text from repository.document where blob_id is not null")[0][0];
    fs::path const path =
        node.folder() / "blobs/data" / blob.substr(0, 2) / blob.substr(2, 2) / blob;
    std::fstream file(path, std::ios::binary | std::ios::in | std::ios::out);
    file.seekp(100'000);
    file.put('!');
    file.close();
    fs::path const nobodys = path.parent_path() / ((blob[0] == '0' ? "1" : "0") + blob.substr(1));
    fs::copy(path, nobodys);
    fs::last_write_time(nobodys, fs::file_time_type::clock::now() - std::chrono::hours(200));
    auto const damaged = node.command({"scrub", "--rate", "0"});
    EXPECT_EQ(damaged.status, 1);
    EXPECT_NE(damaged.output.find("1 damaged, 0 missing"), std::string::npos) << damaged.output;
    fs::remove(path);
    auto const missing = node.command({"scrub", "--rate", "0"});
    EXPECT_NE(missing.output.find("0 damaged, 1 missing"), std::string::npos) << missing.output;
    EXPECT_EQ(node.sql("select findings > 0, good from node.preservation order by ended_at desc "
                       "limit 1"),
              (std::vector<std::vector<std::string>>{{"t", "f"}}));
    EXPECT_NE(node.operator_page("/health/ready"), "");
    EXPECT_NE(node.operator_page("/metrics")
                  .find("musubi_preservation_newest_good{kind=\"scrub\"} "
                        "0"),
              std::string::npos);
}

TEST_F(Preservation, AnOperatorOpensADocumentOnlyWithTwoOfficersAndItsPublisherIsTold) {
    NodeClient hospital(node, "hospital-kita");
    patient = patient_of_hospital(node, hospital);
    Papers const papers = letter_for(patient, "to be opened");
    Heard const heard = hospital.submit(papers);
    ASSERT_TRUE(heard.success()) << heard.text();
    std::string const& id = papers.documents[0].unique_id;
    fs::path const text = node.folder() / "approval.txt", out = node.folder() / "opened";
    auto const sign = [&](std::string const& who) {
        std::string const name = node.pki() / who;
        std::string const signature = text.string() + "." + who + ".p7s";
        EXPECT_EQ(run_command({"/usr/bin/openssl", "cms", "-sign", "-binary", "-outform", "DER",
                               "-md", "sha256", "-in", text, "-signer", name + ".crt", "-inkey",
                               name + ".key", "-out", signature})
                      .status,
                  0);
        return signature;
    };
    auto const open = [&](std::vector<std::string> const& signatures, std::string const& which) {
        std::vector<std::string> words = {"keys", "open", which, text};
        words.insert(words.end(), signatures.begin(), signatures.end());
        words.insert(words.end(), {"--out", out});
        return node.command(words);
    };
    ASSERT_EQ(
        node.command({"keys", "approval", id, "--reason", "damaged index", "--out", text}).status,
        0);
    std::string const one = sign("hospital-kita-signing"), two = sign("clinic-kita-signing"),
                      withdrawn = sign("revoked");
    EXPECT_NE(open({one, two}, id).output.find("keys.officers"), std::string::npos)
        << "nobody is an officer unless named";
    set("keys", "officers",
        "[" + (node.pki() / "hospital-kita-signing.crt").string() + ", " +
            (node.pki() / "clinic-kita-signing.crt").string() + ", " +
            (node.pki() / "revoked.crt").string() + "]");
    EXPECT_NE(open({one, withdrawn}, id).output.find("no officer"), std::string::npos)
        << "a certificate that tls.crl names counts no more";
    EXPECT_NE(open({one}, id).output.find("two officers must sign"), std::string::npos);
    EXPECT_NE(open({one, one}, id).output.find("signed twice"), std::string::npos);
    EXPECT_NE(open({one, two}, "1.2.3").output.find("of another document"), std::string::npos);
    EXPECT_FALSE(fs::exists(out));
    fs::create_directory(out);
    EXPECT_NE(open({one, two}, id).status, 0);
    fs::remove(out);
    auto const opened = open({one, two}, id);
    ASSERT_EQ(opened.status, 0) << opened.output;
    std::ifstream in(out, std::ios::binary);
    EXPECT_EQ((std::string{std::istreambuf_iterator<char>(in), {}}), "to be opened");
    fs::remove(out);
    EXPECT_NE(open({one, two}, id).output.find("used before"), std::string::npos);
    EXPECT_FALSE(fs::exists(out));
    EXPECT_EQ(node.sql("select recipient, reason from policy.notice"),
              (std::vector<std::vector<std::string>>{{"hospital-kita", "damaged index"}}));
    atna::SearchQuery query;
    query.document = id;
    query.transaction = "keys-open";
    auto const records = node.audit(query);
    ASSERT_EQ(records.size(), 2U);
    EXPECT_EQ(records[1].event.event_types[0].code, "110127");
    EXPECT_EQ(records[0].event.event_types[0].code, "110138");
    for (auto const& record : records) {
        auto const& told = record.event.objects.front().details;
        EXPECT_EQ(std::count_if(told.begin(), told.end(),
                                [](auto const& one) { return one.type == "approver"; }),
                  2)
            << "the officers";
    }
    EXPECT_NE(node.command({"audit", "report", "--patient", patient}).output.find("keys-open"),
              std::string::npos);
}

TEST_F(Preservation, WhatGoesToSupportersNamesNobodyAndNoSecret) {
    Papers const papers = letter_for(patient, "KANARIENVOGEL");
    ASSERT_TRUE(toolkit->submit(papers).success());
    std::string const log = node.folder() / "a.log", bundle = node.folder() / "bundle.txt";
    std::ofstream(log) << node.log()
                       << "time=2026-11-21T02:25:00.1Z level=error event=x.y code=3 "
                          "detail=\"KANARIENVOGEL 山田\" patient="
                       << patient << " name=KANARIENVOGEL event=KANARIEN山 KANARIENVOGEL\n";
    set("database", "report", "host=x password=KANARIENVOGEL user=y");
    auto const made = node.command({"support-bundle", bundle, "--log", log});
    ASSERT_EQ(made.status, 0) << made.output;
    std::ifstream in(bundle);
    std::string const text{std::istreambuf_iterator<char>(in), {}};
    std::string const number = patient.substr(0, patient.find('^'));
    for (std::string const& needle :
         {std::string("KANARIEN"), std::string("山"), number, papers.documents[0].unique_id})
        EXPECT_EQ(text.find(needle), std::string::npos) << needle;
    for (char const* word :
         {"level=error event=x.y code=3 detail=- patient=- name=- event=-",
          "database.report = (set)", "repository.document", "node  3  ", "event=ready", "module"})
        EXPECT_NE(text.find(word), std::string::npos) << word;
}

}  // namespace
}  // namespace musubi::test
