#include "repository/store.h"

#include "platform/base/text.h"
#include "repository/sql.h"

#include <algorithm>
#include <tuple>

namespace musubi::repository {
namespace {

std::string join_lines(std::vector<std::string> const& texts) {
    std::string out;
    for (std::string const& text : texts) out += (out.empty() ? "" : "\n") + text;
    return out;
}

blob::Location read_location(pg::Row const& row, std::int64_t segment, int offset, int length) {
    return {static_cast<std::uint32_t>(segment), static_cast<std::uint32_t>(row.int64(offset)),
            static_cast<std::uint32_t>(row.int64(length))};
}

DocumentRow read_row(pg::Row const& row) {
    DocumentRow document;
    document.unique_id = row.text(0);
    document.key = row.int64(1);
    document.patient = row.is_null(13) ? row.text(2) : row.text(13);
    document.label.owner = row.text(3);
    document.owner_oid = row.text(4);
    document.label.class_code = row.text(5);
    document.label.type_code = row.text(6);
    document.label.practice_setting_code = row.text(7);
    document.label.confidentiality_codes = row.text_array(8);
    document.mime_type = row.text(9);
    document.size = static_cast<std::uint64_t>(row.int64(10));
    document.blob_id = row.uuid_if(11);
    document.pending = row.int64_if(12);
    if (!row.is_null(14)) document.location = read_location(row, row.int64(14), 15, 16);
    return document;
}

}  // namespace

void insert(pg::Tx& tx, std::vector<DocumentRow> const& documents) {
    if (documents.empty()) return;
    std::vector<std::string> unique_ids, classes, types, practices, confidentiality, mime_types;
    std::vector<std::int64_t> keys, sizes;
    std::vector<Bytes> hashes, sources;
    std::vector<std::optional<Uuid>> blobs;
    std::vector<std::int32_t> segments, offsets, lengths;
    for (DocumentRow const& d : documents) {
        unique_ids.push_back(d.unique_id);
        keys.push_back(d.key);
        classes.push_back(d.label.class_code);
        types.push_back(d.label.type_code);
        practices.push_back(d.label.practice_setting_code);
        confidentiality.push_back(join_lines(d.label.confidentiality_codes));
        mime_types.push_back(d.mime_type);
        sizes.push_back(static_cast<std::int64_t>(d.size));
        hashes.push_back(d.sha1);
        sources.push_back(d.source_token);
        blobs.push_back(d.blob_id);
        blob::Location const at = d.location.value_or(blob::Location());
        segments.push_back(static_cast<std::int32_t>(at.segment));
        offsets.push_back(static_cast<std::int32_t>(at.offset));
        lengths.push_back(static_cast<std::int32_t>(at.length));
    }
    DocumentRow const& first = documents.front();
    pg::Params params;
    params.text_array(unique_ids)
        .int8_array(keys)
        .text(first.patient)
        .text(first.label.owner)
        .text(first.owner_oid);
    params.text_array(classes).text_array(types).text_array(practices).text_array(confidentiality);
    params.text_array(mime_types).int8_array(sizes).bytea_array(hashes).uuid_array(blobs);
    params.int4_array(segments).int4_array(offsets).int4_array(lengths).bytea_array(sources);
    tx.queue(sql::kInsertDocuments, std::move(params));
}

namespace {
template <class Transaction>
Result<std::vector<DocumentRow>> find_by(Transaction& tx,
                                         std::vector<std::string> const& unique_ids) {
    pg::Rows const rows = TRY(tx.exec(sql::kFindDocuments, pg::Params().text_array(unique_ids)));
    std::vector<DocumentRow> documents;
    documents.reserve(static_cast<std::size_t>(rows.size()));
    for (pg::Row const row : rows) documents.push_back(read_row(row));
    // No pending submission sorts before any.
    std::sort(documents.begin(), documents.end(), [](DocumentRow const& a, DocumentRow const& b) {
        return std::tie(a.unique_id, a.pending, a.key) < std::tie(b.unique_id, b.pending, b.key);
    });
    return documents;
}
}  // namespace

Result<std::vector<DocumentRow>> find(pg::Pool& pool, std::vector<std::string> const& unique_ids) {
    return pool.read([&](pg::ReadTx& tx) { return find_by(tx, unique_ids); });
}
Result<std::vector<DocumentRow>> find(pg::Tx& tx, std::vector<std::string> const& unique_ids) {
    return find_by(tx, unique_ids);
}

void note_merge(pg::Tx& tx, std::string const& subsumed, std::string const& surviving) {
    tx.queue(sql::kNoteMerge, std::move(pg::Params().text(subsumed).text(surviving)));
}

void note_added(pg::Tx& tx, std::vector<std::string> const& aliases,
                std::vector<std::string> const& survivors) {
    tx.queue(sql::kNoteAdded, std::move(pg::Params()
                                            .text_array(std::span<std::string const>(aliases))
                                            .text_array(std::span<std::string const>(survivors))));
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

Result<SealedContents> read_sealed(pg::Pool& pool, std::vector<std::int64_t> const& keys) {
    if (keys.empty()) return SealedContents();
    return pool.read([&](pg::ReadTx& tx) -> Result<SealedContents> {
        SealedContents contents;
        contents.rows = TRY(tx.exec(sql::kReadContents, pg::Params().int8_array(keys)));
        for (pg::Row const row : contents.rows) contents.by_key[row.int64(0)] = row.bytes(1);
        return contents;
    });
}

Result<bool> knows_blob(pg::Pool& pool, Uuid const& blob_id) {
    return pool.read([&](pg::ReadTx& tx) -> Result<bool> {
        pg::Rows const rows = TRY(tx.exec(sql::kBlobKnown, pg::Params().uuid(blob_id)));
        return !rows.empty();
    });
}

Result<std::map<std::int64_t, blob::Location>> rows_of_segment(pg::Pool& pool,
                                                               std::uint32_t segment) {
    using Locations = std::map<std::int64_t, blob::Location>;
    return pool.read([&](pg::ReadTx& tx) -> Result<Locations> {
        Locations locations;
        pg::Rows const rows =
            TRY(tx.exec(sql::kSegmentRows, pg::Params().int4(static_cast<std::int32_t>(segment))));
        for (pg::Row const row : rows) locations[row.int64(0)] = read_location(row, segment, 1, 2);
        return locations;
    });
}

Bytes content_aad(std::int64_t document_key, std::string const& unique_id) {
    std::string const text = "document " + std::to_string(document_key) + " " + unique_id;
    ByteView const bytes = as_bytes(text);
    return Bytes(bytes.begin(), bytes.end());
}

}  // namespace musubi::repository
