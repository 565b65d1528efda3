#include "perf/bulk.h"

#include "domain/document_label.h"
#include "perf/bulk_sql.h"
#include "platform/base/clock.h"
#include "platform/base/digest.h"
#include "registry/store.h"
#include "repository/store.h"

#include <mutex>
#include <thread>

namespace musubi::perf {
namespace {

constexpr std::int64_t kBatch = 100;  ///< submissions in one transaction

/// Patients are numbered by us: their key is their number and one.
std::int64_t patient_key(std::int64_t patient) { return patient + 1; }
/// Objects in the order of publishing, as the node's own time-ordered keys would be.
std::int64_t object_key(DocumentName name, std::int64_t patients, int object) {
    return ((name.place * patients + name.patient) << 3) + object + 1;
}

/// Hands out the keys of one submission: set, entry, associations.
class Keys final : public IdSource {
public:
    Keys(DocumentName name, std::int64_t patients) : name_(name), patients_(patients) {}
    Uuid uuid() override { return system_ids().uuid(); }
    std::int64_t key() override { return object_key(name_, patients_, next_++); }
    void random(std::uint8_t* out, std::size_t size) override { system_ids().random(out, size); }

private:
    DocumentName name_;
    std::int64_t patients_;
    int next_ = 0;
};

registry::State state_of(DocumentName name, std::int64_t patients) {
    registry::State state;
    std::int64_t const patient = patient_key(name.patient);
    state.patients[regional_cx(name.patient)] = {patient, patient};
    int const replaced = kDocumentsPerPatient - 1 - name.place;
    if (replaced < kReplacedPerPatient) {
        DocumentName const old{name.patient, replaced};
        registry::KnownObject known;
        known.patient_key = known.survivor = patient;
        known.key = object_key(old, patients, 1);
        known.visible = known.own = true;
        state.references[entry_uuid(old)] = known;
    }
    return state;
}

/// The directories, filled for a whole batch with one statement each.
struct Directories {
    std::vector<Uuid> uuids;
    std::vector<std::int64_t> uuid_patients, uuid_keys;
    std::vector<std::int16_t> uuid_kinds;
    std::vector<std::string> unique_ids, hashes;
    std::vector<std::int64_t> id_patients, id_keys, sizes;
    std::vector<std::int16_t> id_kinds;

    void object(std::int64_t patient, registry::Numbered const& numbered) {
        uuids.push_back(numbered.uuid);
        uuid_patients.push_back(patient);
        uuid_keys.push_back(numbered.key);
        uuid_kinds.push_back(static_cast<std::int16_t>(numbered.kind));
    }
    void unique_id(std::int64_t patient, registry::Numbered const& numbered, std::string const& id,
                   std::string const& hash, std::int64_t size) {
        unique_ids.push_back(id);
        hashes.push_back(hash);
        id_patients.push_back(patient);
        id_keys.push_back(numbered.key);
        sizes.push_back(size);
        id_kinds.push_back(static_cast<std::int16_t>(numbered.kind));
    }
    void queue(pg::Tx& tx) {
        tx.queue(sql::kUuids, std::move(pg::Params()
                                            .uuid_array(std::span<Uuid const>(uuids))
                                            .int8_array(uuid_patients)
                                            .int8_array(uuid_keys)
                                            .int2_array(uuid_kinds)));
        tx.queue(sql::kUniqueIds,
                 std::move(pg::Params()
                               .text_array(std::span<std::string const>(unique_ids))
                               .int8_array(id_patients)
                               .int8_array(id_keys)
                               .int8_array(sizes)
                               .int2_array(id_kinds)
                               .text_array(std::span<std::string const>(hashes))));
    }
};

class Bulk {
public:
    Bulk(node::PlatformServices& services, BulkOptions const& options,
         std::atomic<std::int64_t>& done)
        : services_(services),
          options_(options),
          done_(done),
          segments_(
              {.folder = std::filesystem::path(services.config.text("blob.folder")) / "segments"}) {
    }

    Status write_all() {
        if (options_.contents > 0) TRY(segments_.start_writing());
        TRY(make_labels());
        std::vector<std::thread> threads;
        for (int i = 0; i < options_.threads; ++i) threads.emplace_back([this] { work(); });
        for (auto& thread : threads) thread.join();
        return failure_;
    }

private:
    /// The labels of a few thousand documents are all that there are; made before anybody works in
    /// parallel.
    Status make_labels() {
        TRY(services_.pool->run([&](pg::Tx& tx) -> Result<int> {
            std::set<domain::Label> seen;
            for (std::int64_t i = 0; i < 4000; ++i) {
                auto const submission = submission_of(
                    {i / kDocumentsPerPatient, static_cast<int>(i % 20)}, Hash::kPretended);
                auto const label = domain::label_of(submission.entries[0], kPublisher);
                if (seen.insert(label).second) TRY(labels_.number_for(tx, label));
            }
            return 0;
        }));
        return services_.pool->read([&](pg::ReadTx& tx) { return labels_.refresh(tx); });
    }

    void work() {
        std::int64_t const total = options_.patients * kDocumentsPerPatient;
        for (;;) {
            std::int64_t const first = next_.fetch_add(kBatch);
            if (first >= total) return;
            std::int64_t const last = std::min(first + kBatch, total);
            auto written = services_.pool->run(
                [&](pg::Tx& tx) -> Result<int> { return write_batch(tx, first, last); });
            done_ += last - first;
            if (written) continue;
            std::lock_guard const lock(mutex_);
            failure_ = written.error();
            next_ = total;
        }
    }

    DocumentName name_of(std::int64_t index) const {
        if (options_.order == Order::kPatient) {
            return {index / kDocumentsPerPatient, static_cast<int>(index % kDocumentsPerPatient)};
        }
        return {index % options_.patients, static_cast<int>(index / options_.patients)};
    }

