// The database goes away in the middle of a feed: the sender hears AE or AR (CE in HL7 v3) and
// nothing of the feed is left; the same message afterwards does what it says, once.

#include <gtest/gtest.h>

#include <future>

#include "platform/pg/admin.h"
#include "support/pix_partner.h"

namespace musubi::test {
namespace {

constexpr char kFirst[] = "2.16.840.1.113883.3.72.5.9.1";
constexpr char kSecond[] = "2.16.840.1.113883.3.72.5.9.2";

class LostDatabase : public ::testing::Test {
protected:
    static TestNode::Options options(TestCluster& cluster) {
        TestNode::Options options;
        options.cluster = &cluster;
        return options;
    }
    void SetUp() override { node.expect_error("event="); }

    std::string send(std::string const& message) {
        if (message.starts_with("MSH")) return ack_of(toolkit.exchange_hl7(message));
        std::string const answer = post_v3(toolkit, message.substr(1, 17), message);
        std::size_t const at = answer.find("<typeCode code=\"");
        return at == std::string::npos ? answer : answer.substr(at + 16, 2);
    }
    static bool good(std::string const& ack) { return ack == "AA" || ack == "CA"; }
    std::string count(std::string const& what) const { return node.sql("select " + what)[0][0]; }
    /// Every row of the index.
    std::string everything() const {
        std::string out;
        for (char const* table : {"patient", "identifier", "edge", "record_history", "history"}) {
            for (auto const& row :
                 node.sql(std::string("select t::text from mpi.") + table + " t order by 1"))
                out += row[0] + "\n";
        }
        return out;
    }

    /// Stops the database when the feed has written, but not all: its history cannot be written.
    void lose_in_the_middle_of(std::string const& message) {
        std::string const before = everything();
        auto blocker = std::async(std::launch::async, [&] {
            return pg::run_script(node.database().superuser(),
                                  "begin; lock table mpi.record_history in exclusive mode; "
                                  "select pg_sleep(60)");
        });
        ASSERT_TRUE(eventually([&] {
            return count(
                       "count(*) from pg_locks where granted and mode = 'ExclusiveLock' and "
                       "relation = 'mpi.record_history'::regclass") == "1";
        }));
        auto answer = std::async(std::launch::async, [&] { return send(message); });
        EXPECT_TRUE(eventually([&] {
            return count(
                       "count(*) from pg_locks where not granted and relation = "
                       "'mpi.record_history'::regclass") == "1";
        })) << "the feed is not in its middle";
        cluster.stop(TestCluster::Stop::kImmediate);
        std::string const ack = answer.get();
        EXPECT_TRUE(ack == "AE" || ack == "AR" || ack == "CE" || ack == "CR") << ack;
        EXPECT_FALSE(blocker.get().ok());
        cluster.start();
        ASSERT_TRUE(eventually([&] { return pix_ids(toolkit, known).starts_with("OK"); }));
        EXPECT_EQ(everything(), before) << "something of it was left";
        EXPECT_TRUE(good(send(message))) << "the same message again";
        std::string const after = everything();
        EXPECT_NE(after, before);
        EXPECT_TRUE(good(send(message)));
        EXPECT_EQ(everything(), after) << "told twice, done once";
    }

    TestCluster cluster;
    TestNode node{options(cluster)};
    NodeClient toolkit{node, "toolkit"};
    std::string const known = fresh_patient(kFirst), other = fresh_patient(kFirst),
                      second = fresh_patient(kSecond), third = fresh_patient(kSecond);
};

TEST_F(LostDatabase, InTheMiddleOfAnyFeedLeavesNothingOfIt) {
    for (std::string const& id : {known, other, second, third})
        ASSERT_EQ(send(adt25("A28", id)), "AA");
    std::vector<std::pair<char const*, std::string>> const feeds = {
        {"A28", adt25("A28", fresh_patient(kFirst) + "~" + fresh_patient(kSecond))},
        {"A24", link25("A24", known, second)},
        {"A40", adt25("A40", known, other)},
        {"201301", v3_feed("PRPA_IN201301UV02", fresh_patient(kFirst))},
        {"201304", v3_feed("PRPA_IN201304UV02", second, third)},
    };
    for (auto const& [name, message] : feeds) {
        SCOPED_TRACE(name);
        lose_in_the_middle_of(message);
    }
    EXPECT_EQ(node.verify_audit(), "");
}

}  // namespace
}  // namespace musubi::test
