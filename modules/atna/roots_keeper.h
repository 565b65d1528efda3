#pragma once
// The node's own hand for evidence: a thread that signs a root when one is due, has it stamped, and
// publishes it. What does not succeed is tried again; nothing that answers requests ever waits for
// it. Where the clock is watched (module ct) and not known to be right, no root is signed until it
// is.
//
// start() and stop() once each; health() from any thread. Ownership: what the constructor takes
// outlives it.

#include "atna/evidence_settings.h"
#include "core/module.h"
#include "core/ports.h"

#include <condition_variable>
#include <mutex>
#include <thread>

namespace musubi::atna {

class RootKeeper {
public:
    RootKeeper(pg::Pool& pool, vault::KeyRing const& keys, std::filesystem::path journal_folder,
               EvidenceSettings settings, core::Ports const& ports, Clock const& clock);
    ~RootKeeper();

    /// As RootMaker::tell_through(), before start().
    void tell_through(core::AuditPort& audit) { maker_.tell_through(audit); }
    void start();
    void stop();
    core::HealthReport health() const;

    /// One turn without the thread, for tests.
    void turn();

private:
    void run();
    void sign();
    void stamp();
    /// Nothing when no root may be signed now.
    std::optional<RootCircumstances> circumstances();
    bool due();
    void note(std::string& where, std::string what);

    pg::Pool& pool_;
    EvidenceSettings const settings_;
    core::Ports const& ports_;
    Clock const& clock_;
    RootMaker maker_;

    bool published_ = false;             ///< what earlier runs left unpublished
    std::optional<WallTime> last_root_;  ///< when the newest was made
    std::chrono::steady_clock::time_point stamp_again_{};
    std::chrono::milliseconds stamp_pause_{};

    mutable std::mutex mutex_;
    std::condition_variable wake_;
    bool stopping_ = false;      // guarded by mutex_
    std::string sign_trouble_;   // guarded by mutex_: empty when all is well
    std::string stamp_trouble_;  // guarded by mutex_
    bool stamp_late_ = false;    // guarded by mutex_
    std::thread thread_;
};

}  // namespace musubi::atna
