#pragma once
// A gate between the client and the server that lets a session pass until it sees COMMIT from the
// client. The COMMIT goes through (or not), its answer does not: both ends are cut. One session at
// a time is enough for its tests.

#include <sys/socket.h>
#include <sys/un.h>

#include <atomic>
#include <filesystem>
#include <string>
#include <thread>

namespace musubi::pg {

class CommitGate {
public:
    enum class Cut { kBeforeServer, kBeforeClient };

    CommitGate(std::string const& server_folder, Cut cut);
    ~CommitGate();
    CommitGate(CommitGate const&) = delete;
    CommitGate& operator=(CommitGate const&) = delete;
    std::string const& folder() const { return folder_; }
    bool has_cut() const { return cut_done_; }

private:
    void serve();
    void pump(int client, int server);

    std::string const server_folder_;
    Cut const cut_;
    std::string folder_;
    int listener_ = -1;
    std::atomic<bool> stopping_{false};
    std::atomic<bool> cut_done_{false};
    std::thread thread_;
};

}  // namespace musubi::pg
