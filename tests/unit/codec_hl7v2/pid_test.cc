// PID and IN1 (ITI TF-2 tables 3.8-2 and 3.30, Japanese habits of SS-MIX2).
#include "codec/hl7v2/pid.h"

#include "codec/hl7v2/parse.h"

#include <gtest/gtest.h>

namespace musubi::hl7v2 {
namespace {

using domain::DemographicsChange;
using domain::Script;

constexpr char kHead[] = "MSH|^~\\&|HIS|H|M|R|2025||ADT^A31^ADT_A05|1|P|2.5||||||UNICODE UTF-8\r";

Message message_of(std::string const& rest) {
    auto message = parse(as_bytes(kHead + rest));
    EXPECT_TRUE(message);
    return *message;
}
/// `fields` after PID-4.
DemographicsChange change_of(std::string const& fields, std::vector<std::string>* found = nullptr) {
    Message const message = message_of("PID|||1||" + fields + "\r");
    Problems problems;
    auto change = read_demographics(*message.find("PID"), problems);
    if (!problems.empty()) {
        for (Issue const& issue : problems.error(Code::kInvalidContent, "test").issues) {
            if (found) found->push_back(issue.location);
            EXPECT_EQ(issue.reason, Reason::kDataType);
        }
    }
    return change;
}

TEST(Pid, ReadsEveryField) {
    auto const c = change_of(
        "山田^花子^M^Jr^Dr^^L^I~ヤマダ^ハナコ^^^^^L^P~YAMADA^HANAKO^^^^^L^A|鈴木^^^^^^M|19800102|F|"
        "田中^花子^^^^^A||^^静岡市^静岡県^422-8033^JPN^H^登呂1-3-5||^PRN^PH^^^^^^^^^054-000-0000|"
        "03-1|JA|M|BUD|A1^^^&2.999.5&ISO^AN|||||静岡|Y|2|||JPN|20240101|N|N|AL|20250401101500|"
        "HOSP1^2.999.1^ISO");
    ASSERT_EQ(c.names->size(), 3U);
    EXPECT_EQ(c.names->at(0),
              (domain::PersonName{"山田", "花子", "M", "Jr", "Dr", "L", Script::kIdeographic}));
    EXPECT_EQ(c.names->at(1).script, Script::kPhonetic);
    EXPECT_EQ(c.names->at(2).script, Script::kAlphabetic);
    EXPECT_EQ(c.mothers_maiden_names->at(0).family, "鈴木");
    EXPECT_EQ(c.mothers_maiden_names->at(0).script, Script::kUntold);
    EXPECT_EQ(c.aliases->at(0).family, "田中");
    EXPECT_EQ(c.birth_time, "19800102");
    EXPECT_EQ(c.sex, "F");
    EXPECT_EQ(c.addresses->at(0), (domain::PostalAddress{"", "", "静岡市", "静岡県", "422-8033",
                                                         "JPN", "H", "登呂1-3-5"}));
    EXPECT_EQ(c.home_phones->at(0), (domain::Telecom{"054-000-0000", "PRN", "PH", ""}));
    EXPECT_EQ(c.business_phones->at(0).number, "03-1");
    EXPECT_EQ(c.language, "JA");
    EXPECT_EQ(c.marital_status, "M");
    EXPECT_EQ(c.religion, "BUD");
    EXPECT_EQ(*c.account, (domain::LocalId{{"A1", "2.999.5"}, "AN"}));
    EXPECT_EQ(c.birth_place, "静岡");
    EXPECT_EQ(c.multiple_birth, "Y");
    EXPECT_EQ(c.birth_order, "2");
    EXPECT_EQ(c.nationality, "JPN");
    EXPECT_EQ(c.death_time, "20240101");
    EXPECT_EQ(c.death_indicator, "N");
    EXPECT_EQ(c.identity_unknown, "N");
    EXPECT_EQ(c.identity_reliability, "AL");
    EXPECT_EQ(c.last_update, "20250401101500");
    EXPECT_EQ(c.last_update_facility, "HOSP1");
}

// ITI TF-2 C.2.6
TEST(Pid, KeepsWhatIsNotSentAndClearsWhatIsDeleted) {
    domain::Demographics person;
    person.names = {{"A", "B", "", "", "", "L", Script::kUntold}};
    person.birth_time = "1960";
    person.sex = "M";
    person.account = domain::LocalId{{"7", "2.999"}, ""};
    person.home_phones = {{"1", "", "", ""}};
    auto const before = person;
    change_of("").apply_to(person);
    EXPECT_EQ(person, before);
    change_of("\"\"||\"\"|\"\"|||||\"\"|||||\"\"").apply_to(person);
    EXPECT_TRUE(person.names.empty());
    EXPECT_EQ(person.birth_time, "");
    EXPECT_EQ(person.sex, "");
    EXPECT_FALSE(person.account);
    EXPECT_TRUE(person.home_phones.empty());
}

TEST(Pid, FindsThePhoneNumberWhereverItStands) {
    for (std::string const xtn : {"054-1-2", "^PRN^PH^^^^^^^^^054-1-2", "^PRN^PH^^^054^1-2"})
        EXPECT_EQ(change_of("||||||||" + xtn).home_phones->at(0).number, "054-1-2") << xtn;
    EXPECT_EQ(change_of("||||||||^NET^Internet^a@example.org").home_phones->at(0).email,
              "a@example.org");
}

TEST(Pid, TellsEveryDateThatIsNone) {
    std::vector<std::string> found;
    change_of("||S350102||||||||||||||||||||||20241301||||1960-01-02", &found);
    EXPECT_EQ(found, (std::vector<std::string>{"PID^1^7", "PID^1^29", "PID^1^33"}));
    for (std::string const good :
         {"1960", "196001", "19600102", "1960010203", "19600102030405.123+0900", "20240229"}) {
        found.clear();
        EXPECT_EQ(change_of("||" + good, &found).birth_time, good);
        EXPECT_TRUE(found.empty()) << good;
    }
    for (std::string const bad : {"19601301", "20230229", "196", "1960010203040506", "x",
                                  "19600102+9", "1960.5", "+0900"}) {
        found.clear();
        change_of("||" + bad, &found);
        EXPECT_EQ(found.size(), 1U) << bad;
    }
}

TEST(Pid, TakesZerosForUnknownDays) {
    EXPECT_FALSE(change_of("||00000000").birth_time);
    EXPECT_EQ(change_of("||19600000").birth_time, "1960");
    EXPECT_EQ(change_of("||19600400").birth_time, "196004");
}

// IN1-3 insurer; IN1-10 symbol, number, branch.
TEST(Pid, ReadsInsurancesAsHospitalsSendThem) {
    auto const insurances = read_insurances(
        message_of("PID|||1\rIN1|1|06^組合^JHSD0001|06123456|||||||記号１２~３４５~01\r"
                   "IN1|2|OE^自費^JHSD0001\rIN1|3|39|39000001|||||||~12345678\r"));
    ASSERT_TRUE(insurances);
    ASSERT_EQ(insurances->size(), 2U);
    EXPECT_EQ(insurances->at(0), (domain::Insurance{"06123456", "記号１２", "３４５", "01"}));
    EXPECT_EQ(insurances->at(1), (domain::Insurance{"39000001", "", "12345678", ""}));
    EXPECT_FALSE(read_insurances(message_of("PID|||1\r")));
    auto const deleted = read_insurances(message_of("PID|||1\rIN1|1||\"\"\r"));
    ASSERT_TRUE(deleted);
    EXPECT_TRUE(deleted->empty());
}

TEST(Pid, WhatIsWrittenReadsBackEqual) {
    domain::Demographics person;
    person.names = {{"山田", "花|子", "", "", "", "L", Script::kIdeographic},
                    {"ヤマダ", "ハナコ", "", "", "", "L", Script::kPhonetic},
                    {"田中", "花子", "", "", "", "A", Script::kUntold}};
    person.mothers_maiden_names = {{"鈴木", "", "", "", "", "M", Script::kUntold}};
    person.birth_time = "19800102";
    person.sex = "F";
    person.addresses = {{"1-2", "b", "市", "県", "422-8033", "JPN", "H", "全部"}};
    person.home_phones = {{"054-1", "PRN", "PH", ""}, {"", "NET", "Internet", "a@b"}};
    person.business_phones = {{"03-1", "WPN", "PH", ""}};
    person.account = domain::LocalId{{"A^1", "2.999.5"}, "AN"};
    person.marital_status = "M";
    person.language = "JA";
    person.religion = "B";
    person.nationality = "JPN";
    person.birth_place = "静岡&";
    person.multiple_birth = "Y";
    person.birth_order = "2";
    person.death_time = "2024";
    person.death_indicator = "N";
    person.identity_unknown = "N";
    person.identity_reliability = "AL";
    person.last_update = "20250101";
    person.last_update_facility = "HOSP";
    Builder builder;
    builder.segment("PID").set(3, "1");
    set_demographics(builder, person, {});
    Message const message = message_of(builder.text());
    Problems problems;
    domain::Demographics read;
    read_demographics(*message.find("PID"), problems).apply_to(read);
    EXPECT_TRUE(problems.empty());
    EXPECT_EQ(read, person);
}

TEST(Pid, NeverWritesInsurances) {
    domain::Demographics person;
    person.insurances = {{"06123456", "S", "N", "01"}};
    Builder builder;
    builder.segment("PID");
    set_demographics(builder, person, {});
    EXPECT_EQ(builder.text(), "PID||||| \r");
}

}  // namespace
}  // namespace musubi::hl7v2
