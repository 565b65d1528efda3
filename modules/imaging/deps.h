#pragma once
// What the transactions of images work with. Lives as long as the module; thread-safe.

#include "imaging/fetcher.h"
#include "imaging/sources.h"
#include "platform/base/clock.h"
#include "platform/base/ids.h"
#include "platform/pg/pool.h"
#include "platform/vault/key_ring.h"

#include <mutex>

namespace musubi::imaging {

struct RetrieveSettings {
    std::size_t most_images = 1000;  ///< in one request
    std::chrono::milliseconds deadline{120'000};
};

struct Deps {
    pg::Pool& pool;
    vault::KeyRing& keys;
    Fetcher& fetcher;
    Clock const& clock;
    IdSource& ids;
    std::string home;  ///< of this community, urn:oid:...; may be empty
    RetrieveSettings settings;

    std::shared_ptr<SourceDirectory const> sources() const {
        std::lock_guard const lock(mutex);
        return directory;
    }
    void use(std::shared_ptr<SourceDirectory const> next) {
        std::lock_guard const lock(mutex);
        directory = std::move(next);
    }

    mutable std::mutex mutex;
    std::shared_ptr<SourceDirectory const> directory =
        std::make_shared<SourceDirectory>();  // guarded by mutex
};

}  // namespace musubi::imaging
