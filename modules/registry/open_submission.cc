#include "registry/store.h"

#include "registry/single_documents.h"
#include "registry/sql.h"

#include <algorithm>
#include <charconv>

namespace musubi::registry {
namespace {

enum Column {
    kWhat,
    kText,
    kId,
    kOther,
    kPatient,
    kKey,
    kSurvivor,
    kKind,
    kEntryKind,
    kStatus,
    kOwner,
    kLabels,
    kHash,
    kSize
};
enum What { kPatientRow = 1, kTakenRow, kReferenceRow, kUniqueIdRow, kDescendantRow, kFolderRow };

struct UniqueId {
    std::string id;
    std::int16_t kind;
    std::int64_t key;
    std::string hash;
    std::int64_t size;
};

std::vector<UniqueId> unique_ids_of(NumberedSubmission const& n) {
    std::vector<UniqueId> out;
    auto add = [&](domain::PackageCommon const& object, Numbered const& numbered, std::string hash,
                   std::int64_t size) {
        if (!object.unique_id) return;
        out.push_back({*object.unique_id, static_cast<std::int16_t>(numbered.kind), numbered.key,
                       std::move(hash), size});
    };
    domain::Submission const& s = n.submission;
    if (!s.submission_sets.empty()) add(s.set(), n.set, "", -1);
    for (std::size_t i = 0; i < s.folders.size(); ++i) add(s.folders[i], n.folders[i], "", -1);
    for (std::size_t i = 0; i < s.entries.size(); ++i) {
        std::string const size = s.entries[i].size.value_or("");
        std::int64_t octets = -1;
        std::from_chars(size.data(), size.data() + size.size(), octets);
        add(s.entries[i], n.entries[i], s.entries[i].hash.value_or(""), octets);
    }
    return out;
}

std::vector<std::string> patients_of(domain::Submission const& s) {
    std::vector<std::string> out;
    auto add = [&](domain::PackageCommon const& object) {
        if (object.patient_id &&
            std::find(out.begin(), out.end(), *object.patient_id) == out.end()) {
            out.push_back(*object.patient_id);
        }
    };
    if (!s.submission_sets.empty()) add(s.set());  // first: the patient that ids are reserved for
    for (auto const& entry : s.entries) add(entry);
    for (auto const& folder : s.folders) add(folder);
    return out;
}

void add_unique_ids(pg::Params& params, NumberedSubmission const& n) {
    std::vector<std::string> ids, hashes;
    std::vector<std::int16_t> kinds;
    std::vector<std::int64_t> keys, sizes;
    for (UniqueId& unique : unique_ids_of(n)) {
        ids.push_back(std::move(unique.id));
        kinds.push_back(unique.kind);
        keys.push_back(unique.key);
        hashes.push_back(std::move(unique.hash));
        sizes.push_back(unique.size);
    }
    params.text_array(std::span<std::string const>(ids)).int2_array(kinds).int8_array(keys);
    params.text_array(std::span<std::string const>(hashes)).int8_array(sizes);
}

pg::Params parameters(NumberedSubmission const& n, Reserve reserve) {
    std::vector<Uuid> uuids;
    std::vector<std::int16_t> kinds;
    std::vector<std::int64_t> keys;
    auto add = [&](Numbered const& object) {
        uuids.push_back(object.uuid);
        kinds.push_back(static_cast<std::int16_t>(object.kind));
        keys.push_back(object.key);
    };
    if (n.set.key != 0) add(n.set);
    for (auto const* list : {&n.entries, &n.folders, &n.associations}) {
        for (Numbered const& object : *list) add(object);
    }
    auto const patients = patients_of(n.submission);
    auto const references = referenced_uuids(n), replaced = replaced_uuids(n);
    pg::Params params;
    params.text_array(std::span<std::string const>(patients)).boolean(reserve == Reserve::kYes);
    params.uuid_array(std::span<Uuid const>(uuids)).int2_array(kinds).int8_array(keys);
    params.uuid_array(std::span<Uuid const>(references))
        .uuid_array(std::span<Uuid const>(replaced));
    add_unique_ids(params, n);
    return params;
}

/// The labels that a reference's visibility hangs on may be newer than the table in memory.
Result<std::shared_ptr<LabelTable const>> complete_table(pg::Tx& tx, LabelBook const& book,
                                                         std::int32_t highest) {
    auto table = book.table();
    if (highest <= table->last()) return table;
    pg::Rows const rows = TRY(tx.exec(sql::kLabelsAfter, pg::Params().int4(table->last())));
    std::vector<domain::Label> more;
    for (pg::Row const row : rows) {
        more.push_back({std::string(row.text(1)), std::string(row.text(2)),
                        std::string(row.text(3)), std::string(row.text(4)), row.text_array(5)});
    }
    return std::make_shared<LabelTable const>(table->extended_by(std::move(more)));
}

/// Whom the submission's references are judged for, and by what.
struct Judge {
    Publisher const& publisher;
    LabelTable const& table;
    SingleDocuments singles;
    std::map<std::int64_t, bool> folders;  ///< where documents are singled out: shows by an entry

