#include "atna/evidence_files.h"

#include "platform/vault/durable_file.h"

#include <algorithm>
#include <charconv>

namespace musubi::atna {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxFile = 64 * 1024;
constexpr std::size_t kMaxRoots = 1'000'000;
constexpr std::string_view kPrefix = "root-";

fs::path path_of(fs::path const& folder, std::int64_t number, char const* suffix) {
    return folder / (std::string(kPrefix) + std::to_string(number) + suffix);
}

Result<bool> write_once(fs::path const& path, ByteView content) {
    auto const there = vault::read_small_file(path, kMaxFile);
    if (!there && there.error().code != Code::kNotFound) return there.error();
    if (!there) {
        TRY(vault::write_atomically(path, content));
        return true;
    }
    if (!std::equal(there->begin(), there->end(), content.begin(), content.end())) {
        return Error(Code::kConflict,
                     path.filename().string() + " was published with another content");
    }
    return false;
}

/// 0: the file is no root's document.
std::int64_t number_of(fs::path const& path) {
    auto const name = path.stem().string();
    std::int64_t out = 0;
    if (path.extension() != ".json" || !name.starts_with(kPrefix)) return 0;
    auto const* const begin = name.data() + kPrefix.size();
    auto const [end, error] = std::from_chars(begin, name.data() + name.size(), out);
    return error == std::errc() && end == name.data() + name.size() && out > 0 ? out : 0;
}

}  // namespace

Result<bool> publish(fs::path const& folder, SignedRoot const& root) {
    TRY(vault::make_folder(folder));
    auto const number = root.root.number;
    // The document last: where it stands, the signature does too.
    bool wrote = TRY(write_once(path_of(folder, number, ".p7s"), root.signature));
    wrote = TRY(write_once(path_of(folder, number, ".json"), as_bytes(root.document))) || wrote;
    if (root.stamp) wrote = TRY(write_once(path_of(folder, number, ".tsr"), *root.stamp)) || wrote;
    return wrote;
}

Result<SignedRoot> published_root(fs::path const& folder, std::int64_t number) {
    auto const path = path_of(folder, number, ".json");
    SignedRoot out;
    out.document = std::string(as_text(TRY(vault::read_small_file(path, kMaxFile))));
    auto root = read_root(out.document);
    if (!root || root->number != number) {
        return Error(Code::kInvalidContent, path.filename().string() + " is no such root" +
                                                (root ? "" : ": " + root.error().detail));
    }
    out.root = std::move(*root);
    out.signature = TRY(vault::read_small_file(path_of(folder, number, ".p7s"), kMaxFile));
    auto stamp = vault::read_small_file(path_of(folder, number, ".tsr"), kMaxFile);
    if (stamp)
        out.stamp = std::move(*stamp);
    else if (stamp.error().code != Code::kNotFound)
        return std::move(stamp).error();
    return out;
}

Result<std::vector<SignedRoot>> published_roots(fs::path const& folder) {
    std::vector<std::int64_t> numbers;
    std::error_code error;
    for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
        auto const number = number_of(at->path());
        if (number == 0) continue;
        if (numbers.size() == kMaxRoots) return Error(Code::kTooLarge, "too many roots");
        numbers.push_back(number);
    }
    if (error && error != std::errc::no_such_file_or_directory)
        return Error(Code::kStorageUnavailable, "cannot read the folder of roots");
    std::sort(numbers.begin(), numbers.end());
    std::vector<SignedRoot> out;
    for (auto const number : numbers) out.push_back(TRY(published_root(folder, number)));
    return out;
}

}  // namespace musubi::atna
