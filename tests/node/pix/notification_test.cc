// Consumers are told in order and at least once, whatever they and the node go through (ITI TF-2
// 3.10, 3.46).

#include <gtest/gtest.h>

#include "node/pix/consumer.h"
#include "support/fault_loop.h"

namespace musubi::test {
namespace {

constexpr char kFirst[] = "2.16.840.1.113883.3.72.5.9.1";
constexpr char kSecond[] = "2.16.840.1.113883.3.72.5.9.2";

TestNode::Options with(std::vector<std::string> settings, TestCluster* cluster = nullptr) {
    TestNode::Options options;
    options.settings = std::move(settings);
    options.cluster = cluster;
    return options;
}

class Notifications : public ::testing::Test {
protected:
    /// One change that concerns nobody else; the number that stands in its notification.
    std::string change() {
        std::string const cx = fresh_patient(kFirst);
        EXPECT_EQ(toolkit.feed("A01", cx), "AA");
        return pix_id(cx).id;
    }
    /// What was told holds these numbers in this order.
    bool told(std::vector<std::string> const& numbers) const {
        auto const sets = consumer.sets();
        if (sets.size() != numbers.size()) return false;
        for (std::size_t i = 0; i < sets.size(); ++i) {
            if (sets[i].find(numbers[i]) == std::string::npos) return false;
        }
        return true;
    }
    static std::string all(std::vector<std::string> const& texts) {
        std::string out;
        for (auto const& text : texts) out += text + "\n";
        return out;
    }

