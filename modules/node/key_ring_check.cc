#include "node/key_ring_check.h"

#include <algorithm>
#include <filesystem>
#include <optional>

namespace musubi::node {
namespace {

constexpr pg::Statement kReadClaim{"node.read_claim", "select token from node.key_ring"};
constexpr pg::Statement kClaim{
    "node.claim", "insert into node.key_ring (token) values ($1) on conflict do nothing"};
constexpr std::string_view kUndefinedTable = "42P01";

vault::Token token_of(vault::KeyRing const& keys) { return keys.blind_token("key-ring", "musubi"); }

/// None: nobody claimed it, or it has no structure yet.
Result<std::optional<Bytes>> read_claim(pg::Pool& pool) {
    return pool.read([&](pg::ReadTx& tx) -> Result<std::optional<Bytes>> {
        auto const rows = tx.exec(kReadClaim);
        if (!rows && pg::sqlstate(rows.error()) == kUndefinedTable) return std::optional<Bytes>();
        if (!rows) return rows.error();
        if (rows->empty()) return std::optional<Bytes>();
        ByteView const token = rows->front().bytes(0);
        return std::optional(Bytes(token.begin(), token.end()));
    });
}

}  // namespace

Result<std::unique_ptr<vault::KeyRing>> open_key_ring(core::Config const& config, pg::Pool& pool) {
    std::string const& folder = config.text("keys.folder");
    std::string const& master = config.text("keys.master_key_file");
    auto const if_absent = std::filesystem::exists(master) ? vault::KeyRing::IfAbsent::kRefuse
                                                           : vault::KeyRing::IfAbsent::kCreate;
    if (if_absent == vault::KeyRing::IfAbsent::kCreate && TRY(read_claim(pool))) {
        return Error(
            Code::kConflict,
            master + " is missing, but this database was sealed with it: restore the keys");
    }
    return vault::KeyRing::open(folder, master, if_absent);
}

Status claim_database(pg::Pool& pool, vault::KeyRing const& keys) {
    vault::Token const own = token_of(keys);
    TRY(pool.read([&](pg::ReadTx& tx) -> Status {
        TRY(tx.exec(kClaim, pg::Params().bytea(own)));
        return {};
    }));
    auto const claim = TRY(read_claim(pool));
    if (!claim || !std::equal(own.begin(), own.end(), claim->begin(), claim->end())) {
        return Error(
            Code::kConflict,
            "this database was sealed with other keys than those configured: restore them");
    }
    return {};
}

}  // namespace musubi::node
