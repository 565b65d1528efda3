// Windows for maintenance through the whole program (guideline controls RM-1 to RM-3): nobody
// touches patients outside one, everything inside is on record with the order, and what was done
// is held against what was announced and confirmed by the hospital.

#include <gtest/gtest.h>

#include <fstream>

#include "platform/base/text.h"
#include "support/node_client.h"
#include "support/source_tree.h"

namespace musubi::test {
namespace {

namespace fs = std::filesystem;

std::string in_seconds(int seconds) {
    return to_rfc3339(system_clock().now() + std::chrono::seconds(seconds)).substr(0, 19) + "Z";
}

class Maintenance : public ::testing::Test {
protected:
    Maintenance() {
        fs::path const file = node.folder() / "agreement.yaml";
        std::string text = read_file(file);
        std::string const before = "  risk_analysis: {enforced: false";
        text.replace(text.find(before), 0,
                     "  maintenance: {clause: K6.4, window_required: true, longest: PT8H}\n");
        std::ofstream(file) << text;
        node.start();
        ::setenv("USER", "sato", 1);
        EXPECT_EQ(NodeClient(node, "toolkit").feed("A01", patient), "AA");
    }
    ~Maintenance() override { ::setenv("USER", "tester", 1); }
    CommandOutcome open(std::vector<std::string> more, std::string const& person = "sato",
                        std::string const& until = in_seconds(3600)) {
        std::vector<std::string> words = {
            "maintenance", "open",    "--order", "WO-7",   "--person",
            person,        "--until", until,     "--plan", "look at one record"};
        words.insert(words.end(), more.begin(), more.end());
        return node.command(words);
    }
    CommandOutcome show() { return node.command({"patient", "show", "--patient", patient}); }
    std::vector<std::vector<std::string>> records(std::string const& transaction) {
        // Through the database, as whoever reads in a test is no operator in a window.
        return node.sql("select outcome, event_type from atna.record where transaction = '" +
                        transaction + "' order by seq");
    }

