#include "imaging/store.h"

#include "imaging/sql.h"

#include <algorithm>

namespace musubi::imaging {
namespace {

using Texts = std::span<std::string const>;

StudyRow read_row(pg::Row const& row) {
    StudyRow out;
    ByteView const token = row.bytes(0), sealed = row.bytes(1);
    out.study_token.assign(token.begin(), token.end());
    out.sealed.assign(sealed.begin(), sealed.end());
    ManifestRow& manifest = out.manifest;
    manifest.key = row.int64(2);
    manifest.unique_id = row.text(3);
    manifest.patient = row.text(4);
    manifest.label.owner = row.text(5);
    manifest.owner_oid = row.text(6);
    manifest.label.class_code = row.text(7);
    manifest.label.type_code = row.text(8);
    manifest.label.practice_setting_code = row.text(9);
    manifest.label.confidentiality_codes = row.text_array(10);
    manifest.rejects = row.boolean(11);
    return out;
}

}  // namespace

void insert(pg::Tx& tx, ManifestRow const& row, Bytes const& source_token) {
    pg::Params params;
    params.int8(row.key).text(row.entry_key).text(row.unique_id).text(row.patient);
    params.text(row.label.owner).text(row.owner_oid).text(row.label.class_code);
    params.text(row.label.type_code).text(row.label.practice_setting_code);
    params.text_array(Texts(row.label.confidentiality_codes));
    params.bytea_or_null(source_token.empty() ? std::nullopt
                                              : std::optional<ByteView>(source_token));
    tx.queue(sql::kInsertManifest, std::move(params));
}

Status insert_studies(pg::Tx& tx, vault::KeyRing& keys, std::string const& unique_id,
                      domain::ImagingManifest const& manifest) {
    pg::Rows const rows =
        TRY(tx.exec(sql::kManifestOfNow, std::move(pg::Params().text(unique_id))));
    if (rows.size() != 1) return Error(Code::kInternal, "a manifest without its row");
    std::int64_t const key = rows[0].int64(0);
    std::string const institution(rows[0].text(1));
    std::vector<Bytes> tokens, sealed;
    for (domain::StudyReference const& study : manifest.studies) {
        Bytes token = study_token(keys, study.uid);
        // A study may be spread over several items; one row each would collide.
        if (std::find(tokens.begin(), tokens.end(), token) != tokens.end()) continue;
        StudyReferences references{manifest.patient_id, {study.uid, {}}};
        for (domain::StudyReference const& part : manifest.studies) {
            if (part.uid != study.uid) continue;
            references.study.series.insert(references.study.series.end(), part.series.begin(),
                                           part.series.end());
        }
        sealed.push_back(TRY(seal_references(keys, institution, key, references)));
        tokens.push_back(std::move(token));
    }
    pg::Params params;
    params.bytea_array(std::span<Bytes const>(tokens)).int8(key).boolean(manifest.rejects());
    params.bytea_array(std::span<Bytes const>(sealed));
    tx.queue(sql::kInsertStudies, std::move(params), static_cast<std::int32_t>(tokens.size()));
    return {};
}

void deprecate(pg::Tx& tx, std::vector<std::string> const& entry_keys) {
    tx.queue(sql::kDeprecate, std::move(pg::Params().text_array(Texts(entry_keys))));
}

Result<std::vector<StudyRow>> find_studies(pg::Pool& pool, vault::KeyRing const& keys,
                                           std::vector<std::string> const& studies) {
    std::vector<Bytes> tokens;
    for (std::string const& study : studies) tokens.push_back(study_token(keys, study));
    return pool.read([&](pg::ReadTx& tx) -> Result<std::vector<StudyRow>> {
        pg::Rows const rows = TRY(
            tx.exec(sql::kFindStudies,
                    pg::Params().bytea_array(std::span<Bytes const>(tokens)).int8(kMostManifests)));
        std::vector<StudyRow> out;
        for (pg::Row const row : rows) out.push_back(read_row(row));
        return out;
    });
}

void note_merge(pg::Tx& tx, std::string const& subsumed, std::string const& surviving) {
    tx.queue(sql::kNoteMerge, std::move(pg::Params().text(subsumed).text(surviving)));
}

void note_added(pg::Tx& tx, std::vector<std::string> const& aliases,
                std::vector<std::string> const& survivors) {
    tx.queue(sql::kNoteAdded,
             std::move(pg::Params().text_array(Texts(aliases)).text_array(Texts(survivors))));
}

void note_unmerge(pg::Tx& tx, std::string const& subsumed) {
    tx.queue(sql::kNoteUnmerge, std::move(pg::Params().text(subsumed)));
}

Bytes source_token(vault::KeyRing const& keys, std::string const& source_patient_id) {
    auto const id = domain::PatientId::parse(source_patient_id);
    if (!id) return {};
    auto const token = keys.blind_token("source-patient-id", id->authority + "|" + id->id);
    return {token.begin(), token.end()};
}

void move_sources(pg::Tx& tx, vault::KeyRing const& keys, std::vector<domain::PatientId> const& ids,
                  std::string const& from, std::string const& to) {
    std::vector<Bytes> tokens;
    for (domain::PatientId const& id : ids) tokens.push_back(source_token(keys, id.to_cx()));
    pg::Params params;
    params.bytea_array(std::span<Bytes const>(tokens)).text(from).text(to);
    tx.queue(sql::kMoveSources, std::move(params));
}

}  // namespace musubi::imaging
