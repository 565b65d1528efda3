#include "atna/roots_walk.h"

#include "atna/evidence_files.h"
#include "atna/roots_store.h"

#include <algorithm>

namespace musubi::atna {
namespace {

constexpr int kPage = 1'000;

std::string name_of(std::int64_t number) { return "root " + std::to_string(number); }

std::string range_of(Root const& root) {
    return "records " + std::to_string(root.first) + " to " + std::to_string(root.last);
}

}  // namespace

Result<RootWalk> RootWalk::begin(Archive const& archive, RootTrust const& trust) {
    RootWalk out;
    // Copies first: a root is in the table before it is published.
    std::vector<std::vector<SignedRoot>> copies;
    for (auto const& folder : archive.evidence.published)
        copies.push_back(TRY(published_roots(folder)));
    std::map<std::int64_t, SignedRoot> all;
    TRY(out.read_table(archive, all));
    for (auto& published : copies) out.merge_published(std::move(published), all);
    out.judge(all, trust);
    return out;
}

Status RootWalk::read_table(Archive const& archive, std::map<std::int64_t, SignedRoot>& into) {
    std::int64_t after = 0;
    for (bool more = true; more;) {
        auto page = TRY(archive.pool.read(
            [&](pg::ReadTx& tx) { return store::roots_after(tx, after, kPage); }));
        more = page.size() == kPage;
        for (auto& one : page) {
            after = one.root.number;
            into.emplace(after, std::move(one));
        }
    }
    return {};
}

void RootWalk::merge_published(std::vector<SignedRoot> published,
                               std::map<std::int64_t, SignedRoot>& into) {
    for (auto& one : published) {
        auto const number = one.root.number;
        auto const found = into.find(number);
        if (found == into.end()) {
            faults_.emplace(number, "was published, but is not in the database");
            into.emplace(number, std::move(one));
            continue;
        }
        auto& there = found->second;
        if (there.document != one.document || there.signature != one.signature) {
            faults_.emplace(number, "is not the one that was published");
        } else if (one.stamp && there.stamp && *one.stamp != *there.stamp) {
            faults_.emplace(number, "has another time stamp than was published");
        } else if (one.stamp && !there.stamp) {
            there.stamp = std::move(one.stamp);
        }
    }
}

void RootWalk::judge(std::map<std::int64_t, SignedRoot> const& all, RootTrust const& trust) {
    SignedRoot const* previous = nullptr;
    for (auto const& [number, one] : all) {
        Expected expected{one.root};
        auto const proof = trust.check(one);
        if (auto const told = faults_.find(number); told != faults_.end())
            expected.fault = told->second;
        else if (!proof)
            expected.fault = proof.error().detail;
        else if (auto const fault = misplaced(one.root, previous))
            expected.fault = *fault;
        expected.genuine = proof.ok();
        if (proof) expected.stamped = proof->stamp.has_value();
        ahead_.push_back(std::move(expected));
        previous = &one;
    }
}

std::optional<RootWalk::Finding> RootWalk::pass(std::int64_t seq, ByteView hash) {
    if (ahead_.empty()) return std::nullopt;
    auto const& next = ahead_.front();
    auto const& root = next.root;
    auto const faulty = [&](std::string const& what) {
        return Finding{Damage::kRoot, root.first, name_of(root.number) + ": " + what};
    };
    // A root that stands where it cannot would never be met again.
    if (root.last < seq || (tree_.size() == 0 && root.first < seq)) {
        return faulty(next.fault.empty() ? "is over records of another root" : next.fault);
    }
    if (seq < root.first) return std::nullopt;
    tree_.add(record_leaf(seq, hash));
    if (seq < root.last) return std::nullopt;
    bool const fits = tree_.head() == root.head &&
                      std::equal(hash.begin(), hash.end(), root.chain.begin(), root.chain.end());
    if (!next.fault.empty()) return faulty(next.fault);
    if (!fits) {
        return Finding{Damage::kCutOff, root.first,
                       range_of(root) + " are not those that " + name_of(root.number) +
                           " was signed over: the chain was computed anew"};
    }
    ++good_;
    if (next.stamped) ++stamped_;
    covered_ = root.last;
    tree_ = {};
    ahead_.pop_front();
    return std::nullopt;
}

std::optional<RootWalk::Finding> RootWalk::finish(std::int64_t last) const {
    if (ahead_.empty()) return std::nullopt;
    auto const& root = ahead_.front().root;
    auto const& newest = ahead_.back().root;
    if (!ahead_.front().genuine) {
        return Finding{Damage::kRoot, root.first,
                       name_of(root.number) + ": " + ahead_.front().fault};
    }
    return Finding{
        Damage::kCutOff, last + 1,
        "the newest records were removed: " + name_of(root.number) + " covers " + range_of(root) +
            (newest.number == root.number
                 ? ""
                 : ", " + name_of(newest.number) + " covers up to " + std::to_string(newest.last))};
}

}  // namespace musubi::atna
