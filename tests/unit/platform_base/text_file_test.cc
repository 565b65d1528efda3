#include "platform/base/text_file.h"

#include <gtest/gtest.h>

#include <fstream>

namespace musubi {
namespace {

Code refusal(std::string const& path, std::size_t most = 100) {
    auto const text = read_text_file(path, most);
    EXPECT_FALSE(text.ok()) << path;
    if (text.ok()) return Code::kInternal;
    EXPECT_NE(text.error().detail.find(path), std::string::npos) << text.error().detail;
    return text.error().code;
}

TEST(TextFile, IsReadWholeUpToItsLimit) {
    std::string const path = testing::TempDir() + "musubi_text_file", zero("a\0\r\nb", 5);
    for (std::string const& text : {std::string(), zero, std::string(100'000, 'x')}) {
        std::ofstream(path, std::ios::binary) << text;
        EXPECT_EQ(read_text_file(path, text.size()).value(), text);
        if (!text.empty()) {
            EXPECT_EQ(refusal(path, text.size() - 1), Code::kTooLarge);
        }
    }
}

TEST(TextFile, WhatIsAbsentOrAFolderIsRefused) {
    EXPECT_EQ(refusal(testing::TempDir() + "absent"), Code::kNotFound);
    EXPECT_EQ(refusal(testing::TempDir()), Code::kStorageUnavailable);
}

}  // namespace
}  // namespace musubi
