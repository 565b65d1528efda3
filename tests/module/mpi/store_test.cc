#include "mpi/store.h"

#include "domain/reason.h"
#include "platform/pg/round_trips.h"
#include "support/module_ground.h"

#include <thread>

namespace musubi::mpi {
namespace {

constexpr char const* kRegion = "1.2.392.1";
constexpr char const* kKita = "1.2.392.10";
constexpr char const* kMinami = "1.2.392.20";
constexpr char const* kDirect = "1.2.392.30";

/// Tells the tests what it was told, and writes nothing.
class Watcher final : public core::PatientWatcherPort {
public:
    std::vector<std::string> calls;
    bool refuses = false;
    Status patient_known(pg::Tx&, std::string const& cx) override {
        calls.push_back("known " + cx);
        return refuses ? Status(Error(Code::kStorageUnavailable, "watcher refuses")) : Status();
    }
    Status patient_merged(pg::Tx&, std::string const& a, std::string const& b) override {
        calls.push_back("merged " + a + " " + b);
        return refuses ? Status(Error(Code::kStorageUnavailable, "watcher refuses")) : Status();
    }
};

class MpiStore : public ::testing::Test, protected test::ModuleGround {
protected:
    MpiStore()
        : ModuleGround(test::migrations_of("mpi")),
          store_(pool_, *keys_, system_ids(), ports_,
                 StoreSettings{kRegion, {kDirect}, {{"KITA", kKita}}}) {}

    static core::PatientChange change(domain::FeedEvent event,
                                      std::vector<domain::PatientId> const& ids) {
        core::PatientChange out;
        out.event = event;
        for (domain::PatientId const& id : ids) out.ids.push_back({id, ""});
        return out;
    }
    Result<core::PatientChangeOutcome> apply(core::PatientChange const& change) {
        return pool_.run([&](pg::Tx& tx) { return store_.apply(tx, change); });
    }
    Result<std::string> add(std::vector<domain::PatientId> const& ids) {
        return TRY(apply(change(domain::FeedEvent::kAdd, ids))).patient;
    }
    std::string added(std::vector<domain::PatientId> const& ids) {
        auto const cx = add(ids);
        EXPECT_TRUE(cx.ok()) << (cx ? "" : cx.error().detail);
        return cx ? *cx : "";
    }
    struct Merged {
        std::string subsumed_cx, surviving_cx;
    };
    Result<Merged> merge(domain::PatientId const& from, domain::PatientId const& into) {
        auto const before = store_.regional_id_of(from);
        auto merging = change(domain::FeedEvent::kMerge, {into});
        merging.prior_ids = {{from, ""}};
        auto const outcome = TRY(apply(merging));
        return Merged{before ? *before : "", outcome.patient};
    }
    /// A refusal of the sender's ids, and nothing changed.
    void expect_refused(domain::PatientId const& from, domain::PatientId const& into,
                        std::string const& location) {
        std::string const before = history();
        auto const merged = merge(from, into);
        ASSERT_FALSE(merged.ok());
        ASSERT_EQ(merged.error().issues.size(), 1U);
        EXPECT_EQ(merged.error().issues[0].reason, Reason::kUnknownKeyIdentifier);
        EXPECT_EQ(merged.error().issues[0].location, location);
        EXPECT_EQ(history(), before);
    }
    std::string survivor(std::string const& cx) {
        auto const found = store_.survivor_of(cx);
        return found ? *found : std::string(to_string(found.error().code));
    }
    std::string history() {
        return ask(
            "select kind, regional_id, coalesce(other_id, '') from mpi.history order by at, kind, "
            "regional_id");
    }

