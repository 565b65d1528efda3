#pragma once
// Taking stock of what is stored: every document read and compared with its row, and whatever lies
// in the folders without one. Reads only. Works beside a running node; used by one thread.
//
// Errors are those of the database; what is wrong with a document is a finding, not an error.

#include "platform/base/clock.h"
#include "platform/blob/local_blob_store.h"
#include "platform/blob/segment_store.h"
#include "platform/pg/pool.h"
#include "platform/vault/key_ring.h"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace musubi::repository {

struct StockDeps {
    pg::Pool& pool;
    vault::KeyRing& keys;
    blob::BlobStore& blobs;
    blob::SegmentStore const& segments;
};

struct StockItem {
    std::string unique_id;
    std::int64_t key = 0;
    std::string owner_oid;
    std::uint64_t size = 0;
    Bytes sha1;
    std::optional<Uuid> blob_id;
    std::optional<blob::Location> location;
};

enum class StockState : std::uint8_t {
    kGood,       ///< opens, and has the size and hash of its row
    kDamaged,    ///< is there and does not
    kMissing,    ///< is not there
    kDestroyed,  ///< its institution's keys were destroyed on purpose
};

Result<std::vector<StockItem>> stock_sample(pg::Pool& pool, int count);  ///< chosen at random
/// Hands out the content, each piece verified; an error when it is not all there. For whoever may
/// read it and has written that down.
Status read_item(StockDeps const& deps, StockItem const& item, ByteSink const& sink);
Result<StockState> examine(StockDeps const& deps, StockItem const& item);

struct StockCount {
    std::int64_t documents = 0, octets = 0, large = 0, segments = 0;
};
/// Of one institution, or of all when it is empty.
Result<StockCount> stock_count(pg::Pool& pool, std::string const& owner_oid = {});

struct ScrubSettings {
    std::uint64_t octets_per_second = 0;  ///< 0: as fast as it goes
    /// Younger contents may belong to a submission that is under way.
    WallTime orphans_before{};
    std::function<void(std::int64_t documents)> progress = {};
};
struct ScrubReport {
    std::int64_t documents = 0, damaged = 0, missing = 0, destroyed = 0, orphans = 0;
    std::uint64_t octets = 0;
    /// One line each, at most kMaxFindings: storage keys and ids, no content.
    std::vector<std::string> findings;
    static constexpr std::size_t kMaxFindings = 1000;
    std::int64_t wrong() const { return damaged + missing + orphans; }
};
/// Reads every document once; costs as much as delivering all of them.
Result<ScrubReport> scrub(StockDeps const& deps, ScrubSettings const& settings);

}  // namespace musubi::repository
