// After a disaster (guideline BC-5): many patients under temporary ids, nobody linked by matching,
// settled one by one by merges of their source, until somebody can sign off that none is left.

#include <gtest/gtest.h>

#include "node/policy/region.h"
#include "support/pix_messages.h"

namespace musubi::test {
namespace {

constexpr char kTemporary[] = "2.999.1.1.77";
constexpr int kMany = 24;

struct Casualty {
    Person person;
    std::string known, temporary;  ///< CX: as the hospital knew him, as he was brought in
    Papers papers;                 ///< written under the temporary id
};

class TemporaryIds : public ::testing::Test {
protected:
    TemporaryIds()
        : node_(consent_node(
              {{"[1.2.392.100495.20.3.51.11319876543, 2.999.1.1.1]",
                "[1.2.392.100495.20.3.51.11319876543, " + std::string(kTemporary) + "]"},
               {"  insurance_is_key: false\n",
                "  insurance_is_key: false\n  temporary: {clause: K3.13, authorities: [" +
                    std::string(kTemporary) + "]}\n"}})) {
        node_->start();
    }
    void feed(std::string const& id, Person const& person) {
        std::string const message = adt25("A28", id, "", person);
        EXPECT_EQ(ack_of(hospital_.exchange_hl7(message)), "AA");
    }
    std::string regional(std::string const& local) {
        std::string const answer = hospital_.exchange_hl7(
            pix_query(local, std::string("^^^&") + kRegionalAuthority + "&ISO"));
        std::string const pid = segment_of(answer, "PID");
        std::size_t const at = pid.find("|", pid.find("|", 4) + 1) + 1;
        return pid.substr(at, pid.find('^') - at) + "^^^&" + kRegionalAuthority + "&ISO";
    }
    bool merge(Casualty const& one) {
        return ack_of(hospital_.exchange_hl7(adt25("A40", one.known, one.temporary, one.person))) ==
               "AA";
    }
    CommandOutcome review(std::string const& verb) const {
        return node_->command({"patient", "review", verb});
    }
    static std::string last_line(std::string text) {
        if (!text.empty()) text.pop_back();
        return text.substr(text.rfind('\n') + 1);
    }

    std::unique_ptr<TestNode> node_;
    NodeClient hospital_{*node_, "hospital-kita"};
};

TEST_F(TemporaryIds, AreLinkedByNoMatchingAndSettledByMergesUntilNoneIsOpen) {
    std::vector<Casualty> all;
    for (int i = 0; i < kMany; ++i) {
        Casualty one;
        one.person = {"SAIGAI" + std::string(1, static_cast<char>('A' + i)), "HANAKO",
                      "19500" + std::to_string(1 + i % 9) + "1" + std::to_string(i % 9)};
        one.known = fresh_patient(kHospitalAuthority);
        one.temporary = fresh_patient(kTemporary);
        feed(one.known, one.person);
        feed(one.temporary, one.person);
        std::string const home = regional(one.temporary);
        EXPECT_NE(home, regional(one.known)) << "the same words, and not one person yet";
        one.papers = letter_for(home, "brought in without papers");
        auto const sent = hospital_.submit(one.papers);
        EXPECT_TRUE(sent.success()) << sent.text();
        all.push_back(std::move(one));
    }
    auto const before = review("temporary");
    EXPECT_EQ(before.status, 3) << before.output;
    EXPECT_EQ(last_line(before.output),
              "24 temporary ids: 0 merged, 0 linked, 0 corrected, 24 open");

    Casualty const& last = all.back();
    for (Casualty const& one : all) {
        EXPECT_TRUE(&one == &last || merge(one)) << one.temporary;
    }
    auto const nearly = review("temporary");
    EXPECT_EQ(nearly.status, 3);
    EXPECT_NE(nearly.output.find(last.temporary), std::string::npos);
    EXPECT_EQ(last_line(nearly.output),
              "24 temporary ids: 23 merged, 0 linked, 0 corrected, 1 open");
    EXPECT_TRUE(merge(last));

    for (Casualty const& one : all) {
        auto const found = hospital_.find(regional(one.known));
        EXPECT_EQ(found.unique_ids(), std::vector<std::string>{one.papers.documents[0].unique_id});
    }
    auto const after = review("temporary");
    EXPECT_EQ(after.status, 0) << after.output;
    EXPECT_NE(after.output.find("merged into " + all[0].known), std::string::npos) << after.output;
    EXPECT_EQ(last_line(after.output),
              "24 temporary ids: 24 merged, 0 linked, 0 corrected, 0 open");
    EXPECT_FALSE(merge(last)) << "a temporary id is used up";
}

TEST_F(TemporaryIds, AreNotMergedForAMemberThatMayNotFeedThem) {
    Casualty one;
    one.known = fresh_patient(kClinicAuthority);
    one.temporary = fresh_patient(kTemporary);
    feed(one.temporary, {"A", "B", ""});
    NodeClient clinic(*node_, "clinic-kita");
    EXPECT_EQ(ack_of(clinic.exchange_hl7(adt25("A28", one.known))), "AA");
    EXPECT_NE(ack_of(clinic.exchange_hl7(adt25("A40", one.known, one.temporary))), "AA");
    // Between ordinary domains a merge stays what it is: within one.
    NodeClient toolkit(*node_, "toolkit");
    std::string const a = fresh_patient("2.16.840.1.113883.3.72.5.9.1"),
                      b = fresh_patient("2.16.840.1.113883.3.72.5.9.2");
    for (auto const& id : {a, b}) EXPECT_EQ(ack_of(toolkit.exchange_hl7(adt25("A28", id))), "AA");
    EXPECT_NE(ack_of(toolkit.exchange_hl7(adt25("A40", a, b))), "AA");
}

}  // namespace
}  // namespace musubi::test
