// `musubi patient load` beside a running node: what was loaded is linked, found by the doors and on
// record; refusals are told by number, never by content.

#include <gtest/gtest.h>

#include <fstream>

#include "support/node_client.h"
#include "support/pix_messages.h"

namespace musubi::test {
namespace {

constexpr char kKita[] = "1.2.392.100495.20.3.51.11319876543";
constexpr char kClinic[] = "1.2.392.100495.20.3.51.11312345678";

std::string line(std::string const& authority, std::string const& id, std::string const& given,
                 std::string const& birth = "19600102") {
    return R"({"authority":")" + authority + R"(","id":")" + id +
           R"(","person":{"names":[{"family":"橘","given":")" + given +
           R"(","script":"I"}],"birth_time":")" + birth +
           R"(","sex":"M","home_phones":[{"number":"054-111-2222"}]}})" + "\n";
}

class PatientLoad : public ::testing::Test {
protected:
    std::string file(std::string const& name, std::string const& text) {
        std::ofstream(node.folder() / name, std::ios::binary) << text;
        return node.folder() / name;
    }
    CommandOutcome load(std::vector<std::string> const& files) {
        std::vector<std::string> words = {"patient", "load"};
        words.insert(words.end(), files.begin(), files.end());
        return node.command(std::move(words));
    }
    static bool has(CommandOutcome const& outcome, std::string const& part) {
        return outcome.output.find(part) != std::string::npos;
    }
    /// The answer of ITI-9: its QAK-2 and whether `other` stands in it.
    std::string asked(std::string const& authority, std::string const& id,
                      std::string const& other) {
        std::string const answer =
            toolkit.exchange_hl7(pix_query(id + "^^^&" + authority + "&ISO"));
        std::string const qak = segment_of(answer, "QAK");
        bool const there = answer.find(other + "^^^") != std::string::npos;
        return qak.substr(qak.rfind('|') + 1) + (there ? " " + other : "");
    }

    TestNode node;
    NodeClient toolkit{node, "toolkit"};
};

TEST_F(PatientLoad, WhatWasLoadedIsLinkedFoundAndOnRecordAndASecondTimeChangesNothing) {
    std::string const first =
        file("first.ndjson", line(kKita, "K1", "一郎") + line(kClinic, "C1", "一郎") +
                                 line(kKita, "K2", "花子", "19991231"));
    auto const done = load({first});
    EXPECT_EQ(done.status, 0) << done.output;
    EXPECT_TRUE(has(done, "3 added, 0 changed, 0 unchanged, 0 refused")) << done.output;
    EXPECT_EQ(asked(kKita, "K1", "C1"), "OK C1");
    EXPECT_EQ(asked(kClinic, "C1", "K1"), "OK K1");
    EXPECT_EQ(asked(kKita, "K2", "C1"), "OK");
    auto const again = load({first});
    EXPECT_EQ(again.status, 0) << again.output;
    EXPECT_TRUE(has(again, "0 added, 0 changed, 3 unchanged, 0 refused")) << again.output;
    auto const changed =
        load({file("second.ndjson", line(kKita, "K2", "一郎") + line(kClinic, "C1", "一郎"))});
    EXPECT_TRUE(has(changed, "0 added, 1 changed, 1 unchanged, 0 refused")) << changed.output;
    EXPECT_EQ(node.sql("select count(*) from mpi.identifier")[0][0], "3");

    atna::SearchQuery query;
    query.transaction = "patient-load";
    auto const records = node.audit(query);
    ASSERT_EQ(records.size(), 2U) << "one for each batch that changed something";
    EXPECT_EQ(records.back().event.action, 'C');
    EXPECT_EQ(node.verify_audit(), "");
}

TEST_F(PatientLoad, MoreThanABatchIsLoadedWholeWithOneRecordForEachBatch) {
    std::string text;
    for (int i = 0; i < 2'300; ++i) {
        text += line(i % 2 == 0 ? kKita : kClinic, "N" + std::to_string(i / 2),
                     "太" + std::to_string(i / 2), std::to_string(19300101 + i / 2 % 28));
    }
    auto const done = load({file("many.ndjson", text)});
    EXPECT_EQ(done.status, 0) << done.output;
    EXPECT_TRUE(has(done, "2300 added, 0 changed, 0 unchanged, 0 refused")) << done.output;
    EXPECT_TRUE(has(done, "done, 2300 records")) << done.output;
    EXPECT_EQ(node.sql("select count(*) from mpi.identifier")[0][0], "2300");
    EXPECT_EQ(node.sql("select count(distinct person_key) from mpi.identifier")[0][0], "1150");
    atna::SearchQuery query;
    query.transaction = "patient-load";
    EXPECT_GE(node.audit(query).size(), 2U);
}

