// The hand that signs and stamps by itself, and what it tells of its troubles.

#include "atna/roots_keeper.h"
#include "core/time_port.h"
#include "module/atna/roots_fixture.h"
#include "platform/base/fault.h"
#include "support/audit_schema.h"

namespace musubi::atna {
namespace {

class Watch final : public core::TrustedTimePort {
public:
    Status may_stamp() const override {
        if (trusted == Code::kUnsupported) return Error(Code::kUnsupported, "nobody watches");
        if (trusted == Code::kConflict) return Error(Code::kConflict, "off");
        return {};
    }
    Code trusted = Code::kInternal;  ///< neither: it is right
};

class Paper final : public core::AgreementInForcePort {
public:
    std::string agreement_hash() const override { return "sha256:abc"; }
};

class MovedClock final : public Clock {
public:
    WallTime now() const override { return system_clock().now() + ahead; }
    std::chrono::steady_clock::time_point monotonic() const override {
        return system_clock().monotonic() + ahead;
    }
    std::chrono::seconds ahead{0};
};

class Keeper : public SignedTrail {
protected:
    Keeper() {
        ports_.provide<core::TrustedTimePort>(watch_);
        ports_.provide<core::AgreementInForcePort>(paper_);
        ports_.provide<core::TimeStampPort>(desk());
    }
    std::unique_ptr<RootKeeper> keeper(std::vector<std::string> urls) {
        EvidenceSettings with;
        with.roots = settings();
        with.stamps = {std::move(urls), desk().authority.authorities(), ""};
        with.interval = std::chrono::hours(1);
        with.stamp_alarm = std::chrono::minutes(2);
        return std::make_unique<RootKeeper>(*pool_, *keys_, folder_ / "journal", with, ports_,
                                            clock_);
    }
    std::optional<Root> newest() {
        auto const all = published_roots(folder_ / "evidence");
        if (!all || all->empty()) return std::nullopt;
        return all->back().root;
    }

    Watch watch_;
    Paper paper_;
    MovedClock clock_;
    core::Ports ports_;
};

TEST_F(Keeper, SignsWhenOneIsDueAndNamesAgreementAndClock) {
    auto const one = keeper({"http://here"});
    fill_more(2);
    one->turn();
    ASSERT_TRUE(newest());
    EXPECT_EQ(newest()->agreement, "sha256:abc");
    EXPECT_TRUE(newest()->clock_watched);
    EXPECT_FALSE(oldest_unstamped(*pool_)->has_value());
    fill_more(2);
    one->turn();
    EXPECT_EQ(newest()->number, 1) << "not within the hour";
    keeper({})->turn();
    EXPECT_EQ(newest()->number, 1) << "neither after a start";
    clock_.ahead = std::chrono::minutes(61);
    watch_.trusted = Code::kUnsupported;
    one->turn();
    EXPECT_EQ(newest()->number, 2);
    EXPECT_FALSE(newest()->clock_watched);
    EXPECT_EQ(one->health().state, core::Health::kGood) << one->health().reason;
}

TEST_F(Keeper, ARootThatWasSignedIsToldWhateverHappensNext) {
    DatabaseAudit audit(*pool_, *sealer_, system_ids());
    auto const one = keeper({});
    one->tell_through(audit);
    SearchQuery query;
    query.transaction = "audit-root";
    fill_more(2);
    arm_faults("atna.before_root_commit=error");
    one->turn();
    EXPECT_TRUE(search(archive(), query)->empty()) << "none was signed";
    arm_faults("atna.after_root_commit=error");
    one->turn();
    arm_faults("");
    one->turn();
    ASSERT_TRUE(newest());
    EXPECT_EQ(newest()->number, 1);
    EXPECT_EQ(search(archive(), query)->size(), 1U);
}

/// AU-5: a repository that the trail is sent to holds what the trail can be judged by.
TEST_F(Keeper, TellsEachRootInTheTrailWithItsSignature) {
    DatabaseAudit audit(*pool_, *sealer_, system_ids());
    auto const one = keeper({});
    one->tell_through(audit);
    fill_more(2);
    one->turn();
    SearchQuery query;
    query.transaction = "audit-root";
    auto const told = search(archive(), query);
    ASSERT_TRUE(told.ok()) << told.error().detail;
    ASSERT_EQ(told->size(), 1U);
    auto const& object = told->front().event.objects.at(0);
    EXPECT_EQ(object.id, "urn:musubi:audit-root:1");
    if (auto const schema = test::AuditSchema::published()) {
        EXPECT_TRUE(schema->valid(told->front().message));
    }
    fs::create_directories(folder_ / "member");
    for (auto const& detail : object.details) {
        EXPECT_EQ(detail.value, test::read_file(folder_ / "evidence" / detail.type));
        std::ofstream(folder_ / "member" / detail.type, std::ios::binary) << detail.value;
    }
    ASSERT_EQ(object.details.size(), 2U);
    EXPECT_EQ(judge(folder_ / "member").damage, Damage::kNone);
    sabotage("DELETE FROM atna.record WHERE seq >= 2");
    fs::remove(folder_ / "journal/chain.anchor");
    EXPECT_NE(judge(folder_ / "member").damage, Damage::kNone);
}

TEST_F(Keeper, WaitsForTheClockAndSaysSo) {
    auto const one = keeper({});
    fill_more(2);
    watch_.trusted = Code::kConflict;
    one->turn();
    EXPECT_FALSE(newest());
    EXPECT_EQ(one->health().state, core::Health::kDegraded);
    watch_.trusted = Code::kInternal;
    one->turn();
    EXPECT_TRUE(newest());
    EXPECT_EQ(one->health().state, core::Health::kGood);
}

TEST_F(Keeper, AnAuthorityThatIsAwayDegradesInTimeAndIsAskedAgainButNotAllTheTime) {
    auto const one = keeper({"http://away"});
    fill_more(1);
    one->turn();
    EXPECT_TRUE(newest()) << "signing waits for nobody";
    EXPECT_EQ(one->health().state, core::Health::kGood) << "not yet";
    one->turn();
    EXPECT_EQ(desk().asked.size(), 1U);
    clock_.ahead = std::chrono::minutes(3);
    one->turn();
    EXPECT_EQ(desk().asked.size(), 2U);
    EXPECT_EQ(one->health().state, core::Health::kDegraded);
    auto const other = keeper({"http://here"});
    other->turn();
    EXPECT_EQ(other->health().state, core::Health::kGood);
    EXPECT_FALSE(oldest_unstamped(*pool_)->has_value());
}

TEST_F(Keeper, ABrokenChainIsToldAndNothingIsSignedOnIt) {
    auto const one = keeper({});
    fill_more(3);
    sabotage("DELETE FROM atna.record WHERE seq = 3");
    one->turn();
    EXPECT_FALSE(newest());
    EXPECT_EQ(one->health().state, core::Health::kDegraded);
}

TEST_F(Keeper, ItsThreadSignsAndEndsInOrder) {
    EvidenceSettings with;
    with.roots = settings();
    with.interval = std::chrono::milliseconds(10);
    RootKeeper one(*pool_, *keys_, folder_ / "journal", with, ports_, system_clock());
    fill_more(1);
    one.start();
    for (int i = 0; i < 400 && !newest(); ++i) ::usleep(10'000);
    one.stop();
    EXPECT_TRUE(newest());
}

}  // namespace
}  // namespace musubi::atna
