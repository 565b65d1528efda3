#include "node/preservation/restore.h"

#include "atna/archive.h"
#include "node/preservation/database_copy.h"
#include "platform/base/fault.h"
#include "platform/vault/durable_file.h"
#include "repository/stock.h"

#include <unistd.h>

#include <cerrno>

namespace musubi::node {
namespace {

namespace fs = std::filesystem;

using IsOurs = bool (*)(fs::path const&);

Status check_folder(fs::path const& folder, IsOurs ours) {
    std::error_code none;
    for (auto const& entry : fs::recursive_directory_iterator(folder, none)) {
        if (entry.is_regular_file(none) && ours(entry.path()))
            return Error(Code::kConflict,
                         "nothing is overwritten: " + entry.path().string() + " is there");
    }
    return {};
}

/// A master key may wait there already.
bool is_of_records(fs::path const& path) {
    std::string const name = path.filename();
    return (name.ends_with(".key") && name.size() == 12) || name == "token.key" ||
           name == "chain.anchor" || name.ends_with(".journal") || name.ends_with(".segment") ||
           path.extension().empty();
}
bool is_operator(fs::path const& path) { return path.extension() == ".operator"; }
bool is_root(fs::path const& path) { return path.filename().string().starts_with("root-"); }

Result<fs::path> folder_of(RestoreTarget const& target, std::string const& store) {
    if (store == "keys") return target.keys;
    if (store == "blobs") return target.blobs;
    if (store == "journal") return target.journal;
    if (store == "operators") return target.operators;
    if (store == "evidence") return target.evidence;
    return Error(Code::kInvalidContent, "manifest of the backup: unknown store");
}

Status restore_file(SealedStore& from, BackupFile const& file, fs::path const& path) {
    TRY(vault::make_folder(path.parent_path()));
    auto out = TRY(vault::File::create(path));
    TRY(from.get(file.object, [&](ByteView plain) { return out.write(plain); }));
    if (file.size > file.object.size &&
        ::ftruncate(out.descriptor(), static_cast<off_t>(file.size)) != 0)
        return vault::system_error("size", path, errno);
    return out.sync();
}

/// What tells of destroyed keys in the newest generation of them that can be read: each one tells
/// of all that were destroyed before it.
Result<std::vector<BackupFile>> tombstones(SealedStore& keys) {
    auto const names = TRY(keys.generations());
    std::vector<BackupFile> out;
    for (auto name = names.rbegin(); name != names.rend(); ++name) {
        auto const text = keys.generation(*name);
        auto const manifest = text ? read_manifest(*text) : Result<BackupManifest>(text.error());
        if (!manifest) continue;
        for (BackupFile const& file : manifest->files)
            if (file.path.ends_with(".erased") && !key_number(file).empty()) out.push_back(file);
        break;
    }
    return out;
}

/// A generation from before does not bring back a key that was destroyed since.
Status bury(SealedStore& keys, std::vector<BackupFile> const& dead, fs::path const& folder) {
    for (BackupFile const& file : dead) {
        std::error_code none;
        if (!fs::exists(folder / file.path, none))
            TRY(restore_file(keys, file, folder / file.path));
    }
    return {};
}

void compare_rows(DatabaseFacts const& found, BackupManifest const& manifest, Proof& proof) {
    for (auto const& [table, count] : manifest.rows) {
        auto const there = found.rows.find(table);
        ++proof.tables;
        proof.rows += count;
        if (there == found.rows.end() || there->second != count)
            proof.faults.push_back("table " + table + " has another number of rows");
    }
    if (found.chain_seq != manifest.chain_seq || found.chain_hash != manifest.chain_hash)
        proof.faults.push_back("the audit trail ends with another record");
}

Status read_documents(repository::StockDeps const& deps, int count, Proof& proof) {
    for (auto const& item : TRY(repository::stock_sample(deps.pool, count))) {
        auto const state = TRY(repository::examine(deps, item));
        if (state == repository::StockState::kDestroyed)
            ++proof.documents_destroyed;
        else if (state == repository::StockState::kGood)
            ++proof.documents_read;
        else
            proof.faults.push_back("document " + std::to_string(item.key) + " cannot be read");
    }
    return {};
}

}  // namespace

Result<BackupManifest> read_generation(RestorePlan const& plan) {
    auto data = TRY(SealedStore::open(plan.data, plan.key, SealedStore::Open::kToRead));
    std::string name = plan.generation;
    if (name.empty()) {
        auto const names = TRY(data.generations());
        if (names.empty()) return Error(Code::kNotFound, "the backup has no generation");
        name = names.back();
    }
    if (name.find('/') != std::string::npos)
        return Error(Code::kInvalidContent, "no name of a generation");
    return read_manifest(TRY(data.generation(name)));
}

Status restore(RestorePlan const& plan, BackupManifest const& manifest) {
    RestoreTarget const& target = plan.target;
    for (fs::path const& folder : {target.keys, target.blobs, target.journal})
        TRY(check_folder(folder, is_of_records));
    TRY(check_folder(target.operators, is_operator));
    TRY(check_folder(target.evidence, is_root));
    TRY(check_empty(target.database));
    auto data = TRY(SealedStore::open(plan.data, plan.key, SealedStore::Open::kToRead));
    auto keys = TRY(SealedStore::open(plan.keys, plan.key, SealedStore::Open::kToRead));
    auto const dead = TRY(tombstones(keys));
    std::set<std::string> numbers;
    for (BackupFile const& file : dead) numbers.insert(key_number(file));
    // First of all: an interrupted restore has not brought anything back either.
    TRY(bury(keys, dead, target.keys));
    std::uint64_t octets = 0;
    std::size_t files = 0;
    for (BackupFile const& file : manifest.files) {
        std::string const number = key_number(file);
        if (!number.empty() && numbers.contains(number)) {
            ++files;  // destroyed: what tells of it is there already
        } else if (file.store == "database") {
            TRY(load_database(target.database,
                              [&](ByteSink const& sink) { return data.get(file.object, sink); }));
        } else {
            auto& from = file.store == "keys" ? keys : data;
            TRY(restore_file(from, file, TRY(folder_of(target, file.store)) / file.path));
        }
        TRY(FAULT("restore.after_file"));
        octets += file.object.size;
        if (plan.progress) plan.progress(octets, ++files);
    }
    for (fs::path const& folder : {target.keys, target.blobs, target.journal}) {
        TRY(vault::make_folder(folder));
        TRY(vault::sync_folder(folder));
    }
    return {};
}

Result<Proof> prove(RestoreTarget const& target, BackupManifest const& manifest,
                    ProofPlan const& plan) {
    Proof proof;
    compare_rows(TRY(facts_of(target.database)), manifest, proof);
    auto const keys = vault::KeyRing::open(target.keys, plan.masters);
    if (!keys) {
        proof.faults.push_back("data keys: " + keys.error().detail);
        return proof;
    }
    pg::PoolConfig connections;
    connections.name = "restored";
    connections.conninfo = target.database;
    connections.size = 4;
    connections.statement_timeout = std::chrono::minutes(10);
    pg::Pool pool(std::move(connections));
    auto const blobs = TRY(blob::LocalBlobStore::open(target.blobs, **keys));
    blob::SegmentStore const segments({.folder = target.blobs / "segments"});
    if (manifest.rows.contains("repository.document"))
        TRY(read_documents({pool, **keys, *blobs, segments}, plan.documents, proof));
    auto const chain = TRY(atna::verify({pool, **keys, target.journal, plan.regional_authorities}));
    proof.audit_records = chain.records;
    if (chain.damage != atna::Damage::kNone) proof.faults.push_back("audit trail: " + chain.text);
    return proof;
}

}  // namespace musubi::node
