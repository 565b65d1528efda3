#include "atna/store.h"
#include "atna/up_to_date.h"

namespace musubi::atna {
namespace {

constexpr int kPage = 1000;

Verification damaged(Verification so_far, Damage damage, std::int64_t seq, std::string text) {
    so_far.damage = damage;
    so_far.seq = seq;
    so_far.text = "record " + std::to_string(seq) + ": " + std::move(text);
    return so_far;
}

/// The first thing wrong with one record, given its predecessor.
std::optional<Verification> judge(EntrySealer const& sealer, Link const& previous,
                                  StoredRecord const& record, Verification const& so_far) {
    if (record.seq != previous.seq + 1) {
        return damaged(so_far, Damage::kRemoved, previous.seq + 1, "removed");
    }
    // Sealed content and columns were one when they were written; whoever changes a column cannot
    // change the seal.
    auto const entry = sealer.open(record.id, record.sealed);
    if (!entry)
        return damaged(so_far, Damage::kAltered, record.seq, "altered: its content does not open");
    if (entry->columns != record.columns) {
        return damaged(so_far, Damage::kAltered, record.seq,
                       "altered: its columns differ from its content");
    }
    if (chain_hash(previous, record.seq, record.sealed, record.columns) != record.hash) {
        return damaged(so_far, Damage::kReordered, record.seq,
                       "genuine, but not in its place in the chain");
    }
    return std::nullopt;
}

}  // namespace

std::string_view to_string(Damage damage) {
    switch (damage) {
        case Damage::kNone: return "none";
        case Damage::kRemoved: return "removed";
        case Damage::kAltered: return "altered";
        case Damage::kReordered: return "reordered";
        case Damage::kCutOff: return "cut off";
    }
    return "none";
}

Result<Verification> verify(Archive const& archive) {
    EntrySealer const sealer(archive.keys, archive.regional_authorities);
    // The anchor first: bringing the chain up to date renews it, and must not hide what happened
    // before.
    auto const anchor = read_anchor(archive.journal_folder, archive.keys);
    TRY(bring_up_to_date(archive, sealer));
    Verification out;
    if (!anchor) return damaged(out, Damage::kCutOff, 0, anchor.error().detail);
    Link end;
    for (;;) {
        auto const records =
            TRY(archive.pool.read([&](pg::ReadTx& tx) { return store::page(tx, end.seq, kPage); }));
        for (auto const& record : records) {
            if (auto const found = judge(sealer, end, record, out)) return *found;
            if (*anchor && (*anchor)->seq == record.seq && (*anchor)->hash != record.hash) {
                return damaged(out, Damage::kCutOff, record.seq, "the chain was computed anew");
            }
            end = {record.seq, record.hash};
            ++out.records;
        }
        if (records.size() < kPage) break;
    }
    if (*anchor && (*anchor)->seq > end.seq) {
        return damaged(out, Damage::kCutOff, end.seq + 1, "the newest records were removed");
    }
    out.text = std::to_string(out.records) + " records, chain unbroken";
    return out;
}

}  // namespace musubi::atna
