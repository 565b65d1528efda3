#include "xca/correlations.h"

namespace musubi::xca {
namespace {

constexpr pg::Statement kKnown{
    "xca.correlations_of",
    "SELECT home, remote_id FROM xca.correlation WHERE patient = $1 AND expires_at > $2"};
/// A few of those whose time is over go on the way.
constexpr pg::Statement kNote{
    "xca.note_correlation",
    "WITH old AS (DELETE FROM xca.correlation WHERE (patient, home) IN (SELECT patient, home FROM "
    "xca.correlation WHERE expires_at < $4 AND (patient, home) <> ($1, $2) ORDER BY expires_at "
    "LIMIT 20))"
    " INSERT INTO xca.correlation (patient, home, remote_id, found_at, expires_at) VALUES ($1, $2, "
    "$3, $4, $5) ON CONFLICT (patient, home) DO UPDATE SET remote_id = excluded.remote_id, "
    "found_at = excluded.found_at, expires_at = excluded.expires_at"};
constexpr pg::Statement kForget{"xca.forget_correlation",
                                "DELETE FROM xca.correlation WHERE patient = $1 AND home = $2"};
constexpr pg::Statement kForgetPatients{
    "xca.forget_correlations", "DELETE FROM xca.correlation WHERE patient = ANY($1::text[])"};

constexpr std::string_view kInstitution = "region";

/// Sealed for this patient and community alone: rows cannot be exchanged.
std::string aad_of(std::string const& patient, std::string_view home) {
    return "xca.correlation:" + std::to_string(patient.size()) + ":" + patient + std::string(home);
}

Status forget_patients(pg::Tx& tx, std::vector<std::string> const& patients) {
    tx.queue(kForgetPatients,
             std::move(pg::Params().text_array(std::span<std::string const>(patients))));
    return {};
}

}  // namespace

Result<Correlations::Known> Correlations::known(std::string const& patient) const {
    return pool_.read([&](pg::ReadTx& tx) -> Result<Known> {
        Known out;
        auto const rows =
            TRY(tx.exec(kKnown, pg::Params().text(patient).timestamptz(clock_.now())));
        for (pg::Row const row : rows) {
            std::string const home(row.text(0));
            std::optional<std::string> id;
            if (auto const sealed = row.bytes_if(1)) {
                Bytes const plain = TRY(keys_.open(vault::Purpose::kMetadata, kInstitution, *sealed,
                                                   as_bytes(aad_of(patient, home))));
                id = as_text(plain);
            }
            out.emplace(home, std::move(id));
        }
        return out;
    });
}

Status Correlations::note(std::string const& patient, std::string const& home,
                          std::optional<std::string> const& id, std::chrono::seconds keep) {
    if (keep <= std::chrono::seconds(0)) return {};
    Bytes sealed;
    if (id) {
        sealed = TRY(keys_.seal(vault::Purpose::kMetadata, kInstitution, as_bytes(*id),
                                as_bytes(aad_of(patient, home))));
    }
    WallTime const now = clock_.now();
    return pool_.run([&](pg::Tx& tx) -> Status {
        pg::Params params;
        params.text(patient).text(home);
        if (id) {
            params.bytea(sealed);
        } else {
            params.null();
        }
        params.timestamptz(now).timestamptz(now + keep);
        TRY(tx.exec(kNote, params));
        return {};
    });
}

Status Correlations::forget(std::string const& patient, std::string const& home) {
    return pool_.run([&](pg::Tx& tx) -> Status {
        TRY(tx.exec(kForget, pg::Params().text(patient).text(home)));
        return {};
    });
}

Status CorrelationWatcher::patient_merged(pg::Tx& tx, std::string const& subsumed_cx,
                                          std::string const& surviving_cx) {
    return forget_patients(tx, {subsumed_cx, surviving_cx});
}

Status CorrelationWatcher::patient_unmerged(pg::Tx& tx, std::string const& subsumed_cx,
                                            std::string const& surviving_cx) {
    return forget_patients(tx, {subsumed_cx, surviving_cx});
}

Status CorrelationWatcher::source_ids_moved(pg::Tx& tx, std::vector<domain::PatientId> const&,
                                            std::string const& from_cx, std::string const& to_cx) {
    return forget_patients(tx, {from_cx, to_cx});
}

Status CorrelationWatcher::patient_revised(pg::Tx& tx, std::string const& cx) {
    return forget_patients(tx, {cx});
}

}  // namespace musubi::xca
