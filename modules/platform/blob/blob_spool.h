#pragma once
// Takes arriving parts: counted and hashed (SHA-1) while they arrive, small ones in memory, larger
// ones in an encrypted staging file of the store. What the store does not adopt vanishes with the
// last reference to it.

#include "platform/blob/local_blob_store.h"

namespace musubi::blob {

struct SpoolLimits {
    std::uint64_t in_memory = 256 * 1024;            ///< octets of one part
    std::uint64_t largest = std::uint64_t{2} << 30;  ///< octets of one part; beyond it kTooLarge
};

/// Thread-safe; each receiver and content is one thread's at a time. The store outlives it and all
/// it made.
class BlobSpool final : public Spool {
public:
    explicit BlobSpool(LocalBlobStore& store, SpoolLimits limits = {});
    Result<std::unique_ptr<ContentReceiver>> receive(std::string const& owner) override;

private:
    LocalBlobStore& store_;
    SpoolLimits const limits_;
};

}  // namespace musubi::blob
