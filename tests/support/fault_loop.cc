#include "support/fault_loop.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>

namespace musubi::test {
namespace {

/// A node that starts writes two records, one after the other: itself started, recording started.
constexpr int kPassesAtStart = 2;

std::vector<std::string> lines_of(std::filesystem::path const& file) {
    std::vector<std::string> lines;
    std::ifstream in(file);
    for (std::string line; std::getline(in, line);) lines.push_back(line);
    return lines;
}

}  // namespace

std::vector<FaultPlace> places_of(TestNode& node, std::function<void()> const& operation) {
    auto const list = node.folder() / "faults.list";
    std::filesystem::remove(list);
    if (node.running()) node.stop();
    node.start({.faults = "", .fault_list = list});
    auto const at_start = lines_of(list);
    operation();
    std::vector<FaultPlace> places;
    for (std::string const& point : lines_of(list)) {
        bool const before = std::find(at_start.begin(), at_start.end(), point) != at_start.end();
        places.push_back({point, before ? kPassesAtStart + 1 : 1});
    }
    return places;
}

std::vector<std::string> points_of_command(TestNode const& node,
                                           std::vector<std::string> const& words) {
    auto const list = node.folder() / "command-faults.list";
    std::filesystem::remove(list);
    auto const done = node.command(words, {.faults = "", .fault_list = list});
    EXPECT_EQ(done.status, 0) << done.output;
    return lines_of(list);
}

}  // namespace musubi::test
