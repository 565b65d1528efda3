#pragma once
// Signatures that others made over documents: CMS SignedData (RFC 5652; CAdES, and what PAdES puts
// into a PDF), with the content inside or apart. Parses strangers' octets: bounded, fuzzed.
//
// What is believed of a signer is what its signed attributes say, and they have to say the digest
// and the kind of the content; SHA-256 or longer, RSA of 2048 bits or EC of 256 bits. Others are
// told as kCannotTell. One object, one thread.

#include "platform/vault/verdict.h"

#include <memory>
#include <vector>

namespace musubi::vault {

inline constexpr std::size_t kMaxSigners = 8;

class SignedData {
public:
    /// One ContentInfo in DER or BER; zero octets may follow it, as in a PDF. kInvalidContent: no
    /// SignedData; kTooLarge: beyond `max_bytes`.
    static Result<SignedData> read(ByteView der, std::size_t max_bytes);
    SignedData(SignedData&&) noexcept;
    ~SignedData();

    /// The content is a time stamp (its info, RFC 3161): a stamp over a document by itself.
    bool is_time_stamp() const;
    /// Nothing when it lies apart.
    std::optional<Bytes> content() const;
    /// One for each signer, at most kMaxSigners. `digest_of` is asked for content that lies apart.
    std::vector<SignatureVerdict> verify(DigestOf const& digest_of, Believed const& believed,
                                         WallTime now) const;

private:
    struct State;
    explicit SignedData(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

}  // namespace musubi::vault
