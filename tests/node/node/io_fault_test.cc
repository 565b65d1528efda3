// Disks and connections that fail under the running process (matrix row R07): what was answered
// with success is there after a restart, what was refused left nothing, nothing leaves without a
// record, and the node is well again as soon as the machine is.

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <future>

#include "support/child_process.h"
#include "support/fault_loop.h"
#include "support/invariants.h"
#include "support/syscall_faults.h"

namespace musubi::test {
namespace {

void limit(pid_t pid, __rlimit_resource what, rlim_t to) {
    rlimit both{};
    ASSERT_EQ(::prlimit(pid, what, nullptr, &both), 0);
    both.rlim_cur = std::min(to, both.rlim_max);
    ASSERT_EQ(::prlimit(pid, what, &both, nullptr), 0);
}

class IoFaults : public ::testing::Test {
protected:
    static TestNode::Options options() {
        TestNode::Options options;
        options.settings = quiet_settings();
        options.settings.push_back("repository.grace_time=1s");
        options.settings.push_back("repository.reconcile_period=1s");
        return options;
    }
    void SetUp() override {
        for (char const* text :
             {"event=request.failed", "event=audit.failed", "event=pg.connect_failed"}) {
            node.expect_error(text);
        }
        patient = fresh_patient();
        ASSERT_EQ(toolkit.feed("A01", patient), "AA");
        submit(100);
        submit(400 * 1024);
        ASSERT_EQ(attempts[0].fate, Attempt::Fate::kAcknowledged);
        ASSERT_EQ(attempts[1].fate, Attempt::Fate::kAcknowledged);
    }

    Attempt& submit(std::uint64_t size) {
        static unsigned seed = 700;
        std::vector<NewDocument> documents(2);
        documents[0].content = generated_document(size, ++seed);
        documents[1].content = generated_document(100, ++seed);
        Attempt attempt{papers_for(patient, documents)};
        attempt.fate = fate_of(toolkit.submit(attempt.papers));
        attempts.push_back(std::move(attempt));
        return attempts.back();
    }
    void expect_nothing_disclosed() {
        auto const fetched = toolkit.retrieve({attempts[0].papers.documents[0].unique_id});
        EXPECT_TRUE(fetched.refused()) << fetched.text();
        EXPECT_TRUE(fetched.documents.empty());
        auto const found = toolkit.find(patient);
        EXPECT_TRUE(found.refused()) << found.text();
        EXPECT_TRUE(found.objects.entries.empty());
    }
    std::string ready() const { return node.operator_page("/health/ready"); }

    /// All that was ever sent, by the rules; once as it is and once after kill -9.
    void expect_whole() {
        for (int round = 0; round < 2; ++round) {
            for (Attempt const& attempt : attempts) {
                Visible const seen = check_attempt(toolkit, attempt);
                if (attempt.fate == Attempt::Fate::kRefused) {
                    EXPECT_EQ(seen, Visible::kNothing) << "refused, and yet it is there";
                }
                if (seen == Visible::kEverything) check_audited(node, attempt, "ITI-41");
            }
            check_store(node);
            EXPECT_EQ(node.verify_audit(), "");
            if (round == 1) break;
            EXPECT_EQ(submit(100).fate, Attempt::Fate::kAcknowledged);
            EXPECT_EQ(submit(400 * 1024).fate, Attempt::Fate::kAcknowledged);
            node.kill();
            node.start();
        }
        check_no_orphans(node);
        EXPECT_TRUE(ready().starts_with("ready")) << ready();
    }

