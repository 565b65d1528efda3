#include "node/patient_files.h"

#include "support/source_tree.h"
#include "unit/platform_vault/temp_folder.h"

#include <gtest/gtest.h>

#include <fstream>

namespace musubi::node {
namespace {

constexpr char const* kKita = "1.2.392.10";

class Authorities final : public core::AuthorityPort {
public:
    Result<core::AssigningAuthority const*> resolve(
        domain::SentAuthority const& sent) const override {
        return sent.universal_id == kKita || sent.namespace_id == "KITA" ? &kita_ : nullptr;
    }
    std::vector<core::AssigningAuthority> authorities() const override { return {kita_}; }

private:
    core::AssigningAuthority const kita_{kKita, "KITA", {}, false, false};
};

class PatientFiles : public ::testing::Test {
protected:
    PatientFile open(std::string const& text) {
        std::string const name = folder_ / "patients";
        std::ofstream(name, std::ios::binary) << text;
        auto file = PatientFile::open(name, {"kita"}, authorities_);
        EXPECT_TRUE(file.ok());
        return std::move(*file);
    }
    static std::string line(std::string const& id, std::string const& person = "",
                            std::string const& authority = kKita) {
        return R"({"authority":")" + authority + R"(","id":")" + id + R"(","person":{)" + person +
               "}}";
    }
    static std::string message(std::string const& id, std::string const& rest = "") {
        return "\x0BMSH|^~\\&|HIS|KITA|MUSUBI|REGION|20261121120000||ADT^A01^ADT_A01|M" + id +
               "|P|2.3.1\rEVN||20261121120000\rPID|||" + id +
               "^^^KITA&1.2.392.10&ISO^PI||PATIENT^TARO\rPV1||O\r" + rest + "\x1C\r";
    }

    vault::TempFolder folder_;
    Authorities const authorities_;
};

TEST_F(PatientFiles, LinesAreRecordsOfTheMemberAndKeepTheirText) {
    std::string const first =
        line("1", R"("names":[{"family":"患者","given":"太郎"},{"family":"旧","type_code":"A"}],)"
                  R"("birth_time":"19600102")");
    auto file = open(first + "\r\n\n" + line("2"));
    auto const one = file.next();
    ASSERT_TRUE(one.ok() && *one);
    core::PatientChange const& change = (**one).change;
    EXPECT_EQ((**one).original, first);
    EXPECT_EQ(change.member, "kita");
    EXPECT_EQ(change.event, domain::FeedEvent::kAdd);
    ASSERT_EQ(change.ids.size(), 1U);
    EXPECT_EQ(change.ids[0].id, (domain::PatientId{"1", kKita}));
    ASSERT_TRUE(change.demographics.names && change.demographics.aliases);
    EXPECT_EQ(change.demographics.names->at(0).given, "太郎");
    EXPECT_EQ(change.demographics.aliases->at(0).family, "旧");
    EXPECT_EQ(change.demographics.birth_time, "19600102");
    EXPECT_FALSE(change.demographics.sex) << "what a line leaves out is not told";
    auto const two = file.next();
    ASSERT_TRUE(two.ok() && *two);
    EXPECT_EQ((**two).change.ids[0].id.id, "2");
    EXPECT_EQ(file.records(), 2U);
    EXPECT_EQ(file.octets(), file.size());
    auto const end = file.next();
    ASSERT_TRUE(end.ok());
    EXPECT_FALSE(*end);
}

TEST_F(PatientFiles, ABadRecordIsToldAndTheNextOneRead) {
    auto file =
        open("no JSON\n" + line("1", "", "1.2.392.99") + "\n" + line("") + "\n" +
             line(std::string(251, '7')) + "\n" + line("a\\u0001b") + "\n" + line("2") + "\n");
    for (int bad = 0; bad < 5; ++bad) {
        auto const item = file.next();
        ASSERT_FALSE(item.ok()) << bad;
        EXPECT_EQ(item.error().code, Code::kInvalidContent) << bad;
    }
    auto const good = file.next();
    ASSERT_TRUE(good.ok() && *good);
    EXPECT_EQ(file.records(), 6U);
}

TEST_F(PatientFiles, MessagesInFramesAreFeedsWithKeysOfTheirOwn) {
    auto file = open(message("7") + message("8") + "\r\n");
    auto const one = file.next();
    ASSERT_TRUE(one.ok() && *one) << (one ? "" : one.error().detail);
    EXPECT_EQ((**one).change.ids[0].id, (domain::PatientId{"7", kKita}));
    EXPECT_EQ((**one).change.message_key, "load|HIS|KITA|M7");
    EXPECT_TRUE((**one).original.starts_with("MSH|"));
    auto const two = file.next();
    ASSERT_TRUE(two.ok() && *two);
    EXPECT_EQ((**two).change.ids[0].id.id, "8");
    auto const end = file.next();
    ASSERT_TRUE(end.ok());
    EXPECT_FALSE(*end);
}

TEST_F(PatientFiles, AFileThatEndsWithinAFrameIsNoFile) {
    auto file = open(message("7") + "\x0BMSH|^~\\&|");
    ASSERT_TRUE(file.next().ok());
    auto const rest = file.next();
    ASSERT_FALSE(rest.ok());
    EXPECT_EQ(rest.error().code, Code::kInvalidMessage);
}

TEST_F(PatientFiles, ARecordOfOneMebibyteIsReadAndALongerOneEndsTheFile) {
    std::string const around = line("1", R"("names":[{"family":""}])");
    std::string const at_limit = line(
        "1", R"("names":[{"family":")" + std::string((1U << 20) - around.size(), 'x') + R"("}])");
    ASSERT_EQ(at_limit.size(), 1U << 20);
    auto file = open(at_limit + "\n");
    EXPECT_TRUE(file.next().ok());
    auto longer = open(at_limit + "x\n");
    auto const refused = longer.next();
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.error().code, Code::kInvalidMessage);
}

TEST_F(PatientFiles, AMissingFileAndAFolderAreToldByName) {
    std::vector<std::string> const names = {folder_ / "nothing", folder_ / "."};
    for (std::string const& name : names) {
        auto const file = PatientFile::open(name, {}, authorities_);
        ASSERT_FALSE(file.ok()) << name;
        EXPECT_NE(file.error().detail.find(name), std::string::npos);
    }
}

}  // namespace
}  // namespace musubi::node
