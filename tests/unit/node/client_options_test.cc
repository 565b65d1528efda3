#include "node/client_options.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace musubi::node {
namespace {

TEST(ReadInput, AFileIsReadToItsEnd) {
    auto const path = std::filesystem::path(testing::TempDir()) / "read_input_test";
    for (std::size_t size : {0UL, 1UL, 256UL * 1024, 256UL * 1024 + 1, 700'000UL}) {
        std::ofstream(path, std::ios::binary) << std::string(size, 'x');
        auto const read = read_input(path.string());
        ASSERT_TRUE(read.ok()) << size;
        EXPECT_EQ(*read, Bytes(size, 'x'));
    }
    std::filesystem::remove(path);
}

TEST(ReadInput, WhatCannotBeReadIsAnErrorAndNoEmptyDocument) {
    auto const folder = read_input(testing::TempDir());
    ASSERT_FALSE(folder.ok());
    EXPECT_NE(folder.error().detail.find("directory"), std::string::npos) << folder.error().detail;
    EXPECT_FALSE(read_input(testing::TempDir() + "/no_such_file").ok());
}

}  // namespace
}  // namespace musubi::node
