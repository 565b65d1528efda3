#include "support/syscall_faults.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <stdexcept>
#include <thread>

#include "support/child_process.h"
#include "support/node_fixture.h"
#include "support/source_tree.h"

namespace musubi::test {
namespace {

constexpr char kStrace[] = "/usr/bin/strace";

/// Threads of a process that nobody traces.
int untraced_threads(pid_t process) {
    int count = 0;
    std::error_code gone;
    for (auto const& task :
         std::filesystem::directory_iterator("/proc/" + std::to_string(process) + "/task", gone)) {
        std::ifstream in(task.path() / "status");
        for (std::string line; std::getline(in, line);) {
            if (line.starts_with("TracerPid:") && std::stoi(line.substr(10)) == 0) ++count;
        }
    }
    return count;
}

std::filesystem::path trace_file() {
    static int number = 0;
    auto const folder = source_dir() / "var/test";
    std::filesystem::create_directories(folder);
    return folder / ("trace-" + std::to_string(::getpid()) + "-" + std::to_string(++number));
}

}  // namespace

std::string SyscallFaults::unavailable() {
    if (!std::filesystem::exists(kStrace)) return "strace is not installed";
    static std::string const why = [] {
        auto const tried = run_command({kStrace, "-qq", "-e", "trace=none", "/bin/true"});
        return tried.status == 0 ? "" : "this machine does not permit tracing: " + tried.output;
    }();
    return why;
}

SyscallFaults::SyscallFaults(pid_t process, Plan const& plan) : file_(trace_file()) {
    auto const words = file_.string() + ".words";
    std::vector<std::string> command = {kStrace, "-f", "-o", file_, "-e", "trace=" + plan.calls};
    if (!plan.effect.empty()) {
        command.insert(command.end(), {"-e", "inject=" + plan.calls + ":" + plan.effect});
    }
    command.insert(command.end(), {"-p", std::to_string(process)});
    strace_ = spawn_child(command, {.log = words});
    // A thread may be on its way in or out, so it has to be seen twice.
    int quiet = 0;
    bool const attached = eventually([&] {
        quiet = untraced_threads(process) == 0 ? quiet + 1 : 0;
        return quiet >= 2 || ::waitpid(strace_, nullptr, WNOHANG) != 0;
    });
    std::string said;
    std::getline(std::ifstream(words), said);
    std::filesystem::remove(words);
    if (!attached || quiet < 2) throw std::runtime_error("strace did not attach: " + said);
}

SyscallFaults::~SyscallFaults() { end(); }

int SyscallFaults::end() {
    if (strace_ < 0) return injected_;
    ::kill(strace_, SIGINT);
    ::waitpid(strace_, nullptr, 0);
    strace_ = -1;
    seen_ = read_file(file_);
    for (std::size_t at = 0; (at = seen_.find("(INJECTED)", at)) != std::string::npos; ++at) {
        ++injected_;
    }
    std::error_code ignored;
    std::filesystem::remove(file_, ignored);
    return injected_;
}

}  // namespace musubi::test