    Result<int> write_batch(pg::Tx& tx, std::int64_t first, std::int64_t last) {
        Directories directories;
        for (std::int64_t index = first; index < last; ++index)
            TRY(write_one(tx, name_of(index), directories));
        directories.queue(tx);
        return 0;
    }

    Status write_one(pg::Tx& tx, DocumentName name, Directories& directories) {
        bool const with_content =
            name.patient * kDocumentsPerPatient + name.place < options_.contents;
        domain::Submission submission =
            submission_of(name, with_content ? Hash::kReal : Hash::kPretended);
        Keys ids(name, options_.patients);
        auto const numbered = registry::number(std::move(submission), ids);
        auto plan =
            registry::decide_registration(*numbered, state_of(name, options_.patients), ids);
        if (!plan) return std::move(plan).error();
        domain::DocumentEntry const& entry = numbered->submission.entries[0];
        domain::Label const label = domain::label_of(entry, kPublisher);
        std::vector<std::int32_t> const labels{TRY(labels_.number_for(tx, label))};
        TRY(registry::write_submission(
            tx, *services_.keys,
            {*numbered, *plan, labels, kPublisher, kInstitution, system_clock().now()}));
        std::int64_t const patient = patient_key(name.patient);
        directories.object(patient, numbered->set);
        directories.object(patient, numbered->entries[0]);
        for (auto const& association : numbered->associations)
            directories.object(patient, association);
        directories.unique_id(patient, numbered->set, set_unique_id(name), "", -1);
        directories.unique_id(patient, numbered->entries[0], *entry.unique_id, *entry.hash,
                              kDocumentBytes);
        if (with_content) TRY(write_content(tx, name, label, numbered->entries[0].key));
        return {};
    }

    Status write_content(pg::Tx& tx, DocumentName name, domain::Label const& label,
                         std::int64_t key) {
        Bytes const plain = document_content(name);
        repository::DocumentRow row;
        row.unique_id = document_unique_id(name);
        row.key = key;
        row.patient = regional_cx(name.patient);
        row.owner_oid = kInstitution;
        row.label = label;
        row.mime_type = "application/pdf";
        row.size = plain.size();
        row.sha1 = sha1(plain);
        Bytes const sealed =
            TRY(services_.keys->seal(vault::Purpose::kDocument, kInstitution, plain,
                                     repository::content_aad(key, row.unique_id)));
        row.location = TRY(segments_.append({{key, sealed}})).front();
        repository::insert(tx, {row});
        return {};
    }

    node::PlatformServices& services_;
    BulkOptions const& options_;
    std::atomic<std::int64_t>& done_;
    blob::SegmentStore segments_;
    registry::LabelBook labels_;
    std::atomic<std::int64_t> next_{0};
    std::mutex mutex_;
    Status failure_;
};

}  // namespace

Status write_patients(node::PlatformServices& services, BulkOptions const& options) {
    constexpr std::int64_t kPatientsAtOnce = 5000;
    std::int64_t const all_patients = options.patients + spare_patients(options.patients);
    for (std::int64_t first = 0; first < all_patients; first += kPatientsAtOnce) {
        std::vector<std::string> cx;
        std::vector<std::int64_t> keys;
        std::vector<Bytes> tokens;
        for (std::int64_t i = first; i < std::min(first + kPatientsAtOnce, all_patients); ++i) {
            cx.push_back(regional_cx(i));
            keys.push_back(patient_key(i));
            auto const token = services.keys->blind_token(
                "patient-identifier", std::string(kPublisherAuthority) + "|" + hospital_id(i));
            tokens.emplace_back(token.begin(), token.end());
        }
        std::span<std::string const> const all(cx);
        TRY(services.pool->run([&](pg::Tx& tx) -> Result<int> {
            tx.queue(sql::kMpiPatients, std::move(pg::Params().text_array(all)));
            tx.queue(sql::kMpiIdentifiers,
                     std::move(pg::Params()
                                   .text(kPublisherAuthority)
                                   .bytea_array(std::span<Bytes const>(tokens))
                                   .text_array(all)));
            tx.queue(sql::kRegistryPatients,
                     std::move(pg::Params().int8_array(keys).text_array(all)));
            tx.queue(sql::kConsents, std::move(pg::Params().text_array(all)));
            return 0;
        }));
    }
    return {};
}

Status write_documents(node::PlatformServices& services, BulkOptions const& options,
                       std::atomic<std::int64_t>& done) {
    return Bulk(services, options, done).write_all();
}

Status write_large(node::PlatformServices& services, std::string const& unique_id,
                   std::size_t size) {
    auto receiver = TRY(services.spool->receive(kInstitution));
    Bytes const piece = document_content({0, 0}, 1 << 20);
    for (std::size_t at = 0; at < size; at += piece.size()) {
        TRY(receiver->write(ByteView(piece).first(std::min(piece.size(), size - at))));
    }
    auto const content = TRY(receiver->finish());
    repository::DocumentRow row;
    row.unique_id = unique_id;
    row.key = system_ids().key();
    row.patient = regional_cx(0);
    row.owner_oid = kInstitution;
    row.label = domain::label_of(submission_of({0, 0}, Hash::kPretended).entries[0], kPublisher);
    row.mime_type = "application/pdf";
    row.size = size;
    row.sha1 = TRY(from_hex(content->sha1_hex()));
    row.blob_id = TRY(services.blobs->adopt(*content, kInstitution)).id;
    TRY(services.pool->run([&](pg::Tx& tx) -> Result<int> {
        repository::insert(tx, {row});
        return 0;
    }));
    return {};
}

}  // namespace musubi::perf
