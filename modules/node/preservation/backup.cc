#include "node/preservation/backup.h"

#include "node/preservation/database_copy.h"
#include "platform/base/clock.h"
#include "platform/base/fault.h"
#include "platform/vault/durable_file.h"

#include <sys/stat.h>

#include <algorithm>

namespace musubi::node {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kBlock = 64 * 1024;

struct Facts {
    std::uint64_t size = 0;
    std::int64_t modified_ns = 0;
};

/// Nothing: it went away, as journals and empty segments do.
Result<std::optional<Facts>> facts_of_file(fs::path const& path) {
    struct stat info {};
    if (::stat(path.c_str(), &info) != 0) {
        if (errno == ENOENT) return std::optional<Facts>();
        return vault::system_error("stat", path, errno);
    }
    return std::optional(Facts{static_cast<std::uint64_t>(info.st_size),
                               info.st_mtim.tv_sec * 1'000'000'000 + info.st_mtim.tv_nsec});
}

/// Up to the last block that holds something: what is made ahead of records is zeros.
Result<std::uint64_t> used_size(fs::path const& path, std::uint64_t size) {
    auto const file = TRY(vault::File::open(path));
    Bytes block;
    while (size > 0) {
        std::uint64_t const begin = (size - 1) / kBlock * kBlock;
        block.resize(static_cast<std::size_t>(size - begin));
        TRY(file.read_at(begin, block));
        if (std::ranges::any_of(block, [](std::uint8_t octet) { return octet != 0; })) break;
        size = begin;
    }
    return size;
}

std::vector<fs::path> files_below(fs::path const& folder) {
    std::vector<fs::path> out;
    std::error_code ignored;
    for (auto const& entry : fs::recursive_directory_iterator(
             folder, fs::directory_options::skip_permission_denied, ignored)) {
        if (entry.is_regular_file(ignored)) out.push_back(entry.path());
    }
    std::sort(out.begin(), out.end());
    return out;
}

bool is_document_file(fs::path const& path) {
    return path.extension() == ".segment" || path.parent_path().filename().string().size() == 2;
}

bool is_root_file(fs::path const& path) {
    auto const kind = path.extension();
    return path.filename().string().starts_with("root-") &&
           (kind == ".json" || kind == ".p7s" || kind == ".tsr");
}

class Backup {
public:
    Backup(core::Config const& config, BackupPlan const& plan, SealedStore& data, SealedStore& keys)
        : config_(config), plan_(plan), data_(data), keys_(keys) {}

    Status run() {
        manifest_.made = to_rfc3339(system_clock().now());
        manifest_.region = config_.text("node.region");
        TRY(remember_previous());
        TRY(copy_journal(true));
        TRY(with_snapshot(config_.text("database.owner"),
                          [&](DatabaseFacts const& facts, Source const& dump) -> Status {
                              manifest_.rows = facts.rows;
                              manifest_.chain_seq = facts.chain_seq;
                              manifest_.chain_hash = facts.chain_hash;
                              auto const object = TRY(data_.put(dump));
                              add({"database", "dump", object.size, 0, object});
                              return {};
                          }));
        TRY(FAULT("backup.after_database"));
        TRY(copy_documents());
        TRY(copy_operators_and_evidence());
        TRY(copy_keys());
        TRY(copy_journal(false));
        return finish();
    }
    BackupReport const& report() const { return report_; }

private:
    static bool never_altered(std::string const& store) {
        return store == "blobs" || store == "evidence";
    }
    /// What has the size and time that it had then is taken as it was.
    Status remember_previous() {
        auto const names = TRY(data_.generations());
        if (names.empty() || plan_.read_everything) return {};
        auto const manifest = TRY(read_manifest(TRY(data_.generation(names.back()))));
        for (BackupFile const& file : manifest.files)
            if (never_altered(file.store)) previous_[file.store + "/" + file.path] = file;
        return {};
    }

    void add(BackupFile file) {
        report_.octets += file.object.size;
        ++report_.files;
        if (file.object.fresh) {
            ++report_.fresh;
            report_.fresh_octets += file.object.size;
        }
        if (plan_.progress && file.store != "database") {
            progressed_ += file.size;
            plan_.progress(progressed_, report_.files);
        }
        std::string const name = file.store + "/" + file.path;
        files_[name] = std::move(file);
    }

    Status copy(SealedStore& into, std::string const& store, fs::path const& root,
                fs::path const& path) {
        auto const facts = TRY(facts_of_file(path));
        if (!facts) return {};
        std::string const name = path.lexically_relative(root).generic_string();
        auto const before =
            never_altered(store) ? previous_.find(store + "/" + name) : previous_.end();
        if (before != previous_.end() && before->second.size == facts->size &&
            before->second.modified_ns == facts->modified_ns &&
            into.has(before->second.object.name)) {
            add(before->second);
            return {};
        }
        auto const used = used_size(path, facts->size);
        auto const object =
            used ? into.put(source_of_file(path, *used)) : Result<StoredObject>(used.error());
        if (!object && object.error().code == Code::kNotFound) return {};
        if (!object) return object.error();
        add({store, name, facts->size, facts->modified_ns, *object});
        return {};
    }

    /// First with the anchor, which then is no newer than the database; later what was added.
    Status copy_journal(bool anchor) {
        fs::path const folder = config_.text("atna.journal_folder");
        for (fs::path const& path : files_below(folder)) {
            if (path.extension() == ".journal" || (anchor && path.filename() == "chain.anchor"))
                TRY(copy(data_, "journal", folder, path));
        }
        return {};
    }

    Status copy_documents() {
        fs::path const folder = config_.text("blob.folder");
        for (char const* part : {"data", "segments"}) {
            for (fs::path const& path : files_below(folder / part))
                if (is_document_file(path)) TRY(copy(data_, "blobs", folder, path));
        }
        return {};
    }

    /// Who the operators are (not who is logged in), and the roots that were published.
    Status copy_operators_and_evidence() {
        fs::path const operators = config_.text("operators.folder");
        for (fs::path const& path : files_below(operators))
            if (path.extension() == ".operator") TRY(copy(data_, "operators", operators, path));
        fs::path const evidence = config_.text("atna.evidence_folder");
        if (evidence.empty()) return {};
        for (fs::path const& path : files_below(evidence))
            if (is_root_file(path)) TRY(copy(data_, "evidence", evidence, path));
        return {};
    }

    /// Never a master key: by name, because it may lie in the same folder.
    Status copy_keys() {
        fs::path const folder = config_.text("keys.folder");
        for (fs::path const& path : files_below(folder)) {
            std::string const name = path.filename();
            bool const data_key = name.size() == 12 && name.ends_with(".key") &&
                                  name.find_first_not_of("0123456789abcdef") == 8;
            if (data_key || name == "token.key" || name.ends_with(".erased"))
                TRY(copy(keys_, "keys", folder, path));
        }
        return {};
    }

    Status finish() {
        for (auto const& [name, file] : files_) manifest_.files.push_back(file);
        for (auto const& [table, count] : manifest_.rows) report_.rows += count;
        report_.chain_seq = manifest_.chain_seq;
        report_.generation = manifest_.made;
        std::erase(report_.generation, ':');
        // The keys' own manifest says what lies with them, so that either part can be checked
        // alone.
        BackupManifest of_keys = manifest_;
        of_keys.rows.clear();
        std::erase_if(of_keys.files, [](BackupFile const& file) { return file.store != "keys"; });
        TRY(keys_.put_generation(report_.generation, write_manifest(of_keys)));
        TRY(FAULT("backup.before_manifest"));
        TRY(data_.put_generation(report_.generation, write_manifest(manifest_)));
        return forget_destroyed_keys(of_keys);
    }

    /// Only now that the generation which tells of their end is durable.
    Status forget_destroyed_keys(BackupManifest const& newest) {
        auto const destroyed = destroyed_keys(newest);
        if (destroyed.empty()) return {};
        std::set<std::string> objects;
        for (std::string const& name : TRY(keys_.generations())) {
            for (BackupFile const& file : TRY(read_manifest(TRY(keys_.generation(name)))).files) {
                if (file.path.ends_with(".key") && destroyed.contains(key_number(file)))
                    objects.insert(file.object.name);
            }
        }
        report_.keys_removed = TRY(keys_.remove_objects(objects));
        return {};
    }

    core::Config const& config_;
    BackupPlan const& plan_;
    SealedStore& data_;
    SealedStore& keys_;
    BackupManifest manifest_;
    BackupReport report_;
    std::uint64_t progressed_ = 0;
    std::map<std::string, BackupFile> previous_, files_;
};

/// Removes the generations that are not named, and what only they named. Returns how many.
Result<int> keep_generations(SealedStore& store, std::set<std::string> const& kept) {
    int removed = 0;
    std::set<std::string> named;
    for (std::string const& name : TRY(store.generations())) {
        if (!kept.contains(name)) {
            TRY(store.remove_generation(name));
            ++removed;
            continue;
        }
        for (BackupFile const& file : TRY(read_manifest(TRY(store.generation(name)))).files)
            named.insert(file.object.name);
    }
    TRY(store.keep_only(named));
    return removed;
}

}  // namespace

Result<BackupReport> make_backup(core::Config const& config, BackupPlan const& plan) {
    auto data = TRY(SealedStore::open(plan.data, plan.key, SealedStore::Open::kToWrite));
    auto keys = TRY(SealedStore::open(plan.keys, plan.key, SealedStore::Open::kToWrite));
    Backup backup(config, plan, data, keys);
    TRY(backup.run());
    return backup.report();
}

Result<int> expire_backups(BackupPlan const& plan, std::size_t keep) {
    auto data = TRY(SealedStore::open(plan.data, plan.key, SealedStore::Open::kToWrite));
    auto keys = TRY(SealedStore::open(plan.keys, plan.key, SealedStore::Open::kToWrite));
    auto names = TRY(data.generations());
    if (names.size() > keep)
        names.erase(names.begin(), names.end() - static_cast<std::ptrdiff_t>(keep));
    std::set<std::string> const kept(names.begin(), names.end());
    // The data first: no generation of it is ever without its keys.
    int const removed = TRY(keep_generations(data, kept));
    TRY(keep_generations(keys, kept));
    return removed;
}

std::uint64_t octets_to_back_up(core::Config const& config) {
    std::uint64_t octets = 0;
    for (char const* key : {"blob.folder", "atna.journal_folder"}) {
        std::error_code ignored;
        for (fs::path const& path : files_below(config.text(key)))
            octets += fs::file_size(path, ignored);
    }
    return octets;
}

}  // namespace musubi::node
