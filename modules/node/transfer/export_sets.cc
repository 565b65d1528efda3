// Submission sets of an export, each a folder that can be provided again (ITI-41):
//
//   sets/<2 hex digits>/<number of the set>/submission.xml   lcm:SubmitObjectsRequest
//                                           document-N       of the N-th DocumentEntry in it
//                                           package.json     member, patient, documents, digests

#include "codec/ebxml/read.h"
#include "codec/ebxml/write.h"
#include "node/transfer/exporter.h"
#include "platform/base/digest.h"
#include "platform/base/fault.h"
#include "platform/vault/durable_file.h"
#include "platform/xml/parse.h"
#include "policy/canonical.h"
#include "policy/statement.h"
#include "registry/sets.h"
#include "repository/stock.h"
#include "repository/store.h"

namespace musubi::node {
namespace {

namespace fs = std::filesystem;

constexpr int kPage = 500;
constexpr char const* kTable = "registry.submission_set";

constexpr pg::Statement kTableThere{"preservation.export_table",
                                    "select to_regclass($1) is not null"};

Result<bool> is_there(pg::Pool& pool, char const* table) {
    return pool.read([&](pg::ReadTx& tx) -> Result<bool> {
        return TRY(tx.exec(kTableThere, pg::Params().text(table))).front().boolean(0);
    });
}

/// As a sender would provide it: nothing that registry and repository add.
Result<domain::Submission> submission_of(std::string const& objects) {
    std::string text = ebxml::query_response_prefix(ebxml::ResponseStatus::kSuccess, {});
    text += objects;
    text += ebxml::query_response_suffix();
    auto const document = TRY(xml::parse(as_bytes(text)));
    auto submission = TRY(ebxml::read_query_response(document.root())).objects;
    for (auto& entry : submission.entries) entry.repository_unique_id.reset();
    for (auto& folder : submission.folders) folder.last_update_time.reset();
    return submission;
}

/// Of a package that an earlier call finished.
std::int64_t documents_in(fs::path const& package) {
    std::int64_t count = 0;
    std::error_code none;
    for (auto const& entry : fs::directory_iterator(package, none))
        count += entry.path().filename().string().starts_with("document-") ? 1 : 0;
    return count;
}

repository::StockItem item_of(repository::DocumentRow const& row) {
    repository::StockItem item;
    item.unique_id = row.unique_id;
    item.key = row.key;
    item.owner_oid = row.owner_oid;
    item.size = row.size;
    item.blob_id = row.blob_id;
    item.location = row.location;
    return item;
}

}  // namespace

Status Exporter::sets() {
    pg::Pool& pool = *tools_.services->pool;
    if (!TRY(is_there(pool, kTable))) return {};
    std::int64_t patient_key = 0, key = 0;
    for (bool more = true; more;) {
        auto const page = TRY(registry::sets_after(pool, patient_key, key, kPage));
        more = page.size() == static_cast<std::size_t>(kPage);
        for (auto const& set : page) {
            patient_key = set.patient_key;
            key = set.key;
            std::string const number = std::to_string(set.key);
            std::string const name =
                "sets/" + number.substr(number.size() - std::min<std::size_t>(2, number.size())) +
                "/" + number;
            ++summary_->counts["sets"];
            std::error_code none;
            if (fs::exists(folder_ / name / "package.json", none)) {
                summary_->counts["documents"] += documents_in(folder_ / name);
                continue;
            }
            auto const objects = registry::objects_of_set(pool, *tools_.services->keys, set);
            Status const done =
                objects ? one_set(folder_ / name, *objects, set.owner) : Status(objects.error());
            if (done) continue;
            if (done.error().code != Code::kNotFound) TRY(pool.ping());
            summary_->missing.push_back(
                name + ": " +
                (done.error().code == Code::kNotFound ? "destroyed" : done.error().detail));
        }
    }
    return {};
}

Status Exporter::one_set(fs::path const& at, std::string const& objects,
                         std::string const& member) {
    auto const submission = TRY(submission_of(objects));
    if (submission.submission_sets.empty())
        return Error(Code::kStorageUnavailable, "the set is not among its objects");
    TRY(vault::make_folder(at));
    TRY(write_durably(at / "submission.xml",
                      as_bytes(ebxml::write_submit_objects_request(submission))));
    policy::Tree package, documents;
    package.kind = policy::Tree::Kind::kMap;
    documents.kind = policy::Tree::Kind::kList;
    for (std::size_t i = 0; i < submission.entries.size(); ++i) {
        auto const& entry = submission.entries[i];
        if (entry.kind() != domain::EntryKind::kStable) continue;
        std::string const name = "document-" + std::to_string(i + 1);
        TRY(document(at / name, entry.unique_id.value_or(""), entry.hash.value_or("")));
        TRY(FAULT("export.after_document"));
        policy::Tree one;
        one.kind = policy::Tree::Kind::kMap;
        policy::say(one, "entry", entry.id);
        policy::say(one, "file", name);
        policy::say(one, "mime_type", entry.mime_type.value_or(""));
        policy::say(one, "unique_id", entry.unique_id.value_or(""));
        documents.items.push_back(std::move(one));
        ++summary_->counts["documents"];
    }
    auto const& set = submission.submission_sets.front();
    package.entries.push_back({"documents", std::move(documents)});
    policy::say(package, "member", member);
    policy::say(package, "patient", set.patient_id.value_or(""));
    policy::say(package, "submission_set", set.unique_id.value_or(""));
    // Last: with it the package is whole.
    TRY(write_durably(at / "package.json", as_bytes(policy::canonical_json(package))));
    return FAULT("export.after_set");
}

Status Exporter::document(fs::path const& path, std::string const& unique_id,
                          std::string const& hash) {
    PlatformServices& services = *tools_.services;
    blob::SegmentStore const segments(
        {.folder = fs::path(services.config.text("blob.folder")) / "segments"});
    for (auto const& row : TRY(repository::find(*services.pool, {unique_id}))) {
        Digest digest(DigestKind::kSha1);
        TRY(stream_durably(path, [&](ByteSink const& sink) {
            return repository::read_item(
                {*services.pool, *services.keys, *services.blobs, segments}, item_of(row),
                [&](ByteView piece) -> Status {
                    digest.update(piece);
                    return sink(piece);
                });
        }));
        // Of several documents with one id it is the one that the entry describes.
        if (hash.empty() || to_hex(digest.finish()) == hash) return {};
    }
    return Error(Code::kStorageUnavailable, "document " + unique_id + " is missing or damaged");
}

}  // namespace musubi::node
