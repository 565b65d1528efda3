// Persons with several regional ids (authorities whose ids are regional ids as they are), and
// questions that select more of the region than the asker may see.
#include "unit/pdq/v2_fixture.h"

namespace musubi::pdq {
namespace {

using test::kClinic;
using test::kKita;
using test::person;
using test::record;
using test::region_cx;

core::DemographicsPort::Record called(std::string const& regional,
                                      core::DemographicsPort::Record record) {
    record.patient = region_cx(regional);
    return record;
}

TEST(SeveralRegionalIds, APersonIsCalledByTheOneOfARecordThatIsSeen) {
    V2World w;
    w.agreement.open = {kKita};
    // The clinic's record fits best, but only the hospital's may be seen.
    w.people.add("CLINIC-ONE",
                 {called("CLINIC-ONE", record("C1", kClinic, person("YAMADA", "A"))),
                  called("KITA-ONE", record("K1", kKita, person("YAMADA", "B"), 90))});
    std::string const answer = w.send(V2World::query());
    EXPECT_EQ(outcome(answer), "AA/OK") << answer;
    EXPECT_EQ(answer.find("CLINIC-ONE"), std::string::npos) << answer;
    EXPECT_NE(answer.find("KITA-ONE"), std::string::npos) << answer;
    EXPECT_EQ(w.patients_in_record(), (std::vector<std::string>{region_cx("KITA-ONE")}));
}

TEST(SeveralRegionalIds, EachRecordIsJudgedByWhatWasSaidAboutItsOwn) {
    V2World w;
    w.agreement.own = {};
    w.agreement.hidden = {region_cx("CLINIC-ONE")};
    w.people.add("CLINIC-ONE",
                 {called("CLINIC-ONE", record("C1", kClinic, person("YAMADA", "A"))),
                  called("KITA-ONE", record("K1", kKita, person("YAMADA", "B"), 90))});
    std::string const answer = w.send(V2World::query());
    ASSERT_EQ(told(answer).size(), 1U) << answer;
    EXPECT_EQ(answer.find("C1"), std::string::npos) << answer;
    EXPECT_NE(answer.find("K1"), std::string::npos) << answer;
}

TEST(SeveralRegionalIds, ThePersonIsFoundByAnyThatIsSeenAndByNoneThatIsHidden) {
    V2World w;
    w.agreement.open = {kKita};
    w.people.add("CLINIC-ONE",
                 {called("CLINIC-ONE", record("C1", kClinic, person("YAMADA", "A"))),
                  called("KITA-TWO", record("K2", kKita, person("YAMADA", "B"), 80)),
                  called("KITA-ONE", record("K1", kKita, person("YAMADA", "B"), 90))});
    auto const by_id = [&](std::string const& id) {
        return w.send(
            V2World::query("@PID.3.1^" + id + "~@PID.3.4.2^" + test::kRegion + "~@PID.3.4.3^ISO"));
    };
    EXPECT_EQ(outcome(by_id("KITA-ONE")), "AA/OK");
    EXPECT_EQ(outcome(by_id("KITA-TWO")), "AA/OK");
    EXPECT_EQ(outcome(by_id("CLINIC-ONE")), "AA/NF");
}

TEST(WideQuestions, WhoAreHiddenDoNotMakeAQuestionTooWide) {
    V2World w;
    w.agreement.own = {};
    for (int i = 0; i < core::kMaxSearched + 500; ++i) {
        std::string const name = "H" + std::to_string(i);
        w.people.add(name, {record(name, kClinic, person("YAMADA", "X"))});
        w.agreement.hidden.insert(region_cx(name));
    }
    EXPECT_EQ(outcome(w.send(V2World::query())), "AA/NF") << "as though there were none of them";
    w.people.add("R1", {record("K1", kKita, person("YAMADA", "TARO"))});
    EXPECT_EQ(told(w.send(V2World::query())).size(), 1U);
    EXPECT_EQ(w.people.last.limit, core::kMaxLookedThrough);
}

}  // namespace
}  // namespace musubi::pdq
