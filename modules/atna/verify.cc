#include "atna/roots_walk.h"
#include "atna/store.h"
#include "atna/up_to_date.h"

#include <future>

namespace musubi::atna {
namespace {

constexpr int kPage = 1000;

Verification damaged(Verification so_far, Damage damage, std::int64_t seq, std::string text) {
    so_far.damage = damage;
    so_far.seq = seq;
    so_far.text = "record " + std::to_string(seq) + ": " + std::move(text);
    return so_far;
}

/// What a record is by itself; its place in the chain is another question.
enum class Content : std::uint8_t { kGood, kDoesNotOpen, kOtherColumns };

Content content_of(EntrySealer const& sealer, StoredRecord const& record) {
    // Sealed content and columns were one when they were written; whoever changes a column cannot
    // change the seal.
    auto const entry = sealer.open(record.id, record.sealed);
    if (!entry) return Content::kDoesNotOpen;
    return entry->columns == record.columns ? Content::kGood : Content::kOtherColumns;
}

using Page = std::vector<StoredRecord>;

/// Opening is nearly all of the work, and needs no order: by two threads.
std::vector<Content> contents_of(EntrySealer const& sealer, Page const& page) {
    std::vector<Content> out(page.size());
    auto const judge_range = [&](std::size_t from, std::size_t to) {
        for (std::size_t i = from; i < to; ++i) out[i] = content_of(sealer, page[i]);
    };
    std::size_t const half = page.size() / 2;
    auto const other = std::async(std::launch::async, judge_range, half, page.size());
    judge_range(0, half);
    other.wait();
    return out;
}

/// The first thing wrong with one record, given its predecessor.
std::optional<Verification> judge(Content content, Link const& previous, StoredRecord const& record,
                                  Verification const& so_far) {
    if (record.seq != previous.seq + 1) {
        return damaged(so_far, Damage::kRemoved, previous.seq + 1, "is not there");
    }
    if (content == Content::kDoesNotOpen)
        return damaged(so_far, Damage::kAltered, record.seq, "its content does not open");
    if (content == Content::kOtherColumns) {
        return damaged(so_far, Damage::kAltered, record.seq, "its columns differ from its content");
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
        case Damage::kRoot: return "root";
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
    RootWalk roots;
    if (!archive.evidence.certificates.empty()) {
        auto const trust =
            TRY(RootTrust::load(archive.evidence.certificates, archive.evidence.stamp_authorities));
        auto begun = RootWalk::begin(archive, trust);
        if (!begun && begun.error().code == Code::kInvalidContent)
            return damaged(out, Damage::kRoot, 0, begun.error().detail);
        roots = TRY(std::move(begun));
    }
    Link end;
    auto const page_after = [&](std::int64_t seq) {
        return archive.pool.read([&](pg::ReadTx& tx) { return store::page(tx, seq, kPage); });
    };
    auto page = TRY(page_after(0));
    while (!page.empty()) {
        // The next one comes while this one is opened.
        auto coming = std::async(std::launch::async, page_after, page.back().seq);
        auto const contents = contents_of(sealer, page);
        for (std::size_t i = 0; i < page.size(); ++i) {
            auto const& record = page[i];
            if (auto const found = judge(contents[i], end, record, out)) return *found;
            if (*anchor && (*anchor)->seq == record.seq && (*anchor)->hash != record.hash) {
                return damaged(out, Damage::kCutOff, record.seq, "the chain was computed anew");
            }
            if (auto const found = roots.pass(record.seq, record.hash))
                return damaged(out, found->damage, found->seq, found->text);
            end = {record.seq, record.hash};
            ++out.records;
        }
        page = TRY(coming.get());
    }
    if (*anchor && (*anchor)->seq > end.seq) {
        return damaged(out, Damage::kCutOff, end.seq + 1, "the newest records were removed");
    }
    if (auto const found = roots.finish(end.seq))
        return damaged(out, found->damage, found->seq, found->text);
    out.roots = roots.good();
    out.stamped = roots.stamped();
    out.uncovered = end.seq - roots.covered();
    out.text = std::to_string(out.records) + " records, chain unbroken";
    return out;
}

}  // namespace musubi::atna
