#pragma once
// The keyed tokens that stand in the database for what must be found again: local ids, messages,
// blocking and search keys. Thread-safe. Source: pix-pdq 10.1.

#include "domain/identifiers.h"
#include "mpi/match/match.h"
#include "platform/vault/key_ring.h"

namespace musubi::mpi {

/// Octets of blocking and search tokens.
inline constexpr std::size_t kShortToken = 16;

class Tokens {
public:
    explicit Tokens(vault::KeyRing const& keys) : keys_(keys) {}

    /// Of a hospital's id. One that is a regional id stands in the clear anyway: its token is a
    /// plain digest, which the database can make too.
    Bytes id(domain::PatientId const& id, bool direct) const;
    Bytes message(std::string const& message_key) const;
    Bytes digest(ByteView message) const;
    Bytes blocking(match::Key const& key, std::int16_t version) const;
    Bytes search(match::Key const& key, std::int16_t version) const;

private:
    Bytes short_token(std::string const& label, match::Key const& key) const;
    vault::KeyRing const& keys_;
};

/// Of an advisory lock that stands for a token. `kind` keeps the kinds of locks apart.
std::int64_t lock_key(ByteView token, char kind);
std::int64_t lock_key(std::int64_t person);

}  // namespace musubi::mpi
