#include "atna/evidence_proof.h"

#include "atna/chain.h"
#include "atna/evidence_files.h"
#include "atna/evidence_json.h"
#include "atna/roots_store.h"
#include "atna/store.h"
#include "platform/base/text.h"

#include <algorithm>

namespace musubi::atna {
namespace {

constexpr std::string_view kFormat = "musubi-audit-proof-1";
constexpr std::size_t kMaxProof = 32U << 20;
constexpr int kPage = 10'000;

Error wrong(std::string what) { return Error(Code::kInvalidContent, "proof: " + std::move(what)); }

Result<MerkleHash> hash_of(std::string_view hex) {
    auto const octets = from_hex(hex);
    MerkleHash out{};
    if (!octets || octets->size() != out.size()) return wrong("no hash");
    std::copy(octets->begin(), octets->end(), out.begin());
    return out;
}

Result<std::vector<MerkleHash>> leaves_of(Archive const& archive, Root const& root) {
    std::vector<MerkleHash> out;
    auto at = root.first - 1;
    while (at < root.last) {
        auto const limit = static_cast<int>(std::min<std::int64_t>(kPage, root.last - at));
        auto const page = TRY(
            archive.pool.read([&](pg::ReadTx& tx) { return store::hashes_after(tx, at, limit); }));
        for (auto const& link : page) {
            if (link.seq != at + 1) break;
            at = link.seq;
            out.push_back(record_leaf(link.seq, link.hash));
        }
        if (page.empty() || at != page.back().seq)
            return Error(Code::kConflict, "record " + std::to_string(at + 1) + " is missing");
    }
    return out;
}

std::string joined(std::vector<MerkleHash> const& path) {
    std::string out;
    for (auto const& hash : path) out += (out.empty() ? "" : " ") + to_hex(hash);
    return out;
}

}  // namespace

Result<std::string> prove(Archive const& archive, std::int64_t seq) {
    auto const root =
        TRY(archive.pool.read([&](pg::ReadTx& tx) { return store::root_over(tx, seq); }));
    if (!root) return Error(Code::kNotFound, "no root covers this record yet");
    // With its predecessor, whose hash it continues.
    auto rows = TRY(archive.pool.read([&](pg::ReadTx& tx) { return store::page(tx, seq - 2, 2); }));
    if (seq == 1 && !rows.empty() && rows.front().seq == 1)
        rows.insert(rows.begin(), StoredRecord{0, {}, {}, {}, Bytes(32, 0)});
    if (rows.size() < 2 || rows[0].seq != seq - 1 || rows[1].seq != seq)
        return Error(Code::kNotFound, "there is no such record");
    auto const& record = rows[1];
    auto const leaves = TRY(leaves_of(archive, root->root));
    auto const index = static_cast<std::size_t>(seq - root->root.first);
    auto const path = audit_path(leaves, index);
    auto const head = head_from_path(leaves[index], index, leaves.size(), path);
    bool const fits =
        head && *head == root->root.head &&
        chain_hash({seq - 1, rows[0].hash}, seq, record.sealed, record.columns) == record.hash;
    if (!fits)
        return Error(Code::kConflict, "the chain is not what the root was signed over: verify it");
    FlatJsonWriter out;
    out.text("format", kFormat)
        .number("record", seq)
        .number("root", root->root.number)
        .text("before", to_hex(rows[0].hash))
        .text("columns", to_base64(pack(record.columns)))
        .text("sealed", to_base64(record.sealed))
        .text("path", joined(path));
    return out.take();
}

Result<ProvenRecord> check_proof(std::string_view document, RootTrust const& trust,
                                 std::filesystem::path const& roots) {
    if (document.size() > kMaxProof) return Error(Code::kTooLarge, "proof larger than 32 MiB");
    auto const object = TRY(read_flat_json(document));
    if (TRY(text_of(object, "format")) != kFormat) return wrong("unknown format");
    ProvenRecord out;
    out.seq = TRY(number_of(object, "record"));
    auto const signed_root = TRY(published_root(roots, TRY(number_of(object, "root"))));
    out.root = signed_root.root;
    out.proof = TRY(trust.check(signed_root));
    if (out.seq < out.root.first || out.seq > out.root.last)
        return wrong("the root does not cover this record");
    auto const before = TRY(hash_of(TRY(text_of(object, "before"))));
    auto const sealed = TRY(from_base64(TRY(text_of(object, "sealed"))));
    out.columns = TRY(unpack(TRY(from_base64(TRY(text_of(object, "columns"))))));
    std::vector<MerkleHash> path;
    auto const hashes = TRY(text_of(object, "path"));
    for (auto const part : split(hashes, ' ')) {
        if (!part.empty()) path.push_back(TRY(hash_of(part)));
    }
    auto const hash = chain_hash({out.seq - 1, Bytes(before.begin(), before.end())}, out.seq,
                                 sealed, out.columns);
    auto const size = static_cast<std::uint64_t>(out.root.last - out.root.first + 1);
    auto const index = static_cast<std::uint64_t>(out.seq - out.root.first);
    auto const head = TRY(head_from_path(record_leaf(out.seq, hash), index, size, path));
    if (head != out.root.head) return wrong("the record is not one that the root was signed over");
    return out;
}

}  // namespace musubi::atna
