#include "domain/document_label.h"

#include <gtest/gtest.h>

namespace musubi::domain {
namespace {

TEST(DocumentLabel, NamesOwnerAndCodesSortedAndLeavesMissingOnesEmpty) {
    DocumentEntry entry;
    auto const bare = label_of(entry, "kita");
    EXPECT_EQ(bare.owner, "kita");
    EXPECT_EQ(bare.type_code, "");
    entry.type_codes = {{"t", "s", "shown"}};
    entry.confidentiality_codes = {{"R", "s", ""}, {"N", "s", ""}, {"R", "s", "again"}};
    auto const full = label_of(entry, "kita");
    EXPECT_EQ(full.type_code, "t^^s");
    EXPECT_EQ(full.confidentiality_codes, (std::vector<std::string>{"N^^s", "R^^s"}));
}

// One that is written otherwise must not slip past a rule that names it.
TEST(DocumentLabel, ACodeIsTheSameInEveryFormOfUnicode) {
    DocumentEntry composed, decomposed;
    composed.class_codes = composed.type_codes = composed.practice_setting_codes =
        composed.confidentiality_codes = {{"\u304C", "\u30D7", ""}};
    decomposed.class_codes = decomposed.type_codes = decomposed.practice_setting_codes =
        decomposed.confidentiality_codes = {{"\u304B\u3099", "\u30D5\u309A", ""}};
    EXPECT_EQ(label_of(composed, "kita"), label_of(decomposed, "kita"));
}

}  // namespace
}  // namespace musubi::domain
