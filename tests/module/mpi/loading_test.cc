// A load gives what single feeds give (pix-pdq 7).

#include "mpi/loading.h"
#include "module/mpi/index_fixture.h"
#include "mpi/engine.h"
#include "support/population/population.h"

#include <cstdlib>

namespace musubi::mpi {
namespace {

/// Keys in order, so that two runs decide ties alike.
class CountingIds final : public IdSource {
public:
    Uuid uuid() override { return system_ids().uuid(); }
    std::int64_t key() override { return ++last_; }
    void random(std::uint8_t* out, std::size_t size) override { system_ids().random(out, size); }

private:
    std::int64_t last_ = 1'000'000;
};

class MpiLoading : public MpiIndex {
protected:
    static LoadItem item(core::PatientChange change, std::string original = "line") {
        return {std::move(change), std::move(original)};
    }
    static Result<LoadOutcome> load(pg::Pool& pool, Store const& store,
                                    std::vector<LoadItem> items) {
        auto const versions = pool.run([&](pg::Tx& tx) { return store.versions(tx); });
        if (!versions) return versions.error();
        LoadBatch const batch = TRY(prepare(store.context(), *versions, std::move(items)));
        return pool.run([&](pg::Tx& tx) { return Loading(store.context(), tx).apply(batch); });
    }
    Result<LoadOutcome> load(std::vector<LoadItem> items) {
        return load(pool_, store_, std::move(items));
    }
};

TEST_F(MpiLoading, NewRecordsAreLinkedWithEachOtherAndWithWhatIsThere) {
    std::string const first = fed(a_, "患者");
    followers_ = {};
    auto const done = load({item(person(b_, "患者")), item(person(c_, "患者")),
                            item(person(a2_, "別人")), item(person(a3_, "他人", "花子"))});
    ASSERT_TRUE(done.ok()) << done.error().detail;
    EXPECT_EQ(done->added, 4U);
    EXPECT_TRUE(done->left.empty());
    EXPECT_EQ(together(a_), "A-1 B-1 C-1");
    EXPECT_EQ(regional(c_), first);
    EXPECT_EQ(together(a2_), "A-2");
    EXPECT_EQ(together(a3_), "A-3");
    EXPECT_EQ(ask("select count(*) from mpi.edge where state = 4"), "3|\n");
    std::sort(followers_.sets.begin(), followers_.sets.end());
    EXPECT_EQ(followers_.sets, (std::vector<std::string>{"A-1 B-1 C-1 ", "A-2 ", "A-3 "}));
    EXPECT_EQ(followers_.merges.size(), 2U);
}

TEST_F(MpiLoading, WhatWasLoadedBeforeIsLeftAsItIsAndWhatChangedIsLeftToAFeed) {
    ASSERT_TRUE(load({item(person(a_, "患者")), item(person(b_, "別人", "花子"))}).ok());
    std::string const before = everything();
    auto const again = load({item(person(a_, "患者")), item(person(b_, "別人", "花子"))});
    ASSERT_TRUE(again.ok());
    EXPECT_EQ(again->unchanged, 2U);
    EXPECT_EQ(again->added, 0U);
    EXPECT_EQ(everything(), before);
    auto const changed = load({item(person(a_, "患者")), item(person(b_, "患者"))});
    ASSERT_TRUE(changed.ok());
    EXPECT_EQ(changed->left, std::vector<std::size_t>{1});
    EXPECT_EQ(everything(), before);
}

TEST_F(MpiLoading, AnIdToldTwiceAndOneWithSeveralIdsAreLeftAndARetiredOneIsRefused) {
    fed(a_, "患者"), fed(a2_, "患者");
    ASSERT_TRUE(merge(a_, a2_).ok());
    auto several = person(c_, "第三", "三郎");
    several.ids.push_back({d1_, "PI"});
    auto const done = load({item(person(b_, "患者")), item(person(b_, "患者", "花子")),
                            item(several), item(person(a_, "患者"))});
    ASSERT_TRUE(done.ok());
    EXPECT_EQ(done->added, 1U);
    EXPECT_EQ(done->left, (std::vector<std::size_t>{1, 2}));
    EXPECT_EQ(done->refused, std::vector<std::size_t>{3});
}

TEST_F(MpiLoading, AnIdThatIsARegionalIdStaysOne) {
    ASSERT_TRUE(load({item(person(d1_, "患者")), item(person(a_, "患者"))}).ok());
    EXPECT_EQ(regional(d1_), d1_.to_cx());
    EXPECT_EQ(together(a_), "A-1 D-1");
}

TEST_F(MpiLoading, AStopAnywhereLeavesNothing) {
    fed(a_, "患者");
    std::string const before = everything();
    for (char const* point : {"mpi.load_after_records", "mpi.load_after_tokens",
                              "mpi.load_after_links", "mpi.before_watchers", "mpi.after_moves"}) {
        arm_faults(std::string(point) + "=error@1");
        EXPECT_FALSE(load({item(person(b_, "患者")), item(person(c_, "別人"))}).ok()) << point;
        arm_faults("");
        EXPECT_EQ(everything(), before) << point;
    }
}

TEST_F(MpiLoading, GivesThePersonsThatSingleFeedsGive) {
    char const* const size = std::getenv("MUSUBI_TEST_LOAD_RECORDS");
    auto const wanted = static_cast<std::size_t>(size ? std::atoi(size) : 1'500);
    auto people = population::generate({static_cast<int>(wanted), 7});
    people.resize(std::min(people.size(), wanted));
    auto const change_of = [](population::GeneratedRecord const& from) {
        core::PatientChange out = change(domain::FeedEvent::kAdd, from.id);
        out.demographics.names = from.person.names;
        out.demographics.birth_time = from.person.birth_time;
        out.demographics.sex = from.person.sex;
        out.demographics.addresses = from.person.addresses;
        out.demographics.home_phones = from.person.home_phones;
        out.demographics.insurances = from.person.insurances;
        out.demographics.multiple_birth = from.person.multiple_birth;
        out.demographics.birth_order = from.person.birth_order;
        return out;
    };
    // Who is with whom, which pairs wait and what is known about each, by place in the file.
    auto const picture = [&](pg::Pool& pool, test::TestDatabase const& database, bool bulk) {
        CountingIds ids;
        core::Ports ports;
        Store store(pool, *keys_, ids, ports, StoreSettings{kRegion, {kDirect}, {}},
                    make_engine(match::Weights{}, 1));
        for (std::size_t at = 0; at < people.size();) {
            std::vector<LoadItem> items;
            for (; at < people.size() && items.size() < 400; ++at)
                items.push_back(item(change_of(people[at])));
            if (bulk) {
                auto const done = load(pool, store, std::move(items));
                EXPECT_TRUE(done.ok()) << (done ? "" : done.error().detail);
                EXPECT_TRUE(done && done->left.empty());
                continue;
            }
            auto const done = pool.run([&](pg::Tx& tx) -> Status {
                for (LoadItem const& one : items) TRY(store.apply(tx, one.change));
                return {};
            });
            EXPECT_TRUE(done.ok()) << (done ? "" : done.error().detail);
        }
        auto rows = pg::run_script(
            database.superuser(),
            "with n as (select record_key, person_key, row_number() over (order by record_key) n "
            "from mpi.identifier), f as (select person_key, min(n) first from n group by 1)"
            " select n::text, first::text, '' from n join f using (person_key)"
            " union all select x.n || '-' || y.n, e.state || ' ' || e.verdict || ' ' || e.score, "
            "e.held from mpi.edge e join n x on x.record_key = e.a join n y on y.record_key = e.b"
            " order by 1, 2");
        std::vector<std::string> out;
        EXPECT_TRUE(rows.ok());
        for (auto const& row : *rows) out.push_back(row[0] + " " + row[1] + " " + row[2]);
        return out;
    };
    test::TestDatabase second(test::migrations_of("mpi"));
    pg::Pool other(pg::PoolConfig{.conninfo = second.serving(), .size = 2});
    auto const loaded = picture(pool_, database_, true);
    auto const single = picture(other, second, false);
    EXPECT_GT(loaded.size(), people.size());
    EXPECT_EQ(loaded, single);
}

}  // namespace
}  // namespace musubi::mpi
