// Searches in a region where a name has thousands of bearers (pix-pdq 3.2, 10.1): a criterion that
// many meet hides nobody who meets all of them, and what is too wide is refused, not cut.

#include "module/mpi/index_fixture.h"
#include "mpi/engine.h"
#include "mpi/loading.h"
#include "platform/pg/round_trips.h"

namespace musubi::mpi {
namespace {

constexpr int kBearers = 2'600;

class MpiSearchSize : public MpiIndex {
protected:
    MpiSearchSize()
        : region_(pool_, *keys_, system_ids(), ports_, StoreSettings{kRegion, {kDirect}, {}},
                  make_engine(match::Weights{}, 1)) {
        std::vector<LoadItem> items;
        for (int i = 0; i < kBearers; ++i) items.push_back({bearer(i), "line"});
        auto const batch = prepare(region_.context(), {1}, std::move(items));
        EXPECT_TRUE(batch.ok());
        auto const done =
            pool_.run([&](pg::Tx& tx) { return Loading(region_.context(), tx).apply(*batch); });
        EXPECT_TRUE(done.ok()) << done.error().detail;
    }

    /// All 佐藤, born on different days; 26 given names of a hundred bearers each.
    static core::PatientChange bearer(int i) {
        static constexpr char const* kOnes[] = {"一", "二", "三", "四", "五",
                                                "六", "七", "八", "九", "十"};
        static constexpr char const* kEnds[] = {"郎", "雄", "彦"};
        auto const given = std::string(kOnes[i % 26 % 10]) + kEnds[i % 26 / 10];
        return person({"S-" + std::to_string(i), kKita}, "佐藤", given, birth(i));
    }
    static std::string birth(int i) {
        std::string const rest = std::to_string(100 + i % 28 + 1).substr(1);
        return std::to_string(1920 + i / 28 % 100) + "04" + rest;
    }
    static core::DemographicsPort::Search named(std::string const& family,
                                                std::string const& given = "") {
        core::DemographicsPort::Search search;
        domain::NameCriterion name;
        name.family = family;
        name.given = given;
        search.query.names = {name};
        return search;
    }
    /// The local ids found, sorted; or the code of the refusal.
    std::string found(core::DemographicsPort::Search const& search) {
        auto const out = region_.search(search);
        if (!out) return std::string(to_string(out.error().code));
        std::vector<std::string> ids;
        for (auto const& person : *out) ids.push_back(person.records.front().id.id.id);
        std::sort(ids.begin(), ids.end());
        std::string text;
        for (auto const& id : ids) text += (text.empty() ? "" : " ") + id;
        return text;
    }

    Store region_;
};

TEST_F(MpiSearchSize, WhoIsBehindThousandsOfBearersOfTheNameIsFoundByNameAndBirthDate) {
    for (int const i : {0, kBearers / 2, kBearers - 1}) {
        auto search = named("佐藤");
        search.query.birth = domain::DateRange{birth(i), birth(i)};
        EXPECT_EQ(found(search), "S-" + std::to_string(i));
    }
    EXPECT_EQ(found(named("鈴木")), "");
}

TEST_F(MpiSearchSize, TwoWideCriteriaAreMetInOneStatement) {
    auto const search = named("佐藤", "十彦");  // nobody: 26 names end before
    EXPECT_EQ(found(search), "");
    std::uint64_t const before = pg::round_trips();
    auto const hundred = region_.search(named("佐藤", "三雄"));
    EXPECT_EQ(pg::round_trips() - before, 1U);
    ASSERT_TRUE(hundred.ok());
    EXPECT_EQ(hundred->size(), 100U);
}

TEST_F(MpiSearchSize, MoreThanMayBeLookedAtIsRefusedAndNotCut) {
    EXPECT_EQ(found(named("佐藤")), "TooLarge");
}

}  // namespace
}  // namespace musubi::mpi
