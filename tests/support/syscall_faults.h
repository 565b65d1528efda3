#pragma once
// Makes system calls of a running process fail while the object lives, with strace's fault
// injection: what a broken disk, a lost connection or a signal does, without a seam in the program.
//
//   SyscallFaults broken(node.pid(), {"fsync,fdatasync", "error=EIO"});
//
// Needs strace and the right to trace (see unavailable()). Attaching holds all threads for a
// moment. Throws std::runtime_error.

#include <sys/types.h>

#include <filesystem>
#include <string>

namespace musubi::test {

class SyscallFaults {
public:
    struct Plan {
        std::string calls;   ///< names, with commas
        std::string effect;  ///< "error=EIO", "error=EINTR:when=2+3"; empty: only watch
    };
    /// Returns when every thread is under trace.
    SyscallFaults(pid_t process, Plan const& plan);
    ~SyscallFaults();  ///< as end()
    SyscallFaults(SyscallFaults const&) = delete;
    SyscallFaults& operator=(SyscallFaults const&) = delete;

    /// From now on the process is left alone. How many calls were made to fail.
    int end();

    /// Every call that was seen, as strace tells it; after end().
    std::string const& trace() const { return seen_; }

    /// Why this machine cannot do it, or empty.
    static std::string unavailable();

private:
    std::filesystem::path file_;
    pid_t strace_ = -1;
    int injected_ = 0;
    std::string seen_;
};

}  // namespace musubi::test
