#pragma once
// Where large documents lie. A blob is immutable and addressed by an id chosen before it is
// written; the database row that names it is the commit point, so a blob without a row is rubbish
// that reconciliation removes after a grace time. No rename and no append in this port, so that an
// object store fits behind it.
//
// Thread-safe. The store outlives the contents it hands out. Units: octets of the decoded document.
// Errors: kNotFound (no such blob), kStorageUnavailable (disk full or failing, keys missing,
// damage, a blob of another owner), kInvalidContent (an owner that cannot be one).

#include "platform/base/clock.h"
#include "platform/base/content.h"
#include "platform/base/ids.h"

#include <functional>
#include <memory>
#include <string>

namespace musubi::blob {

struct StoredBlob {
    Uuid id;
    std::uint64_t size = 0;
    std::string sha1_hex;      ///< of the plain octets
    std::uint32_t key_id = 0;  ///< the data key that protects it
};

struct BlobInfo {
    Uuid id;
    WallTime modified;
};

class BlobStore {
public:
    virtual ~BlobStore() = default;

    /// Success means that the content is durable. After an error nothing of it is left.
    virtual Result<StoredBlob> put(Content const& content, std::string const& owner) = 0;
    /// Like put(), but takes what this store's own spool has staged without copying it.
    virtual Result<StoredBlob> adopt(ReceivedContent& content, std::string const& owner) = 0;

    /// Opens it for reading; each piece is verified before the sink sees it.
    virtual Result<std::shared_ptr<Content>> get(Uuid const& id, std::string const& owner) = 0;
    /// Reads and verifies all of it, handing nothing out: damage is known before the first octet
    /// leaves.
    virtual Status verify(Uuid const& id) = 0;
    /// For damage what verify() is, in less time: for who reads right afterwards and so opens every
    /// seal. Does not tell what a forger has done who can compute a checksum; reading does.
    virtual Status check(Uuid const& id) { return verify(id); }
    virtual Result<bool> exists(Uuid const& id) = 0;
    virtual Status remove(Uuid const& id) = 0;  ///< durable; absent already is no error

    /// Visits, in no order, every blob last modified before `older_than`; stops at the visitor's
    /// first error.
    virtual Status list(WallTime older_than,
                        std::function<Status(BlobInfo const&)> const& visit) = 0;
};

}  // namespace musubi::blob
