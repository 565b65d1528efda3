#pragma once
// Inside the room: OpenSSL's way to a socket without SIGPIPE and with the system's error kept apart
// from its own.

struct bio_st;

namespace musubi::net {

/// A BIO over `socket`, which stays the caller's. Null when memory ran out.
bio_st* make_socket_bio(int socket);

/// While true the kernel may keep a segment that is not full, as more will be written at once. What
/// it keeps leaves with the next write that announces nothing, when the socket is full, and after
/// 200 ms.
void announce_more(bio_st* bio, bool more);

}  // namespace musubi::net
