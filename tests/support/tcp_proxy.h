#pragma once
// A wire between two nodes that a test can cut at a chosen moment. It passes octets on and
// understands nothing, so TLS goes through it unharmed. Listens on 127.0.0.1. Thread-safe.

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace musubi::test {

class TcpProxy {
public:
    enum class Mode : std::uint8_t {
        kPass,
        kHoldAnswers,   ///< of a long request nothing comes back
        kHoldRequests,  ///< the end of a long request does not arrive
        kRefuse,        ///< new connections are closed at once, old ones are cut
    };
    /// A request is long from this many octets on, the TLS handshake included.
    static constexpr std::size_t kLong = 12 * 1024;

    TcpProxy();
    ~TcpProxy();
    TcpProxy(TcpProxy const&) = delete;
    TcpProxy& operator=(TcpProxy const&) = delete;

    std::uint16_t port() const { return port_; }
    void set_target(std::uint16_t port) { target_ = port; }
    /// Counts requests from now on anew.
    void set_mode(Mode mode);
    int held() const { return held_; }  ///< connections that wait for cut()
    void cut();                         ///< closes all connections there are

private:
    struct Wire;
    void accept_all();
    void carry(Wire& wire);

    int listener_ = -1;
    std::uint16_t port_ = 0;
    std::atomic<std::uint16_t> target_{0};
    std::atomic<Mode> mode_{Mode::kPass};
    std::atomic<int> generation_{0};
    std::atomic<int> held_{0};
    std::mutex mutex_;
    std::vector<std::unique_ptr<Wire>> wires_;
    std::thread thread_;
};

}  // namespace musubi::test