    core::Ports ports_;
    Store store_;
    domain::PatientId const a_{"A-4711", kKita}, b_{"B-4712", kKita}, c_{"C-4713", kKita},
        x_{"X-9", kMinami};
    domain::PatientId const d1_{"D1", kDirect}, d2_{"D2", kDirect}, d3_{"D3", kDirect};
};

TEST_F(MpiStore, AHospitalsIdGetsARegionalIdOnce) {
    std::string const cx = added({a_});
    auto const id = domain::PatientId::parse(cx);
    ASSERT_TRUE(id.ok());
    EXPECT_EQ(id->authority, kRegion);
    EXPECT_EQ(added({a_}), cx);
    EXPECT_NE(added({b_}), cx);
    EXPECT_EQ(survivor(cx), cx);
    EXPECT_EQ(*store_.regional_id_of(a_), cx);
}

TEST_F(MpiStore, AnIdOfADirectAuthorityIsTheRegionalIdWhereverItStands) {
    EXPECT_EQ(added({d1_}), d1_.to_cx());
    EXPECT_EQ(added({a_, d2_}), d2_.to_cx());
    EXPECT_EQ(*store_.regional_id_of(a_), d2_.to_cx());
    EXPECT_EQ(added({a_, d2_, b_}), d2_.to_cx());
    EXPECT_EQ(*store_.regional_id_of(b_), d2_.to_cx());
    domain::PatientId const regional{"77", kRegion};
    EXPECT_EQ(added({regional}), regional.to_cx());
}

TEST_F(MpiStore, ANewIdJoinsTheRecordOfTheOneThatIsKnown) {
    std::string const cx = added({a_});
    EXPECT_EQ(added({x_, a_}), cx);
    EXPECT_EQ(*store_.regional_id_of(x_), cx);
}

TEST_F(MpiStore, UnknownIdsAreNotFound) {
    EXPECT_EQ(survivor("9^^^&1.2&ISO"), to_string(Code::kNotFound));
    EXPECT_EQ(store_.regional_id_of(a_).error().code, Code::kNotFound);
    EXPECT_EQ(store_.regional_id_of(d1_).error().code, Code::kNotFound);
    auto const nobody = store_.authorities_of(d1_.to_cx());
    ASSERT_FALSE(nobody.ok());
    EXPECT_EQ(nobody.error().code, Code::kNotFound);
}

// Whoever may feed the regional authority has not for that reason fed the patients whose ids we
// issued.
TEST_F(MpiStore, OnlyAuthoritiesThatFedThePatientAreTold) {
    EXPECT_EQ(*store_.authorities_of(added({a_})), std::vector<std::string>{kKita});
    EXPECT_EQ(*store_.authorities_of(added({d1_})), std::vector<std::string>{kDirect});
    auto both = *store_.authorities_of(added({d2_, x_}));
    std::sort(both.begin(), both.end());
    EXPECT_EQ(both, (std::vector<std::string>{kMinami, kDirect}));
}

TEST_F(MpiStore, TheAuthoritiesOfASurvivorIncludeThoseOfWhatWasMergedIntoIt) {
    std::string const first = added({a_, x_});
    std::string const second = added({b_});
    ASSERT_TRUE(merge(a_, b_).ok());
    auto all = *store_.authorities_of(second);
    std::sort(all.begin(), all.end());
    EXPECT_EQ(all, (std::vector<std::string>{kKita, kMinami}));
}

TEST_F(MpiStore, SurvivorAndAuthoritiesAreOneRoundTrip) {
    std::string const first = added({a_, x_}), second = added({b_}), lone = added({d1_});
    ASSERT_TRUE(merge(a_, b_).ok());
    for (std::string const& cx : {first, second, lone}) {
        static_cast<void>(store_.standing_of(cx));
        auto const before = pg::round_trips();
        auto const standing = store_.standing_of(cx);
        ASSERT_TRUE(standing.ok());
        EXPECT_EQ(pg::round_trips() - before, 1U);
        EXPECT_EQ(standing->survivor, *store_.survivor_of(cx));
        auto told = standing->authorities, asked = *store_.authorities_of(standing->survivor);
        std::sort(told.begin(), told.end());
        std::sort(asked.begin(), asked.end());
        EXPECT_EQ(told, asked) << cx;
        EXPECT_FALSE(told.empty());
    }
    EXPECT_EQ(store_.standing_of("9^^^&1.2&ISO").error().code, Code::kNotFound);
}

// ITI TF-2 3.8.4.2.4
TEST_F(MpiStore, AMergeMakesTheSubsumedIdAnAlias) {
    std::string const first = added({a_}), second = added({b_});
    auto const merged = merge(a_, b_);
    ASSERT_TRUE(merged.ok());
    EXPECT_EQ(merged->subsumed_cx, first);
    EXPECT_EQ(merged->surviving_cx, second);
    EXPECT_EQ(survivor(first), second);
    EXPECT_EQ(*store_.regional_id_of(a_), second);
}

TEST_F(MpiStore, ChainsAreFollowedToTheirEnd) {
    added({d1_}), added({d2_}), added({d3_});
    ASSERT_TRUE(merge(d1_, d2_).ok());
    ASSERT_TRUE(merge(d2_, d3_).ok());
    EXPECT_EQ(survivor(d1_.to_cx()), d3_.to_cx());
    std::string const first = added({a_}), second = added({b_}), third = added({c_});
    ASSERT_TRUE(merge(a_, b_).ok());
    ASSERT_TRUE(merge(b_, c_).ok());
    EXPECT_EQ(survivor(first), third);
    EXPECT_EQ(survivor(second), third);
}

TEST_F(MpiStore, MergesThatMustBeIgnoredAreRefusedAndChangeNothing) {
    added({a_}), added({b_}), added({c_}), added({x_}), added({d1_}), added({d2_}), added({d3_});
    domain::PatientId const unknown{"nobody", kKita}, unknown_direct{"nobody", kDirect};
    expect_refused(unknown, a_, "MRG^1^1");
    expect_refused(a_, unknown, "PID^1^3");
    expect_refused(unknown_direct, d1_, "MRG^1^1");
    expect_refused(a_, a_, "MRG^1^1");
    expect_refused(a_, x_, "MRG^1^1");
    ASSERT_TRUE(merge(a_, b_).ok());
    ASSERT_TRUE(merge(d1_, d2_).ok());
    expect_refused(a_, c_, "MRG^1^1");  // subsumed already
    expect_refused(c_, a_, "PID^1^3");  // into a subsumed one
    expect_refused(b_, a_, "PID^1^3");  // the inverse
    expect_refused(a_, b_, "MRG^1^1");  // told again
    expect_refused(d1_, d3_, "MRG^1^1");
    expect_refused(d3_, d1_, "PID^1^3");
    expect_refused(d2_, d1_, "PID^1^3");
}

TEST_F(MpiStore, APairMergedBothWaysInOneMessageIsRefusedAndBothIdsLive) {
    added({a_});
    added({b_});
    auto crossed = change(domain::FeedEvent::kMerge, {});
    crossed.ids = {{a_, "PI"}, {b_, "MR"}};
    crossed.prior_ids = {{b_, "PI"}, {a_, "MR"}};
    std::string const before = history();
    auto const merged = apply(crossed);
    ASSERT_FALSE(merged.ok());
    ASSERT_EQ(merged.error().issues.size(), 1U);
    EXPECT_EQ(merged.error().issues[0].reason, Reason::kUnknownKeyIdentifier);
    EXPECT_EQ(history(), before);
    EXPECT_TRUE(add({a_}).ok());
    EXPECT_TRUE(add({b_}).ok());
}

TEST_F(MpiStore, AnIdThatGoesAwayInTheSameMessageIsNoSurvivor) {
    for (auto const& id : {a_, b_, c_}) added({id});
    auto chain = change(domain::FeedEvent::kMerge, {});
    chain.ids = {{a_, "PI"}, {b_, "MR"}};
    chain.prior_ids = {{b_, "PI"}, {c_, "MR"}};
    auto const merged = apply(chain);
    ASSERT_FALSE(merged.ok());
    EXPECT_EQ(merged.error().issues[0].location, "PID^1^3");
    EXPECT_TRUE(add({c_}).ok());
}

TEST_F(MpiStore, OneMessageChangesOneIdNotTheFirstOfSeveral) {
    for (auto const& id : {a_, b_}) added({id});
    auto several = change(domain::FeedEvent::kChangeId, {c_, {"D-4714", kKita}});
    several.prior_ids = {{a_, ""}, {b_, ""}};
    auto const changed = apply(several);
    ASSERT_FALSE(changed.ok());
    ASSERT_EQ(changed.error().issues.size(), 1U);
    EXPECT_EQ(changed.error().issues[0].location, "MRG^1^1");
    EXPECT_TRUE(add({a_}).ok()) << "nothing changed";
}

TEST_F(MpiStore, AnIdThatWasMergedAwayIsNeverAcceptedAgain) {
    added({a_}), added({b_}), added({d1_}), added({d2_});
    ASSERT_TRUE(merge(a_, b_).ok());
    ASSERT_TRUE(merge(d1_, d2_).ok());
    for (auto const& id : {a_, d1_}) {
        std::string const before = history();
        auto const again = add({id});
        ASSERT_FALSE(again.ok());
        EXPECT_EQ(again.error().reason, Reason::kUnknownKeyIdentifier);
        EXPECT_EQ(history(), before);
    }
    EXPECT_FALSE(add({c_, a_}).ok());
    EXPECT_EQ(store_.regional_id_of(c_).error().code, Code::kNotFound);
}

TEST_F(MpiStore, TwoIdsOfOneRecordMergeWithoutMovingIt) {
    std::string const cx = added({a_, b_});
    auto const merged = merge(a_, b_);
    ASSERT_TRUE(merged.ok());
    EXPECT_EQ(merged->subsumed_cx, merged->surviving_cx);
    EXPECT_EQ(survivor(cx), cx);
    EXPECT_FALSE(add({a_}).ok());
    EXPECT_NE(history().find("merged|" + cx + "|" + cx), std::string::npos);
}

// Another hospital's merge moved the record; this hospital's ids are active still.
TEST_F(MpiStore, AnActiveIdOfAMovedRecordGoesOnWithTheSurvivor) {
    domain::PatientId const y{"Y-1", kMinami};
    added({a_, x_});
    std::string const second = added({b_});
    added({y});
    ASSERT_TRUE(merge(a_, b_).ok());
    EXPECT_EQ(added({x_}), second);
    auto const merged = merge(x_, y);
    ASSERT_TRUE(merged.ok());
    EXPECT_EQ(merged->subsumed_cx, second);
    // Where two persons become one the older id stands for both.
    for (auto const& id : {a_, b_, x_, y}) EXPECT_EQ(*store_.regional_id_of(id), second);
}

TEST_F(MpiStore, EveryChangeIsHistoryInOrder) {
    std::string const cx = added({a_});
    EXPECT_EQ(history(), "added|" + cx + "||\nlinked|" + cx + "||\n");
    added({a_});
    EXPECT_EQ(history(), "added|" + cx + "||\nlinked|" + cx + "||\n");
}

TEST_F(MpiStore, TheWatcherIsToldInTheSameTransactionAndItsRefusalTakesAllBack) {
    Watcher watcher;
    ports_.join<core::PatientWatcherPort>(watcher);
    std::string const first = added({a_}), second = added({b_});
    EXPECT_EQ(watcher.calls, (std::vector<std::string>{"known " + first, "known " + second}));
    added({a_});
    EXPECT_EQ(watcher.calls.size(), 2U);
    watcher.refuses = true;
    std::string const before = history();
    EXPECT_FALSE(add({c_}).ok());
    EXPECT_FALSE(merge(a_, b_).ok());
    EXPECT_EQ(watcher.calls.back(), "merged " + first + " " + second);
    EXPECT_EQ(history(), before);
    EXPECT_EQ(survivor(first), first);
    EXPECT_EQ(store_.regional_id_of(c_).error().code, Code::kNotFound);
}

TEST_F(MpiStore, OneIdFedByManyAtOnceIsOnePatient) {
    for (auto const& id : {a_, d1_}) {
        std::array<std::string, 4> made;
        std::vector<std::thread> feeders;
        for (std::string& cx : made) {
            feeders.emplace_back([&] {
                auto const done = add({id});
                cx = done ? *done : done.error().detail;
            });
        }
        for (auto& feeder : feeders) feeder.join();
        for (std::string const& cx : made) EXPECT_EQ(cx, made[0]);
        EXPECT_EQ(*store_.regional_id_of(id), made[0]);
    }
    EXPECT_EQ(ask("select count(*) from mpi.patient"), "2|\n");
    EXPECT_EQ(ask("select count(*) from mpi.history where kind = 'added'"), "2|\n");
}

TEST_F(MpiStore, FeedsOfTheSameIdsInOppositeOrderDoNotBlockEachOther) {
    std::thread one([&] { EXPECT_TRUE(add({a_, b_, x_}).ok()); });
    std::thread other([&] { EXPECT_TRUE(add({x_, b_, a_}).ok()); });
    one.join();
    other.join();
    EXPECT_EQ(*store_.regional_id_of(a_), *store_.regional_id_of(x_));
}

TEST_F(MpiStore, TheDatabaseHoldsNoHospitalsIdInTheClear) {
    added({a_, x_}), added({b_});
    ASSERT_TRUE(merge(a_, b_).ok());
    std::string const everything =
        ask("select t::text from mpi.patient t") + ask("select t::text from mpi.history t") +
        ask("select authority, encode(token, 'escape') from mpi.identifier");
    for (auto const& id : {a_, b_, x_}) EXPECT_EQ(everything.find(id.id), std::string::npos);
    EXPECT_NE(everything.find(kKita), std::string::npos);
}

TEST_F(MpiStore, NamespacesComeFromTheConfiguration) {
    auto const known = store_.authorities().resolve({"KITA", "", "", ""});
    ASSERT_TRUE(known.ok() && *known != nullptr);
    EXPECT_EQ((*known)->oid, kKita);
    for (char const* name : {"kita", ""}) {
        auto const unknown = store_.authorities().resolve({name, "", "", ""});
        EXPECT_TRUE(unknown.ok() && *unknown == nullptr) << name;
    }
}

TEST(MpiSettings, WrongOidsAndNamespacesAreNamed) {
    auto const keys = store_config_keys();
    auto const read = [&](std::map<std::string, std::string> const& values) {
        return store_settings(*core::Config::from(values, keys));
    };
    auto const good = read({{"mpi.regional_authority", "1.2"},
                            {"mpi.direct_authorities", "1.3,1.4"},
                            {"mpi.namespaces", "KITA=1.5"}});
    ASSERT_TRUE(good.ok());
    EXPECT_EQ(good->direct_authorities.size(), 2U);
    EXPECT_EQ(good->namespaces.at("KITA"), "1.5");
    auto const rich = read({{"mpi.regional_authority", "1.2"},
                            {"mpi.authorities", "1.3=KITA;alias=OLD;several,1.4"},
                            {"mpi.unknown_update", "refuse"}});
    ASSERT_TRUE(rich.ok());
    EXPECT_TRUE(rich->authorities.at("1.3").several_ids);
    EXPECT_EQ(rich->authorities.at("1.3").aliases, std::vector<std::string>{"OLD"});
    EXPECT_EQ(rich->unknown_update, UnknownUpdate::kRefuse);
    for (char const* wrong : {"KITA=1.3", "1.3;many", "1.3,1.3"})
        EXPECT_FALSE(read({{"mpi.regional_authority", "1.2"}, {"mpi.authorities", wrong}}).ok());
    EXPECT_FALSE(read({{"mpi.regional_authority", "1.2"}, {"mpi.unknown_update", "maybe"}}).ok());
    EXPECT_FALSE(read({{"mpi.regional_authority", "1"}}).ok());
    EXPECT_FALSE(read({{"mpi.regional_authority", "1.2"}, {"mpi.direct_authorities", "x"}}).ok());
    EXPECT_FALSE(read({{"mpi.regional_authority", "1.2"}, {"mpi.namespaces", "KITA"}}).ok());
    EXPECT_FALSE(read({{"mpi.regional_authority", "1.2"}, {"mpi.namespaces", "=1.5"}}).ok());
}

}  // namespace
}  // namespace musubi::mpi
