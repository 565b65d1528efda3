// A load leaves the same rows as single feeds: who is who, what waits, tokens, messages
// (pix-pdq 7, 10.1). Keys are compared by the order of the records in the file.

#include "module/mpi/index_fixture.h"
#include "mpi/engine.h"
#include "mpi/loading.h"
#include "support/population/population.h"

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

constexpr char const* kNumbered =
    "with n as (select record_key, person_key, regional_id, row_number() over (order by "
    "record_key) n from mpi.identifier)";

struct Question {
    char const* what;
    std::string sql;
};

std::vector<Question> const& questions() {
    static std::vector<Question> const kAll = {
        {"persons",
         std::string(kNumbered) +
             " select x.n || ' with ' || min(y.n) from n x join n y using (person_key) group by "
             "x.n order by x.n"},
        {"pairs", std::string(kNumbered) +
                      " select x.n || '-' || y.n || ' ' || e.state || ' ' || e.verdict || ' ' || "
                      "e.score || ' ' || e.held || ' ' || e.levels || ' ' || e.weights_version || "
                      "' ' || e.decided_by from mpi.edge e join n x on x.record_key = e.a join n y "
                      "on y.record_key = e.b order by 1"},
        {"blocking",
         std::string(kNumbered) +
             " select n || ' ' || type || ' ' || key_version || ' ' || encode(token, 'hex') from "
             "mpi.blocking join n using (record_key) order by 1"},
        {"search tokens",
         std::string(kNumbered) +
             " select n || ' ' || type || ' ' || key_version || ' ' || encode(token, 'hex') from "
             "mpi.search_token join n using (record_key) order by 1"},
        {"records",
         std::string(kNumbered) +
             " select n || ' ' || authority || ' ' || encode(token, 'hex') || ' ' || status || ' ' "
             "|| institution "
             "|| ' ' || weights_version || ' ' || (sealed is null) from mpi.identifier join n "
             "using (record_key) order by n"},
        // What became of a regional id on the way is another matter: a load knows all at once.
        {"history",
         "select kind || ' ' || count(*) from mpi.history where kind in ('added', "
         "'linked') group by kind order by kind"},
        {"messages", std::string(kNumbered) +
                         " select n || ' ' || event || ' ' || encode(digest, 'hex') || ' ' || "
                         "created || ' ' || "
                         "cardinality(subsumed) from mpi.record_history join n using (record_key) "
                         "order by 1"},
    };
    return kAll;
}

class MpiLoadState : public MpiIndex {
protected:
    static std::vector<LoadItem> items() {
        std::vector<LoadItem> out;
        for (auto const& from : population::generate({500, 11})) {
            LoadItem item{change(domain::FeedEvent::kAdd, from.id), from.id.id + " as it came"};
            auto& told = item.change.demographics;
            told.names = from.person.names;
            told.birth_time = from.person.birth_time;
            told.sex = from.person.sex;
            told.addresses = from.person.addresses;
            told.home_phones = from.person.home_phones;
            told.insurances = from.person.insurances;
            told.multiple_birth = from.person.multiple_birth;
            told.birth_order = from.person.birth_order;
            out.push_back(std::move(item));
        }
        return out;
    }
    Status fill(pg::Pool& pool, std::size_t batch_size) {
        CountingIds ids;
        core::Ports ports;
        Store store(pool, *keys_, ids, ports, StoreSettings{kRegion, {kDirect}, {}},
                    make_engine(match::Weights{}, 1));
        auto const all = items();
        for (std::size_t at = 0; at < all.size(); at += std::max<std::size_t>(batch_size, 1)) {
            if (batch_size == 0) {
                core::PatientChange one = all[at].change;
                one.original = as_bytes(all[at].original);
                TRY(pool.run([&](pg::Tx& tx) { return store.apply(tx, one); }));
                continue;
            }
            std::vector<LoadItem> part(
                all.begin() + static_cast<std::ptrdiff_t>(at),
                all.begin() + static_cast<std::ptrdiff_t>(std::min(all.size(), at + batch_size)));
            auto const batch = TRY(prepare(store.context(), {1}, std::move(part)));
            TRY(pool.run([&](pg::Tx& tx) { return Loading(store.context(), tx).apply(batch); }));
        }
        return {};
    }
    static std::vector<std::string> answers(test::TestDatabase const& database,
                                            Question const& question) {
        std::vector<std::string> out;
        auto const rows = pg::run_script(database.superuser(), question.sql);
        EXPECT_TRUE(rows.ok()) << (rows ? "" : rows.error().detail);
        if (rows) {
            for (auto const& row : *rows) out.push_back(row[0]);
        }
        return out;
    }
};

TEST_F(MpiLoadState, ALoadLeavesTheRowsThatSingleFeedsLeave) {
    test::TestDatabase loaded(test::migrations_of("mpi"));
    pg::Pool other(pg::PoolConfig{.conninfo = loaded.serving(), .size = 2});
    auto const fed = fill(pool_, 0);
    ASSERT_TRUE(fed.ok()) << fed.error().detail;
    auto const done = fill(other, 300);
    ASSERT_TRUE(done.ok()) << done.error().detail;
    for (Question const& question : questions()) {
        auto const single = answers(database_, question), bulk = answers(loaded, question);
        EXPECT_GE(single.size(), 2U) << question.what << ": nothing to compare";
        EXPECT_EQ(bulk, single) << question.what;
    }
}

}  // namespace
}  // namespace musubi::mpi
