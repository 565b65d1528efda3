// Who follows identities keeps the same whether new ids are told one by one or all at once.

#include "registry/ports.h"
#include "repository/merge_watcher.h"
#include "support/module_ground.h"

#include <algorithm>

namespace musubi::mpi {
namespace {

using core::PatientWatcherPort;

class Told : public ::testing::Test {
protected:
    /// What stands in the house beforehand, and what a load adds: ids that stand for themselves,
    /// for whom another one of them stands, one that is known, and one that is not.
    static Status tell(pg::Pool& pool, PatientWatcherPort& follower, std::string const& prefix,
                       bool singly) {
        auto const id = [&](char const* name) { return prefix + name + "^^^&2.999.1&ISO"; };
        TRY(pool.run([&](pg::Tx& tx) -> Status {
            TRY(follower.patient_known(tx, id("old")));
            TRY(follower.patient_known(tx, id("older")));
            return follower.patient_merged(tx, id("older"), id("old"));
        }));
        std::vector<PatientWatcherPort::Added> const added = {
            {id("1"), ""}, {id("2"), id("4")},         {id("3"), id("old")},
            {id("4"), ""}, {id("5"), id("elsewhere")}, {id("6"), id("old")}};
        return pool.run([&](pg::Tx& tx) -> Status {
            return singly ? follower.PatientWatcherPort::patients_added(tx, added)
                          : follower.patients_added(tx, added);
        });
    }
    static void expect_same(std::string singly, std::string together, std::size_t lines) {
        EXPECT_EQ(static_cast<std::size_t>(std::count(singly.begin(), singly.end(), '\n')), lines);
        for (std::string* text : {&singly, &together})
            std::replace(text->begin(), text->end(), 'S', 'T');
        EXPECT_EQ(together, singly);
    }
};

class ToldRegistry : public Told, protected test::ModuleGround {
protected:
    ToldRegistry() : ModuleGround(test::migrations_of("registry")) {}
    std::string patients(std::string const& prefix) const {
        return ask(
            "select p.cx, s.cx from registry.patient p join registry.patient s on "
            "s.patient_key = p.survivor_key where p.cx like '" +
            prefix + "%' order by 1");
    }
};

class ToldRepository : public Told, protected test::ModuleGround {
protected:
    ToldRepository() : ModuleGround(test::migrations_of("repository")) {}
    std::string patients(std::string const& prefix) const {
        return ask("select patient, survivor from repository.merged_patient where patient like '" +
                   prefix + "%' order by 1");
    }
};

TEST_F(ToldRegistry, NewIdsAtOnceAsOneByOne) {
    registry::PatientWatcher follower(system_ids(), keys_.get());
    for (bool const singly : {true, false}) {
        auto const told = tell(pool_, follower, singly ? "S" : "T", singly);
        ASSERT_TRUE(told.ok()) << told.error().detail;
    }
    expect_same(patients("S"), patients("T"), 9);
}

TEST_F(ToldRepository, NewIdsAtOnceAsOneByOne) {
    repository::MergeWatcher follower(keys_.get());
    for (bool const singly : {true, false}) {
        auto const told = tell(pool_, follower, singly ? "S" : "T", singly);
        ASSERT_TRUE(told.ok()) << told.error().detail;
    }
    expect_same(patients("S"), patients("T"), 5);
}

}  // namespace
}  // namespace musubi::mpi
