#include "atna/stand_in_chain.h"

#include "platform/base/digest.h"

#include <algorithm>

namespace musubi::atna {
namespace {

constexpr std::string_view kLinkMagic = "MSBL0001";

std::array<std::uint8_t, 8> octets_of(std::uint64_t value) {
    std::array<std::uint8_t, 8> out{};
    for (std::size_t i = 0; i < 8; ++i) out[i] = static_cast<std::uint8_t>(value >> (56 - 8 * i));
    return out;
}

Link following(Link const& last, std::string_view octets) {
    Digest digest(DigestKind::kSha256);
    digest.update(last.hash);
    digest.update(octets_of(octets.size()));
    digest.update(as_bytes(octets));
    return {last.seq + 1, digest.finish()};
}

/// What stands in the record.
Bytes written(Link const& link, vault::KeyRing const& keys) {
    ByteView const magic = as_bytes(kLinkMagic);
    Bytes out(magic.begin(), magic.end());
    auto const number = octets_of(static_cast<std::uint64_t>(link.seq));
    out.insert(out.end(), number.begin(), number.end());
    out.insert(out.end(), link.hash.begin(), link.hash.end());
    auto const seal = keys.blind_token("stand-in-link", std::string(as_text(out)));
    out.insert(out.end(), seal.begin(), seal.end());
    return out;
}

bool is_link(SealedRecord const& record) { return record.id == Uuid(); }

/// The walk from batch to batch.
class Walk {
public:
    Walk(vault::KeyRing const& keys, RecordSink const& sink) : keys_(keys), sink_(sink) {}

    Status segment(std::filesystem::path const& path) {
        name_ = path.filename().string();
        fresh_segment_ = true;
        SegmentRange range;
        range.max_bytes = 4U << 20;
        SegmentPage page;
        do {
            page = TRY(read_segment(path, range));
            for (auto& record : page.records) TRY(take(std::move(record)));
            range.from = page.next;
        } while (!page.end);
        out_.unacknowledged += static_cast<std::int64_t>(batch_.size());
        batch_.clear();
        octets_.clear();
        return {};
    }
    StandInHead& head() { return out_; }

private:
    Status take(SealedRecord record) {
        if (!is_link(record)) {
            append_record(octets_, record);
            batch_.push_back(std::move(record));
            return {};
        }
        Link next = following(out_.last, octets_);
        if (record.sealed != written(next, keys_)) {
            // The one before was written and not acknowledged: its segment was given up.
            next = fresh_segment_ && before_ ? following(*before_, octets_) : next;
            if (record.sealed != written(next, keys_))
                return Error(Code::kConflict,
                             "the stand-in's journal is not what was written: " + name_ +
                                 ", behind batch " + std::to_string(out_.last.seq));
        }
        fresh_segment_ = false;
        before_ = std::exchange(out_.last, std::move(next));
        out_.records += static_cast<std::int64_t>(batch_.size());
        TRY(sink_(batch_));
        batch_.clear();
        octets_.clear();
        return {};
    }

    vault::KeyRing const& keys_;
    RecordSink const& sink_;
    StandInHead out_;
    std::optional<Link> before_;  ///< the link before the last
    std::vector<SealedRecord> batch_;
    std::string octets_;
    std::string name_;
    bool fresh_segment_ = true;
};

}  // namespace

Result<StandInHead> read_stand_in(std::filesystem::path const& folder, vault::KeyRing const& keys,
                                  RecordSink const& sink) {
    Walk walk(keys, sink);
    for (auto const& path : TRY(list_segments(folder))) TRY(walk.segment(path));
    auto const anchor = TRY(read_anchor(folder, keys));
    Link const& last = walk.head().last;
    if (!anchor && last.seq > 0)
        return Error(Code::kConflict, "the stand-in's journal has lost its anchor");
    // An anchor that is behind was not written any more when the node died.
    if (anchor &&
        (anchor->seq > last.seq || (anchor->seq == last.seq && anchor->hash != last.hash)))
        return Error(Code::kConflict, "the stand-in's journal was cut off: it had " +
                                          std::to_string(anchor->seq) + " batches, it has " +
                                          std::to_string(last.seq));
    return std::move(walk.head());
}

Result<std::unique_ptr<StandInChain>> StandInChain::go_on(std::filesystem::path folder,
                                                          vault::KeyRing const& keys,
                                                          Journal& journal) {
    auto head = TRY(read_stand_in(folder, keys, [](auto const&) { return Status(); }));
    write_anchor(folder, keys, head.last);
    return std::unique_ptr<StandInChain>(
        new StandInChain(std::move(folder), keys, journal, std::move(head.last)));
}

Status StandInChain::append(std::vector<SealedRecord> records) {
    std::string octets;
    for (auto const& record : records) append_record(octets, record);
    Link next = following(last_, octets);
    records.push_back({Uuid(), written(next, keys_)});
    TRY(journal_.append(records));
    last_ = std::move(next);
    write_anchor(folder_, keys_, last_);
    return {};
}

}  // namespace musubi::atna
