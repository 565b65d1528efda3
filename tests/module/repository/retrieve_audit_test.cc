// Security fact sheet 6.2, ITI-43: whose documents were asked for stands in the record when it is
// known, one record for each patient, whatever the asker was told.
#include "module/repository/fixture.h"

namespace musubi::repository {
namespace {

struct Told {
    domain::AuditOutcome outcome;
    Strings objects;
    bool operator==(Told const&) const = default;
};

class RetrieveAudit : public RepositoryTest {
protected:
    std::vector<Told> records(std::vector<domain::DocumentRequest> const& requests,
                              std::string const& member) {
        ledger_.events.clear();
        retrieve(requests, member);
        std::vector<Told> out;
        for (domain::AuditEvent const& event : ledger_.events) {
            Strings objects;
            for (auto const& object : event.objects) objects.push_back(object.id);
            out.push_back({event.outcome, objects});
        }
        return out;
    }
    static domain::DocumentRequest here(std::string const& unique_id) {
        return {std::nullopt, kUnique, unique_id};
    }
    domain::AuditOutcome const minor_ = domain::AuditOutcome::kMinorFailure;
};

TEST_F(RetrieveAudit, TheRecordOfAHiddenDocumentNamesItsPatientAndThatOfAnAbsentOneNobody) {
    provide({{"1.2.1", small_}});
    policy_.rules["minami"] = {{"K1", {"minami"}, {}, {}, {}}};
    EXPECT_EQ(records({here("1.2.1")}, "minami"),
              (std::vector<Told>{{minor_, {kPatient, "1.2.1"}}}));
    EXPECT_EQ(records({here("1.2.404")}, "minami"), (std::vector<Told>{{minor_, {"1.2.404"}}}));
}

TEST_F(RetrieveAudit, EachPatientHasARecordOfItsOwn) {
    provide({{"1.2.1", small_}});
    provide({{"1.2.2", small_}}, kSurvivor);
    policy_.rules["minami"] = {{"K1", {"minami"}, {}, {}, {}}};
    EXPECT_EQ(
        records({here("1.2.1"), here("1.2.404"), here("1.2.2")}, "minami"),
        (std::vector<Told>{
            {minor_, {"1.2.404"}}, {minor_, {kPatient, "1.2.1"}}, {minor_, {kSurvivor, "1.2.2"}}}));
}

TEST_F(RetrieveAudit, ADocumentOfAnotherRepositoryIsNobodysHere) {
    provide({{"1.2.1", small_}});
    EXPECT_EQ(records({{std::nullopt, "9.9.9", "1.2.1"}}, "kita"),
              (std::vector<Told>{{minor_, {"1.2.1"}}}));
}

TEST_F(RetrieveAudit, TheRecordOfARefusalNamesThePatientToo) {
    provide({{"1.2.1", small_}});
    auto const told = records({here("1.2.1")}, "stranger");
    ASSERT_EQ(told.size(), 1U);
    EXPECT_NE(told[0].outcome, domain::AuditOutcome::kSuccess);
    EXPECT_EQ(told[0].objects, (Strings{kPatient, "1.2.1"}));
}

}  // namespace
}  // namespace musubi::repository
