// musubi export: everything of this node into a folder, by two officers' word.

#include "atna/evidence_settings.h"
#include "node/approval_files.h"
#include "node/options.h"
#include "node/progress.h"
#include "node/transfer/compare.h"
#include "node/transfer/exporter.h"
#include "node/transfer_commands.h"
#include "platform/base/fault.h"
#include "platform/base/text.h"
#include "platform/vault/durable_file.h"

#include <cstdio>

namespace musubi::node {
namespace {

namespace fs = std::filesystem;

constexpr char const* kEverything = "everything";

std::vector<std::string> files_of(std::string const& list) {
    std::vector<std::string> out;
    for (auto const part : split(list, ',')) {
        if (auto const word = trim(part); !word.empty()) out.emplace_back(word);
    }
    return out;
}

/// DCM 110106 Export, in whose name nobody asked but the operator: ITI TF-2 table 3.20.4.1.1.1-1.
domain::AuditEvent attempt(OperatorTools const& tools) {
    auto event = tools.patient_event("export", "");
    event.event_id = domain::dcm("110106", "Export");
    event.action = 'R';
    return event;
}

struct Approved {
    Approval approval;
    std::vector<std::string> signers;
};

domain::AuditEvent export_event(OperatorTools const& tools, Approved const& by,
                                fs::path const& folder) {
    auto event = attempt(tools);
    // Where it went (DICOM PS3.15 A.5.3.6).
    domain::AuditParticipant media;
    media.user_id = "file://" + fs::absolute(folder).string();
    media.roles = {domain::dcm("110154", "Destination Media")};
    event.participants.push_back(std::move(media));
    domain::AuditObject everything;
    everything.id = "urn:musubi:export:" + by.approval.nonce.to_string();
    everything.role = 13;
    everything.id_type = {"12", "RFC-3881", "URI"};
    everything.details = {{"reason", by.approval.reason}};
    add_approvers(everything, by.signers);
    event.objects = {std::move(everything)};
    return event;
}

Result<Approved> approved(OperatorTools& tools, Options const& options) {
    auto const files =
        TRY(read_approval_files({options["approval"], files_of(options["signatures"])}));
    ApprovalCheck const check{tools.config().text("node.region"), kEverything,
                              TRY(officers_of(tools.config())), system_clock().now(),
                              kExportRecords};
    auto const signers = check_approval(files.text, files.signatures, check);
    if (signers) return Approved{TRY(read_approval(files.text)), *signers};
    auto event = attempt(tools);
    event.outcome = domain::AuditOutcome::kMinorFailure;
    event.outcome_description = signers.error().detail;
    TRY(tools.audit->record({event}));
    return signers.error();
}

Status seal(OperatorTools& tools, fs::path const& folder, ExportSummary const& summary) {
    auto const evidence = atna::evidence_settings(tools.config());
    std::uint64_t octets = 0;
    Progress progress("hashes", 0);
    auto const digest = TRY(list_files(folder, [&](std::uint64_t more) {
        octets += more;
        progress.show(octets, 0);
    }));
    auto const manifest = export_manifest(summary, digest);
    auto const signature = TRY(
        vault::sign_detached(as_bytes(manifest), evidence.roots.certificate, evidence.roots.key));
    TRY(write_durably(folder / "manifest.json.p7s", signature));
    TRY(FAULT("export.before_manifest"));
    return write_durably(folder / "manifest.json", as_bytes(manifest));
}

Status take_out(OperatorTools& tools, fs::path const& folder, Options const& options) {
    auto const evidence = atna::evidence_settings(tools.config());
    if (!evidence.enabled())
        return Error(Code::kInvalidContent,
                     "an export is signed: configure atna.evidence_certificate");
    TRY(atna::check_evidence(evidence, system_clock().now()));
    Approved const by = TRY(approved(tools, options));
    std::error_code none;
    if (fs::exists(folder / "manifest.json", none))
        return Error(Code::kConflict, folder.string() + " holds a finished export");
    TRY(vault::make_folder(folder));
    // On record before the first octet is there.
    TRY(tools.audit->record({export_event(tools, by, folder)}));
    ExportSummary summary;
    summary.region = tools.config().text("node.region");
    summary.node = tools.config().text("node.audit_source_id");
    summary.approval = by.approval.nonce.to_string();
    summary.made_at = to_rfc3339(system_clock().now());
    TRY(Exporter(tools, folder).run(summary));
    TRY(seal(tools, folder, summary));
    for (auto const& [kind, count] : summary.counts)
        std::printf("%12lld %s\n", static_cast<long long>(count), kind.c_str());
    for (auto const& one : summary.missing) std::printf("missing: %s\n", one.c_str());
    std::printf("%s is whole; it can be read by anybody who gets it: move it encrypted\n",
                folder.c_str());
    if (summary.missing.empty()) return {};
    return Error(Code::kConflict, "not everything could be taken along");
}

Status check(fs::path const& folder) {
    auto const found = TRY(check_export(folder));
    std::printf("%lld files; signed by %s, certificate sha256 %s\n",
                static_cast<long long>(found.files), found.signer.c_str(),
                found.fingerprint.c_str());
    if (found.faults.empty()) return {};
    std::string text;
    for (auto const& fault : found.faults) text += "\n  " + fault;
    return Error(Code::kConflict, "this is not what was exported:" + text);
}

Status compare(fs::path const& one, fs::path const& other) {
    auto const found = TRY(compare_exports(one, other));
    std::printf(
        "the same in both: %lld submission sets, %lld documents, %lld patient ids, %lld "
        "words of consent\n",
        static_cast<long long>(found.sets), static_cast<long long>(found.documents),
        static_cast<long long>(found.references), static_cast<long long>(found.consents));
    if (found.differences.empty()) return {};
    std::string text;
    for (auto const& difference : found.differences) text += "\n  " + difference;
    return Error(Code::kConflict, other.string() + " lacks or has otherwise:" + text);
}

Status run(Options const& options) {
    auto const& words = options.positional();
    if (options.has("compare")) return compare(words.front(), options["compare"]);
    if (options.has("check")) return check(words.front());
    if (!options.has("config")) return Error(Code::kInvalidContent, "--config is missing");
    auto tools = TRY(OperatorTools::open(options["config"]));
    if (words.front() == "approval")
        return write_approval_file(
            tools->config(), {kExportRecords, kEverything, options["reason"], options["out"]});
    if (!options.has("approval"))
        return Error(Code::kInvalidContent, "--approval and --signatures are missing");
    return take_out(*tools, words.front(), options);
}

}  // namespace

int run_export(std::vector<std::string> const& arguments) {
    Options options;
    if (auto exit = Options::parse(
            "export",
            "Everything of this node into the folder DIR, in the open form of docs/export.md: "
            "submission sets that can be provided again (ITI-41), patients and their cross "
            "references, consents, agreements, audit trail with roots, code tables. Needs the "
            "word of two officers (keys.officers) about the text that `export approval` writes. "
            "Interrupted: the same command goes on. --check DIR looks whether a folder is whole, "
            "anywhere; --compare OTHER, whether another export holds the same.",
            {{"config", "configuration file; --check needs none", ""},
             {"approval", "the text that was signed", ""},
             {"signatures", "the officers' signatures, separated by commas", ""},
             {"reason", "approval: why, in words without personal data", ""},
             {"out", "approval: file to write", ""},
             {"compare", "another export: whether it holds all of DIR", ""},
             {"check", "signature, digests, nothing missing, nothing besides", "", false, true}},
            arguments, options, "DIR|approval")) {
        return *exit;
    }
    if (options.positional().size() != 1) {
        std::fprintf(stderr, "musubi export: name one folder, or say approval\n");
        return 2;
    }
    auto const done = run(options);
    return done ? 0 : failed(done.error());
}

}  // namespace musubi::node
