#pragma once
// A node of a test's own: region folder, fresh database, the real program as a child process.
//
//   TestNode node;                         // made, started, ready
//   NodeClient toolkit(node, "toolkit");   // node_client.h
//   node.kill();  node.start("blob.after_rename=kill");
//
// The folder lies under var/test/node and is removed at the end, unless the test failed. An error
// line in the node's log that the test did not announce with expect_error() fails the test.
// Failures to set up throw std::runtime_error. One thread at a time, but for the const members.

#include "node/operator_tools.h"
#include "support/test_database.h"

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace musubi::test {

/// The demo's certificates, made once and kept under var/test/pki.
std::filesystem::path test_pki();

struct CommandOutcome {
    int status = -1;
    std::string output;  ///< standard output and error
};
/// The program under test.
std::string musubi_binary();
/// Runs a program to its end; `environment` (NAME=value) goes before our own.
CommandOutcome run_command(std::vector<std::string> const& words,
                           std::vector<std::string> const& environment = {});

class TestNode {
public:
    struct Options {
        std::vector<std::string> settings = {};  ///< "section.key=value", over the sample region's
        TestCluster* cluster = nullptr;          ///< null: the tests' shared server
        bool own_pki = false;                    ///< a copy whose authority the test may use
        bool started = true;
        std::string region = "a";  ///< of the demo's two
    };
    TestNode() : TestNode(Options{}) {}
    explicit TestNode(Options options);
    ~TestNode();
    TestNode(TestNode const&) = delete;
    TestNode& operator=(TestNode const&) = delete;

    struct Arming {
        std::string faults = {};      ///< MUSUBI_FAULT
        std::string fault_list = {};  ///< MUSUBI_FAULT_LIST: a file
    };
    /// Returns when it is ready. The agreement is signed first, so that a test may have changed it
    /// (agree()).
    void start(Arming const& arming);
    void start() { start(Arming{}); }
    /// As start(), for a node that may die on the way: false when it did.
    bool try_start(Arming const& arming);
    /// What agreement.yaml says now is signed by all who must: as it is, if no agreement was in
    /// force in this node so far or this one is, else as the version after the newest.
    void agree() const;
    int stop();   ///< SIGTERM, waits; the exit status (negative: the signal that ended it)
    void kill();  ///< SIGKILL; nothing when it is dead already
    void signal(int number) const;
    bool running();  ///< false also when it died by itself
    /// Waits until it has died by itself; false when it did not within 20 s.
    bool wait_death();

    std::uint16_t https() const { return https_; }
    std::uint16_t mllp() const { return mllp_; }
    std::uint16_t syslog() const { return syslog_; }
    std::uint16_t syslog_udp() const { return syslog_udp_; }
    pid_t pid() const { return pid_; }
    std::filesystem::path const& folder() const { return folder_; }
    std::filesystem::path const& pki() const { return pki_; }
    std::string config_file() const { return folder_ / "musubi.yaml"; }
    TestDatabase& database() { return *database_; }
    std::vector<std::vector<std::string>> sql(std::string const& statement) const;

    /// Body of a GET on the operator port.
    std::string operator_page(std::string const& path) const;
    /// Runs `musubi COMMAND... --config FILE`.
    CommandOutcome command(std::vector<std::string> words) const {
        return command(std::move(words), {});
    }
    CommandOutcome command(std::vector<std::string> words, Arming const& arming) const;
    /// Every audit record so far that fits, newest first.
    std::vector<atna::FoundRecord> audit(atna::SearchQuery query = {}) const;
    std::string verify_audit() const;  ///< empty: in order
    std::string log() const;           ///< all starts together
    /// Waits until the log holds `text` behind `from`; false after 20 s.
    bool wait_log(std::string const& text, std::size_t from = 0) const;
    /// Error lines that contain `text` are part of this test.
    void expect_error(std::string text) { expected_errors_.push_back(std::move(text)); }
    std::int64_t resident_kib() const;       ///< VmRSS
    std::int64_t peak_resident_kib() const;  ///< VmHWM

private:
    void make_folder(Options const& options);
    void spawn(Arming const& arming);
    bool wait_ready();
    void check_log() const;
    int reap();
    std::int64_t status_kib(char const* field) const;

    std::filesystem::path folder_, pki_;
    std::unique_ptr<TestDatabase> database_;
    std::vector<std::string> expected_errors_;
    mutable std::unique_ptr<node::OperatorTools> tools_;
    pid_t pid_ = -1;
    std::size_t log_start_ = 0;
    std::uint16_t https_ = 0, mllp_ = 0, operator_ = 0, syslog_ = 0, syslog_udp_ = 0;
};

/// Polls until `done` or 20 s have passed; what `done` said last.
template <class Done>
bool eventually(Done&& done);
void pause_ms(int ms);

template <class Done>
bool eventually(Done&& done) {
    for (int attempt = 0; attempt < 400; ++attempt) {
        if (done()) return true;
        pause_ms(50);
    }
    return done();
}

}  // namespace musubi::test
