#include "platform/base/json_text.h"

#include <gtest/gtest.h>

namespace musubi {
namespace {

TEST(JsonText, StandsInQuotationMarks) {
    EXPECT_EQ(json_text(""), "\"\"");
    EXPECT_EQ(json_text("紹介状 a/b"), "\"紹介状 a/b\"");
}

TEST(JsonText, EscapesOnlyWhatRfc8785EscapesAndInItsForm) {
    EXPECT_EQ(json_text("\"\\\b\f\n\r\t"), R"("\"\\\b\f\n\r\t")");
    EXPECT_EQ(json_text(std::string_view("\0\x1f", 2)), "\"\\u0000\\u001f\"");
    EXPECT_EQ(json_text("\x7f"), "\"\x7f\"");
}

TEST(JsonText, IsAppendedToWhatStandsThere) {
    std::string out = "{\"key\":";
    put_json_text(out, "value");
    EXPECT_EQ(out, "{\"key\":\"value\"");
}

}  // namespace
}  // namespace musubi
