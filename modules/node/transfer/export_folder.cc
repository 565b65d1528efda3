#include "node/transfer/export_folder.h"

#include "platform/base/digest.h"
#include "platform/base/text.h"
#include "platform/vault/cms.h"
#include "platform/vault/durable_file.h"
#include "policy/canonical.h"
#include "policy/statement.h"

#include <algorithm>
#include <fstream>

namespace musubi::node {
namespace {

namespace fs = std::filesystem;

constexpr char const* kManifest = "manifest.json";
constexpr char const* kSignature = "manifest.json.p7s";
constexpr char const* kList = "files.sha256";
constexpr std::size_t kMaxManifest = 16U << 20;
constexpr std::size_t kPiece = 256 * 1024;
constexpr std::size_t kMaxFaults = 1'000;

void say_number(policy::Tree& tree, std::string const& key, std::int64_t value) {
    policy::Tree number;
    number.kind = policy::Tree::Kind::kNumber;
    number.number = value;
    tree.entries.push_back({key, std::move(number)});
}

Result<std::string> digest_of(fs::path const& path,
                              std::function<void(std::uint64_t)> const& progress) {
    std::ifstream in(path, std::ios::binary);
    if (!in) return Error(Code::kNotFound, "cannot read " + path.string());
    Digest digest(DigestKind::kSha256);
    Bytes piece(kPiece);
    while (in) {
        in.read(reinterpret_cast<char*>(piece.data()), static_cast<std::streamsize>(piece.size()));
        auto const size = static_cast<std::size_t>(in.gcount());
        digest.update(ByteView(piece).first(size));
        if (progress && size > 0) progress(size);
    }
    if (in.bad()) return Error(Code::kStorageUnavailable, "cannot read " + path.string());
    return to_hex(digest.finish());
}

/// Every regular file below, in one order, without keeping all of their names.
Status each_file(fs::path const& root, fs::path const& folder,
                 std::function<Status(std::string const&)> const& use) {
    std::error_code failed;
    std::vector<fs::path> here;
    for (auto const& entry : fs::directory_iterator(folder, failed)) here.push_back(entry.path());
    if (failed) return vault::system_error("list", folder, failed.value());
    std::sort(here.begin(), here.end());
    for (fs::path const& path : here) {
        if (fs::is_directory(path)) {
            TRY(each_file(root, path, use));
            continue;
        }
        std::string const name = path.lexically_relative(root).generic_string();
        if (name != kManifest && name != kSignature && name != kList) TRY(use(name));
    }
    return {};
}

}  // namespace

Status write_durably(fs::path const& path, ByteView content) {
    return vault::write_atomically(path, content);
}

Result<std::string> stream_durably(fs::path const& path,
                                   std::function<Status(ByteSink const&)> const& source) {
    std::error_code none;
    fs::remove(path, none);
    auto file = TRY(vault::File::create(path));
    Digest digest(DigestKind::kSha256);
    TRY(source([&](ByteView piece) -> Status {
        digest.update(piece);
        return file.write(piece);
    }));
    TRY(file.sync());
    return to_hex(digest.finish());
}

std::string export_manifest(ExportSummary const& summary, std::string const& files_sha256) {
    policy::Tree out, counts, missing;
    out.kind = counts.kind = policy::Tree::Kind::kMap;
    missing.kind = policy::Tree::Kind::kList;
    for (auto const& [kind, count] : summary.counts) say_number(counts, kind, count);
    for (auto const& one : summary.missing) {
        policy::Tree text;
        text.kind = policy::Tree::Kind::kText;
        text.text = one;
        missing.items.push_back(std::move(text));
    }
    policy::say(out, "agreement_hash", summary.agreement_hash);
    policy::say(out, "approval", summary.approval);
    policy::say(out, "audit_hash", summary.audit_hash);
    say_number(out, "audit_record", summary.audit_record);
    out.entries.push_back({"counts", std::move(counts)});
    policy::say(out, "files_sha256", files_sha256);
    policy::say(out, "format", std::string("musubi-export-1"));
    policy::say(out, "made_at", summary.made_at);
    out.entries.push_back({"missing", std::move(missing)});
    policy::say(out, "node", summary.node);
    policy::say(out, "region", summary.region);
    say_number(out, "root", summary.root);
    return policy::canonical_json(out);
}

Result<std::string> list_files(fs::path const& folder,
                               std::function<void(std::uint64_t)> const& progress) {
    return stream_durably(folder / kList, [&](ByteSink const& sink) {
        return each_file(folder, folder, [&](std::string const& name) -> Status {
            auto const digest = TRY(digest_of(folder / name, progress));
            return sink(as_bytes(digest + "  " + name + "\n"));
        });
    });
}

Result<CheckedExport> check_export(fs::path const& folder) {
    CheckedExport out;
    auto const note = [&](std::string fault) {
        if (out.faults.size() < kMaxFaults) out.faults.push_back(std::move(fault));
    };
    Bytes const manifest = TRY(vault::read_small_file(folder / kManifest, kMaxManifest));
    out.manifest = as_text(manifest);
    auto const signature = vault::read_small_file(folder / kSignature, kMaxManifest);
    auto const signed_by = signature ? vault::verify_detached(*signature, manifest)
                                     : Result<vault::CmsSignature>(signature.error());
    if (!signed_by) {
        note(std::string(kSignature) + ": " + signed_by.error().detail);
    } else {
        out.signer = signed_by->signer.subject;
        out.fingerprint = signed_by->signer.fingerprint_sha256;
    }
    auto const list = TRY(digest_of(folder / kList, {}));
    if (out.manifest.find("\"files_sha256\":\"" + list + "\"") == std::string::npos)
        note(std::string(kList) + " is not the one that was signed");
    std::ifstream in(folder / kList);
    std::string expected;
    bool more = static_cast<bool>(std::getline(in, expected));
    auto const name_of = [&] { return expected.size() > 66 ? expected.substr(66) : expected; };
    TRY(each_file(folder, folder, [&](std::string const& name) -> Status {
        // Both are in one order, so one look at each is enough.
        while (more && fs::path(name_of()) < fs::path(name)) {
            note(name_of() + " is missing");
            more = static_cast<bool>(std::getline(in, expected));
        }
        if (!more || name_of() != name) {
            note(name + " does not belong to it");
            return {};
        }
        ++out.files;
        if (TRY(digest_of(folder / name, {})) != expected.substr(0, 64)) note(name + " is damaged");
        more = static_cast<bool>(std::getline(in, expected));
        return {};
    }));
    for (; more; more = static_cast<bool>(std::getline(in, expected)))
        note(name_of() + " is missing");
    return out;
}

}  // namespace musubi::node