    V2Consumer consumer;
    TestNode node{with(fast_notifications(consumer.setting()))};
    NodeClient toolkit{node, "toolkit"};
};

TEST_F(Notifications, AChangeIsToldAsTheProfileSaysAndRecorded) {
    std::string const number = change();
    ASSERT_TRUE(eventually([&] { return told({number}); })) << all(consumer.sets());
    std::string const message = consumer.last();
    EXPECT_EQ(V2Consumer::field(message, "MSH", 8), "ADT^A31^ADT_A05");
    EXPECT_EQ(V2Consumer::field(message, "MSH", 4), "APP");
    EXPECT_EQ(V2Consumer::field(message, "PID", 5), " ");
    EXPECT_EQ(V2Consumer::field(message, "PV1", 2).substr(0, 1), "N");
    atna::SearchQuery query;
    query.transaction = "ITI-10";
    ASSERT_TRUE(eventually([&] { return node.audit(query).size() == 1; }));
    auto const event = node.audit(query)[0].event;
    EXPECT_EQ(event.action, 'R');
    EXPECT_EQ(event.event_id.code, "110110");
    ASSERT_EQ(event.objects.size(), 1U);
    EXPECT_EQ(event.objects[0].details.at(0).type, "MSH-10");
    // The same demographics again change no set.
    std::size_t const before = consumer.heard();
    std::string const last = change();
    ASSERT_TRUE(eventually([&] { return told({number, last}); }));
    EXPECT_EQ(consumer.heard(), before + 1);
}

TEST_F(Notifications, ASplitTellsEachSet) {
    std::string const a = fresh_patient(kFirst), b = fresh_patient(kSecond);
    ASSERT_EQ(ack_of(toolkit.exchange_hl7(adt25("A28", a + "~" + b))), "AA");
    ASSERT_TRUE(eventually([&] { return consumer.sets().size() == 1; }));
    ASSERT_EQ(ack_of(toolkit.exchange_hl7(link25("A37", a, b))), "AA");
    ASSERT_TRUE(eventually([&] { return consumer.sets().size() == 3; })) << all(consumer.sets());
    auto const sets = consumer.sets();
    for (std::size_t i : {std::size_t{1}, std::size_t{2}}) {
        bool const has_a = sets[i].find(pix_id(a).id) != std::string::npos;
        bool const has_b = sets[i].find(pix_id(b).id) != std::string::npos;
        EXPECT_NE(has_a, has_b) << sets[i];
    }
}

TEST_F(Notifications, AConsumerThatWasAwayHearsEverythingInOrder) {
    consumer.go_away();
    std::vector<std::string> numbers;
    for (int i = 0; i < 3; ++i) numbers.push_back(change());
    ASSERT_TRUE(node.wait_log("event=outbox.retry"));
    EXPECT_NE(node.operator_page("/health/ready").find("kita"), std::string::npos);
    consumer.come_back();
    EXPECT_TRUE(eventually([&] { return told(numbers); })) << all(consumer.sets());
}

TEST_F(Notifications, AConsumerThatHangsHoldsUpNoFeedAndHearsEverythingAfterwards) {
    consumer.set_mode(V2Consumer::Mode::kHang);
    std::vector<std::string> numbers;
    for (int i = 0; i < 3; ++i) numbers.push_back(change());
    ASSERT_TRUE(node.wait_log("event=outbox.retry"));
    consumer.set_mode(V2Consumer::Mode::kAccept);
    EXPECT_TRUE(eventually([&] { return told(numbers); })) << all(consumer.sets());
}

TEST_F(Notifications, ANodeThatDiesTellsAfterItsRestart) {
    consumer.go_away();
    std::vector<std::string> numbers{change(), change()};
    node.kill();
    consumer.come_back();
    node.start();
    numbers.push_back(change());
    EXPECT_TRUE(eventually([&] { return told(numbers); })) << all(consumer.sets());
}

TEST_F(Notifications, ARefusedNotificationIsGivenUpWithAnAlarmAndTheNextIsTold) {
    node.expect_error("event=outbox.given_up");
    consumer.set_mode(V2Consumer::Mode::kRefuse);
    change();
    ASSERT_TRUE(node.wait_log("event=outbox.given_up"));
    EXPECT_EQ(consumer.heard(), 2U) << "as often as configured";
    consumer.set_mode(V2Consumer::Mode::kAccept);
    std::string const next = change();
    EXPECT_TRUE(eventually([&] { return told({next}); })) << all(consumer.sets());
    EXPECT_NE(node.operator_page("/metrics").find("outcome=\"given_up\""), std::string::npos);
}

TEST(NotificationsByDomain, OnlyWhatConcernsTheConsumerIsToldAndOnlyThat) {
    V2Consumer consumer;
    TestNode node(with(fast_notifications(consumer.setting(";domain=" + std::string(kSecond)))));
    NodeClient toolkit(node, "toolkit");
    std::string const a = fresh_patient(kFirst), b = fresh_patient(kSecond);
    ASSERT_EQ(toolkit.feed("A01", fresh_patient(kFirst)), "AA");
    ASSERT_EQ(ack_of(toolkit.exchange_hl7(adt25("A28", a + "~" + b))), "AA");
    ASSERT_TRUE(eventually([&] { return !consumer.sets().empty(); }));
    auto const sets = consumer.sets();
    ASSERT_EQ(sets.size(), 1U);
    EXPECT_NE(sets[0].find(pix_id(b).id), std::string::npos);
    EXPECT_EQ(sets[0].find('~'), std::string::npos) << sets[0];
}

TEST(NotificationsV3, AChangeIsToldOverSoap) {
    V3Consumer consumer;
    TestNode node(with(fast_notifications(consumer.setting())));
    NodeClient toolkit(node, "toolkit");
    std::string const a = fresh_patient(kFirst);
    ASSERT_EQ(toolkit.feed("A01", a), "AA");
    ASSERT_TRUE(eventually([&] { return !consumer.heard().empty(); }));
    std::string const text = consumer.heard()[0];
    EXPECT_NE(text.find("PRPA_IN201302UV02"), std::string::npos);
    EXPECT_NE(text.find("extension=\"" + pix_id(a).id + "\""), std::string::npos) << text;
    atna::SearchQuery query;
    query.transaction = "ITI-46";
    ASSERT_TRUE(eventually([&] { return node.audit(query).size() == 1; }));
    EXPECT_EQ(node.audit(query)[0].event.action, 'R');
    EXPECT_EQ(node.audit(query)[0].event.objects.at(0).details.at(0).type, "II");
    EXPECT_EQ(consumer.heard().size(), 1U);
}

// Killed at every point: the merge is whole or absent, and it was told if and only if it was done.
TEST(NotificationsUnderFire, AMergeIsToldIfAndOnlyIfItWasDone) {
    TestCluster cluster(TestCluster::Durability::kReal);
    V2Consumer consumer;
    auto settings = fast_notifications(consumer.setting());
    for (auto const& quiet : quiet_settings()) settings.push_back(quiet);
    TestNode node(with(settings, &cluster));
    NodeClient toolkit(node, "toolkit");
    auto const pair = [&] {
        std::pair<std::string, std::string> out{fresh_patient(kFirst), fresh_patient(kFirst)};
        EXPECT_EQ(
            ack_of(toolkit.exchange_hl7(adt25("A28", out.first + "~" + fresh_patient(kSecond)))),
            "AA");
        EXPECT_EQ(
            ack_of(toolkit.exchange_hl7(adt25("A28", out.second + "~" + fresh_patient(kSecond)))),
            "AA");
        return out;
    };
    auto const told_after = [&](std::size_t before) {
        return eventually([&] { return consumer.sets().size() > before; });
    };
    auto first = pair();
    ASSERT_TRUE(eventually([&] { return consumer.sets().size() == 2; }));
    auto const places = places_of(node, [&] {
        ASSERT_EQ(toolkit.feed("A40", first.first, first.second), "AA");
        ASSERT_TRUE(told_after(2));
    });
    EXPECT_GE(places.size(), 8U);
    for (FaultPlace const& place : places) {
        SCOPED_TRACE("A40 killed at " + place.point);
        std::size_t const start = consumer.sets().size();
        auto const [into, from] = pair();
        ASSERT_TRUE(eventually([&] { return consumer.sets().size() == start + 2; }));
        node.kill();
        std::size_t const before = consumer.sets().size();
        node.start({place.armed("kill")});
        std::string const ack = toolkit.feed("A40", into, from);
        node.kill();
        node.start();
        bool const done = ack_of(toolkit.exchange_hl7(pix_query(from))) == "AE";
        EXPECT_TRUE(done || ack != "AA") << "acknowledged and lost";
        if (!done) {
            EXPECT_EQ(consumer.sets().size(), before) << "told and not done";
            EXPECT_EQ(toolkit.feed("A40", into, from), "AA");
        }
        EXPECT_TRUE(told_after(before));
        EXPECT_NE(consumer.sets().back().find(pix_id(into).id), std::string::npos);
        EXPECT_EQ(consumer.sets().back().find(pix_id(from).id), std::string::npos);
    }
    EXPECT_EQ(node.verify_audit(), "");
}

}  // namespace
}  // namespace musubi::test
