#include "node/transfer/exporter.h"

#include "atna/evidence_files.h"
#include "atna/evidence_settings.h"
#include "atna/report_facts.h"
#include "atna/roots_store.h"
#include "node/transfer/export_lines.h"
#include "platform/base/fault.h"
#include "platform/vault/durable_file.h"
#include "policy/acceptance.h"

namespace musubi::node {
namespace {

namespace fs = std::filesystem;

constexpr int kPage = 1'000;

/// Lines of one file, gathered into pieces.
class LineFile {
public:
    static Result<LineFile> begin(fs::path const& path) {
        TRY(vault::make_folder(path.parent_path()));
        std::error_code none;
        fs::remove(path, none);
        return LineFile(TRY(vault::File::create(path)));
    }
    Status add(std::string const& line) {
        waiting_ += line;
        waiting_ += '\n';
        ++count_;
        return waiting_.size() < 256 * 1024 ? Status() : flush();
    }
    Status end() {
        TRY(flush());
        return file_.sync();
    }
    std::int64_t count() const { return count_; }

private:
    explicit LineFile(vault::File file) : file_(std::move(file)) {}
    Status flush() {
        TRY(file_.write(as_bytes(waiting_)));
        waiting_.clear();
        return {};
    }
    vault::File file_;
    std::string waiting_;
    std::int64_t count_ = 0;
};

}  // namespace

Status Exporter::run(ExportSummary& summary) {
    summary_ = &summary;
    TRY(agreements());
    TRY(codes());
    TRY(patients());
    TRY(consents());
    TRY(sets());
    TRY(FAULT("export.before_trail"));
    // Last, so that the trail tells of all that went before.
    TRY(trail());
    return roots();
}

Status Exporter::patients() {
    auto records = TRY(LineFile::begin(folder_ / "patients/records.ndjson"));
    auto references = TRY(LineFile::begin(folder_ / "patients/references.tsv"));
    TRY(references.add("authority\tid\tregional_id\tperson\tstatus\tmember"));
    auto const& context = tools_.patients->context();
    mpi::RecordKey after = 0;
    for (bool more = true; more;) {
        auto const page = TRY(mpi::records_after(context, after, kPage));
        more = page.size() == static_cast<std::size_t>(kPage);
        for (auto const& record : page) {
            after = record.key;
            if (record.content.id.id.id.empty()) {
                ++summary_->counts["patient_records_without_content"];
                continue;
            }
            if (record.status == mpi::RecordStatus::kActive) TRY(records.add(patient_line(record)));
            TRY(references.add(reference_line(record)));
        }
    }
    summary_->counts["patient_records"] = records.count();
    summary_->counts["cross_references"] = references.count() - 1;
    TRY(records.end());
    return references.end();
}

Status Exporter::consents() {
    auto file = TRY(LineFile::begin(folder_ / "consents.ndjson"));
    std::string after;
    for (bool more = true; more;) {
        auto const patients = TRY(patients_with_consent(*tools_.services->pool, after, kPage));
        more = patients.size() == static_cast<std::size_t>(kPage);
        for (std::string const& patient : patients) {
            after = patient;
            TRY(words_of(patient, [&](std::string const& line) { return file.add(line); }));
        }
    }
    summary_->counts["consents"] = file.count();
    return file.end();
}

/// All that a patient ever said. What was said under an id that is merged stands under the
/// survivor.
Status Exporter::words_of(std::string const& patient,
                          std::function<Status(std::string const&)> const& add) const {
    auto const counting = TRY(policy::counting(*tools_.services->pool, patient));
    auto const survivor = tools_.regional_id(patient);
    if (!survivor && survivor.error().code != Code::kNotFound) return survivor.error();
    bool const merged = survivor && *survivor != patient;
    for (auto const& entry : TRY(policy::show(*tools_.services->pool, patient))) {
        bool const counts = counting.contains(entry.position);
        TRY(add(consent_json(entry, merged ? "merged" : counts ? "" : "replaced")));
    }
    return {};
}

Status Exporter::agreements() {
    for (auto const& one : TRY(policy::stored_agreements(*tools_.services->pool))) {
        fs::path const at = folder_ / "agreement" / ("version-" + std::to_string(one.version));
        TRY(vault::make_folder(at));
        TRY(write_durably(at / "agreement.json", as_bytes(one.canonical)));
        for (auto const& [member, signature] : one.signatures)
            TRY(write_durably(at / (member + ".p7s"), signature));
        summary_->agreement_hash = one.hash;
        ++summary_->counts["agreements"];
    }
    return {};
}

Status Exporter::codes() {
    constexpr std::size_t kMaxPack = 64U << 20;
    TRY(vault::make_folder(folder_ / "codes"));
    int number = 0;
    for (std::string const& pack : tools_.config().list("affinity_domain.packs")) {
        auto const content = TRY(vault::read_small_file(pack, kMaxPack));
        // Two packs may have one name in different folders.
        std::string const name =
            std::to_string(++number) + "-" + fs::path(pack).filename().string();
        TRY(write_durably(folder_ / "codes" / name, content));
    }
    summary_->counts["code_tables"] = number;
    return {};
}

Status Exporter::trail() {
    auto const archive = tools_.archive();
    auto const position = TRY(atna::chain_position(archive));
    summary_->audit_record = position.last;
    summary_->audit_hash = to_hex(position.hash);
    auto file = TRY(LineFile::begin(folder_ / "audit/records.ndjson"));
    std::int64_t after = 0;
    while (after < position.last) {
        auto const lines = TRY(audit_lines(archive, after, kPage));
        if (lines.empty()) break;
        for (auto const& [seq, line] : lines) {
            after = seq;
            if (seq <= position.last) TRY(file.add(line));
        }
    }
    summary_->counts["audit_records"] = file.count();
    return file.end();
}

Status Exporter::roots() {
    std::int64_t after = 0;
    for (bool more = true; more;) {
        auto const page = TRY(tools_.services->pool->read(
            [&](pg::ReadTx& tx) { return atna::store::roots_after(tx, after, kPage); }));
        more = page.size() == static_cast<std::size_t>(kPage);
        for (auto const& root : page) {
            after = root.root.number;
            TRY(atna::publish(folder_ / "audit/roots", root));
        }
    }
    summary_->root = after;
    summary_->counts["roots"] = after;
    auto const settings = atna::evidence_settings(tools_.config());
    auto certificates = settings.roots.former;
    if (settings.enabled()) certificates.push_back(settings.roots.certificate);
    int number = 0;
    for (auto const& certificate : certificates) {
        auto const content = TRY(vault::read_small_file(certificate, 1U << 20));
        TRY(vault::make_folder(folder_ / "audit"));
        TRY(write_durably(folder_ / "audit" / ("evidence-" + std::to_string(++number) + ".crt"),
                          content));
    }
    return {};
}

}  // namespace musubi::node