    /// Seen: own, or covered by the scope; a folder shows by an entry in it. Changed only when own:
    /// by the entry's label, by the folder's owner.
    void judge(KnownObject& object, pg::Row const& row) const {
        domain::Scope const& scope = publisher.permit.scope_for(std::string(row.text(kText)));
        if (publisher.permit.everything() || scope.everything) {
            object.visible = object.own = true;
            return;
        }
        object.own = row.text_if(kOwner).value_or("") == publisher.member.code;
        bool by_label = false;
        for (std::int32_t const number : row.int32_array(kLabels)) {
            domain::Label const* label = table.find(number);
            if (!label) continue;
            by_label = by_label || scope.allows(*label);
            if (object.kind == ObjectKind::kEntry)
                object.own = label->owner == publisher.member.code;
        }
        if (object.kind == ObjectKind::kEntry) by_label = singles.allows(object.key, by_label);
        auto const folder = folders.find(object.key);
        object.visible = object.own || (folder == folders.end() ? by_label : folder->second);
    }
};

KnownObject reference_of(pg::Row const& row, Judge const& judge) {
    KnownObject object;
    object.kind = static_cast<ObjectKind>(row.int16(kKind));
    if (object.kind == ObjectKind::kEntry)
        object.entry_kind = static_cast<domain::EntryKind>(row.int16(kEntryKind));
    object.status = static_cast<domain::Availability>(row.int16(kStatus));
    object.patient_key = row.int64(kPatient);
    object.key = row.int64(kKey);
    object.survivor = row.int64(kSurvivor);
    judge.judge(object, row);
    return object;
}

/// Documents that the patients of the references single out; no statement where there are none.
Result<pg::Rows> single_documents(pg::Tx& tx, pg::Rows const& references,
                                  core::Permit const& permit) {
    std::vector<std::string> patients;
    for (pg::Row const row : references) {
        if (row.int16(kWhat) == kReferenceRow) patients.emplace_back(row.text(kText));
    }
    auto const ids = singled_out(permit, patients);
    if (ids.empty()) return pg::Rows();
    return tx.exec(sql::kSingleDocuments, single_documents_params(ids));
}

/// Whether folders with such documents in them show.
Status judge_folders(pg::Tx& tx, pg::Rows const& references, Judge& judge) {
    std::vector<std::int64_t> patients, keys;
    std::map<std::int64_t, std::string> patient_of;
    for (pg::Row const row : references) {
        if (row.int16(kWhat) != kReferenceRow ||
            static_cast<ObjectKind>(row.int16(kKind)) != ObjectKind::kFolder)
            continue;
        patients.push_back(row.int64(kPatient));
        keys.push_back(row.int64(kKey));
        patient_of[row.int64(kKey)] = row.text(kText);
    }
    if (keys.empty() || judge.singles.empty()) return {};
    pg::Rows const entries =
        TRY(tx.exec(sql::kFolderEntries, pg::Params().int8_array(patients).int8_array(keys)));
    for (std::int64_t const key : keys) judge.folders[key] = false;
    for (pg::Row const row : entries) {
        domain::Label const* label = judge.table.find(row.int32(2));
        domain::Scope const& scope = judge.publisher.permit.scope_for(patient_of[row.int64(0)]);
        if (judge.singles.allows(row.int64(1), label && scope.allows(*label)))
            judge.folders[row.int64(0)] = true;
    }
    return {};
}

void take(State& state, pg::Row const& row, Judge const& judge) {
    switch (row.int16(kWhat)) {
        case kPatientRow:
            state.patients[std::string(row.text(kText))] = {row.int64(kKey), row.int64(kSurvivor)};
            break;
        case kTakenRow: state.taken_uuids.insert(row.uuid(kId)); break;
        case kReferenceRow: state.references[row.uuid(kId)] = reference_of(row, judge); break;
        case kUniqueIdRow:
            state.unique_ids[std::string(row.text(kText))] = {
                static_cast<ObjectKind>(row.int16(kKind)),
                std::string(row.text_if(kHash).value_or("")), row.int64_if(kSize)};
            break;
        case kDescendantRow:
            state.descendants.push_back({row.int64(kPatient), row.int64(kKey)});
            break;
        case kFolderRow:
            state.folders.push_back({row.uuid(kOther), row.uuid(kId), row.int64(kPatient),
                                     row.int64(kKey), row.int64(kSurvivor)});
            break;
        default: break;
    }
}

}  // namespace

Result<State> open_submission(pg::Tx& tx, NumberedSubmission const& submission,
                              Publisher const& publisher, LabelBook const& labels,
                              Reserve reserve) {
    pg::Rows const rows = TRY(tx.exec(sql::kOpenSubmission, parameters(submission, reserve)));
    std::int32_t highest = 0;
    for (pg::Row const row : rows) {
        if (row.int16(kWhat) != kReferenceRow) continue;
        for (std::int32_t const label : row.int32_array(kLabels))
            highest = std::max(highest, label);
    }
    pg::Rows const singles = TRY(single_documents(tx, rows, publisher.permit));
    for (pg::Row const row : singles) highest = std::max(highest, row.int32(3));
    auto const table = TRY(complete_table(tx, labels, highest));
    Judge judge{publisher, *table, {}, {}};
    if (auto judged = judge_singly(singles, publisher.permit, *table))
        judge.singles = *std::move(judged);
    TRY(judge_folders(tx, rows, judge));
    State state;
    for (pg::Row const row : rows) take(state, row, judge);
    return state;
}

}  // namespace musubi::registry
