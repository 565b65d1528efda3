// Patients by somebody else's family name, for the review of the audit trail (LG-4).

#include "mpi/namesakes.h"

#include "module/mpi/index_fixture.h"

namespace musubi::mpi {
namespace {

using Names = std::set<std::string>;
domain::PatientId const other_{"A-9", kKita};

TEST_F(MpiIndex, PatientsOfAFamilyNameAreToldByTokens) {
    std::string const yamada = fed(a_, "山田"), sato = fed(d1_, "佐藤", "花子");
    Namesakes const namesakes(store_);
    auto const tokens = *namesakes.family_tokens("山田 一郎");
    ASSERT_EQ(tokens.size(), 1U);
    EXPECT_EQ(*namesakes.of_family({yamada, sato, "nobody^^^&1.2&ISO"}, tokens), Names{yamada});
    EXPECT_EQ(*namesakes.of_family({sato}, tokens), Names{});
    EXPECT_EQ(*namesakes.of_family({yamada}, {}), Names{});
    EXPECT_TRUE(namesakes.family_tokens("山田一郎")->empty()) << "which part is the family's?";
}

TEST_F(MpiIndex, AnyRecordOfThePersonCounts) {
    std::string const one = fed(a_, "山田");
    fed(other_, "佐藤");
    ASSERT_TRUE(merge(other_, a_).ok());
    Namesakes const namesakes(store_);
    EXPECT_EQ(*namesakes.of_family({one}, *namesakes.family_tokens("山田 一郎")), Names{one});
    EXPECT_EQ(*namesakes.of_family({one}, *namesakes.family_tokens("佐藤 一郎")), Names{})
        << "a record that was merged away is no longer the person's";
}

}  // namespace
}  // namespace musubi::mpi
