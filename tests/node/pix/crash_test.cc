// kill -9 at every FAULT point of what makes two records one person or two, on a database that
// syncs; then restart and ask. All of it happened or nothing, the acknowledged has happened, and
// the very same message again ends in exactly one.

#include <gtest/gtest.h>

#include <map>

#include "support/fault_loop.h"
#include "support/pix_partner.h"

namespace musubi::test {
namespace {

constexpr char kFirst[] = "2.16.840.1.113883.3.72.5.9.1";
constexpr char kSecond[] = "2.16.840.1.113883.3.72.5.9.2";

TestCluster& durable_cluster() {
    static TestCluster cluster(TestCluster::Durability::kReal);
    return cluster;
}

class IdentityCrash : public ::testing::Test {
protected:
    static TestNode::Options options() {
        TestNode::Options options;
        options.settings = quiet_settings();
        options.cluster = &durable_cluster();
        return options;
    }

    std::string ack(std::string const& message) { return ack_of(toolkit.exchange_hl7(message)); }
    void tell(std::string const& message) { ASSERT_EQ(ack(message), "AA") << message; }

    /// New records A and C of one hospital, B of another, each with a document.
    void prepare() {
        people = {{'A', fresh_patient(kFirst)},
                  {'B', fresh_patient(kSecond)},
                  {'C', fresh_patient(kFirst)}};
        for (auto const& [letter, id] : people) {
            tell(adt25("A28", id));
            Papers letter_of = letter_for(regional(id));
            for (auto& entry : letter_of.submission.entries) entry.source_patient_id = id;
            ASSERT_TRUE(toolkit.submit(letter_of).success());
        }
    }
    std::string regional(std::string const& cx) {
        std::string const told =
            pix_ids(toolkit, cx, "^^^&" + std::string(kRegionalAuthority) + "&ISO");
        if (!told.starts_with("OK ")) return "";
        return told.substr(3) + "^^^&" + kRegionalAuthority + "&ISO";
    }
    /// What anybody can see, with letters for numbers: "A:A/1 B:B/1 C:-": who is one person, and
    /// how many documents that person has.
    std::string seen() {
        std::string out;
        for (auto const& [letter, id] : people) {
            out += std::string(1, letter) + ":";
            std::string const told = pix_ids(toolkit, id) + " ";
            if (!told.starts_with("OK ")) {
                out += "- ";
                continue;
            }
            for (auto const& [other, cx] : people) {
                if (told.find(" " + pix_id(cx).id + " ") != std::string::npos) out += other;
            }
            out += "/" + std::to_string(toolkit.find(regional(id)).objects.entries.size()) + " ";
        }
        return out;
    }

    std::size_t successes(std::string const& transaction) {
        atna::SearchQuery query;
        query.transaction = transaction;
        query.outcome = domain::AuditOutcome::kSuccess;
        return node.audit(query).size();
    }

    /// `make` prepares and returns what to send; `send` may send it again as it is.
    void die_everywhere(std::string const& transaction, std::function<std::string()> const& make,
                        std::function<bool(std::string const&)> const& send) {
        std::string message = make();
        std::string const before = seen();
        auto const places = places_of(node, [&] { ASSERT_TRUE(send(message)); });
        std::string const after = seen();
        EXPECT_NE(before, after);
        EXPECT_GE(places.size(), 6U);
        for (FaultPlace const& place : places) {
            SCOPED_TRACE(transaction + " killed at " + place.point);
            message = make();
            ASSERT_EQ(seen(), before);
            std::size_t const recorded = successes(transaction);
            node.kill();
            node.start({place.armed("kill")});
            bool const acknowledged = send(message);
            EXPECT_TRUE(place.point.starts_with("atna.") || node.wait_death());
            node.kill();
            node.start();
            std::string const now = seen();
            EXPECT_TRUE(now == before || now == after) << "half done: " << now;
            EXPECT_TRUE(!acknowledged || now == after) << "acknowledged and lost: " << now;
            EXPECT_EQ(successes(transaction) > recorded, now == after)
                << "on record if and only if it was done";
            EXPECT_TRUE(send(message)) << "the same message again";
            EXPECT_EQ(seen(), after);
        }
        EXPECT_EQ(node.verify_audit(), "");
    }
    bool accepts(std::string const& message) { return ack(message) == "AA"; }

    TestNode node{options()};
    NodeClient toolkit{node, "toolkit"};
    std::map<char, std::string> people;
};

TEST_F(IdentityCrash, AMergeWithDocumentsIsAllOrNothing) {
    die_everywhere(
        "ITI-30",
        [&] {
            prepare();
            return adt25("A40", people['A'], people['C']);
        },
        [&](std::string const& m) { return accepts(m); });
}

TEST_F(IdentityCrash, AMergeInV3IsAllOrNothing) {
    die_everywhere(
        "ITI-44",
        [&] {
            prepare();
            return v3_feed("PRPA_IN201304UV02", people['A'], people['C']);
        },
        [&](std::string const& m) {
            return post_v3(toolkit, "PRPA_IN201304UV02", m).find("<typeCode code=\"CA\"/>") !=
                   std::string::npos;
        });
}

TEST_F(IdentityCrash, ALinkIsAllOrNothing) {
    die_everywhere(
        "ITI-30",
        [&] {
            prepare();
            return link25("A24", people['A'], people['B']);
        },
        [&](std::string const& m) { return accepts(m); });
}

TEST_F(IdentityCrash, AnUnlinkIsAllOrNothingAndDocumentsGoWithTheirRecords) {
    die_everywhere(
        "ITI-30",
        [&] {
            prepare();
            tell(link25("A24", people['A'], people['B']));
            return link25("A37", people['A'], people['B']);
        },
        [&](std::string const& m) { return accepts(m); });
}

// The operator's command is a process of its own, beside the node.
TEST_F(IdentityCrash, AMergeIsTakenBackWholeOrNotAtAll) {
    auto const make = [&] {
        prepare();
        tell(adt25("A40", people['A'], people['C']));
        return std::vector<std::string>{"patient",   "review", "undo",     "--a",
                                        people['A'], "--b",    people['C']};
    };
    auto words = make();
    std::string const before = seen();
    auto const points = points_of_command(node, words);
    std::string const after = seen();
    EXPECT_NE(before, after);
    EXPECT_GE(points.size(), 4U);
    for (std::string const& point : points) {
        SCOPED_TRACE("undo killed at " + point);
        words = make();
        ASSERT_EQ(seen(), before);
        std::size_t const recorded = successes("patient-review-undo");
        auto const done = node.command(words, {.faults = point + "=kill"});
        EXPECT_EQ(done.status, -SIGKILL) << done.output;
        std::string const now = seen();
        EXPECT_TRUE(now == before || now == after) << "half done: " << now;
        EXPECT_EQ(successes("patient-review-undo") > recorded, now == after);
        if (now == before) {
            EXPECT_EQ(node.command(words).status, 0);
        }
        EXPECT_EQ(seen(), after);
    }
    EXPECT_EQ(node.verify_audit(), "");
}

}  // namespace
}  // namespace musubi::test
