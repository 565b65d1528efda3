// Notifications of consumers that are configured no longer: kept and told, or dropped by the
// operator's word.

#include <gtest/gtest.h>

#include "support/node_client.h"

namespace musubi::test {
namespace {

/// A node whose outbox holds two notifications for `gone`, one of them given up before.
struct Leftovers {
    explicit Leftovers(std::vector<std::string> settings) : node(options(std::move(settings))) {
        for (char const* dead : {"null", "now()"}) {
            node.sql(std::string("insert into node.outbox (topic, destination, payload, dead_at) "
                                 "values ('pix.ids_changed', 'gone', '\\x00', ") +
                     dead + ")");
        }
        node.start();
    }
    static TestNode::Options options(std::vector<std::string> settings) {
        TestNode::Options out;
        out.started = false;
        out.settings = std::move(settings);
        return out;
    }
    std::string kept() const { return node.sql("select count(*) from node.outbox")[0][0]; }
    TestNode node;
};

TEST(FormerConsumers, TheirNotificationsAreKeptAndHealthNamesThem) {
    Leftovers w({});
    EXPECT_EQ(w.kept(), "2");
    std::string const health = w.node.operator_page("/health/ready");
    EXPECT_NE(health.find("2 notifications are kept for gone"), std::string::npos) << health;
    std::string const metrics = w.node.operator_page("/metrics");
    EXPECT_NE(metrics.find("musubi_pix_notifications_left_over 2"), std::string::npos);
}

TEST(FormerConsumers, WhomTheOperatorForgetsIsDropped) {
    Leftovers w({"pix.forgotten_consumers=[gone]"});
    EXPECT_EQ(w.kept(), "0");
    EXPECT_EQ(w.node.operator_page("/health/ready").find("gone"), std::string::npos);
}

}  // namespace
}  // namespace musubi::test
