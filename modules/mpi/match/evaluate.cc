#include "mpi/match/evaluate.h"

#include "mpi/match/clusters.h"
#include "mpi/match/features.h"

#include <algorithm>
#include <chrono>
#include <unordered_set>

namespace musubi::mpi::match {
namespace {

constexpr std::size_t kLargestBlock = 300;  // pix-pdq.md 10.1
constexpr std::size_t kMostExamples = 1000;

using Pair = std::uint64_t;  // lower index in the upper half
Pair pair_of(std::size_t a, std::size_t b) {
    if (a > b) std::swap(a, b);
    return static_cast<Pair>(a) << 32 | b;
}
std::size_t first_of(Pair pair) { return pair >> 32; }
std::size_t second_of(Pair pair) { return pair & 0xffffffff; }

std::uint64_t hash_of(Key const& key) {  // FNV-1a
    std::uint64_t hash = (0xcbf29ce484222325ULL ^ key.type) * 0x100000001b3ULL;
    for (char c : key.value) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
    return hash;
}

std::vector<Pair> candidates_of(std::vector<Features> const& features, Weights const& weights,
                                Quality& quality) {
    std::vector<std::pair<std::uint64_t, std::uint32_t>> entries;
    for (std::size_t i = 0; i < features.size(); ++i) {
        for (Key const& key : blocking_keys(features[i], weights)) {
            entries.emplace_back(hash_of(key), static_cast<std::uint32_t>(i));
        }
    }
    std::sort(entries.begin(), entries.end());
    std::vector<Pair> pairs;
    for (std::size_t from = 0, to = 0; from < entries.size(); from = to) {
        while (to < entries.size() && entries[to].first == entries[from].first) ++to;
        quality.largest_block = std::max(quality.largest_block, to - from);
        if (to - from > kLargestBlock) {
            ++quality.skipped_blocks;
            continue;
        }
        for (std::size_t i = from; i < to; ++i) {
            for (std::size_t k = i + 1; k < to; ++k) {
                pairs.push_back(pair_of(entries[i].second, entries[k].second));
            }
        }
    }
    std::sort(pairs.begin(), pairs.end());
    pairs.erase(std::unique(pairs.begin(), pairs.end()), pairs.end());
    return pairs;
}

class Evaluator {
public:
    Evaluator(std::vector<Record> const& records, Weights const& weights)
        : records_(records), weights_(weights) {}

    Status prepare(Truth const& truth) {
        std::unordered_map<std::string_view, std::vector<std::size_t>> persons;
        for (std::size_t i = 0; i < records_.size(); ++i) {
            auto const found = truth.find(truth_key(records_[i].id));
            if (found == truth.end()) {
                return Error(Code::kInvalidContent,
                             "record " + std::to_string(i + 1) + " is not in the truth");
            }
            person_.push_back(found->second);
            persons[found->second].push_back(i);
            features_.push_back(features_of(records_[i].person));
        }
        result_.quality.records = records_.size();
        result_.quality.persons = persons.size();
        for (auto const& [person, members] : persons) {
            for (std::size_t i = 0; i < members.size(); ++i) {
                for (std::size_t k = i + 1; k < members.size(); ++k) {
                    if (!same_domain(members[i], members[k])) {
                        true_pairs_.push_back(pair_of(members[i], members[k]));
                    }
                }
            }
        }
        std::sort(true_pairs_.begin(), true_pairs_.end());
        result_.quality.true_pairs = true_pairs_.size();
        return {};
    }

