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

    /// The socket file of the server; the gate has one of the same name in its own folder.
    CommitGate(std::filesystem::path const& server_socket, Cut cut);
    ~CommitGate();
    CommitGate(CommitGate const&) = delete;
    CommitGate& operator=(CommitGate const&) = delete;
    std::string const& folder() const { return folder_; }
    bool has_cut() const { return cut_done_; }

private:
    void serve();
    void pump(int client, int server);

    std::filesystem::path server_socket_;
    Cut const cut_;
    std::string folder_;
    int listener_ = -1;
    std::atomic<bool> stopping_{false};
    std::atomic<bool> cut_done_{false};
    std::thread thread_;
};

}  // namespace musubi::pg
