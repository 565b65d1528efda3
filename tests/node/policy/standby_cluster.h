#pragma once
// A hot standby of a test's own cluster: copied with pg_basebackup, started, following it. Removed
// when destroyed. One thread at a time; failures throw.

#include "platform/pg/admin.h"
#include "support/child_process.h"
#include "support/node_fixture.h"

#include <pwd.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>

namespace musubi::test {

class StandbyCluster {
public:
    explicit StandbyCluster(TestCluster const& primary) {
        auto const of = primary.data_folder().parent_path();
        std::string pattern =
            (std::filesystem::temp_directory_path() / "musubi-sb-XXXXXX").string();
        if (!::mkdtemp(pattern.data())) throw std::runtime_error("no temp folder for a standby");
        folder_ = pattern;
        passwd const* const user = ::geteuid() == 0 ? ::getpwnam("postgres") : nullptr;
        if (user && ::chown(folder_.c_str(), user->pw_uid, user->pw_gid) != 0)
            throw std::runtime_error("chown failed");
        // -R writes standby.signal and whom to follow.
        auto const copied = run_command(
            as_server({"pg_basebackup", "-D", folder_ / "data", "-h", of, "-p", kPort, "-U",
                       "musubi", "-R", "-X", "stream", "-c", "fast", "--no-sync"}));
        if (copied.status != 0) throw std::runtime_error("pg_basebackup: " + copied.output);
        pid_ = spawn_child(as_server({"postgres", "-D", folder_ / "data", "-k", folder_, "-p",
                                      kPort, "-c", "listen_addresses=", "-c", "fsync=off", "-c",
                                      "max_connections=100", "-c", "shared_buffers=64MB"}),
                           {folder_.string() + ".log"});
        if (!eventually([&] { return pg::run_script(superuser(), "select 1").ok(); }))
            throw std::runtime_error("the standby did not start, see " + folder_.string() + ".log");
    }
    ~StandbyCluster() {
        ::kill(pid_, SIGQUIT);
        ::waitpid(pid_, nullptr, 0);
        std::error_code ignored;
        std::filesystem::remove_all(folder_, ignored);
        std::filesystem::remove(folder_.string() + ".log", ignored);
    }
    StandbyCluster(StandbyCluster const&) = delete;
    StandbyCluster& operator=(StandbyCluster const&) = delete;

    std::filesystem::path const& folder() const { return folder_; }
    std::string superuser(std::string const& database = "postgres") const {
        return "host=" + folder_.string() + " port=" + kPort + " user=musubi dbname=" + database;
    }
    /// Waits until it has replayed what the primary had written by now.
    bool caught_up_with(TestNode const& node) const {
        std::string const end = node.sql("select pg_current_wal_lsn()::text")[0][0];
        return eventually([&] {
            auto const there = pg::run_script(
                superuser(), "select pg_last_wal_replay_lsn() >= '" + end + "'::pg_lsn");
            return there.ok() && (*there)[0][0] == "t";
        });
    }

private:
    static constexpr char kPort[] = "54329";

    /// The server refuses to run as root; the death signal is cleared with the change of user.
    static std::vector<std::string> as_server(std::vector<std::string> words) {
        words.front() = "/usr/lib/postgresql/15/bin/" + words.front();
        if (::geteuid() != 0) return words;
        std::vector<std::string> out = {"/usr/bin/setpriv", "--reuid=postgres", "--regid=postgres",
                                        "--clear-groups",   "--pdeathsig=QUIT", "--"};
        out.insert(out.end(), words.begin(), words.end());
        return out;
    }

    std::filesystem::path folder_;
    pid_t pid_ = -1;
};

/// Makes `copy`, a node that was not started, the stand-in of another: its files, but for journal
/// and log, on the standby.
inline void make_stand_in(TestNode const& copy, TestNode& of, StandbyCluster const& standby) {
    namespace fs = std::filesystem;
    for (char const* name : {"keys", "blobs", "agreement.yaml.signatures"})
        fs::remove_all(copy.folder() / name);
    for (char const* name : {"keys", "blobs", "agreement.yaml", "agreement.yaml.signatures",
                             "signers.yaml", "musubi.yaml"}) {
        fs::copy(of.folder() / name, copy.folder() / name,
                 fs::copy_options::recursive | fs::copy_options::overwrite_existing);
    }
    std::string const conninfo = of.database().superuser();
    std::string const from = conninfo.substr(0, conninfo.find(' '));
    std::string const to = "host=" + standby.folder().string();
    std::ifstream in(copy.config_file());
    std::string text{std::istreambuf_iterator<char>(in), {}};
    for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size())
        text.replace(at, from.size(), to);
    text.insert(text.find("node:\n") + 6, "  read_only: true\n");
    std::ofstream(copy.config_file()) << text;
}

}  // namespace musubi::test