    Evaluation run() {
        auto const pairs = candidates_of(features_, weights_, result_.quality);
        result_.quality.candidates = pairs.size();
        std::vector<Link> links;
        for (Pair pair : pairs) {
            std::size_t const a = first_of(pair), b = second_of(pair);
            if (same_person(a, b) && !same_domain(a, b)) ++result_.quality.found;
            Evidence const evidence = compare(features_[a], features_[b], weights_);
            if (evidence.verdict == Verdict::kSeparate) continue;
            if (same_domain(a, b)) {
                ++result_.quality.same_domain;
                continue;
            }
            if (evidence.verdict == Verdict::kLink) links.push_back({a, b, evidence.score});
            seen_.push_back(pair);
        }
        Clusters clusters(records_, features_, weights_);
        clusters.join(links);
        count_links(clusters);
        count_reviews(clusters);
        return std::move(result_);
    }

private:
    bool same_person(std::size_t a, std::size_t b) const { return person_[a] == person_[b]; }
    bool same_domain(std::size_t a, std::size_t b) const {
        return records_[a].id.authority == records_[b].id.authority;
    }
    void keep(std::vector<WrongLink>& into, std::size_t a, std::size_t b) const {
        if (into.size() >= kMostExamples) return;
        into.push_back({a, b, compare(features_[a], features_[b], weights_)});
    }

    void count_links(Clusters const& clusters) {
        for (auto const& members : clusters.groups()) {
            for (std::size_t i = 0; i < members.size(); ++i) {
                for (std::size_t k = i + 1; k < members.size(); ++k) {
                    ++result_.quality.linked;
                    if (same_person(members[i], members[k])) {
                        ++result_.quality.linked_true;
                    } else {
                        keep(result_.wrong, members[i], members[k]);
                    }
                }
            }
        }
    }

    void count_reviews(Clusters& clusters) {
        for (Pair pair : seen_) {
            std::size_t const a = first_of(pair), b = second_of(pair);
            if (clusters.together(a, b)) continue;
            ++result_.quality.reviewed;
            if (same_person(a, b)) ++result_.quality.reviewed_true;
        }
        for (Pair pair : true_pairs_) {
            std::size_t const a = first_of(pair), b = second_of(pair);
            if (clusters.together(a, b)) continue;
            if (!std::binary_search(seen_.begin(), seen_.end(), pair)) keep(result_.missed, a, b);
        }
    }

    std::vector<Record> const& records_;
    Weights const& weights_;
    std::vector<std::string_view> person_;
    std::vector<Features> features_;
    std::vector<Pair> true_pairs_;
    std::vector<Pair> seen_;  ///< linked or for review, sorted
    Evaluation result_;
};

double share(std::size_t part, std::size_t whole) {
    return whole == 0 ? 1 : static_cast<double>(part) / static_cast<double>(whole);
}

}  // namespace

double Quality::precision() const { return share(linked_true, linked); }
double Quality::recall() const { return share(linked_true, true_pairs); }
double Quality::total_recall() const { return share(linked_true + reviewed_true, true_pairs); }
double Quality::reviews_per_1000() const {
    return records == 0 ? 0 : 1000.0 * static_cast<double>(reviewed) / static_cast<double>(records);
}

Result<Evaluation> evaluate(std::vector<Record> const& records, Truth const& truth,
                            Weights const& weights) {
    auto const start = std::chrono::steady_clock::now();
    Evaluator evaluator(records, weights);
    TRY(evaluator.prepare(truth));
    Evaluation result = evaluator.run();
    result.quality.seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    return result;
}

std::string to_json(Quality const& q) {
    std::string out = "{";
    auto const put = [&out](std::string_view name, std::string const& value) {
        if (out.size() > 1) out += ", ";
        out += '"' + std::string(name) + "\": " + value;
    };
    auto const count = [&put](std::string_view name, std::size_t value) {
        put(name, std::to_string(value));
    };
    count("records", q.records);
    count("persons", q.persons);
    count("true_pairs", q.true_pairs);
    count("candidates", q.candidates);
    put("blocking_recall", std::to_string(share(q.found, q.true_pairs)));
    put("auto_precision", std::to_string(q.precision()));
    put("auto_recall", std::to_string(q.recall()));
    count("wrong_links", q.linked - q.linked_true);
    put("auto_and_review_recall", std::to_string(q.total_recall()));
    put("review_pairs_per_1000", std::to_string(q.reviews_per_1000()));
    put("review_true_share", std::to_string(share(q.reviewed_true, q.reviewed)));
    count("same_domain_pairs", q.same_domain);
    count("largest_block", q.largest_block);
    count("skipped_blocks", q.skipped_blocks);
    put("seconds", std::to_string(q.seconds));
    return out + "}";
}

}  // namespace musubi::mpi::match
