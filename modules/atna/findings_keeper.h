#pragma once
// Looks through the log regularly, going on from where it, or the process before, stopped
// (findings_progress.h), and tells when findings are overdue. One thread of its own at low
// weight; start() and stop() once each, health() from any thread.

#include "atna/findings.h"
#include "atna/user_names.h"
#include "core/module.h"

#include <condition_variable>
#include <mutex>
#include <thread>

namespace musubi::atna {

class FindingsKeeper {
public:
    FindingsKeeper(pg::Pool& pool, EntrySealer const& sealer, ReviewSettings settings,
                   Clock const& clock, core::Ports const* ports = nullptr)
        : pool_(pool),
          sealer_(sealer),
          settings_(std::move(settings)),
          clock_(clock),
          ports_(ports) {}
    ~FindingsKeeper();

    void start();
    void stop();
    core::HealthReport health() const;
    void turn();  ///< one round, for tests
    /// Listens for names of users where the rule that needs them is on.
    core::UserNamesPort* user_names() { return settings_.family ? &names_ : nullptr; }

private:
    void run();
    void write_names();
    bool stopping() const;
    Result<int> look(WallTime now);

    pg::Pool& pool_;
    EntrySealer const& sealer_;
    ReviewSettings const settings_;
    Clock const& clock_;
    core::Ports const* const ports_;  ///< who knows relations is looked for at each turn
    UserNames names_;

    mutable std::mutex mutex_;
    std::condition_variable wake_;
    bool stopping_ = false;     // guarded by mutex_
    bool failed_ = false;       // guarded by mutex_
    std::int64_t overdue_ = 0;  // guarded by mutex_
    std::thread thread_;
};

}  // namespace musubi::atna
