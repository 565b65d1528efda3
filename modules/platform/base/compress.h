#pragma once
// Compression of small, similar texts (Zstandard, RFC 8878), best with a dictionary of what they
// have in common. Without one it serves any octets.
//
// Packed octets carry their unpacked size, but no checksum and no name of their dictionary: whoever
// stores them seals them, and notes which dictionary it was. Compress before sealing; never
// compress together what different people may read. Units: octets. Thread-safe; each thread keeps
// its own working memory. Errors: kStorageUnavailable for octets that are damaged or of another
// dictionary, kTooLarge where the limit given is passed, before memory is taken.

#include "platform/base/bytes.h"

#include <memory>

namespace musubi {

/// Made ready once, then used by all threads. What it was made of may never change while octets
/// that were packed with it are kept.
class CompressionDictionary {
public:
    explicit CompressionDictionary(std::string_view content);
    ~CompressionDictionary();
    CompressionDictionary(CompressionDictionary const&) = delete;
    CompressionDictionary& operator=(CompressionDictionary const&) = delete;

    struct Impl;
    Impl const& impl() const { return *impl_; }

private:
    std::unique_ptr<Impl const> impl_;
};

/// Appends to `out`.
void compress(Bytes& out, ByteView plain, CompressionDictionary const* dictionary = nullptr);

/// What decompress() will need, as the packed octets say.
Result<std::size_t> decompressed_size(ByteView packed, std::size_t limit);

/// Replaces what is in `out`, which may be longer afterwards than the plain text: the text is the
/// view returned. So a buffer that is used again is not cleared again.
Result<std::string_view> decompress(std::string& out, ByteView packed, std::size_t limit,
                                    CompressionDictionary const* dictionary = nullptr);

}  // namespace musubi
