#include "perf/connection_load.h"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <thread>
#include <vector>

namespace musubi::perf {
namespace {

using SteadyTime = std::chrono::steady_clock::time_point;
constexpr int kPatienceMs = 5'000;

struct Free {
    void operator()(SSL_CTX* p) const { SSL_CTX_free(p); }
    void operator()(SSL* p) const { SSL_free(p); }
    void operator()(SSL_SESSION* p) const { SSL_SESSION_free(p); }
};
template <class T>
using Owned = std::unique_ptr<T, Free>;

/// The newest ticket of this thread's connection.
thread_local Owned<SSL_SESSION> newest;
int take_session(SSL*, SSL_SESSION* session) {
    newest.reset(session);
    return 1;  // ours now
}

Result<Owned<SSL_CTX>> context_of(TlsFiles const& files) {
    Owned<SSL_CTX> out(SSL_CTX_new(TLS_client_method()));
    if (!out) return Error(Code::kInternal, "no memory");
    SSL_CTX_set_min_proto_version(out.get(), TLS1_3_VERSION);
    SSL_CTX_set_verify(out.get(), SSL_VERIFY_PEER, nullptr);
    SSL_CTX_set_session_cache_mode(out.get(), SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
    SSL_CTX_sess_set_new_cb(out.get(), take_session);
    if (SSL_CTX_load_verify_locations(out.get(), files.ca.c_str(), nullptr) != 1 ||
        SSL_CTX_use_certificate_chain_file(out.get(), files.certificate.c_str()) != 1 ||
        SSL_CTX_use_PrivateKey_file(out.get(), files.key.c_str(), SSL_FILETYPE_PEM) != 1)
        return Error(Code::kInvalidContent, "certificates of the load");
    return out;
}

class Line {
public:
    Line(SSL_CTX* context, std::uint16_t port, SSL_SESSION* session) {
        socket_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        int const on = 1;
        ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        if (::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) return;
        ssl_.reset(SSL_new(context));
        SSL_set_fd(ssl_.get(), socket_);
        SSL_set_tlsext_host_name(ssl_.get(), "localhost");
        if (session) SSL_set_session(ssl_.get(), session);
        good_ = SSL_connect(ssl_.get()) == 1;
    }
    ~Line() {
        // Freed in the middle, the session would not count for another connection.
        if (ssl_) SSL_set_shutdown(ssl_.get(), SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
        ssl_.reset();
        if (socket_ >= 0) ::close(socket_);
        ERR_clear_error();
    }
    bool good() const { return good_; }
    bool resumed() const { return SSL_session_reused(ssl_.get()) == 1; }
    /// Waits for octets of the server, or for its end.
    bool hear() {
        pollfd one{socket_, POLLIN, 0};
        if (SSL_pending(ssl_.get()) == 0 && ::poll(&one, 1, kPatienceMs) != 1) return false;
        char octet = 0;
        // Nothing but tickets comes: not blocking, a read returns once they are taken.
        SSL_clear_mode(ssl_.get(), SSL_MODE_AUTO_RETRY);
        static_cast<void>(SSL_read(ssl_.get(), &octet, 1));
        return true;
    }
    bool write(std::string_view octets) {
        return SSL_write(ssl_.get(), octets.data(), static_cast<int>(octets.size())) ==
               static_cast<int>(octets.size());
    }
    /// Ends our side and waits until the other has ended too.
    void end() {
        SSL_shutdown(ssl_.get());
        char octets[512];
        pollfd one{socket_, POLLIN, 0};
        while (::poll(&one, 1, kPatienceMs) == 1 &&
               SSL_read(ssl_.get(), octets, sizeof octets) > 0) {
        }
    }

private:
    Owned<SSL> ssl_;
    int socket_ = -1;
    bool good_ = false;
};

double cpu_seconds() {
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    auto const of = [](timeval const& t) {
        return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
    };
    return of(usage.ru_utime) + of(usage.ru_stime);
}

struct Count {
    std::atomic<std::uint64_t> done{0}, errors{0}, resumed{0};
};

Result<ConnectionLoadResult> run(ConnectionLoad const& load,
                                 std::function<void(SSL_CTX*, Count&, SteadyTime)> const& work) {
    auto const context = TRY(context_of(load.tls));
    Count count;
    double const cpu = cpu_seconds();
    auto const began = std::chrono::steady_clock::now();
    auto const until = began + std::chrono::duration_cast<std::chrono::steady_clock::duration>(
                                   std::chrono::duration<double>(load.seconds));
    std::vector<std::thread> threads;
    for (int i = 0; i < load.connections; ++i)
        threads.emplace_back([&] { work(context.get(), count, until); });
    for (auto& thread : threads) thread.join();
    ConnectionLoadResult out;
    out.done = count.done;
    out.errors = count.errors;
    out.resumed = count.resumed;
    out.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
    out.client_cpu_s = cpu_seconds() - cpu;
    return out;
}

/// A look at a document, as another system tells of it; filled up with a comment's worth of query.
std::string message_of(std::size_t size) {
    std::string const head =
        "<85>1 2026-11-21T02:25:00.123456Z bench musubi 1 IHE+RFC-3881 - \xEF\xBB\xBF"
        "<AuditMessage><EventIdentification EventActionCode=\"R\" "
        "EventDateTime=\"2026-11-21T02:25:00Z\" EventOutcomeIndicator=\"0\"><EventID "
        "csd-code=\"110106\" codeSystemName=\"DCM\" originalText=\"Export\"/><EventTypeCode "
        "csd-code=\"ITI-43\" codeSystemName=\"IHE Transactions\" originalText=\"Retrieve Document "
        "Set\"/></EventIdentification><ActiveParticipant UserID=\"https://pacs.example/\" "
        "UserIsRequestor=\"false\" NetworkAccessPointID=\"10.0.0.1\" "
        "NetworkAccessPointTypeCode=\"2\"><RoleIDCode csd-code=\"110153\" codeSystemName=\"DCM\" "
        "originalText=\"Source Role ID\"/></ActiveParticipant><ActiveParticipant "
        "UserID=\"bench\" UserIsRequestor=\"true\" NetworkAccessPointID=\"10.0.0.2\" "
        "NetworkAccessPointTypeCode=\"2\"><RoleIDCode csd-code=\"110152\" codeSystemName=\"DCM\" "
        "originalText=\"Destination Role ID\"/></ActiveParticipant><AuditSourceIdentification "
        "AuditSourceID=\"bench\"/><ParticipantObjectIdentification "
        "ParticipantObjectID=\"BENCH1^^^&amp;2.999.1.1.1&amp;ISO\" ParticipantObjectTypeCode=\"1\" "
        "ParticipantObjectTypeCodeRole=\"1\"><ParticipantObjectIDTypeCode csd-code=\"2\" "
        "codeSystemName=\"RFC-3881\" originalText=\"Patient "
        "Number\"/><ParticipantObjectName>";
    std::string const tail =
        "</ParticipantObjectName></ParticipantObjectIdentification></AuditMessage>";
    std::string text = head;
    if (size > head.size() + tail.size()) text.append(size - head.size() - tail.size(), 'x');
    text += tail;
    return std::to_string(text.size()) + " " + text;
}

}  // namespace

Result<ConnectionLoadResult> load_handshakes(ConnectionLoad const& load) {
    return run(load, [&](SSL_CTX* context, Count& count, SteadyTime until) {
        Owned<SSL_SESSION> ticket;
        while (std::chrono::steady_clock::now() < until) {
            newest.reset();
            Line line(context, load.port, load.resume ? ticket.get() : nullptr);
            if (!line.good() || !line.hear() || !newest) {
                ++count.errors;
                continue;
            }
            ++count.done;
            if (line.resumed()) ++count.resumed;
            ticket = std::move(newest);
        }
    });
}

Result<ConnectionLoadResult> load_messages(ConnectionLoad const& load) {
    std::string const message = message_of(load.size);
    return run(load, [&](SSL_CTX* context, Count& count, SteadyTime until) {
        Line line(context, load.port, nullptr);
        if (!line.good()) {
            ++count.errors;
            return;
        }
        while (std::chrono::steady_clock::now() < until) {
            if (!line.write(message)) {
                ++count.errors;
                return;
            }
            ++count.done;
        }
        line.end();
    });
}

}  // namespace musubi::perf
