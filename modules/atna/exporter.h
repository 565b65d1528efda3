#pragma once
// Sends the trail to one audit record repository (ITI TF-2 3.20; RFC 5425, RFC 5426). The chain is
// the spool: records leave in its order, and a cursor in the database tells how far the receiver
// certainly has everything. The cursor moves only on proof: RFC 5425 knows no acknowledgement, so
// after `confirm_records` or `confirm_after` the connection is ended in order, and when the
// receiver has read to our end the next one begins. Whatever goes wrong before is sent again from
// the cursor: at least once, in order, none lost.
//
// One thread of its own; a receiver that stalls, resets or is away harms nobody else. start() and
// stop() once each; the rest from any thread. Ownership: pool, sealer and peers outlive it.

#include "atna/entry.h"
#include "atna/export_settings.h"
#include "atna/export_store.h"

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

namespace musubi {
class Counter;
class Gauge;
}  // namespace musubi

namespace musubi::atna {

struct ExporterSettings {
    std::string host_name;  ///< of the syslog head
    std::chrono::milliseconds poll{500};
    std::chrono::milliseconds first_pause{1'000};
    std::chrono::milliseconds longest_pause{60'000};
    std::chrono::milliseconds finish_patience{10'000};
    std::chrono::milliseconds confirm_after{30'000};
    std::int64_t confirm_records = 10'000;
    std::chrono::milliseconds alarm_after{900'000};  ///< something waits and nothing gets through
};

class Exporter {
public:
    Exporter(pg::Pool& pool, EntrySealer const& sealer, core::SyslogPeerPort& peers,
             ExportDestination destination, ExporterSettings settings);
    ~Exporter();

    void start();
    void stop();  ///< ends an open connection in order, so that the cursor is as far as it can be

    std::string const& name() const { return destination_.to.name; }
    bool behind() const { return behind_; }  ///< for longer than `alarm_after`

    /// One turn without threads, for tests: sends what there is; true when something was sent.
    Result<bool> turn();
    Status confirm();

private:
    using SteadyTime = std::chrono::steady_clock::time_point;
    void run();
    void work();
    void send_the_last();
    bool rest(std::chrono::milliseconds pause);
    Status begin();
    Status send_page(std::vector<store::ExportRow> const& page);
    std::vector<std::string> lines_of(std::vector<store::ExportRow> const& page) const;
    void start_over();
    bool due(SteadyTime now) const;
    void note(bool good);

    pg::Pool& pool_;
    EntrySealer const& sealer_;
    core::SyslogPeerPort& peers_;
    ExportDestination const destination_;
    ExporterSettings const settings_;
    Gauge& lag_;
    Counter& sent_;
    Counter& failures_;
    Counter& unproven_;

    std::unique_ptr<core::SyslogLine> line_;
    bool begun_ = false;            ///< the cursor was read
    std::int64_t confirmed_ = 0;    ///< as in the database
    std::int64_t written_ = 0;      ///< handed to the connection
    SteadyTime first_unconfirmed_;  ///< when the oldest of them was written
    SteadyTime good_since_;         ///< when it last got through, or had nothing to do
    std::atomic<bool> behind_{false};
    bool failing_ = false;

    std::atomic<bool> give_up_{false};
    std::mutex mutex_;
    std::condition_variable wake_;
    bool stopping_ = false;  // guarded by mutex_
    bool ended_ = false;     // guarded by mutex_
    std::thread thread_;
};

}  // namespace musubi::atna
