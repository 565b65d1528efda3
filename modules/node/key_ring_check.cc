#include "node/key_ring_check.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <mutex>
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

std::filesystem::path base_of(core::Config const& config) {
    return std::filesystem::path(config.file()).parent_path();
}

/// A descriptor gives its share only once, and a token's library belongs to the whole process: what
/// is no plain file is opened once.
Result<std::shared_ptr<vault::MasterKey>> opened_master(std::string const& description,
                                                        std::filesystem::path const& base,
                                                        char const* what) {
    static std::mutex mutex;
    static std::map<std::string, std::shared_ptr<vault::MasterKey>> opened;
    bool const once = vault::master_key_path(description).empty();
    std::lock_guard const lock(mutex);
    if (auto const found = opened.find(description); once && found != opened.end())
        return found->second;
    auto key = vault::open_master_key(description, base);
    if (!key) return Error(key.error().code, std::string(what) + ": " + key.error().detail);
    if (once) opened.emplace(description, *key);
    return key;
}

}  // namespace

Result<std::unique_ptr<vault::KeyRing>> open_key_ring(core::Config const& config, pg::Pool& pool) {
    std::string const& folder = config.text("keys.folder");
    std::string const& previous = config.text("keys.previous_master");
    std::string const& master = config.text("keys.master_key_file");
    if (config.text("keys.master").empty() && previous.empty()) {
        auto const if_absent = std::filesystem::exists(master) ? vault::KeyRing::IfAbsent::kRefuse
                                                               : vault::KeyRing::IfAbsent::kCreate;
        if (if_absent == vault::KeyRing::IfAbsent::kCreate && TRY(read_claim(pool))) {
            return Error(
                Code::kConflict,
                master + " is missing, but this database was sealed with it: restore the keys");
        }
        return vault::KeyRing::open(folder, master, if_absent);
    }
    vault::MasterKeys masters{.current = TRY(master_key_of(config))};
    if (!previous.empty())
        masters.previous = TRY(opened_master(previous, base_of(config), "keys.previous_master"));
    auto const if_absent = TRY(read_claim(pool)) ? vault::KeyRing::IfAbsent::kRefuse
                                                 : vault::KeyRing::IfAbsent::kCreate;
    return vault::KeyRing::open(folder, std::move(masters), if_absent);
}

std::string master_description(core::Config const& config) {
    std::string const& master = config.text("keys.master");
    return master.empty() ? "file:" + config.text("keys.master_key_file") : master;
}

Result<std::shared_ptr<vault::MasterKey>> master_key_of(core::Config const& config) {
    return opened_master(master_description(config), base_of(config), "master key");
}

Status claim_database(pg::Pool& pool, vault::KeyRing const& keys) {
    vault::Token const own = token_of(keys);
    TRY(pool.read([&](pg::ReadTx& tx) -> Status {
        TRY(tx.exec(kClaim, pg::Params().bytea(own)));
        return {};
    }));
    return check_claim(pool, keys);
}

Status check_claim(pg::Pool& pool, vault::KeyRing const& keys) {
    vault::Token const own = token_of(keys);
    auto const claim = TRY(read_claim(pool));
    if (!claim || !std::equal(own.begin(), own.end(), claim->begin(), claim->end())) {
        return Error(
            Code::kConflict,
            "this database was sealed with other keys than those configured: restore them");
    }
    return {};
}

}  // namespace musubi::node
