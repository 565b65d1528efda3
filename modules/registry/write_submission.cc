#include "registry/store.h"

#include "codec/ebxml/fragment.h"
#include "platform/base/text.h"
#include "registry/fragment_pack.h"
#include "registry/sql.h"

#include <charconv>
#include <utility>

namespace musubi::registry {
namespace {

std::string key_of(std::vector<domain::CodedValue> const& codes) {
    return codes.empty() ? std::string() : to_nfc(codes.front().key());
}

std::vector<std::string> keys_of(std::vector<domain::CodedValue> const& codes) {
    std::vector<std::string> out;
    for (auto const& code : codes) out.push_back(to_nfc(code.key()));
    return out;
}

std::optional<std::int64_t> time_of(std::optional<std::string> const& dtm) {
    if (!dtm) return std::nullopt;
    return dtm_number(*dtm);
}

std::optional<std::int64_t> integer_of(std::optional<std::string> const& text) {
    if (!text) return std::nullopt;
    std::int64_t value = 0;
    std::from_chars(text->data(), text->data() + text->size(), value);
    return value;
}

/// Persons of all authors, each ended by NUL: what an AuthorPerson search reads.
std::string persons_of(std::vector<domain::Author> const& authors) {
    std::string out;
    for (auto const& author : authors) {
        for (auto const& person : author.persons) out.append(to_nfc(person)).push_back('\0');
    }
    return out;
}

class Writer {
public:
    Writer(pg::Tx& tx, vault::KeyRing& keys, Writing const& writing)
        : tx_(tx),
          keys_(keys),
          w_(writing),
          n_(writing.submission),
          patient_(writing.plan.patient_key),
          now_(dtm_number(to_dtm(writing.now))) {}

    Status write() {
        domain::Submission const& s = n_.submission;
        TRY(write_set(s.set()));
        for (std::size_t i = 0; i < s.entries.size(); ++i) TRY(write_entry(i));
        for (std::size_t i = 0; i < s.folders.size(); ++i)
            TRY(write_folder(s.folders[i], n_.folders[i]));
        TRY(write_associations());
        write_repeats();
        write_deprecations();
        pg::Params params;
        params.int8_array(fragment_patients_).int8_array(fragment_keys_);
        params.bytea_array(std::span<Bytes const>(sealed_))
            .bytea_array(std::span<Bytes const>(authors_));
        params.text(w_.institution);
        tx_.queue(sql::kInsertFragments, std::move(params));
        return {};
    }

private:
    Status seal(Uuid const& uuid, std::int64_t patient, std::int64_t key,
                std::string const& fragment, std::string const& persons) {
        fragment_patients_.push_back(patient);
        fragment_keys_.push_back(key);
        Bytes const packed = TRY(pack_fragment(fragment));
        sealed_.push_back(
            TRY(keys_.seal(vault::Purpose::kMetadata, w_.institution, packed, fragment_aad(uuid))));
        authors_.emplace_back();
        if (!persons.empty()) {
            authors_.back() = TRY(keys_.seal(vault::Purpose::kMetadata, w_.institution,
                                             as_bytes(persons), authors_aad(uuid)));
        }
        return {};
    }

    Status write_set(domain::SubmissionSet const& set) {
        std::string const persons = persons_of(set.authors);
        pg::Params params;
        params.int8(patient_).int8(n_.set.key).uuid(n_.set.uuid).text(set.unique_id.value_or(""));
        params.text(to_nfc(set.source_id.value_or(""))).text(key_of(set.content_type_codes));
        params.int8(time_of(set.submission_time).value_or(0))
            .boolean(!persons.empty())
            .text(w_.owner);
        tx_.queue(sql::kInsertSet, std::move(params));
        return seal(n_.set.uuid, patient_, n_.set.key, ebxml::render_fragment(set), persons);
    }

    Status write_entry(std::size_t index) {
        domain::DocumentEntry const& e = n_.submission.entries[index];
        Numbered const& numbered = n_.entries[index];
        std::string const persons = persons_of(e.authors);
        auto const events = keys_of(e.event_codes),
                   confidentiality = keys_of(e.confidentiality_codes);
        std::vector<Bytes> tokens;
        for (auto const& id : e.reference_ids) tokens.push_back(reference_token(keys_, id));
        pg::Params params;
        params.int8(patient_).int8(numbered.key).int8(n_.set.key).uuid(numbered.uuid);
        params.int2(static_cast<std::int16_t>(e.kind()))
            .int4(w_.labels[index])
            .text(e.unique_id.value_or(""));
        params.text(key_of(e.class_codes)).text(key_of(e.type_codes)).text(key_of(e.format_codes));
        params.text(key_of(e.practice_setting_codes))
            .text(key_of(e.healthcare_facility_type_codes));
        params.text_array(std::span<std::string const>(events));
        params.text_array(std::span<std::string const>(confidentiality));
        params.int8_or_null(time_of(e.creation_time)).int8_or_null(time_of(e.service_start_time));
        params.int8_or_null(time_of(e.service_stop_time)).text(e.mime_type.value_or(""));
        params.int8_or_null(integer_of(e.size))
            .text_or_null(e.hash)
            .text_or_null(e.repository_unique_id);
        params.boolean(!persons.empty()).bytea_array(std::span<Bytes const>(tokens));
        Bytes source;
        if (auto const id = domain::PatientId::parse(e.source_patient_id.value_or("")))
            source = source_token(keys_, *id);
        params.bytea(source);
        tx_.queue(sql::kInsertEntry, std::move(params));
        return seal(numbered.uuid, patient_, numbered.key, ebxml::render_fragment(e), persons);
    }

