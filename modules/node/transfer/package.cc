#include "node/transfer/package.h"

#include "codec/ebxml/read.h"
#include "platform/vault/durable_file.h"
#include "platform/xml/parse.h"

#include <algorithm>
#include <fstream>

namespace musubi::node {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxSubmission = 64U << 20;
constexpr std::size_t kMaxPackage = 4U << 20;

class FileContent final : public Content {
public:
    FileContent(fs::path path, std::uint64_t size) : path_(std::move(path)), size_(size) {}
    std::uint64_t size() const override { return size_; }
    Status read(ByteSink const& sink) const override {
        std::ifstream in(path_, std::ios::binary);
        Bytes piece(64 * 1024);
        std::uint64_t left = size_;
        while (left > 0) {
            in.read(reinterpret_cast<char*>(piece.data()),
                    static_cast<std::streamsize>(std::min<std::uint64_t>(left, piece.size())));
            auto const got = static_cast<std::size_t>(in.gcount());
            if (got == 0)
                return Error(Code::kStorageUnavailable, path_.string() + ": cannot be read");
            TRY(sink(ByteView(piece).first(got)));
            left -= got;
        }
        return {};
    }

private:
    fs::path const path_;
    std::uint64_t const size_;
};

/// Numbers as numbers: of one patient a higher one came later.
bool comes_before(std::string const& a, std::string const& b) {
    auto const number = [](std::string const& name) {
        return std::string_view(name).substr(name.rfind('/') + 1);
    };
    auto const x = number(a), y = number(b);
    return x.size() != y.size() ? x.size() < y.size() : x < y;
}

}  // namespace

Result<std::vector<std::string>> packages_of(fs::path const& folder, std::string const& member) {
    std::error_code failed;
    std::vector<std::string> out;
    std::string const mark = "\"member\":\"" + member + "\"";
    for (auto const& entry : fs::recursive_directory_iterator(folder / "sets", failed)) {
        if (entry.path().filename() != "package.json") continue;
        auto const text = TRY(vault::read_small_file(entry.path(), kMaxPackage));
        if (!member.empty() && as_text(text).find(mark) == std::string_view::npos) continue;
        out.push_back(entry.path().parent_path().lexically_relative(folder).generic_string());
    }
    if (failed) return Error(Code::kNotFound, folder.string() + " holds no export");
    std::sort(out.begin(), out.end(), comes_before);
    return out;
}

Result<ExportedPackage> read_package(fs::path const& package) {
    auto const text = TRY(vault::read_small_file(package / "submission.xml", kMaxSubmission));
    auto const document = TRY(xml::parse(text));
    ExportedPackage out;
    out.submission = TRY(ebxml::read_submission(document.root()));
    for (std::size_t i = 0; i < out.submission.entries.size(); ++i) {
        auto const& entry = out.submission.entries[i];
        if (entry.kind() != domain::EntryKind::kStable) continue;
        fs::path const path = package / ("document-" + std::to_string(i + 1));
        std::error_code failed;
        auto const size = fs::file_size(path, failed);
        if (failed) return Error(Code::kNotFound, path.string() + " is missing");
        out.documents.push_back({entry.id, std::make_shared<FileContent>(path, size),
                                 entry.mime_type.value_or("application/octet-stream")});
    }
    return out;
}

}  // namespace musubi::node
