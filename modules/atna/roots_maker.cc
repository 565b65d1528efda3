#include "atna/roots_maker.h"

#include "atna/chain.h"
#include "atna/roots_event.h"
#include "atna/roots_store.h"
#include "atna/store.h"
#include "platform/base/fault.h"
#include "platform/vault/cms.h"

#include <algorithm>

namespace musubi::atna {
namespace {

constexpr int kPage = 1'000;

Error broken(std::string what) { return Error(Code::kConflict, std::move(what)); }

}  // namespace

/// The number of the last record, when the table fits its anchor.
Result<std::int64_t> RootMaker::checked_end(pg::Tx& tx) const {
    // Read first: the chain only grows, so an honest anchor is never ahead of what is read then.
    auto const anchor = read_anchor(journal_folder_, keys_);
    if (!anchor) return broken(anchor.error().detail);
    auto const end = TRY(store::last(tx)).seq;
    if (!*anchor) return end;
    if ((*anchor)->seq > end || TRY(store::hash_at(tx, (*anchor)->seq)) != (*anchor)->hash)
        return broken("the audit table does not hold what its anchor says");
    return end;
}

/// Fills in head and chain for root.first to `upto`.
Status RootMaker::cover(pg::Tx& tx, std::int64_t upto, Root& root) const {
    Link at{root.first - 1, Bytes(root.chain.begin(), root.chain.end())};
    MerkleTree tree;
    while (at.seq < upto) {
        auto const limit = static_cast<int>(std::min<std::int64_t>(kPage, upto - at.seq));
        auto const page = TRY(store::page(tx, at.seq, limit));
        if (page.empty()) return broken("record " + std::to_string(at.seq + 1) + " is missing");
        for (auto const& record : page) {
            if (record.seq != at.seq + 1)
                return broken("record " + std::to_string(at.seq + 1) + " is missing");
            if (chain_hash(at, record.seq, record.sealed, record.columns) != record.hash)
                return broken("the chain is broken at record " + std::to_string(record.seq));
            tree.add(record_leaf(record.seq, record.hash));
            at = {record.seq, record.hash};
        }
    }
    root.last = upto;
    root.head = tree.head();
    std::copy(at.hash.begin(), at.hash.end(), root.chain.begin());
    return {};
}

/// The next root as far as the one before it tells: number, first record, what it follows.
Result<Root> RootMaker::begun(pg::Tx& tx) const {
    auto newest = store::newest_root(tx);
    if (!newest) {
        if (newest.error().code == Code::kInvalidContent) newest.error().code = Code::kConflict;
        return std::move(newest).error();
    }
    Root root;
    root.number = 1;
    root.first = 1;
    auto const& before = *newest;
    if (!before) return root;
    auto certificates = settings_.former;
    certificates.push_back(settings_.certificate);
    auto const trust = TRY(RootTrust::load(certificates, ""));
    if (auto const good = trust.check(*before); !good) {
        return broken("root " + std::to_string(before->root.number) + ": " + good.error().detail);
    }
    root.number = before->root.number + 1;
    root.first = before->root.last + 1;
    root.chain = before->root.chain;
    root.previous = document_hash(before->document);
    return root;
}

Result<std::optional<SignedRoot>> RootMaker::make(RootCircumstances const& circumstances) {
    auto tx = TRY(pool_.begin());
    if (!TRY(store::try_root_lock(tx))) return std::optional<SignedRoot>();
    auto root = TRY(begun(tx));
    auto const end = TRY(checked_end(tx));
    if (end < root.first - 1) return broken("records that a root covers are missing");
    if (end < root.first) return std::optional<SignedRoot>();
    TRY(cover(tx, std::min(end, root.first - 1 + settings_.max_records), root));
    root.time = std::chrono::floor<std::chrono::seconds>(circumstances.now);
    root.clock_watched = circumstances.clock_watched;
    root.node = settings_.node;
    root.agreement = circumstances.agreement;
    // An older backup was restored, or rows were removed: what was said before is not said anew.
    auto const before = published_root(settings_.folder, root.number);
    if (before || before.error().code != Code::kNotFound) {
        return broken("root " + std::to_string(root.number) +
                      " was published before and is not in the database");
    }
    SignedRoot out;
    out.root = root;
    out.document = write_root(root);
    out.signature =
        TRY(vault::sign_detached(as_bytes(out.document), settings_.certificate, settings_.key));
    store::queue_root(tx, out);
    if (audit_) TRY(audit_->record_in(tx, {root_event(out)}));
    TRY(FAULT("atna.before_root_commit"));
    TRY(tx.commit());
    TRY(FAULT("atna.after_root_commit"));
    TRY(publish(settings_.folder, out));
    return std::optional<SignedRoot>(std::move(out));
}

Result<std::optional<WallTime>> RootMaker::newest_time() {
    auto tx = TRY(pool_.begin());
    auto const newest = TRY(store::newest_root(tx));
    if (!newest) return std::optional<WallTime>();
    return std::optional<WallTime>(newest->root.time);
}

Result<std::int64_t> RootMaker::publish_after(std::int64_t after) {
    for (;;) {
        auto const page =
            TRY(pool_.read([&](pg::ReadTx& tx) { return store::roots_after(tx, after, kPage); }));
        for (auto const& one : page) {
            TRY(publish(settings_.folder, one));
            after = one.root.number;
        }
        if (page.size() < kPage) return after;
    }
}

}  // namespace musubi::atna
