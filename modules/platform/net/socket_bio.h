#pragma once
// Inside the room: OpenSSL's way to a socket without SIGPIPE and with the system's error kept apart
// from its own.

struct bio_st;

namespace musubi::net {

/// A BIO over `socket`, which stays the caller's. Null when memory ran out.
bio_st* make_socket_bio(int socket);

}  // namespace musubi::net
