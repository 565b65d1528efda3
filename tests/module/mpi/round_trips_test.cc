// What a feed and a question cost: each wait for the database counts.

#include "platform/pg/round_trips.h"
#include "module/mpi/index_fixture.h"

namespace musubi::mpi {
namespace {

class MpiRoundTrips : public MpiIndex {
protected:
    template <class F>
    std::uint64_t cost(F&& action) {
        std::uint64_t const before = pg::round_trips();
        action();
        return pg::round_trips() - before;
    }
    core::PatientChange message(core::PatientChange change, std::string const& key) {
        change.message_key = key;
        change.original = as_bytes(text_);
        return change;
    }
    std::string const text_ = "MSH|...";
};

TEST_F(MpiRoundTrips, ANewPersonCostsThreeAndOneWhoIsLinkedFour) {
    fed(c_, "先客", "一郎");  // token versions are known from here on
    EXPECT_EQ(cost([&] { fed(message(person(a_, "患者"), "k|1")); }), 3U);
    EXPECT_EQ(cost([&] { fed(message(person(b_, "患者"), "m|1")); }), 4U);
    EXPECT_EQ(together(a_), "A-1 B-1");
    EXPECT_EQ(cost([&] { fed(message(person(b_, "患者"), "m|1")); }), 2U);  // told again
}

TEST_F(MpiRoundTrips, AQuestionForIdsAndASearchCostOneEach) {
    fed(a_, "患者");
    fed(b_, "患者");
    EXPECT_EQ(cost([&] { EXPECT_EQ(together(a_), "A-1 B-1"); }), 1U);
    core::DemographicsPort::Search search;
    domain::NameCriterion name;
    name.family = "患者";
    search.query.names = {name};
    EXPECT_EQ(cost([&] {
                  auto const found = store_.search(search);
                  ASSERT_TRUE(found.ok());
                  EXPECT_EQ(found->size(), 1U);
              }),
              1U);
    domain::IdCriterion own;
    own.id.id = a_.id;
    own.id.authority.universal_id = a_.authority;
    search.query.ids = {own};
    EXPECT_EQ(cost([&] { EXPECT_TRUE(store_.search(search).ok()); }), 1U);
}

}  // namespace
}  // namespace musubi::mpi
