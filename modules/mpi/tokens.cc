#include "mpi/tokens.h"

#include "platform/base/digest.h"

namespace musubi::mpi {

Bytes Tokens::id(domain::PatientId const& id, bool direct) const {
    if (direct) return sha256(as_bytes(id.to_cx()));
    auto const token = keys_.blind_token("patient-identifier", id.authority + "|" + id.id);
    return {token.begin(), token.end()};
}

Bytes Tokens::message(std::string const& message_key) const {
    auto const token = keys_.blind_token("patient-feed-message", message_key);
    return {token.begin(), token.begin() + 16};
}

Bytes Tokens::digest(ByteView message) const {
    auto const token = keys_.blind_token("patient-feed-content", as_text(message));
    return {token.begin(), token.begin() + 16};
}

Bytes Tokens::short_token(std::string const& label, match::Key const& key) const {
    auto const token = keys_.blind_token(label, std::to_string(key.type) + '\x1F' + key.value);
    return {token.begin(), token.begin() + kShortToken};
}

Bytes Tokens::blocking(match::Key const& key, std::int16_t version) const {
    return short_token("patient-blocking-" + std::to_string(version), key);
}

Bytes Tokens::search(match::Key const& key, std::int16_t version) const {
    return short_token("patient-search-" + std::to_string(version), key);
}

std::int64_t lock_key(ByteView token, char kind) {
    std::uint64_t key = static_cast<unsigned char>(kind);
    for (std::size_t i = 0; i < 7; ++i) key = key << 8 | token[i];
    return static_cast<std::int64_t>(key);
}

std::int64_t lock_key(std::int64_t person) {
    // Record keys are milliseconds and chance; the kind takes the place of the highest octet.
    std::uint64_t const mixed = static_cast<std::uint64_t>(person) * 0x9E3779B97F4A7C15ULL;
    return static_cast<std::int64_t>((mixed >> 8) | (std::uint64_t{'p'} << 56));
}

}  // namespace musubi::mpi
