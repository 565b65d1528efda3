// musubi backup and musubi restore.

#include "atna/entry.h"
#include "node/command.h"
#include "node/key_ring_check.h"
#include "node/node_config.h"
#include "node/options.h"
#include "node/preservation/backup.h"
#include "node/preservation/database_copy.h"
#include "node/preservation/records.h"
#include "node/preservation/restore.h"
#include "node/progress.h"
#include "platform/vault/durable_file.h"

#include <charconv>
#include <cstdio>
#include <fstream>

namespace musubi::node {
namespace {

namespace fs = std::filesystem;

constexpr char const* kRehearsalMark = "musubi-rehearsal";

fs::path base_of(core::Config const& config) { return fs::path(config.file()).parent_path(); }

/// A backup that opens with the node's own key would be lost, or stolen, together with it.
Result<std::shared_ptr<vault::MasterKey>> backup_key(core::Config const& config) {
    std::string const& description = config.text("backup.key");
    if (description.empty())
        return Error(Code::kInvalidContent,
                     "backup.key is not configured (musubi keys make --master FILE makes one)");
    auto key = vault::open_master_key(description, base_of(config));
    if (!key) return Error(key.error().code, "backup.key: " + key.error().detail);
    auto const own = master_key_of(config);
    if (own && (*own)->name() == (*key)->name())
        return Error(Code::kInvalidContent, "backup.key must be another key than the node's");
    return key;
}

Result<int> read_number(std::string const& text, char const* option, int least) {
    int number = 0;
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size() || number < least)
        return Error(Code::kInvalidContent,
                     std::string("--") + option + ": a number from " + std::to_string(least));
    return number;
}

fs::path keys_folder(Options const& options) {
    return options.has("keys") ? fs::path(options["keys"])
                               : fs::path(options.positional().front()) / "keys";
}

std::string sentence(BackupReport const& report) {
    return "generation " + report.generation + ": " + std::to_string(report.files) +
           " files with " + std::to_string(report.octets) + " octets (" +
           std::to_string(report.fresh) + " of them new, " + std::to_string(report.fresh_octets) +
           " octets), " + std::to_string(report.rows) + " rows, audit trail up to record " +
           std::to_string(report.chain_seq);
}

Status back_up(Options const& options) {
    auto tools = TRY(OperatorTools::open(options["config"], OperatorTools::Touches::kNobody));
    core::Config const& config = tools->config();
    if (config.text("database.owner").empty())
        return Error(Code::kInvalidContent, "database.owner is not configured");
    int const keep = options.has("keep") ? TRY(read_number(options["keep"], "keep", 1)) : 0;
    Progress progress("backup", octets_to_back_up(config));
    BackupPlan plan;
    plan.data = options.positional().front();
    plan.keys = keys_folder(options);
    plan.key = TRY(backup_key(config));
    plan.read_everything = options.has("full");
    plan.progress = [&](std::uint64_t octets, std::size_t files) { progress.show(octets, files); };
    PreservationRun run;
    run.kind = "backup";
    run.began = system_clock().now();
    run.place = plan.data;
    auto const report = make_backup(config, plan);
    run.good = report.ok();
    run.summary = report ? sentence(*report) : "failed";
    TRY(record_run(*tools, run));
    if (!report) return report.error();
    progress.done(report->files);
    std::printf("%s\n", run.summary.c_str());
    if (report->keys_removed > 0)
        std::printf("%d destroyed data keys removed from earlier generations\n",
                    report->keys_removed);
    // Only now that a new one is there.
    if (keep > 0) {
        int const removed = TRY(expire_backups(plan, static_cast<std::size_t>(keep)));
        if (removed > 0) std::printf("%d older generations removed\n", removed);
    }
    return {};
}

/// Folder and database that nothing but rehearsals uses.
Result<RestoreTarget> rehearsal_target(core::Config const& config) {
    RestoreTarget target;
    target.database = config.text("backup.rehearsal_database");
    fs::path const folder = config.text("backup.rehearsal_folder");
    if (target.database.empty() || folder.empty())
        return Error(Code::kInvalidContent,
                     "backup.rehearsal_database and backup.rehearsal_folder are not configured");
    std::error_code none;
    if (fs::exists(folder, none) && !fs::is_empty(folder, none) &&
        !fs::exists(folder / kRehearsalMark, none))
        return Error(Code::kConflict, folder.string() + " holds something that no rehearsal left");
    TRY(vault::make_folder(folder));
    std::ofstream(folder / kRehearsalMark) << "emptied by each rehearsal of a restore\n";
    for (char const* part : {"keys", "blobs", "journal", "operators", "evidence"})
        fs::remove_all(folder / part, none);
    TRY(claim_for_rehearsal(target.database));
    target.keys = folder / "keys";
    target.blobs = folder / "blobs";
    target.journal = folder / "journal";
    target.operators = folder / "operators";
    target.evidence = folder / "evidence";
    return target;
}

RestoreTarget own_target(core::Config const& config) {
    return {config.text("database.owner"),   config.text("keys.folder"),
            config.text("blob.folder"),      config.text("atna.journal_folder"),
            config.text("operators.folder"), config.text("atna.evidence_folder")};
}

Result<ProofPlan> proof_plan(core::Config const& config, Options const& options) {
    ProofPlan plan;
    plan.masters.current = TRY(master_key_of(config));
    if (std::string const& previous = config.text("keys.previous_master"); !previous.empty())
        plan.masters.previous = TRY(vault::open_master_key(previous, base_of(config)));
    plan.regional_authorities = config.list("atna.regional_authorities");
    plan.documents = TRY(read_number(options["documents"], "documents", 0));
    return plan;
}

std::string sentence(Proof const& proof, BackupManifest const& manifest) {
    return "generation of " + manifest.made + ": " + std::to_string(proof.rows) + " rows in " +
           std::to_string(proof.tables) + " tables, " + std::to_string(manifest.files.size()) +
           " files with their hashes, " + std::to_string(proof.documents_read) +
           " documents read, " + std::to_string(proof.audit_records) + " audit records, " +
           std::to_string(proof.faults.size()) + " faults";
}

Result<Proof> bring_back(core::Config const& config, Options const& options,
                         RestoreTarget const& target, std::string& said) {
    ProofPlan const proving = TRY(proof_plan(config, options));
    RestorePlan plan;
    plan.data = options.positional().front();
    plan.keys = keys_folder(options);
    plan.key = TRY(backup_key(config));
    plan.generation = options["generation"];
    plan.target = target;
    BackupManifest const manifest = TRY(read_generation(plan));
    std::uint64_t octets = 0;
    for (BackupFile const& file : manifest.files) octets += file.object.size;
    Progress progress("restore", octets);
    plan.progress = [&](std::uint64_t at, std::size_t files) { progress.show(at, files); };
    TRY(restore(plan, manifest));
    progress.done(manifest.files.size());
    Proof proof = TRY(prove(target, manifest, proving));
    said = sentence(proof, manifest);
    return proof;
}

Status tell(Proof const& proof, std::string const& said) {
    std::printf("%s\n", said.c_str());
    if (proof.faults.empty()) return {};
    std::string faults;
    for (std::string const& fault : proof.faults) faults += "\n  " + fault;
    return Error(Code::kConflict, "what was restored is not what was backed up:" + faults);
}

Status rehearse(Options const& options) {
    auto tools = TRY(OperatorTools::open(options["config"], OperatorTools::Touches::kNobody));
    PreservationRun run;
    run.kind = "rehearsal";
    run.began = system_clock().now();
    run.place = options.positional().front();
    RestoreTarget const target = TRY(rehearsal_target(tools->config()));
    std::string said = "failed";
    auto const proof = bring_back(tools->config(), options, target, said);
    run.good = proof && proof->faults.empty();
    run.findings = proof ? static_cast<std::int64_t>(proof->faults.size()) : 1;
    run.summary = said;
    if (!options.has("leave")) {
        std::error_code none;
        for (fs::path const& folder :
             {target.keys, target.blobs, target.journal, target.operators, target.evidence})
            fs::remove_all(folder, none);
        TRY(clear_rehearsal(target.database));
    }
    TRY(record_run(*tools, run));
    if (!proof) return proof.error();
    return tell(*proof, said);
}

Status restore_here(Options const& options) {
    PreservationRun run;
    run.kind = "restore";
    run.began = system_clock().now();
    run.place = options.positional().front();
    auto const config = TRY(load_config(options["config"]));
    if (config.text("database.owner").empty())
        return Error(Code::kInvalidContent, "database.owner is not configured");
    std::string said;
    Proof const proof = TRY(bring_back(config, options, own_target(config), said));
    run.good = proof.faults.empty();
    run.findings = static_cast<std::int64_t>(proof.faults.size());
    run.summary = said;
    // Only now there are keys and a database to record it in.
    auto tools = OperatorTools::open(options["config"], OperatorTools::Touches::kNobody);
    if (tools) TRY(record_run(**tools, run));
    TRY(tell(proof, said));
    if (!tools) return tools.error();
    return {};
}

std::vector<Option> restore_options() {
    return {{"config", "configuration file", "", true},
            {"keys", "folder of the data keys' backup; default: DIR/keys", ""},
            {"generation", "which one; default: the newest", ""},
            {"documents", "how many to read, chosen at random", "20"},
            {"rehearse", "into backup.rehearsal_*, proven, then removed again", "", false, true},
            {"leave", "rehearse: do not remove it", "", false, true}};
}

}  // namespace

