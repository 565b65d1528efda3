#include "repository/stored_content.h"

#include "platform/base/log.h"
#include "platform/base/metrics.h"
#include "repository/memory_budget.h"

#include <algorithm>
#include <set>

namespace musubi::repository {
namespace {

/// Up to here a document from the blob store is read once, into memory.
constexpr std::uint64_t kMaxInMemory = 4 * 1024 * 1024;
/// What all requests together hold of such documents until they are sent.
constexpr std::uint64_t kMaxTogether = 64 * 1024 * 1024;

class PlainContent final : public Content {
public:
    explicit PlainContent(Bytes bytes, MemoryBudget::Share share = {})
        : share_(std::move(share)), bytes_(std::move(bytes)) {}
    std::uint64_t size() const override { return bytes_.size(); }
    Bytes const* in_memory() const override { return &bytes_; }
    Status read(ByteSink const& sink) const override {
        constexpr std::size_t kPiece = 64 * 1024;
        for (std::size_t at = 0; at < bytes_.size(); at += kPiece) {
            TRY(sink(ByteView(bytes_).subspan(at, std::min(kPiece, bytes_.size() - at))));
        }
        return {};
    }

private:
    MemoryBudget::Share share_;  ///< given back when the octets are gone
    Bytes bytes_;
};

using Opened = Result<std::shared_ptr<Content const>>;

Error other_size() { return Error(Code::kStorageUnavailable, "content of another size"); }

/// Every piece was verified before it came here; after an error nothing of the document is handed
/// on.
Opened into_memory(Content const& stored, MemoryBudget::Share share) {
    Bytes plain;
    plain.reserve(static_cast<std::size_t>(stored.size()));
    TRY(stored.read([&](ByteView piece) -> Status {
        plain.insert(plain.end(), piece.begin(), piece.end());
        return {};
    }));
    if (plain.size() != stored.size()) return other_size();
    return std::shared_ptr<Content const>(
        std::make_shared<PlainContent>(std::move(plain), std::move(share)));
}

Opened open_blob(Deps& deps, DocumentRow const& row) {
    static MemoryBudget budget(kMaxTogether);
    if (row.size <= kMaxInMemory) {
        if (auto share = budget.take(row.size)) {
            auto const stored = TRY(deps.blobs.get(*row.blob_id, row.owner_oid));
            if (stored->size() != row.size) return other_size();
            return into_memory(*stored, std::move(*share));
        }
    }
    TRY(deps.blobs.check(*row.blob_id));
    return std::shared_ptr<Content const>(TRY(deps.blobs.get(*row.blob_id, row.owner_oid)));
}

Opened open_small(Deps& deps, DocumentRow const& row, ByteView sealed) {
    Bytes plain = TRY(deps.keys.open(vault::Purpose::kDocument, row.owner_oid, sealed,
                                     content_aad(row.key, row.unique_id)));
    if (plain.size() != row.size) return other_size();
    return std::shared_ptr<Content const>(std::make_shared<PlainContent>(std::move(plain)));
}

bool lies_in_database(DocumentRow const& row) { return !row.blob_id && !row.location; }

Opened open_one(Deps& deps, DocumentRow const& row, Result<SealedContents> const& sealed) {
    if (row.blob_id) return open_blob(deps, row);
    if (row.location) return open_small(deps, row, TRY(deps.segments.read(*row.location, row.key)));
    if (!sealed) return sealed.error();
    auto const found = sealed->by_key.find(row.key);
    if (found == sealed->by_key.end())
        return Error(Code::kStorageUnavailable, "document without content");
    return open_small(deps, row, found->second);
}

/// Keys of the pending rows that are there still. After the registry's refusal one is dropped, and
/// its content may outlive it for a while.
Result<std::set<std::int64_t>> still_there(Deps& deps,
                                           std::vector<DocumentRow const*> const& rows) {
    std::set<std::string> pending;
    for (DocumentRow const* row : rows) {
        if (row->pending) pending.insert(row->unique_id);
    }
    std::set<std::int64_t> keys;
    if (pending.empty()) return keys;
    for (DocumentRow const& row : TRY(find(deps.pool, {pending.begin(), pending.end()})))
        keys.insert(row.key);
    return keys;
}

}  // namespace

std::vector<Opened> open_contents(Deps& deps, std::vector<DocumentRow const*> const& rows) {
    std::vector<std::int64_t> keys;
    for (DocumentRow const* row : rows) {
        if (lies_in_database(*row)) keys.push_back(row->key);
    }
    auto const sealed = read_sealed(deps.pool, keys);
    auto const there = still_there(deps, rows);
    std::vector<Opened> contents;
    for (DocumentRow const* row : rows) {
        Opened opened = Error(Code::kStorageUnavailable, "document was dropped");
        if (!there)
            opened = there.error();
        else if (!row->pending || there->contains(row->key))
            opened = open_one(deps, *row, sealed);
        if (!opened && deps.keys.is_erased(row->owner_oid)) {
            log_info("document.destroyed", {{"document_key", std::to_string(row->key)}});
        } else if (!opened) {
            counter("musubi_damaged_documents_total").add();
            log_error("document.unreadable", {{"document_key", std::to_string(row->key)},
                                              {"detail", opened.error().detail}});
        }
        contents.push_back(std::move(opened));
    }
    return contents;
}

}  // namespace musubi::repository
