#pragma once
// How far a long command is: a bar on a terminal, a line every ten seconds elsewhere. On standard
// error, so that results can be piped. Used by one thread.

#include "platform/base/clock.h"

#include <chrono>
#include <string>

namespace musubi::node {

class Progress {
public:
    /// `total`: of the unit in which show() tells how far it is.
    Progress(std::string what, std::uint64_t total);
    void show(std::uint64_t at, std::size_t records);
    void done(std::size_t records);

private:
    double rate(std::size_t records) const;

    std::string const what_;
    std::uint64_t const total_;
    bool const terminal_;
    std::chrono::steady_clock::time_point const began_;
    std::chrono::steady_clock::time_point shown_;
};

}  // namespace musubi::node
