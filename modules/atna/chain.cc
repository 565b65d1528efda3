#include "atna/chain.h"

#include "platform/base/digest.h"
#include "platform/base/log.h"
#include "platform/base/text.h"

#include <charconv>
#include <cstdio>
#include <fstream>

#include <unistd.h>

namespace musubi::atna {
namespace {

constexpr char const* kAnchorFile = "chain.anchor";

void update_number(Digest& digest, std::uint64_t value) {
    std::array<std::uint8_t, 8> octets{};
    for (std::size_t i = 0; i < 8; ++i)
        octets[i] = static_cast<std::uint8_t>(value >> (56 - 8 * i));
    digest.update(octets);
}

std::string anchor_text(Link const& end) {
    return std::to_string(end.seq) + " " + to_hex(end.hash);
}

std::string seal_of(vault::KeyRing const& keys, std::string const& text) {
    return to_hex(keys.blind_token("audit-anchor", text));
}

}  // namespace

Bytes chain_hash(Link const& previous, std::int64_t seq, ByteView sealed, Columns const& columns) {
    Digest digest(DigestKind::kSha256);
    digest.update(previous.hash);
    update_number(digest, static_cast<std::uint64_t>(seq));
    update_number(digest, sealed.size());
    digest.update(sealed);
    digest.update(pack(columns));
    return digest.finish();
}

void write_anchor(std::filesystem::path const& folder, vault::KeyRing const& keys,
                  Link const& end) {
    auto const text = anchor_text(end);
    auto const path = folder / kAnchorFile;
    auto const fresh = path.string() + "." + std::to_string(::getpid());
    {
        std::ofstream out(fresh, std::ios::trunc);
        out << text << " " << seal_of(keys, text) << "\n";
        if (!out.flush()) {
            log_warning("atna.anchor_not_written");
            return;
        }
    }
    if (std::rename(fresh.c_str(), path.c_str()) != 0) log_warning("atna.anchor_not_written");
}

Result<std::optional<Link>> read_anchor(std::filesystem::path const& folder,
                                        vault::KeyRing const& keys) {
    std::ifstream in(folder / kAnchorFile);
    std::string line;
    if (!in || !std::getline(in, line)) return std::optional<Link>();
    auto const parts = split(line, ' ');
    Link end;
    if (parts.size() == 3) {
        auto const [rest, error] =
            std::from_chars(parts[0].data(), parts[0].data() + parts[0].size(), end.seq);
        auto hash = from_hex(parts[1]);
        if (error == std::errc{} && rest == parts[0].data() + parts[0].size() && hash &&
            hash->size() == 32) {
            end.hash = std::move(*hash);
            if (seal_of(keys, anchor_text(end)) == parts[2])
                return std::optional<Link>(std::move(end));
        }
    }
    return Error(Code::kStorageUnavailable, "the anchor of the audit chain is not genuine");
}

}  // namespace musubi::atna
