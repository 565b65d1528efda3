// Certificates whose end comes near are told of in time, once for each step.

#include "node/certificate_watch.h"

#include "node/node_config.h"
#include "platform/base/metrics.h"
#include "platform/pg/pool.h"
#include "support/fake_ports.h"
#include "unit/platform_net/pki.h"

#include <gtest/gtest.h>

namespace musubi::node {
namespace {

constexpr auto kDay = std::chrono::hours(24);

class StillClock final : public Clock {
public:
    WallTime now() const override { return time; }
    std::chrono::steady_clock::time_point monotonic() const override { return {}; }
    WallTime time = system_clock().now();
};

class Agreed final : public core::PolicyPort {
public:
    Result<domain::Member> member_of(core::PeerCertificate const&) const override {
        return Error(Code::kDenied, "");
    }
    bool may_call(domain::Member const&, std::string_view) const override { return false; }
    Result<core::Decision> decide(domain::Subject const&, core::TransactionSpec const&,
                                  core::PolicyQuery const&) const override {
        return core::Decision{};
    }
    std::string source_name() const override { return "test"; }
    std::vector<core::NamedCertificate> named_certificates() const override { return named; }
    std::vector<core::NamedCertificate> named;
};

class CertificateWatchTest : public ::testing::Test {
protected:
    CertificateWatchTest() {
        ports_.provide<core::AuditPort>(audit_);
        ports_.provide<core::PolicyPort>(policy_);
        pki_.issue({"node", -3600, 400 * 86'400, "", false});
        auto config = core::Config::from(
            {{"tls.certificate", pki_.crt("node")}, {"node.audit_source_id", "here"}},
            watched_keys());
        EXPECT_TRUE(config) << config.error().detail;
        config_ = std::move(*config);
        watch_.emplace(config_, policy_, pipeline_, clock_);
    }
    static std::vector<core::ConfigKey> watched_keys() {
        std::vector<core::ConfigKey> keys;
        for (auto key : node_config_keys()) {
            key.required = false;
            if (key.key == "node.audit_source_id" || key.key.starts_with("tls."))
                keys.push_back(key);
        }
        return keys;
    }
    /// What was written down since the last time.
    std::vector<std::string> told() {
        std::vector<std::string> out;
        for (auto const& event : audit_.take()) {
            EXPECT_EQ(event.event_types.front().code, "110129");
            out.push_back(event.outcome_description);
        }
        return out;
    }

    test::TestPki pki_;
    test::FakeAudit audit_;
    Agreed policy_;
    StillClock clock_;
    core::Ports ports_;
    pg::Pool pool_{pg::PoolConfig{}};
    core::Pipeline pipeline_{ports_, pool_, clock_, {"here", "region"}};
    core::Config config_;
    std::optional<CertificateWatch> watch_;
};

TEST(Nearness, StepsAtSixtyThirtyAndSevenDays) {
    auto const now = system_clock().now();
    EXPECT_EQ(nearness(now + 61 * kDay, now), 0);
    EXPECT_EQ(nearness(now + 60 * kDay, now), 1);
    EXPECT_EQ(nearness(now + 30 * kDay, now), 2);
    EXPECT_EQ(nearness(now + 7 * kDay, now), 3);
    EXPECT_EQ(nearness(now, now), 4);
}

TEST_F(CertificateWatchTest, TellsOnceForEachStepAndNothingBefore) {
    policy_.named = {{"hospital", "connection", clock_.time + 62 * kDay},
                     {"https://idp", "assertions", clock_.time + 400 * kDay}};
    watch_->look();
    EXPECT_TRUE(told().empty());
    EXPECT_EQ(watch_->health().state, core::Health::kGood);
    std::size_t steps = 0;
    for (int day = 0; day < 64; ++day) {
        clock_.time += kDay;
        watch_->look();
        for (auto const& text : told()) {
            ++steps;
            EXPECT_NE(text.find("hospital (connection)"), std::string::npos) << text;
        }
    }
    EXPECT_EQ(steps, 4U);
    EXPECT_EQ(watch_->health().state, core::Health::kDegraded);
    EXPECT_NE(watch_->health().reason.find("hospital (connection) ended on"), std::string::npos);
}

TEST_F(CertificateWatchTest, ANewCertificateEndsTheWarning) {
    policy_.named = {{"hospital", "connection", clock_.time + 5 * kDay}};
    watch_->look();
    EXPECT_EQ(told().size(), 1U);
    EXPECT_EQ(
        gauge("musubi_certificate_days_left", "owner=\"hospital\",use=\"connection\"").value(), 5);
    policy_.named.front().not_after += 365 * kDay;
    watch_->look();
    EXPECT_TRUE(told().empty());
    EXPECT_EQ(watch_->health().state, core::Health::kGood);
}

TEST_F(CertificateWatchTest, ANodeWithoutAValidCertificateOfItsOwnIsNotReady) {
    clock_.time += 401 * kDay;
    watch_->look();
    EXPECT_EQ(watch_->health().state, core::Health::kBad);
    EXPECT_EQ(told().size(), 1U);
}

}  // namespace
}  // namespace musubi::node