    Status write_folder(domain::Folder const& folder, Numbered const& numbered) {
        auto const codes = keys_of(folder.codes);
        pg::Params params;
        params.int8(patient_)
            .int8(numbered.key)
            .uuid(numbered.uuid)
            .text(folder.unique_id.value_or(""));
        params.int8(now_).text(w_.owner).text_array(std::span<std::string const>(codes));
        tx_.queue(sql::kInsertFolder, std::move(params));
        return seal(numbered.uuid, patient_, numbered.key, ebxml::render_fragment(folder), "");
    }

    Status write_associations() {
        std::vector<std::int64_t> patients, keys, sources, target_patients, targets, made_patients,
            made_keys;
        std::vector<std::int16_t> types, source_kinds, target_kinds;
        std::vector<Uuid> uuids, made;
        for (PlannedAssociation const& planned : w_.plan.associations) {
            patients.push_back(planned.source.patient_key);
            keys.push_back(planned.key);
            uuids.push_back(planned.uuid);
            types.push_back(static_cast<std::int16_t>(planned.association.type()));
            source_kinds.push_back(static_cast<std::int16_t>(planned.source.kind));
            sources.push_back(planned.source.key);
            target_kinds.push_back(static_cast<std::int16_t>(planned.target.kind));
            target_patients.push_back(planned.target.patient_key);
            targets.push_back(planned.target.key);
            if (planned.propagated) {
                made.push_back(planned.uuid);
                made_patients.push_back(planned.source.patient_key);
                made_keys.push_back(planned.key);
            }
            TRY(seal(planned.uuid, planned.source.patient_key, planned.key,
                     ebxml::render_fragment(planned.association), ""));
        }
        pg::Params params;
        params.int8_array(patients)
            .int8_array(keys)
            .uuid_array(std::span<Uuid const>(uuids))
            .int2_array(types);
        params.int2_array(source_kinds)
            .int8_array(sources)
            .int2_array(target_kinds)
            .int8_array(target_patients);
        params.int8(now_).int8_array(targets);
        tx_.queue(sql::kInsertAssociations, std::move(params));
        if (made.empty()) return {};
        tx_.queue(sql::kInsertUuids, pg::Params()
                                         .uuid_array(std::span<Uuid const>(made))
                                         .int8_array(made_patients)
                                         .int8_array(made_keys));
        return {};
    }

    void write_repeats() {
        if (w_.plan.repeats.empty()) return;
        std::vector<std::string> ids;
        std::vector<std::int64_t> keys;
        for (std::size_t const index : w_.plan.repeats) {
            ids.push_back(*n_.submission.entries[index].unique_id);
            keys.push_back(n_.entries[index].key);
        }
        tx_.queue(sql::kInsertRepeats, pg::Params()
                                           .text_array(std::span<std::string const>(ids))
                                           .int8(patient_)
                                           .int8_array(keys));
    }

    void write_deprecations() {
        if (w_.plan.deprecate.empty()) return;
        std::vector<std::int64_t> patients, keys;
        for (EntryAt const& entry : w_.plan.deprecate) {
            patients.push_back(entry.patient_key);
            keys.push_back(entry.key);
        }
        tx_.queue(sql::kDeprecateEntries, pg::Params().int8_array(patients).int8_array(keys),
                  static_cast<std::int32_t>(keys.size()));
    }

    pg::Tx& tx_;
    vault::KeyRing& keys_;
    Writing const& w_;
    NumberedSubmission const& n_;
    std::int64_t patient_;
    std::int64_t now_;
    std::vector<std::int64_t> fragment_patients_, fragment_keys_;
    std::vector<Bytes> sealed_, authors_;
};

Bytes aad_of(Uuid const& uuid, std::uint8_t what) {
    Bytes out(uuid.octets().begin(), uuid.octets().end());
    out.push_back(what);
    return out;
}

}  // namespace

Status write_submission(pg::Tx& tx, vault::KeyRing& keys, Writing const& writing) {
    return Writer(tx, keys, writing).write();
}

Bytes fragment_aad(Uuid const& uuid) { return aad_of(uuid, 'f'); }
Bytes authors_aad(Uuid const& uuid) { return aad_of(uuid, 'a'); }

Bytes reference_token(vault::KeyRing const& keys, std::string const& reference_id) {
    auto const token = keys.blind_token("reference-id", to_nfc(reference_id));
    return {token.begin(), token.end()};
}

Bytes source_token(vault::KeyRing const& keys, domain::PatientId const& id) {
    auto const token = keys.blind_token("source-patient-id", id.authority + "|" + id.id);
    return {token.begin(), token.begin() + 16};
}

std::int64_t dtm_number(std::string const& dtm) {
    std::string const full = domain::dtm_lower_bound(dtm);
    std::int64_t value = 0;
    std::from_chars(full.data(), full.data() + full.size(), value);
    return value;
}

}  // namespace musubi::registry
