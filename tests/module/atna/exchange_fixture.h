#pragma once
// What tests of export and reception have in common: the trail's tables, keys, and a receiver that
// can be told to fail.

#include "atna/archive.h"
#include "atna/audit.h"
#include "atna/exporter.h"
#include "atna/indexer.h"
#include "atna/receiver.h"
#include "platform/pg/admin.h"
#include "support/source_tree.h"
#include "support/test_database.h"

#include <gtest/gtest.h>

#include <unistd.h>

namespace musubi::atna {

/// Audit record repository of a test: what arrived, and what it does next.
class FakeRepository final : public core::SyslogPeerPort {
public:
    enum class End : std::uint8_t { kProven, kUnproven, kReset };

    Result<std::unique_ptr<core::SyslogLine>> open(core::SyslogDestination const& to,
                                                   std::atomic<bool> const&) override {
        if (away) return Error(Code::kPeerUnavailable, "away");
        ++connections;
        last = to;
        return std::unique_ptr<core::SyslogLine>(std::make_unique<Line>(*this));
    }

    std::vector<std::string> arrived;
    int connections = 0, finished = 0;
    bool away = false;
    int fail_after = -1;  ///< messages; then the connection breaks
    End end = End::kProven;
    core::SyslogDestination last;

private:
    class Line final : public core::SyslogLine {
    public:
        explicit Line(FakeRepository& owner) : owner_(owner) {}
        Status send(std::span<std::string const> messages) override {
            for (auto const& message : messages) {
                if (owner_.fail_after == 0) {
                    owner_.fail_after = -1;
                    return Error(Code::kPeerUnavailable, "broken");
                }
                if (owner_.fail_after > 0) --owner_.fail_after;
                owner_.arrived.push_back(message);
            }
            return {};
        }
        Result<Delivery> finish(std::chrono::milliseconds) override {
            ++owner_.finished;
            if (owner_.end == End::kReset) return Error(Code::kPeerUnavailable, "reset");
            return owner_.end == End::kProven ? Delivery::kProven : Delivery::kUnproven;
        }

    private:
        FakeRepository& owner_;
    };
};

class ExchangeTest : public ::testing::Test {
protected:
    ExchangeTest()
        : texts_{test::read_file(test::source_dir() / "db/atna/V0001__init.sql"),
                 test::read_file(test::source_dir() / "db/atna/V0002__export.sql")},
          files_{{"atna/V0001__init.sql", texts_[0]}, {"atna/V0002__export.sql", texts_[1]}},
          database_(files_),
          pool_(pg::PoolConfig{.conninfo = database_.serving(), .size = 4}) {
        static std::atomic<int> number{0};
        folder_ =
            std::filesystem::temp_directory_path() /
            ("musubi-exchange-" + std::to_string(::getpid()) + "-" + std::to_string(number++));
        std::filesystem::create_directories(folder_);
        keys_ = *vault::KeyRing::open(folder_ / "keys", folder_ / "master.key",
                                      vault::KeyRing::IfAbsent::kCreate);
        sealer_.emplace(*keys_, std::vector<std::string>{"2.999.1.1.1"});
        JournalSettings settings;
        settings.folder = folder_ / "journal";
        journal_ = std::move(*Journal::open(settings));
    }
    ~ExchangeTest() override {
        journal_.reset();
        std::filesystem::remove_all(folder_);
    }

    static domain::AuditEvent event(int number) {
        domain::AuditEvent out;
        out.event_id = domain::dcm("110112", "Query");
        out.time = WallTime(std::chrono::sys_days(std::chrono::year(2026) / 11 / 21)) +
                   std::chrono::seconds(number);
        out.event_types = {domain::ihe_transaction("ITI-18", "Registry Stored Query")};
        domain::AuditParticipant human;
        human.user_id = "dr-" + std::to_string(number);
        human.is_requestor = true;
        out.participants = {human};
        out.source_id = "node-a";
        out.objects = {domain::audit_patient("R1^^^&2.999.1.1.1&ISO")};
        out.transaction = "ITI-18";
        out.organisation = "hospital-kita";
        out.trace = "t" + std::to_string(number);
        return out;
    }
    void record(int from, int to) {
        JournalAudit audit(pool_, *sealer_, system_ids(), *journal_);
        for (int i = from; i <= to; ++i) ASSERT_TRUE(audit.record({event(i)}).ok());
    }
    void receive(std::vector<std::string> const& lines, std::string const& member = "clinic-kita",
                 std::string_view transport = "tls") {
        Receiver receiver(*sealer_, *journal_, system_ids(), system_clock());
        std::vector<core::ReceivedAudit> all;
        for (auto const& line : lines) all.push_back({member, transport, line});
        auto const kept = receiver.keep(all);
        ASSERT_TRUE(kept.ok()) << kept.error().detail;
    }
    void seal() {
        Indexer indexer(pool_, *keys_, *sealer_, folder_ / "journal", journal_.get());
        auto const done = indexer.run();
        ASSERT_TRUE(done.ok()) << done.error().detail;
    }
    Archive archive() { return {pool_, *keys_, folder_ / "journal", {"2.999.1.1.1"}}; }
    std::vector<FoundRecord> found(SearchQuery const& query = {}) {
        auto out = search(archive(), query);
        if (!out) throw std::runtime_error(out.error().detail);
        return std::move(*out);
    }
    std::int64_t cursor(std::string const& name) {
        auto const rows =
            pg::run_script(database_.superuser(),
                           "SELECT seq FROM atna.export_cursor WHERE destination = '" + name + "'");
        return rows->empty() ? 0 : std::stoll(rows->at(0).at(0));
    }
    std::unique_ptr<Exporter> exporter(ExportedRecords what = ExportedRecords::kOwn,
                                       bool tls = true) {
        ExportDestination destination;
        destination.to.name = "regional";
        destination.to.tls = tls;
        destination.what = what;
        ExporterSettings settings;
        settings.host_name = "node-a";
        settings.poll = settings.first_pause = std::chrono::milliseconds(5);
        settings.longest_pause = std::chrono::milliseconds(20);
        settings.confirm_after = std::chrono::milliseconds(50);
        return std::make_unique<Exporter>(pool_, *sealer_, repository_, destination, settings);
    }

    std::vector<std::string> texts_;
    std::vector<pg::MigrationFile> files_;
    test::TestDatabase database_;
    pg::Pool pool_;
    std::filesystem::path folder_;
    std::unique_ptr<vault::KeyRing> keys_;
    std::optional<EntrySealer> sealer_;
    std::unique_ptr<Journal> journal_;
    FakeRepository repository_;
};

}  // namespace musubi::atna
