// New tokens beside the old ones (pix-pdq 10.1).

#include "mpi/reindex.h"
#include "module/mpi/index_fixture.h"

namespace musubi::mpi {
namespace {

class MpiReindex : public MpiIndex {
protected:
    template <class F>
    auto in_tx(F&& action) {
        return pool_.run(action);
    }
    std::string versions_of(char const* table) {
        return ask(std::string("select key_version, count(*) from mpi.") + table +
                   " group by 1 order by 1");
    }
    /// A store that has not yet read the versions.
    std::unique_ptr<Store> fresh_store() {
        return std::make_unique<Store>(pool_, *keys_, system_ids(), ports_,
                                       StoreSettings{kRegion, {kDirect}, {}},
                                       std::make_unique<PlainMatching>());
    }
    Reindex work_{store_};
};

TEST_F(MpiReindex, EveryRecordIsFoundBeforeWhileAndAfterAndOldTokensAreGone) {
    fed(a_, "患者");
    fed(c_, "別人", "花子");
    auto const version = in_tx([&](pg::Tx& tx) { return work_.begin(tx); });
    ASSERT_TRUE(version.ok());
    EXPECT_EQ(*version, 2);
    EXPECT_EQ(*in_tx([&](pg::Tx& tx) { return work_.begin(tx); }), 2);  // goes on, not anew
    // Half way; a feed meanwhile writes both versions and finds the first.
    auto step = in_tx([&](pg::Tx& tx) { return work_.fill(tx, 2, 1); });
    ASSERT_TRUE(step.ok());
    EXPECT_FALSE(step->done);
    EXPECT_EQ(versions_of("blocking"), "1|2|\n2|1|\n");
    auto const during = fresh_store();
    auto const linked = in_tx([&](pg::Tx& tx) { return during->apply(tx, person(b_, "患者")); });
    ASSERT_TRUE(linked.ok());
    EXPECT_EQ(together(b_), "A-1 B-1");
    // A stop leaves what was done.
    arm_faults("mpi.reindex_after_batch=error@1");
    EXPECT_FALSE(in_tx([&](pg::Tx& tx) { return work_.fill(tx, 2); }).ok());
    arm_faults("");
    step = in_tx([&](pg::Tx& tx) { return work_.fill(tx, 2); });
    ASSERT_TRUE(step.ok());
    EXPECT_TRUE(step->done);
    EXPECT_EQ(versions_of("blocking"), "1|3|\n2|3|\n");
    EXPECT_EQ(versions_of("search_token"), "1|6|\n2|6|\n");
    ASSERT_TRUE(in_tx([&](pg::Tx& tx) -> Status {
                    work_.switch_over(tx, 2);
                    return {};
                }).ok());
    ASSERT_EQ(in_tx([&](pg::Tx& tx) { return work_.state(tx); })->over,
              std::vector<std::int16_t>{1});
    ASSERT_TRUE(in_tx([&](pg::Tx& tx) { return work_.sweep(tx, 1); })->done);
    EXPECT_EQ(versions_of("blocking"), "2|3|\n");
    EXPECT_EQ(versions_of("search_token"), "2|6|\n");
    EXPECT_TRUE(in_tx([&](pg::Tx& tx) { return work_.state(tx); })->over.empty());
    auto const after = fresh_store();
    core::DemographicsPort::Search search;
    domain::NameCriterion name;
    name.family = "別人";
    search.query.names = {name};
    auto const found = after->search(search);
    ASSERT_TRUE(found.ok());
    EXPECT_EQ(found->size(), 1U);
}

}  // namespace
}  // namespace musubi::mpi
