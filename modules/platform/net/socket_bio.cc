#include "platform/net/socket_bio.h"

#include <openssl/bio.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstdint>

namespace musubi::net {
namespace {

/// Socket and flag share the pointer that a BIO carries: socket * 2 + more.
std::intptr_t data_of(BIO* bio) { return reinterpret_cast<std::intptr_t>(BIO_get_data(bio)); }
int socket_of(BIO* bio) { return static_cast<int>(data_of(bio) >> 1); }
bool more_follows(BIO* bio) { return (data_of(bio) & 1) != 0; }

void set_data(BIO* bio, int socket, bool more) {
    BIO_set_data(bio, reinterpret_cast<void*>(static_cast<std::intptr_t>(socket) * 2 + more));
}

bool try_again(int error) { return error == EAGAIN || error == EWOULDBLOCK || error == EINTR; }

int bio_write(BIO* bio, char const* data, int size) {
    BIO_clear_retry_flags(bio);
    // MSG_NOSIGNAL: a peer that went away must not end the process.
    int const flags = MSG_NOSIGNAL | (more_follows(bio) ? MSG_MORE : 0);
    auto const n = ::send(socket_of(bio), data, static_cast<std::size_t>(size), flags);
    if (n < 0 && try_again(errno)) BIO_set_retry_write(bio);
    return static_cast<int>(n);
}

int bio_read(BIO* bio, char* into, int size) {
    BIO_clear_retry_flags(bio);
    auto const n = ::recv(socket_of(bio), into, static_cast<std::size_t>(size), 0);
    if (n < 0 && try_again(errno)) BIO_set_retry_read(bio);
    if (n == 0) BIO_set_flags(bio, BIO_FLAGS_IN_EOF);
    return static_cast<int>(n);
}

long bio_ctrl(BIO* bio, int command, long, void*) {
    if (command == BIO_CTRL_EOF) return BIO_test_flags(bio, BIO_FLAGS_IN_EOF) != 0 ? 1 : 0;
    return command == BIO_CTRL_FLUSH ? 1 : 0;
}

int bio_create(BIO* bio) {
    BIO_set_init(bio, 1);
    return 1;
}

BIO_METHOD* make_method() {
    BIO_METHOD* method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "musubi socket");
    BIO_meth_set_write(method, bio_write);
    BIO_meth_set_read(method, bio_read);
    BIO_meth_set_ctrl(method, bio_ctrl);
    BIO_meth_set_create(method, bio_create);
    return method;
}

}  // namespace

BIO* make_socket_bio(int socket) {
    static BIO_METHOD* const method = make_method();
    BIO* bio = BIO_new(method);
    if (bio != nullptr) set_data(bio, socket, false);
    return bio;
}

void announce_more(BIO* bio, bool more) { set_data(bio, socket_of(bio), more); }

}  // namespace musubi::net