TEST_F(PatientLoad, RefusalsAreToldByNumberWithoutContentAndTheRestIsLoaded) {
    auto const done = load(
        {file("mixed.ndjson", line(kKita, "K1", "一郎") + "{\"authority\":\"秘密\"\n" +
                                  line("1.2.392.999", "X1", "秘密") + line(kKita, "K2", "次郎"))});
    EXPECT_EQ(done.status, 1);
    EXPECT_TRUE(has(done, "2 added, 0 changed, 0 unchanged, 2 refused")) << done.output;
    EXPECT_TRUE(has(done, "record 2: ")) << done.output;
    EXPECT_TRUE(has(done, "record 3: ")) << done.output;
    EXPECT_FALSE(has(done, "秘密") || has(done, "X1")) << done.output;
    EXPECT_EQ(asked(kKita, "K2", "K1"), "OK");
}

TEST_F(PatientLoad, MessagesInFramesAreFeedsMergesIncluded) {
    auto const frame = [](std::string const& message) { return "\x0B" + message + "\x1C\r"; };
    std::string const old_id = std::string("M1^^^&") + kKita + "&ISO",
                      new_id = std::string("M2^^^&") + kKita + "&ISO";
    std::string const text = frame(adt25("A28", old_id, "", {"TACHIBANA", "TARO", "19600102"})) +
                             frame(adt25("A28", new_id, "", {"TACHIBANA", "JIRO", "19650102"})) +
                             frame(adt25("A40", new_id, old_id));
    auto const done = load({file("feeds.hl7", text)});
    EXPECT_EQ(done.status, 0) << done.output;
    EXPECT_TRUE(has(done, "2 added, 1 changed, 0 unchanged, 0 refused")) << done.output;
    EXPECT_EQ(asked(kKita, "M1", "M2"), "AE") << "merged away";
    EXPECT_EQ(asked(kKita, "M2", "M1"), "OK");
}

/// As hospitals export them: two-byte names, nothing in MSH-18.
TEST_F(PatientLoad, MessagesAreReadInTheCharacterSetThatTheAgreementTellsOfTheirMember) {
    std::string const id = std::string("S1^^^&") + kClinic + "&ISO";
    std::string const sjis_name = "\x92\x86\x91\xBA^\x91\xBE\x98\x59";  // 中村^太郎 in CP932
    std::string message = adt25("A28", id, "", {"NAKAMURA", "TARO", "19600102"});
    message.replace(message.find("NAKAMURA^TARO"), 13, sjis_name);
    std::string const name = file("sjis.hl7", "\x0B" + message + "\x1C\r");
    auto const load_as = [&](std::string const& member) {
        return node.command({"patient", "load", "--member", member, name});
    };
    auto const strict = load_as("hospital-kita");
    EXPECT_TRUE(has(strict, "0 added, 0 changed, 0 unchanged, 1 refused")) << strict.output;
    auto const guessed = load_as("clinic-kita");
    EXPECT_EQ(guessed.status, 0) << guessed.output;
    EXPECT_TRUE(has(guessed, "1 added, 0 changed, 0 unchanged, 0 refused")) << guessed.output;
    EXPECT_TRUE(has(guessed, "1 messages were read in a character set")) << guessed.output;
    EXPECT_NE(load_as("clinic-kitta").status, 0) << "nobody of that name";
}

TEST_F(PatientLoad, AFileThatIsNotThereAndACallWithoutOneAreRefused) {
    auto const missing = load({node.folder() / "nothing.ndjson"});
    EXPECT_NE(missing.status, 0) << missing.output;
    EXPECT_TRUE(has(missing, "nothing.ndjson")) << missing.output;
    auto const none = load({});
    EXPECT_EQ(none.status, 2) << none.output;
}

}  // namespace
}  // namespace musubi::test
