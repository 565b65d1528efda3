#include "atna/progress.h"

#include "atna/segment.h"
#include "platform/base/log.h"
#include "platform/base/text.h"

#include <charconv>
#include <cstdio>
#include <fstream>

#include <unistd.h>

namespace musubi::atna {
namespace {

namespace fs = std::filesystem;

constexpr char const* kFile = "sealed.offsets";
constexpr std::size_t kUuid = 16;
constexpr std::size_t kMaxText = 1U << 20;

/// Id of the first record, in hexadecimal; empty when there is none.
std::string first_record(fs::path const& segment) {
    std::ifstream in(segment, std::ios::binary);
    std::string head(kSegmentMagic.size() + kRecordHead + kUuid, '\0');
    if (!in.read(head.data(), static_cast<std::streamsize>(head.size()))) return {};
    return to_hex(as_bytes(std::string_view(head).substr(kSegmentMagic.size() + kRecordHead)));
}

std::string seal_of(vault::KeyRing const& keys, std::string_view text) {
    return to_hex(keys.blind_token("audit-progress", text));
}

template <class Number>
bool read_number(std::string_view text, Number& out) {
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
    return error == std::errc() && end == text.data() + text.size();
}

bool read_end(std::string_view line, Link& end) {
    auto const parts = split(line, ' ');
    if (parts.size() != 2 || !read_number(parts[0], end.seq)) return false;
    auto hash = from_hex(parts[1]);
    if (!hash) return false;
    end.hash = std::move(*hash);
    return true;
}

}  // namespace

void write_progress(fs::path const& folder, vault::KeyRing const& keys, Link const& end,
                    SealedOffsets const& offsets) {
    std::string text = std::to_string(end.seq) + " " + to_hex(end.hash) + "\n";
    for (auto const& [path, offset] : offsets) {
        auto const first = first_record(path);
        if (!first.empty())
            text += path.filename().string() + " " + std::to_string(offset) + " " + first + "\n";
    }
    auto const path = folder / kFile;
    auto const fresh = path.string() + "." + std::to_string(::getpid());
    {
        std::ofstream out(fresh, std::ios::trunc);
        out << text << seal_of(keys, text) << "\n";
        if (!out.flush()) return;
    }
    if (std::rename(fresh.c_str(), path.c_str()) != 0) log_debug("atna.progress_not_written");
}

Progress read_progress(fs::path const& folder, vault::KeyRing const& keys) {
    std::ifstream in(folder / kFile, std::ios::binary);
    std::string text(kMaxText, '\0');
    in.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(in.gcount()));
    if (text.size() < 2 || text.back() != '\n') return {};
    auto const seal_at = text.find_last_of('\n', text.size() - 2) + 1;
    std::string_view const told = std::string_view(text).substr(0, seal_at);
    if (text.substr(seal_at, text.size() - seal_at - 1) != seal_of(keys, told)) return {};
    Progress out;
    bool first_line = true;
    for (auto const line : split(told, '\n')) {
        if (first_line) {
            if (!read_end(line, out.end)) return {};
            first_line = false;
            continue;
        }
        auto const parts = split(line, ' ');
        std::uint64_t offset = 0;
        if (parts.size() != 3 || !read_number(parts[1], offset)) continue;
        auto const segment = folder / parts[0];
        if (first_record(segment) == parts[2]) out.offsets[segment] = offset;
    }
    return out;
}

}  // namespace musubi::atna