int run_backup(std::vector<std::string> const& arguments) {
    Options options;
    if (auto exit = Options::parse(
            "backup",
            "A generation of everything in DIR, beside a running node: database, documents, audit "
            "journal, and the wrapped data keys in a folder of their own. Sealed with backup.key. "
            "What lies there already is not written again. The master key is never part of it.",
            {{"config", "configuration file", "", true},
             {"keys", "folder for the data keys, best somewhere else; default: DIR/keys", ""},
             {"keep", "generations to keep; older ones are removed; default: all", ""},
             {"full", "read files that look unchanged too", "", false, true}},
            arguments, options, "DIR")) {
        return *exit;
    }
    if (options.positional().size() != 1) {
        std::fprintf(stderr, "musubi backup: name one folder\n");
        return 2;
    }
    auto const done = back_up(options);
    return done ? 0 : failed(done.error());
}

int run_restore(std::vector<std::string> const& arguments) {
    Options options;
    if (auto exit = Options::parse(
            "restore",
            "Brings a generation of a backup back into an empty database and empty folders, and "
            "proves it: hashes, counts, documents chosen at random, the audit chain. With "
            "--rehearse beside the running node, and on record.",
            restore_options(), arguments, options, "DIR")) {
        return *exit;
    }
    if (options.positional().size() != 1) {
        std::fprintf(stderr, "musubi restore: name one folder\n");
        return 2;
    }
    auto const done = options.has("rehearse") ? rehearse(options) : restore_here(options);
    return done ? 0 : failed(done.error());
}

}  // namespace musubi::node
