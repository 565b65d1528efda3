// A person with several regional ids (pix-pdq 7): each record tells its own.

#include "module/mpi/index_fixture.h"

namespace musubi::mpi {
namespace {

TEST_F(MpiIndex, EachRecordOfAPersonWithSeveralRegionalIdsTellsItsOwn) {
    auto both = person(d1_, "患者");
    both.ids.push_back({a_, "PI"});
    fed(both);
    fed(b_, "患者");
    ASSERT_EQ(together(a_), "A-1 B-1 D-1") << "matching has linked them";
    core::DemographicsPort::Search search;
    domain::NameCriterion name;
    name.family = "患者";
    name.given = "太郎";
    search.query.names = {name};
    auto const found = store_.search(search);
    ASSERT_TRUE(found.ok());
    ASSERT_EQ(found->size(), 1U);
    std::map<std::string, std::string> names;
    for (auto const& record : (*found)[0].records) names[record.id.id.id] = record.patient;
    EXPECT_EQ(names["D-1"], d1_.to_cx());
    EXPECT_EQ(names["A-1"], d1_.to_cx());
    EXPECT_EQ(names["B-1"], regional(b_));
    EXPECT_NE(names["B-1"], d1_.to_cx());
}

}  // namespace
}  // namespace musubi::mpi
