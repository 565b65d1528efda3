// musubi_upload: what an upload costs at least. Takes POSTs over mutual TLS one after the other,
// hashes (SHA-1) and writes what comes, makes it durable, answers the hash and removes the file.
// Runs until its standard input ends.
//
//   musubi_upload --port N --cert F --key F --ca F --folder DIR

#include "platform/base/bytes.h"
#include "platform/base/digest.h"
#include "platform/base/text.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <charconv>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace musubi::perf {
namespace {

using Options = std::map<std::string, std::string>;
using Context = std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)>;
using Session = std::unique_ptr<SSL, decltype(&SSL_free)>;

class Descriptor {
public:
    explicit Descriptor(int number) : number_(number) {}
    Descriptor(Descriptor const&) = delete;
    Descriptor& operator=(Descriptor const&) = delete;
    ~Descriptor() {
        if (number_ >= 0) ::close(number_);
    }
    int get() const { return number_; }

private:
    int number_;
};

Error failed(char const* what) { return Error(Code::kInternal, what); }

Result<Context> make_context(Options const& options) {
    Context context(SSL_CTX_new(TLS_server_method()), &SSL_CTX_free);
    SSL_CTX* const c = context.get();
    SSL_CTX_set_min_proto_version(c, TLS1_3_VERSION);
    // One read of the socket for several records: a baseline is no slower than it has to be.
    SSL_CTX_set_read_ahead(c, 1);
    SSL_CTX_set_default_read_buffer_len(c, 64 * 1024);
    SSL_CTX_set_verify(c, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
    if (SSL_CTX_load_verify_locations(c, options.at("--ca").c_str(), nullptr) != 1 ||
        SSL_CTX_use_certificate_chain_file(c, options.at("--cert").c_str()) != 1 ||
        SSL_CTX_use_PrivateKey_file(c, options.at("--key").c_str(), SSL_FILETYPE_PEM) != 1) {
        return failed("certificates");
    }
    return context;
}

Result<int> listen_at(std::uint16_t port) {
    int const listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int const on = 1;
    ::setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::bind(listener, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 ||
        ::listen(listener, 16) != 0) {
        ::close(listener);
        return failed("listen");
    }
    return listener;
}

/// Hash and file of one body.
class Sink {
public:
    explicit Sink(std::string path)
        : path_(std::move(path)),
          file_(::open(path_.c_str(), O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0600)) {}
    ~Sink() { ::unlink(path_.c_str()); }
    Status take(char const* data, std::size_t size) {
        digest_.update({reinterpret_cast<std::uint8_t const*>(data), size});
        for (std::size_t at = 0; at < size;) {
            ssize_t const wrote = ::write(file_.get(), data + at, size - at);
            if (wrote <= 0) return failed("write");
            at += static_cast<std::size_t>(wrote);
        }
        return {};
    }
    Result<std::string> finish() {
        if (::fsync(file_.get()) != 0) return failed("fsync");
        return to_hex(digest_.finish());
    }

private:
    std::string path_;
    Descriptor file_;
    Digest digest_{DigestKind::kSha1};
};

std::uint64_t length_in(std::string_view head) {
    std::uint64_t length = 0;
    for (std::string_view line : split(head, '\n')) {
        std::size_t const colon = line.find(':');
        if (colon == std::string_view::npos ||
            !equals_ignore_case(line.substr(0, colon), "Content-Length"))
            continue;
        std::string_view const value = trim(line.substr(colon + 1));
        std::from_chars(value.data(), value.data() + value.size(), length);
    }
    return length;
}

Status serve_one(SSL* session, std::string const& path) {
    std::vector<char> buffer(64 * 1024);
    std::size_t used = 0, got = 0, head = std::string_view::npos;
    while ((head = std::string_view(buffer.data(), used).find("\r\n\r\n")) ==
           std::string_view::npos) {
        if (used == buffer.size() ||
            SSL_read_ex(session, buffer.data() + used, buffer.size() - used, &got) != 1)
            return failed("head");
        used += got;
    }
    head += 4;
    std::uint64_t const length = length_in({buffer.data(), head});
    Sink sink(path);
    TRY(sink.take(buffer.data() + head, used - head));
    for (std::uint64_t seen = used - head; seen < length; seen += used) {
        // As much as is written at once.
        for (used = 0; used < buffer.size() && seen + used < length; used += got) {
            if (SSL_read_ex(session, buffer.data() + used, buffer.size() - used, &got) != 1)
                return failed("body");
        }
        TRY(sink.take(buffer.data(), used));
    }
    std::string const hash = TRY(sink.finish());
    std::string const answer = "HTTP/1.1 200 OK\r\nContent-Length: 40\r\n\r\n" + hash;
    return SSL_write_ex(session, answer.data(), answer.size(), &got) == 1 ? Status()
                                                                          : failed("answer");
}

Status serve(Options const& options) {
    auto const context = TRY(make_context(options));
    Descriptor const listener(
        TRY(listen_at(static_cast<std::uint16_t>(std::atoi(options.at("--port").c_str())))));
    std::printf("ready\n");
    std::fflush(stdout);
    for (;;) {
        pollfd waiting[2] = {{listener.get(), POLLIN, 0}, {STDIN_FILENO, POLLIN, 0}};
        if (::poll(waiting, 2, -1) < 0) return failed("poll");
        if (waiting[1].revents != 0) return {};
        Descriptor const socket(::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC));
        Session const session(SSL_new(context.get()), &SSL_free);
        SSL_set_fd(session.get(), socket.get());
        if (SSL_accept(session.get()) != 1) continue;
        if (auto served = serve_one(session.get(), options.at("--folder") + "/upload"); !served)
            std::fprintf(stderr, "musubi_upload: %s\n", served.error().detail.c_str());
        SSL_shutdown(session.get());
    }
}

}  // namespace
}  // namespace musubi::perf

int main(int count, char** values) {
    std::signal(SIGPIPE, SIG_IGN);  // a peer that closed is an error of one write
    musubi::perf::Options options;
    for (int i = 1; i + 1 < count; i += 2) options[values[i]] = values[i + 1];
    for (char const* name : {"--port", "--cert", "--key", "--ca", "--folder"}) {
        if (options.contains(name)) continue;
        std::fprintf(stderr, "musubi_upload: %s is missing\n", name);
        return 2;
    }
    auto const done = musubi::perf::serve(options);
    if (done) return 0;
    std::fprintf(stderr, "musubi_upload: %s\n", done.error().detail.c_str());
    return 1;
}
