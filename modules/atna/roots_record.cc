#include "atna/roots_record.h"

#include "atna/evidence_json.h"
#include "platform/base/date_time.h"
#include "platform/base/digest.h"

#include <algorithm>

namespace musubi::atna {
namespace {

constexpr std::string_view kFormat = "musubi-audit-root-1";
constexpr std::string_view kLeafLabel = "musubi audit record";
constexpr std::size_t kMaxDocument = 16 * 1024;

std::string seconds_text(WallTime time) { return to_rfc3339(time).substr(0, 19) + "Z"; }

Error wrong(std::string what) {
    return Error(Code::kInvalidContent, "audit root: " + std::move(what));
}

Result<MerkleHash> hash_of(FlatJson const& object, std::string_view key) {
    auto const octets = from_hex(TRY(text_of(object, key)));
    MerkleHash out{};
    if (!octets || octets->size() != out.size()) return wrong("'" + std::string(key) + "'");
    std::copy(octets->begin(), octets->end(), out.begin());
    return out;
}

Result<WallTime> time_of(std::string const& text) {
    if (auto const time = parse_date_time(text)) return *time;
    return wrong("'time'");
}

}  // namespace

MerkleHash record_leaf(std::int64_t seq, ByteView record_hash) {
    Bytes data(kLeafLabel.begin(), kLeafLabel.end());
    for (int shift = 56; shift >= 0; shift -= 8)
        data.push_back(static_cast<std::uint8_t>(static_cast<std::uint64_t>(seq) >> shift));
    data.insert(data.end(), record_hash.begin(), record_hash.end());
    return leaf_hash(data);
}

std::string write_root(Root const& root) {
    FlatJsonWriter out;
    out.text("format", kFormat)
        .number("number", root.number)
        .number("first", root.first)
        .number("last", root.last)
        .text("head", to_hex(root.head))
        .text("chain", to_hex(root.chain))
        .text("previous", to_hex(root.previous))
        .text("time", seconds_text(root.time))
        .text("clock", root.clock_watched ? "watched" : "unwatched")
        .text("node", root.node)
        .text("agreement", root.agreement);
    return out.take();
}

Result<Root> read_root(std::string_view document) {
    if (document.size() > kMaxDocument) return wrong("larger than 16 KiB");
    auto const object = TRY(read_flat_json(document));
    if (TRY(text_of(object, "format")) != kFormat) return wrong("unknown format");
    Root out;
    out.number = TRY(number_of(object, "number"));
    out.first = TRY(number_of(object, "first"));
    out.last = TRY(number_of(object, "last"));
    out.head = TRY(hash_of(object, "head"));
    out.chain = TRY(hash_of(object, "chain"));
    out.previous = TRY(hash_of(object, "previous"));
    out.time = TRY(time_of(TRY(text_of(object, "time"))));
    out.clock_watched = TRY(text_of(object, "clock")) == "watched";
    out.node = TRY(text_of(object, "node"));
    out.agreement = TRY(text_of(object, "agreement"));
    if (out.number < 1 || out.first < 1 || out.last < out.first) return wrong("impossible numbers");
    if (write_root(out) != document) return wrong("not in its canonical form");
    return out;
}

MerkleHash document_hash(std::string_view document) {
    auto const octets = sha256(as_bytes(document));
    MerkleHash out{};
    std::copy_n(octets.begin(), out.size(), out.begin());
    return out;
}

}  // namespace musubi::atna
