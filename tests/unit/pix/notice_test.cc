#include "pix/notice.h"

#include "unit/platform_vault/temp_folder.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace musubi::pix {
namespace {

class NoticeTest : public ::testing::Test {
protected:
    vault::TempFolder folder_;
    std::unique_ptr<vault::KeyRing> keys_{std::move(*vault::KeyRing::open(
        folder_ / "keys", folder_ / "master.key", vault::KeyRing::IfAbsent::kCreate))};
    Notice const notice_{"0d5be9d2-0000-4000-8000-000000000001",
                         "20260101120000",
                         "R1^^^&1.2.3&ISO",
                         {{{"K\x1f^1\n", "1.2.392.10"}, "PI"}, {{"O1", "1.2.392.20"}, ""}}};
};

TEST_F(NoticeTest, ComesBackAsItWas) {
    auto const sealed = seal_notice(*keys_, "kita", notice_);
    ASSERT_TRUE(sealed.ok());
    auto const opened = open_notice(*keys_, "kita", *sealed);
    ASSERT_TRUE(opened.ok());
    EXPECT_EQ(*opened, notice_);
}

TEST_F(NoticeTest, NothingOfItStandsInTheClear) {
    auto const sealed = seal_notice(*keys_, "kita", notice_);
    ASSERT_TRUE(sealed.ok());
    for (std::string_view text : {"R1^^^", "O1", "1.2.392", "20260101"})
        EXPECT_EQ(as_text(*sealed).find(text), std::string_view::npos) << text;
}

TEST_F(NoticeTest, OpensForItsConsumerOnlyAndUnchanged) {
    auto sealed = seal_notice(*keys_, "kita", notice_);
    ASSERT_TRUE(sealed.ok());
    EXPECT_FALSE(open_notice(*keys_, "other", *sealed).ok());
    sealed->back() ^= 1;
    EXPECT_FALSE(open_notice(*keys_, "kita", *sealed).ok());
    EXPECT_FALSE(open_notice(*keys_, "kita", {}).ok());
}

}  // namespace
}  // namespace musubi::pix
