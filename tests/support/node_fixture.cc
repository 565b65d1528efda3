#include "support/node_fixture.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <fstream>
#include <stdexcept>
#include <thread>

#include "node/migrations.h"
#include "platform/base/text.h"
#include "platform/pg/admin.h"
#include "policy/canonical.h"
#include "policy/signatures.h"
#include "support/child_process.h"
#include "support/source_tree.h"

namespace musubi::test {
namespace {

namespace fs = std::filesystem;

std::string number_after(std::string const& log, std::size_t from, std::string const& door) {
    std::size_t const at = log.find("event=listening door=" + door + " port=", from);
    if (at == std::string::npos) return "";
    std::size_t const digits = log.find("port=", at) + 5;
    return log.substr(digits, log.find_first_not_of("0123456789", digits) - digits);
}

std::uint16_t port_after(std::string const& log, std::size_t from, std::string const& door) {
    std::string const text = number_after(log, from, door);
    return text.empty() ? std::uint16_t{0} : static_cast<std::uint16_t>(std::stoi(text));
}

std::vector<std::string> environment_of(TestNode::Arming const& arming) {
    std::vector<std::string> out;
    if (!arming.faults.empty()) out.push_back("MUSUBI_FAULT=" + arming.faults);
    if (!arming.fault_list.empty()) out.push_back("MUSUBI_FAULT_LIST=" + arming.fault_list);
    return out;
}

}  // namespace

void pause_ms(int ms) { std::this_thread::sleep_for(std::chrono::milliseconds(ms)); }

std::string musubi_binary() { return MUSUBI_BINARY; }

fs::path test_pki() {
    static fs::path const folder = [] {
        fs::path const pki = source_dir() / "var/test/pki";
        fs::create_directories(pki);
        // Another test program may want it at the same time.
        auto const made = run_command(
            {"/usr/bin/flock", pki.string() + ".lock", source_dir() / "docker/make_pki.sh", pki});
        if (made.status != 0) throw std::runtime_error("make_pki.sh: " + made.output);
        return pki;
    }();
    return folder;
}

TestNode::TestNode(Options options) {
    auto const migrations = node::migrations_of_linked_modules();
    database_ = options.cluster ? std::make_unique<TestDatabase>(*options.cluster, migrations)
                                : std::make_unique<TestDatabase>(migrations);
    make_folder(options);
    if (options.started) start();
}

void TestNode::make_folder(Options const& options) {
    static std::atomic<int> number{0};
    folder_ = source_dir() / "var/test/node" /
              (std::to_string(::getpid()) + "-" + std::to_string(++number));
    fs::remove_all(folder_);
    fs::create_directories(folder_);
    pki_ = test_pki();
    if (options.own_pki) {
        fs::copy(pki_, folder_ / "pki", fs::copy_options::recursive);
        pki_ = folder_ / "pki";
    }
    std::vector<std::string> words = {
        "/usr/bin/python3", source_dir() / "scripts/make_region.py", "--out", folder_, "--region",
        options.region, "--pki", pki_, "--db-host", "unused", "--db-name", database_->name(),
        "--ports", "0,0,0", "--unsigned", "--set", "database.owner=" + database_->owner(), "--set",
        "database.serving=" + database_->serving(), "--set",
        "database.report=" + database_->report(),
        // Small, so that tests see several and write little ahead.
        "--set", "repository.segment_size=1048576"};
    for (std::string const& setting : options.settings) {
        words.push_back("--set");
        words.push_back(setting);
    }
    if (auto const made = run_command(words); made.status != 0) {
        throw std::runtime_error("make_region.py: " + made.output);
    }
}

void TestNode::agree() const {
    fs::path const file = folder_ / "agreement.yaml";
    auto const canonical = policy::canonical_of_file(file);
    if (!canonical) return;  // a test of broken agreements
    auto const newest =
        sql("select version, hash from policy.agreement order by version desc limit 1");
    if (!newest.empty() && newest[0][1] != policy::agreement_hash(*canonical)) {
        std::string text;
        std::string const before = read_file(file);
        for (std::string_view line : split(before, '\n')) {
            if (line.starts_with("version: ")) {
                text += "version: " + std::to_string(std::stoi(newest[0][0]) + 1) +
                        "\nprevious: " + newest[0][1] + "\n";
            } else if (!line.starts_with("previous: ")) {
                text.append(line).append("\n");
            }
        }
        std::ofstream(file) << text;
    }
    auto const signers = policy::signers_of_canonical(*policy::canonical_of_file(file));
    if (!signers) return;
    for (auto const& [member, certificates] : signers->certificates) {
        std::string const name = pki_ / (member + "-signing");
        auto const done = policy::sign_agreement(file, member, name + ".crt", name + ".key");
        if (!done) throw std::runtime_error("sign_agreement: " + done.error().detail);
    }
}

TestNode::~TestNode() {
    if (running()) {
        int const status = stop();
        EXPECT_EQ(status, 0) << "the node did not end in order";
    }
    check_log();
    tools_.reset();
    std::error_code ignored;
    if (!::testing::Test::HasFailure()) fs::remove_all(folder_, ignored);
}

void TestNode::spawn(Arming const& arming) {
    agree();
    ChildSetup setup;
    setup.log = folder_ / "log/musubi.log";
    setup.environment = environment_of(arming);
    log_start_ = log().size();
    pid_ = spawn_child({MUSUBI_BINARY, "serve", "--config", config_file()}, setup);
}

bool TestNode::wait_ready() {
    bool const ready = eventually(
        [&] { return log().find(" event=ready", log_start_) != std::string::npos || !running(); });
    if (!ready || pid_ < 0) return false;
    std::string const text = log();
    https_ = port_after(text, log_start_, "https");
    mllp_ = port_after(text, log_start_, "mllp");
    operator_ = port_after(text, log_start_, "operator");
    syslog_ = port_after(text, log_start_, "syslog");
    syslog_udp_ = port_after(text, log_start_, "syslog_udp");
    return https_ != 0 && mllp_ != 0 && operator_ != 0;
}

bool TestNode::try_start(Arming const& arming) {
    spawn(arming);
    if (wait_ready()) return true;
    kill();
    return false;
}

void TestNode::start(Arming const& arming) {
    if (try_start(arming)) return;
    throw std::runtime_error("the node did not start: " + log().substr(log_start_));
}

int TestNode::reap() {
    int status = 0;
    if (pid_ > 0) ::waitpid(pid_, &status, 0);
    pid_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

bool TestNode::running() {
    if (pid_ < 0) return false;
    if (::waitpid(pid_, nullptr, WNOHANG) == 0) return true;
    pid_ = -1;
    return false;
}

int TestNode::stop() {
    if (!running()) return -1;
    signal(SIGTERM);
    int status = 0;
    pid_t done = 0;
    if (!eventually([&] { return (done = ::waitpid(pid_, &status, WNOHANG)) != 0; })) {
        kill();
        return -SIGKILL;
    }
    pid_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

void TestNode::kill() {
    if (!running()) return;
    signal(SIGKILL);
    reap();
}

void TestNode::signal(int number) const { ::kill(pid_, number); }

bool TestNode::wait_death() {
    return eventually([&] { return !running(); });
}

std::vector<std::vector<std::string>> TestNode::sql(std::string const& statement) const {
    auto rows = pg::run_script(database_->superuser(), statement);
    if (!rows) throw std::runtime_error(statement + ": " + rows.error().detail);
    return std::move(*rows);
}

std::string TestNode::operator_page(std::string const& path) const {
    return http_get(operator_, path);
}

CommandOutcome TestNode::command(std::vector<std::string> words, Arming const& arming) const {
    words.insert(words.begin(), MUSUBI_BINARY);
    words.insert(words.end(), {"--config", config_file()});
    return run_command(words, environment_of(arming));
}

std::vector<atna::FoundRecord> TestNode::audit(atna::SearchQuery query) const {
    if (!tools_) {
        auto opened = node::OperatorTools::open(config_file());
        if (!opened) throw std::runtime_error("operator tools: " + opened.error().detail);
        tools_ = std::move(*opened);
    }
    query.limit = 10'000;
    auto found = atna::search(tools_->archive(), query);
    if (!found) throw std::runtime_error("audit search: " + found.error().detail);
    return std::move(*found);
}

std::string TestNode::verify_audit() const {
    static_cast<void>(audit());
    auto const result = atna::verify(tools_->archive());
    if (!result) return result.error().detail;
    return result->damage == atna::Damage::kNone ? "" : result->text;
}

std::string TestNode::log() const {
    fs::path const file = folder_ / "log/musubi.log";
    return fs::exists(file) ? read_file(file) : "";
}

bool TestNode::wait_log(std::string const& text, std::size_t from) const {
    return eventually([&] { return log().find(text, from) != std::string::npos; });
}

void TestNode::check_log() const {
    std::string const text = log();
    for (std::string_view line : split(text, '\n')) {
        bool const structured = line.empty() || line.starts_with("time=");
        if (structured && line.find(" level=error ") == std::string_view::npos) continue;
        bool expected = false;
        for (std::string const& part : expected_errors_) {
            expected = expected || line.find(part) != std::string_view::npos;
        }
        if (!expected) ADD_FAILURE() << "unexpected in the log of " << folder_ << ": " << line;
    }
}

std::int64_t TestNode::status_kib(char const* field) const {
    std::ifstream in("/proc/" + std::to_string(pid_) + "/status");
    for (std::string line; std::getline(in, line);) {
        if (line.starts_with(field)) return std::stoll(line.substr(line.find(':') + 1));
    }
    return -1;
}

std::int64_t TestNode::resident_kib() const { return status_kib("VmRSS"); }
std::int64_t TestNode::peak_resident_kib() const { return status_kib("VmHWM"); }

}  // namespace musubi::test