    TestNode node{options()};
    NodeClient toolkit{node, "toolkit"};
    std::string patient;
    std::vector<Attempt> attempts;
};

class TracedIoFaults : public IoFaults {
protected:
    void SetUp() override {
        std::string const why = SyscallFaults::unavailable();
        if (!why.empty()) GTEST_SKIP() << why;
        IoFaults::SetUp();
    }
};

class JournalIo : public TracedIoFaults,
                  public ::testing::WithParamInterface<SyscallFaults::Plan> {};

TEST_P(JournalIo, WithoutItsJournalTheNodeDisclosesNothingAndSaysThatItIsNotReady) {
    SyscallFaults broken(node.pid(), GetParam());
    expect_nothing_disclosed();
    EXPECT_TRUE(ready().starts_with("not ready")) << ready();
    EXPECT_NE(ready().find("journal"), std::string::npos);
    // Its record goes into the database with it.
    submit(100);
    EXPECT_GE(broken.end(), 2);
    EXPECT_TRUE(toolkit.find(patient).success());
    EXPECT_TRUE(ready().starts_with("ready")) << ready();
    expect_whole();
}

INSTANTIATE_TEST_SUITE_P(
    Calls, JournalIo,
    ::testing::Values(SyscallFaults::Plan{"fdatasync", "error=EIO"},
                      SyscallFaults::Plan{"pwrite64", "error=EIO"},
                      SyscallFaults::Plan{"pwrite64,ftruncate", "error=ENOSPC"},
                      SyscallFaults::Plan{"fdatasync,fsync,pwrite64,ftruncate", "error=EIO"}),
    [](auto const& info) { return "Plan" + std::to_string(info.index); });

class BlobIo : public TracedIoFaults, public ::testing::WithParamInterface<SyscallFaults::Plan> {};

TEST_P(BlobIo, ALargeDocumentIsRefusedLeavesNothingAndTheOthersAreRead) {
    SyscallFaults broken(node.pid(), GetParam());
    EXPECT_EQ(submit(400 * 1024).fate, Attempt::Fate::kRefused);
    EXPECT_EQ(check_attempt(toolkit, attempts[0]), Visible::kEverything);
    EXPECT_EQ(check_attempt(toolkit, attempts[1]), Visible::kEverything);
    EXPECT_GE(broken.end(), 1);
    expect_whole();
}

INSTANTIATE_TEST_SUITE_P(Calls, BlobIo,
                         ::testing::Values(SyscallFaults::Plan{"fsync", "error=EIO"},
                                           SyscallFaults::Plan{"fsync", "error=EIO:when=2+"},
                                           SyscallFaults::Plan{"rename,renameat,renameat2",
                                                               "error=EIO"}),
                         [](auto const& info) { return "Plan" + std::to_string(info.index); });

class SegmentIo : public TracedIoFaults,
                  public ::testing::WithParamInterface<SyscallFaults::Plan> {};

TEST_P(SegmentIo, ASmallDocumentIsRefusedLeavesNothingAndIsTakenWhenTheDiskIsWell) {
    SyscallFaults broken(node.pid(), GetParam());
    EXPECT_EQ(submit(100).fate, Attempt::Fate::kRefused);
    EXPECT_EQ(submit(30'000).fate, Attempt::Fate::kRefused);
    EXPECT_NE(ready().find("small documents cannot be stored"), std::string::npos) << ready();
    EXPECT_GE(broken.end(), 2);
    EXPECT_EQ(submit(100).fate, Attempt::Fate::kAcknowledged);
    expect_whole();
}

INSTANTIATE_TEST_SUITE_P(Calls, SegmentIo,
                         ::testing::Values(SyscallFaults::Plan{"pwritev", "error=ENOSPC"},
                                           SyscallFaults::Plan{"pwritev,ftruncate", "error=EIO"},
                                           SyscallFaults::Plan{"pwritev,fdatasync,ftruncate,unlink",
                                                               "error=EIO"}),
                         [](auto const& info) { return "Plan" + std::to_string(info.index); });

TEST_F(TracedIoFaults, InterruptedCallsAreNoErrors) {
    SyscallFaults storm(
        node.pid(), {"read,pread64,preadv,pwrite64,pwritev,sendto,recvfrom,poll,epoll_wait,accept4",
                     "error=EINTR:when=2+3"});
    for (int i = 0; i < 3; ++i) {
        EXPECT_EQ(submit(100).fate, Attempt::Fate::kAcknowledged);
        EXPECT_EQ(submit(400 * 1024).fate, Attempt::Fate::kAcknowledged);
        EXPECT_EQ(check_attempt(NodeClient(node, "toolkit"), attempts.back()),
                  Visible::kEverything);
    }
    EXPECT_EQ(toolkit.feed("A01", fresh_patient()), "AA");
    EXPECT_GE(storm.end(), 10);
    expect_whole();
}

TEST_F(TracedIoFaults, ConnectionsThatBreakAnywhereLoseNothingThatWasAcknowledged) {
    {
        SyscallFaults storm(node.pid(), {"recvfrom", "error=ECONNRESET:when=5+23"});
        for (int i = 0; i < 6; ++i) {
            submit(i % 3 == 0 ? 400 * 1024 : 100);
            auto const found = toolkit.find(patient);
            EXPECT_TRUE(found.success() || found.objects.entries.empty()) << found.text();
        }
        EXPECT_GE(storm.end(), 3);
    }
    ASSERT_TRUE(eventually([&] { return toolkit.find(patient).success(); }));
    // An answer may say "failed" about a commit whose confirmation was lost.
    for (Attempt& attempt : attempts) {
        if (attempt.fate == Attempt::Fate::kRefused) attempt.fate = Attempt::Fate::kUnknown;
    }
    expect_whole();
}

TEST_F(IoFaults, AWriteThatIsCutShortIsRefusedOrCompleted) {
    // The document's file ends in its middle.
    limit(node.pid(), RLIMIT_FSIZE, 100'000);
    EXPECT_EQ(submit(400 * 1024).fate, Attempt::Fate::kRefused);
    // The journal's in the middle of the next record.
    std::filesystem::path newest;
    for (auto const& file : std::filesystem::directory_iterator(node.folder() / "journal")) {
        bool const segment = file.is_regular_file() && file.file_size() > 8;
        if (segment && (newest.empty() || file.path() > newest)) newest = file.path();
    }
    std::ifstream in(newest, std::ios::binary);
    std::string const octets{std::istreambuf_iterator<char>(in), {}};
    ASSERT_TRUE(octets.starts_with("MSBJ")) << newest;
    limit(node.pid(), RLIMIT_FSIZE, octets.find_last_not_of('\0') + 30);
    auto const found = toolkit.find(patient);
    EXPECT_TRUE(found.success() || found.objects.entries.empty());
    limit(node.pid(), RLIMIT_FSIZE, RLIM_INFINITY);
    EXPECT_TRUE(toolkit.find(patient).success());
    expect_whole();
}

TEST_F(IoFaults, WithoutFileDescriptorsTheNodeRefusesAndServesOnWhenThereAreSome) {
    node.expect_error("event=listener.no_descriptors");
    node.expect_error("event=document.unreadable");
    rlim_t free = 0;
    auto const fds = std::filesystem::path("/proc") / std::to_string(node.pid()) / "fd";
    while (std::filesystem::exists(std::filesystem::symlink_status(fds / std::to_string(free)))) {
        ++free;
    }
    limit(node.pid(), RLIMIT_NOFILE, free);
    EXPECT_EQ(submit(400 * 1024).fate, Attempt::Fate::kRefused);
    auto const fetched = toolkit.retrieve({attempts[1].papers.documents[0].unique_id});
    EXPECT_TRUE(fetched.documents.empty()) << fetched.text();
    // Nobody is there to take this connection, until somebody can.
    auto late =
        std::async(std::launch::async, [&] { return NodeClient(node, "toolkit").find(patient); });
    pause_ms(300);
    EXPECT_TRUE(toolkit.find(patient).success()) << "a connection that was there before";
    limit(node.pid(), RLIMIT_NOFILE, RLIM_INFINITY);
    Found const found = late.get();
    EXPECT_TRUE(found.success()) << found.text();
    expect_whole();
}

class DatabaseDisk : public ::testing::Test {
protected:
    /// The server runs as a user of its own when we are root: only that one may limit it.
    static void forbid_files(pid_t pid) {
        struct stat owner {};
        ASSERT_EQ(::stat(("/proc/" + std::to_string(pid)).c_str(), &owner), 0);
        std::vector<std::string> words = {"/usr/bin/prlimit", "--pid", std::to_string(pid),
                                          "--fsize=0:"};
        if (owner.st_uid != ::geteuid()) {
            words.insert(words.begin(),
                         {"/usr/bin/setpriv", "--reuid", std::to_string(owner.st_uid), "--regid",
                          std::to_string(owner.st_gid), "--clear-groups"});
        }
        auto const done = run_command(words);
        ASSERT_EQ(done.status, 0) << done.output;
    }
    static TestNode::Options options(TestCluster& cluster) {
        TestNode::Options options;
        options.cluster = &cluster;
        return options;
    }
    TestCluster cluster{TestCluster::Durability::kReal};
    TestNode node{options(cluster)};
    NodeClient toolkit{node, "toolkit"};
};

// PostgreSQL ends all sessions when it cannot write its log, and starts anew by itself.
TEST_F(DatabaseDisk, LogThatCannotBeWrittenRefusesAndLosesNothing) {
    for (char const* text :
         {"event=request.failed", "event=audit.failed", "event=pg.connect_failed"}) {
        node.expect_error(text);
    }
    std::string const patient = fresh_patient();
    ASSERT_EQ(toolkit.feed("A01", patient), "AA");
    std::vector<Attempt> attempts;
    auto submit = [&] {
        Attempt attempt{letter_for(patient)};
        attempt.fate = fate_of(toolkit.submit(attempt.papers));
        attempts.push_back(attempt);
        return attempt.fate;
    };
    ASSERT_EQ(submit(), Attempt::Fate::kAcknowledged);
    for (pid_t const pid : children_of(cluster.server_pid())) forbid_files(pid);
    EXPECT_NE(submit(), Attempt::Fate::kAcknowledged) << "nothing can be durable now";
    EXPECT_TRUE(eventually([&] { return submit() == Attempt::Fate::kAcknowledged; }));
    EXPECT_TRUE(node.operator_page("/health/ready").starts_with("ready"));
    node.kill();
    node.start();
    for (Attempt attempt : attempts) {
        // What was refused because the commit was not confirmed may be there.
        if (attempt.fate == Attempt::Fate::kRefused) attempt.fate = Attempt::Fate::kUnknown;
        if (check_attempt(toolkit, attempt) == Visible::kEverything)
            check_audited(node, attempt, "ITI-41");
    }
    check_store(node);
    EXPECT_EQ(node.verify_audit(), "");
}

}  // namespace
}  // namespace musubi::test
