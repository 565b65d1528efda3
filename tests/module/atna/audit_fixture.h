#pragma once
// An audit trail on a real database: journal, sealer, and records whose fields a test can foresee.

#include "atna/archive.h"
#include "atna/audit.h"
#include "atna/indexer.h"
#include "platform/base/fault.h"
#include "platform/pg/admin.h"
#include "support/migrations.h"
#include "support/source_tree.h"
#include "support/test_database.h"

#include <gtest/gtest.h>

#include <unistd.h>

namespace musubi::atna {

namespace fs = std::filesystem;

inline std::string const kPatient = "R1^^^&2.999.1.1.1&ISO";
inline std::string const kHospitalId = "0001^^^&1.2.392.100495.20.3.51.11319876543&ISO";
inline WallTime const kTime = WallTime(std::chrono::sys_days(std::chrono::year(2026) / 11 / 21));

inline domain::AuditEvent event(int number, std::string const& patient = kPatient) {
    domain::AuditEvent out;
    out.event_id = domain::dcm("110106", "Export");
    out.action = 'R';
    out.time = kTime + std::chrono::seconds(number);
    out.event_types = {domain::ihe_transaction("ITI-43", "Retrieve Document Set")};
    domain::AuditParticipant source, destination, human;
    source.user_id = "https://localhost:8443/xds/repository";
    source.alternative_user_id = "1";
    source.roles = {domain::dcm("110153", "Source Role ID")};
    source.network_address = "127.0.0.1";
    destination.user_id = "CN=hospital-kita";
    destination.is_requestor = true;
    destination.roles = {domain::dcm("110152", "Destination Role ID")};
    destination.network_address = "192.0.2.7";
    human.user_id = number % 2 == 0 ? "dr-aoba" : "dr-midori";
    human.is_requestor = true;
    out.participants = {source, destination, human};
    out.source_id = "node-a";
    out.objects = {
        domain::audit_patient(patient),
        domain::audit_document("1.2.3." + std::to_string(number), "2.999.1.1.2", std::nullopt)};
    out.transaction = "ITI-43";
    out.organisation = number % 2 == 0 ? "hospital-kita" : "clinic-kita";
    out.rule = "K3.2";
    out.trace = "t" + std::to_string(number);
    return out;
}

class AuditTrail : public ::testing::Test {
protected:
    AuditTrail() : database_(test::migrations_of("atna")) {
        static std::atomic<int> number{0};
        folder_ = fs::temp_directory_path() /
                  ("musubi-atna-" + std::to_string(::getpid()) + "-" + std::to_string(number++));
        fs::create_directories(folder_);
        keys_ = *vault::KeyRing::open(folder_ / "keys", folder_ / "master.key",
                                      vault::KeyRing::IfAbsent::kCreate);
        sealer_.emplace(*keys_, std::vector<std::string>{"2.999.1.1.1"});
        connect();
    }
    ~AuditTrail() override {
        arm_faults("");
        pool_.reset();
        fs::remove_all(folder_);
    }
    void connect() {
        pg::PoolConfig config;
        config.conninfo = database_.serving();
        config.size = 4;
        pool_.emplace(config);
    }
    std::unique_ptr<Journal> open_journal(std::uint64_t segment_bytes = 1024) {
        JournalSettings settings;
        settings.folder = folder_ / "journal";
        settings.segment_bytes = segment_bytes;
        auto journal = Journal::open(settings);
        if (!journal) throw std::runtime_error(journal.error().detail);
        return std::move(*journal);
    }
    Archive archive() { return {*pool_, *keys_, folder_ / "journal", {"2.999.1.1.1"}}; }
    std::int64_t count(std::string const& table) {
        auto const rows =
            pg::run_script(database_.superuser(), "SELECT count(*) FROM atna." + table);
        return std::stoll(rows->at(0).at(0));
    }
    void sabotage(std::string const& script) {
        auto const done = pg::run_script(database_.superuser(), script);
        ASSERT_TRUE(done.ok()) << done.error().detail;
    }
    /// Records 1 to n, sealed.
    void fill(int n) {
        DatabaseAudit audit(*pool_, *sealer_, system_ids());
        fs::create_directories(folder_ / "journal");
        for (int i = 1; i <= n; ++i) ASSERT_TRUE(audit.record({event(i)}).ok());
        Indexer indexer(*pool_, *keys_, *sealer_, folder_ / "journal", nullptr);
        auto const done = indexer.run();
        ASSERT_TRUE(done.ok()) << done.error().detail;
        ASSERT_EQ(done->sealed, n);
    }
    Verification verified() {
        auto const out = verify(archive());
        if (!out) throw std::runtime_error(out.error().detail);
        return *out;
    }

    test::TestDatabase database_;
    fs::path folder_;
    std::unique_ptr<vault::KeyRing> keys_;
    std::optional<EntrySealer> sealer_;
    std::optional<pg::Pool> pool_;
};

}  // namespace musubi::atna
