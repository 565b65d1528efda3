// What was fed before records existed goes on as it was.

#include "module/mpi/index_fixture.h"

namespace musubi::mpi {
namespace {

class MpiMigration : public ::testing::Test, protected test::ModuleGround {
protected:
    MpiMigration() : ModuleGround(test::migrations_of("mpi", 2), 2) {}

    void run(std::string const& script) { ask(script); }
    void patient(std::string const& cx, bool issued, std::string const& survivor = "") {
        run("insert into mpi.patient (regional_id, issued, survivor) values ('" + cx + "', " +
            (issued ? "true" : "false") + ", nullif('" + survivor + "', ''))");
    }
    void identifier(domain::PatientId const& id, std::string const& cx, bool retired) {
        run("insert into mpi.identifier (authority, token, regional_id, retired) values ('" +
            id.authority + "', '\\x" + to_hex(Tokens(*keys_).id(id, false)) + "', '" + cx + "', " +
            (retired ? "true" : "false") + ")");
    }
};

TEST_F(MpiMigration, MergesChainsAndSharedRecordsKeepTheirSurvivors) {
    auto const cx = [](char const* id) { return domain::PatientId{id, kRegion}.to_cx(); };
    std::string const one = cx("1"), two = cx("2"), three = cx("3");
    domain::PatientId const a{"A", kKita}, b{"B", kKita}, x{"X", kMinami}, c{"C", kKita};
    domain::PatientId const d1{"D1", kDirect}, d2{"D2", kDirect};
    patient(three, true), patient(two, true, three), patient(one, true, two);
    patient(d2.to_cx(), false), patient(d1.to_cx(), false, d2.to_cx());
    identifier(a, one, true), identifier(x, one, false);
    identifier(b, two, true), identifier(c, three, false);
    for (auto const& file : test::migrations_of("mpi").subspan(2)) run(std::string(file.bytes));

    core::Ports ports;
    Followers followers;
    ports.join<core::PatientWatcherPort>(followers);
    Store store(pool_, *keys_, system_ids(), ports, StoreSettings{kRegion, {kDirect}, {}},
                std::make_unique<PlainMatching>());
    for (auto const& id : {a, b, x, c}) EXPECT_EQ(*store.regional_id_of(id), three);
    EXPECT_EQ(*store.survivor_of(one), three);
    EXPECT_EQ(*store.survivor_of(d1.to_cx()), d2.to_cx());
    auto const fed = [&](domain::PatientId const& id) -> Result<std::string> {
        core::PatientChange change;
        change.ids = {{id, ""}};
        return TRY(pool_.run([&](pg::Tx& tx) { return store.apply(tx, change); })).patient;
    };
    for (auto const& gone : {a, b, d1}) EXPECT_FALSE(fed(gone).ok());
    // Told again, a record gets its demographics; nobody's id changes.
    for (auto const& id : {x, c}) {
        auto const again = fed(id);
        ASSERT_TRUE(again.ok()) << again.error().detail;
        EXPECT_EQ(*again, three);
    }
    EXPECT_EQ(*fed(d2), d2.to_cx());
    EXPECT_TRUE(followers.merges.empty());
    auto const found = store.cross_references(x);
    ASSERT_TRUE(found.ok());
    EXPECT_EQ(found->patient, three);
    EXPECT_EQ(found->ids.size(), 2U);
}

}  // namespace
}  // namespace musubi::mpi
