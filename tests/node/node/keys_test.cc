// Keys through the real program: a new master, shares of officers, new data keys; what was stored
// stays readable, and each change is on record.

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "support/node_client.h"

namespace musubi::test {
namespace {

namespace fs = std::filesystem;

class Keys : public ::testing::Test {
protected:
    /// One setting of the section `keys`; empty: as if it were not there.
    void set(std::string const& key, std::string const& value) {
        std::ifstream in(node.config_file());
        std::ostringstream text;
        for (std::string line; std::getline(in, line);) {
            if (line.starts_with("  " + key + ":")) continue;
            text << line << "\n";
            if (line == "keys:" && !value.empty()) text << "  " << key << ": " << value << "\n";
        }
        std::ofstream(node.config_file()) << text.str();
    }
    void restart() {
        ASSERT_EQ(node.stop(), 0);
        node.start();
    }
    std::string fetched() {
        NodeClient const toolkit(node, "toolkit");
        auto const found = toolkit.find(patient);
        EXPECT_NE(found.entry(papers.documents[0].unique_id), nullptr) << found.text();
        return toolkit.retrieve({papers.documents[0].unique_id})
            .documents[papers.documents[0].unique_id];
    }

    TestNode node;
    std::string patient = fresh_patient();
    Papers papers = letter_for(patient, "a letter");
};

TEST_F(Keys, AMasterKeyIsExchangedSplitAndBroughtTogetherWithoutTouchingWhatIsStored) {
    {
        NodeClient toolkit(node, "toolkit");
        ASSERT_EQ(toolkit.feed("A01", patient), "AA");
        ASSERT_TRUE(toolkit.submit(papers).success());
    }
    std::string const next = node.folder() / "next.key";
    ASSERT_EQ(node.command({"keys", "make", "--master", next}).status, 0);
    set("master", "file:" + next);
    set("previous_master", "keys/master.key");
    restart();
    EXPECT_EQ(fetched(), "a letter") << "both masters are accepted";
    auto const rewrapped = node.command({"keys", "rewrap"});
    ASSERT_EQ(rewrapped.status, 0) << rewrapped.output;
    EXPECT_NE(rewrapped.output.find("keys wrapped by master key"), std::string::npos);
    set("previous_master", "");
    fs::remove(node.folder() / "keys/master.key");
    restart();
    EXPECT_EQ(fetched(), "a letter") << "the new one alone";

    std::string const shares = node.folder() / "shares";
    auto const split =
        node.command({"keys", "split", "--shares", "3", "--threshold", "2", "--out", shares});
    ASSERT_EQ(split.status, 0) << split.output;
    fs::remove(next);
    set("master", "shares:shares/share-3-of-3.txt");
    auto const refused = node.command({"check"});
    EXPECT_EQ(refused.status, 1);
    EXPECT_NE(refused.output.find("needs 2 shares, 1 are there"), std::string::npos)
        << refused.output;
    set("master", "shares:shares/share-3-of-3.txt,shares/share-1-of-3.txt");
    restart();
    EXPECT_EQ(fetched(), "a letter") << "two of three officers";
    for (char const* what : {"keys-rewrap", "keys-split"}) {
        atna::SearchQuery query;
        query.transaction = what;
        EXPECT_EQ(node.audit(query).size(), 1U) << what;
    }
    EXPECT_EQ(node.verify_audit(), "");
}

TEST_F(Keys, ANewDataKeySealsWhatComesAfterAReload) {
    NodeClient toolkit(node, "toolkit");
    ASSERT_EQ(toolkit.feed("A01", patient), "AA");
    ASSERT_TRUE(toolkit.submit(papers).success());
    auto const rotated = node.command({"keys", "rotate", "toolkit"});
    ASSERT_EQ(rotated.status, 0) << rotated.output;
    std::size_t const seen = node.log().size();
    node.signal(SIGHUP);
    ASSERT_TRUE(node.wait_log("event=reloaded", seen));
    Papers const later = letter_for(patient, "another");
    ASSERT_TRUE(toolkit.submit(later).success());
    EXPECT_EQ(fetched(), "a letter");
    std::string const& id = later.documents[0].unique_id;
    EXPECT_EQ(toolkit.retrieve({id}).documents[id], "another");
    auto const shown = node.command({"keys", "show"});
    EXPECT_NE(shown.output.find("version 2"), std::string::npos) << shown.output;
    EXPECT_NE(node.command({"keys", "rotate", "nobody"}).output.find("no member is called nobody"),
              std::string::npos);
    atna::SearchQuery query;
    query.transaction = "keys-rotate";
    EXPECT_FALSE(node.audit(query).empty());
}

}  // namespace
}  // namespace musubi::test
