#include "support/time_stamp_authority.h"

#include "support/source_tree.h"

#include <cstdlib>
#include <fstream>
#include <stdexcept>

namespace musubi::test {

TimeStampAuthority::TimeStampAuthority(std::filesystem::path folder) : folder_(std::move(folder)) {
    std::filesystem::create_directories(folder_);
}

std::string TimeStampAuthority::answer(std::string const& request) const {
    auto const question = folder_ / "request", answer = folder_ / "answer";
    std::ofstream(question, std::ios::binary) << request;
    auto const command =
        "/usr/bin/python3 '" + (source_dir() / "tests/support/time_stamp_authority.py").string() +
        "' '" + folder_.string() + "' --once '" + question.string() + "' '" + answer.string() + "'";
    if (std::system(command.c_str()) != 0) throw std::runtime_error("openssl ts -reply failed");
    return read_file(answer);
}

}  // namespace musubi::test