    TestNode node{{.started = false}};
    std::string const patient = fresh_patient();
};

TEST_F(Maintenance, TouchesPatientsWithinAWindowOnlyAndIsReportedAgainstItsPlan) {
    auto const refused = show();
    EXPECT_EQ(refused.status, 1);
    EXPECT_NE(refused.output.find("no window for maintenance is open"), std::string::npos)
        << refused.output;
    EXPECT_EQ(node.command({"audit", "verify"}).status, 0) << "it touches nobody";
    EXPECT_EQ(node.command({"keys", "show"}).status, 0);
    EXPECT_EQ(node.command({"scrub", "--rate", "0"}).status, 0);

    for (auto const& [until, why] : std::vector<std::pair<std::string, std::string>>{
             {in_seconds(-5), "past"}, {in_seconds(9 * 3600), "480 minutes"}, {"soon", "--until"}})
        EXPECT_NE(open({}, "sato", until).output.find(why), std::string::npos) << why;
    ASSERT_EQ(open({}, "suzuki").status, 0);
    EXPECT_EQ(show().status, 1) << "somebody else's window";
    auto const opened = open({"--commands", "patient show,audit search", "--patients", patient});
    ASSERT_EQ(opened.status, 0) << opened.output;
    auto const shown = show();
    ASSERT_EQ(shown.status, 0) << shown.output;
    EXPECT_EQ(node.command({"consent", "grant", "--patient", patient}).status, 0);

    std::string const report = node.folder() / "report.html";
    auto const written = node.command({"maintenance", "report", "--order", "WO-7", "--format",
                                       "html", "--lang", "ja", "--out", report});
    ASSERT_EQ(written.status, 0) << written.output;
    std::string const html = read_file(report);
    for (char const* part : {"保守作業の報告書", "計画と異なる点があります", "consent grant",
                             "WO-7", "look at one record"})
        EXPECT_NE(html.find(part), std::string::npos) << part;
    auto const json =
        node.command({"maintenance", "report", "--order", "WO-7", "--format", "json"}).output;
    for (std::string const& part :
         {std::string("\"commands_not_announced\":[\"consent grant\",\"maintenance report\"]"),
          std::string("\"commands_not_done\":[\"audit search\"]"),
          std::string("\"patients_not_announced\":[]"),
          "\"patients\":[\"" + patient.substr(0, patient.find('^'))})
        EXPECT_NE(json.find(part), std::string::npos) << part << " in " << json;

    // The hospital signs what it was given, and nothing else.
    auto const sign = [&](std::string const& file, std::string const& who) {
        std::string const name = node.pki() / (who + "-signing"), out = file + "." + who;
        EXPECT_EQ(run_command({"/usr/bin/openssl", "cms", "-sign", "-binary", "-outform", "DER",
                               "-md", "sha256", "-in", file, "-signer", name + ".crt", "-inkey",
                               name + ".key", "-out", out})
                      .status,
                  0);
        return out;
    };
    auto const confirm = [&](std::string const& file, std::string const& signature) {
        return node.command(
            {"maintenance", "confirm", file, signature, "--member", "hospital-kita"});
    };
    std::string const other = node.folder() / "other.html";
    std::ofstream(other) << html << " ";
    EXPECT_NE(confirm(other, sign(other, "hospital-kita")).output.find("no report"),
              std::string::npos);
    EXPECT_EQ(confirm(report, sign(report, "clinic-kita")).status, 1);
    // What somebody writes into the agreement's file is not what the members signed.
    auto const agreement = node.folder() / "agreement.yaml";
    std::string const agreed = read_file(agreement);
    std::string swapped = agreed;
    for (auto const& [from, to] : {std::pair{"hospital-kita-signing.crt", "SWAPPED"},
                                   {"clinic-kita-signing.crt", "hospital-kita-signing.crt"},
                                   {"SWAPPED", "clinic-kita-signing.crt"}}) {
        auto const at = swapped.find(from);
        ASSERT_NE(at, std::string::npos) << from;
        swapped.replace(at, std::string(from).size(), to);
    }
    auto const controls = node.command({"policy", "controls", "--format", "csv"});
    EXPECT_EQ(controls.status, 0) << controls.output;
    std::ofstream(agreement) << swapped;
    EXPECT_EQ(confirm(report, sign(report, "clinic-kita")).status, 1);
    std::ofstream(agreement) << "version: nobody signed this\n";
    EXPECT_EQ(node.command({"policy", "controls", "--format", "csv"}).output, controls.output);
    std::ofstream(agreement) << agreed;
    auto const confirmed = confirm(report, sign(report, "hospital-kita"));
    EXPECT_EQ(confirmed.status, 0) << confirmed.output;
    EXPECT_NE(node.command({"maintenance", "report", "--order", "WO-7"})
                  .output.find("Confirmed by: hospital-kita"),
              std::string::npos);

    ASSERT_EQ(node.command({"maintenance", "close", "--order", "WO-7"}).status, 0);
    EXPECT_EQ(show().status, 1) << "closed";
    EXPECT_EQ(node.command({"audit", "verify"}).status, 0);
    EXPECT_EQ(records("maintenance-open"),
              (std::vector<std::vector<std::string>>{{"0", "110139"}, {"0", "110139"}}));
    EXPECT_EQ(records("maintenance-close"),
              (std::vector<std::vector<std::string>>{{"0", "110140"}, {"0", "110140"}}));
    EXPECT_EQ(records("operator"), (std::vector<std::vector<std::string>>{
                                       {"8", "110132"}, {"8", "110132"}, {"8", "110132"}}));
}

TEST_F(Maintenance, AWindowClosesItself) {
    ASSERT_EQ(open({}, "sato", in_seconds(2)).status, 0);
    EXPECT_EQ(show().status, 0);
    EXPECT_TRUE(eventually([&] {
        return node.sql(
                   "select count(*) from preservation.maintenance_end where ended_by is "
                   "null")[0][0] == "1";
    })) << "by the running node";
    EXPECT_EQ(show().status, 1);
}

}  // namespace
}  // namespace musubi::test
