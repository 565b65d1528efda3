// Broken glass through a whole node: who says why sees what consent hides, and everybody who should
// learn of it does (modules/policy/README.md, Emergency).

#include <gtest/gtest.h>

#include <algorithm>

#include "node/policy/notice_receiver.h"
#include "node/policy/region.h"
#include "platform/base/text.h"

namespace musubi::test {
namespace {

Claim emergency(std::vector<std::string> purposes = {"ETREAT", "UNCONSCIOUS"}) {
    Claim claim;
    claim.purposes = std::move(purposes);
    return claim;
}

class BrokenGlass : public ::testing::Test {
protected:
    BrokenGlass()
        : node_(consent_node({{"    notify: [sources]",
                               "    notify: [sources]\n    addresses:\n"
                               "      - {member: hospital-kita, url: \"" +
                                   receiver_.url() + "\"}"}})) {
        node_->start();
        EXPECT_EQ(hospital_.feed("A01", patient_), "AA");
        auto const sent = hospital_.submit(letter_);
        EXPECT_TRUE(sent.success()) << sent.text();
    }
    std::string const& letter() const { return letter_.documents[0].unique_id; }
    std::vector<std::string> only_letter() const { return {letter()}; }
    UserClient doctor(Claim claim) const { return {*node_, "clinic-kita", std::move(claim)}; }
    int count(std::string const& from) const {
        return std::stoi(node_->sql("select count(*) from policy." + from)[0][0]);
    }
    std::string command(std::vector<std::string> words) const {
        auto const done = node_->command(std::move(words));
        EXPECT_EQ(done.status, 0) << done.output;
        return done.output;
    }

    NoticeReceiver receiver_;
    std::string const patient_ = fresh_patient();
    Papers const letter_ = letter_for(patient_, "what only consent opens");
    std::unique_ptr<TestNode> node_;
    NodeClient hospital_{*node_, "hospital-kita"};
    NodeClient clinic_{*node_, "clinic-kita"};
};

TEST_F(BrokenGlass, OpensToAPersonWithPurposeAndReasonWhatConsentHides) {
    EXPECT_TRUE(clinic_.find(patient_).unique_ids().empty()) << "nobody with a name";
    EXPECT_TRUE(doctor({}).find(patient_).empty()) << "mere treatment";
    EXPECT_TRUE(doctor(emergency({"ETREAT"})).find(patient_).empty()) << "no reason";
    EXPECT_TRUE(doctor(emergency({"TREAT", "UNCONSCIOUS"})).find(patient_).empty()) << "no claim";
    EXPECT_EQ(count("emergency_access"), 0);
    EXPECT_TRUE(records_of(*node_, patient_, "110127").empty());

    EXPECT_EQ(doctor(emergency()).find(patient_), only_letter());
    EXPECT_EQ(doctor(emergency()).retrieve(letter()), "what only consent opens");
    EXPECT_EQ(doctor({}).retrieve(letter()), "") << "it is open to who claims it, not to the house";

    auto const alarms = records_of(*node_, patient_, "110127");
    ASSERT_EQ(alarms.size(), 1U) << "one claim, however many requests";
    EXPECT_EQ(alarms[0].event.organisation, "clinic-kita");
    EXPECT_TRUE(alarms[0].event.rule.starts_with("K4.9")) << alarms[0].event.rule;
    EXPECT_NE(alarms[0].message.find(kDoctor), std::string::npos);
    auto const looks = records_of(*node_, patient_, "ITI-18");
    EXPECT_TRUE(std::any_of(looks.begin(), looks.end(), [](auto const& look) {
        return look.event.rule.find("K4.9") != std::string::npos;
    })) << "the look itself cites the clause";
}

TEST_F(BrokenGlass, IsToldToWhoHoldsTheRecordsAndPostedWhereTheAgreementSays) {
    EXPECT_EQ(doctor(emergency({"BTG", "LIFE-THREATENING"})).find(patient_), only_letter());
    ASSERT_TRUE(eventually([&] { return receiver_.heard().size() == 1; }));
    std::string const notice = receiver_.heard()[0];
    for (std::string const part :
         {R"("kind":"emergency")", R"("recipient":"hospital-kita")", R"("member":"clinic-kita")",
          R"("reason":"LIFE-THREATENING")", R"("clause":"K4.9")"})
        EXPECT_NE(notice.find(part), std::string::npos) << notice;
    EXPECT_NE(notice.find(kDoctor), std::string::npos) << notice;
    std::string const table = command({"emergency", "notices", "--member", "hospital-kita"});
    EXPECT_NE(table.find(kDoctor), std::string::npos) << table;
    EXPECT_NE(table.find("LIFE-THREATENING"), std::string::npos) << table;
}

TEST_F(BrokenGlass, AnAbsoluteNoStands) {
    command({"consent", "withdraw", "--patient", patient_, "--absolute"});
    EXPECT_TRUE(doctor(emergency()).find(patient_).empty());
    EXPECT_EQ(doctor(emergency()).retrieve(letter()), "");
    command({"consent", "withdraw", "--patient", patient_});
    EXPECT_EQ(doctor(emergency()).find(patient_), only_letter()) << "an ordinary no gives way";
}

TEST_F(BrokenGlass, LastsItsMinutesAndIsThenAnnouncedAnew) {
    EXPECT_EQ(doctor(emergency()).find(patient_), only_letter());
    EXPECT_EQ(doctor(emergency()).find(patient_), only_letter());
    EXPECT_EQ(count("emergency_access"), 1);
    EXPECT_EQ(node_->sql("select (ends_at - opened_at)::text from policy.emergency_access")[0][0],
              "04:00:00");
    node_->sql(
        "update policy.emergency_access set opened_at = opened_at - interval '1 day', "
        "ends_at = ends_at - interval '1 day'");
    EXPECT_EQ(doctor(emergency()).find(patient_), only_letter());
    EXPECT_EQ(count("emergency_access"), 2);
    EXPECT_EQ(records_of(*node_, patient_, "110127").size(), 2U);
    EXPECT_TRUE(eventually([&] { return receiver_.heard().size() == 2; }));
}

TEST_F(BrokenGlass, WaitsForAReviewAndTheNodeIsDegradedPastItsDay) {
    EXPECT_EQ(doctor(emergency()).find(patient_), only_letter());
    auto const overdue = [&] {
        return node_->operator_page("/health/ready").find("not reviewed in time") !=
               std::string::npos;
    };
    EXPECT_FALSE(overdue());
    node_->sql("update policy.emergency_access set review_by = now() - interval '1 minute'");
    EXPECT_TRUE(eventually(overdue)) << node_->operator_page("/health/ready");

    std::string const open = command({"emergency", "review", "list"});
    EXPECT_NE(open.find("not reviewed"), std::string::npos) << open;
    EXPECT_NE(open.find("UNCONSCIOUS"), std::string::npos) << open;
    std::vector<std::string> const close = {
        "emergency", "review",      "close", "--access", open.substr(0, 36),
        "--verdict", "unjustified", "--by",  "officer-1"};
    command(close);
    EXPECT_NE(node_->command(close).status, 0) << "a verdict is not given twice";
    EXPECT_EQ(command({"emergency", "review", "list"}).substr(0, 4), "none");
    std::string const all = command({"emergency", "review", "list", "--all"});
    EXPECT_NE(all.find("NOT justified, says officer-1"), std::string::npos) << all;
    EXPECT_EQ(records_of(*node_, patient_, "110138").size(), 1U);
    EXPECT_TRUE(eventually([&] { return !overdue(); }));
}

}  // namespace
}  // namespace musubi::test
