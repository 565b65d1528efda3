#include "support/test_database.h"

#include "platform/pg/admin.h"

#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <stdexcept>
#include <thread>
#include <vector>

namespace musubi::test {
namespace {

constexpr char const* kBin = "/usr/lib/postgresql/15/bin/";

// PostgreSQL refuses to run as root.
passwd const* unprivileged() {
    if (::geteuid() != 0) return nullptr;
    if (passwd const* user = ::getpwnam("postgres")) return user;
    return ::getpwnam("nobody");
}

int spawn(std::vector<std::string> const& words, std::filesystem::path const& log) {
    std::vector<char*> arguments;
    for (std::string const& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
    arguments.push_back(nullptr);
    passwd const* const user = unprivileged();
    pid_t const parent = ::getpid();
    int const log_fd = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    int const null_fd = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    pid_t const pid = ::fork();
    if (pid != 0) {
        ::close(log_fd);
        ::close(null_fd);
        return pid;
    }
    // A process group of its own: Ctrl-C at the terminal reaches the tests first.
    ::setpgid(0, 0);
    if (user && (::setgroups(0, nullptr) != 0 || ::setgid(user->pw_gid) != 0 ||
                 ::setuid(user->pw_uid) != 0))
        ::_exit(126);
    ::prctl(PR_SET_PDEATHSIG, SIGQUIT);  // after setuid, which clears it
    if (::getppid() != parent || ::chdir("/") != 0) ::_exit(126);
    ::dup2(null_fd, 0);
    ::dup2(log_fd, 1);
    ::dup2(log_fd, 2);
    ::execv(arguments[0], arguments.data());
    ::_exit(127);
}

}  // namespace

TestCluster::TestCluster(Durability durability) : durability_(durability), made_by_(::getpid()) {
    std::string pattern = (std::filesystem::temp_directory_path() / "musubi-pg-XXXXXX").string();
    if (!::mkdtemp(pattern.data())) throw std::runtime_error("no temp folder for a test cluster");
    folder_ = pattern;
    if (passwd const* user = unprivileged()) {
        if (::chown(folder_.c_str(), user->pw_uid, user->pw_gid) != 0)
            throw std::runtime_error("chown failed");
    }
    superuser_ = "host=" + folder_.string() + " port=54329 user=musubi dbname=postgres";
    int const pid =
        spawn({std::string(kBin) + "initdb", "-D", folder_ / "data", "-U", "musubi", "-A", "trust",
               "-E", "UTF8", "--locale=C.UTF-8", "--no-sync", "--no-instructions"},
              folder_ / "initdb.log");
    int status = 0;
    if (::waitpid(pid, &status, 0) != pid || status != 0) {
        throw std::runtime_error("initdb failed, see " + (folder_ / "initdb.log").string());
    }
    start();
}

void TestCluster::start() {
    std::string const sync = durability_ == Durability::kReal ? "on" : "off";
    pid_ = spawn({std::string(kBin) + "postgres",
                  "-D",
                  folder_ / "data",
                  "-k",
                  folder_,
                  "-p",
                  "54329",
                  "-c",
                  "listen_addresses=",
                  "-c",
                  "fsync=" + sync,
                  "-c",
                  "full_page_writes=" + sync,
                  "-c",
                  "max_connections=100",
                  "-c",
                  "shared_buffers=64MB",
                  "-c",
                  "deadlock_timeout=100ms",
                  "-c",
                  "max_wal_size=256MB"},
                 folder_ / "server.log");
    for (int attempt = 0; attempt < 600; ++attempt) {
        if (pg::run_script(superuser_, "SELECT 1")) return;
        if (::waitpid(pid_, nullptr, WNOHANG) == pid_) break;
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
    throw std::runtime_error("test cluster did not start, see " +
                             (folder_ / "server.log").string());
}

void TestCluster::stop(Stop how) {
    if (pid_ < 0) return;
    ::kill(pid_, how == Stop::kFast ? SIGINT : SIGQUIT);
    ::waitpid(pid_, nullptr, 0);
    pid_ = -1;
}

int TestCluster::server_pid() const { return pid_; }

TestCluster::~TestCluster() {
    if (::getpid() != made_by_) return;  // a forked child of the test
    stop(Stop::kImmediate);
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
}

}  // namespace musubi::test
