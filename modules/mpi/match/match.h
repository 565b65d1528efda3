#pragma once
// The matching engine: two records of demographics in, evidence and a verdict out. Pure functions,
// thread-safe, no database: the store looks candidates up by the keys, decrypts them and asks here.
// Fellegi-Sunter with levels; weights are configuration in bits (log2 m/u). Method and figures: the
// room's README.

#include "domain/demographics.h"

#include <array>
#include <string>
#include <vector>

namespace musubi::mpi::match {

struct Weights;   ///< match/weights.h: bits per comparison and level, thresholds, guards, rarity
struct Features;  ///< match/features.h: one record normalised for comparing

/// One key under which a record can be found: compound of high entropy, to be turned into an HMAC
/// by the store before it is written or looked up.
struct Key {
    std::uint8_t type = 0;  ///< stable number, part of the stored token
    std::string value;      ///< normalised parts joined by U+001F
    auto operator<=>(Key const&) const = default;
};

enum class Verdict : std::uint8_t { kSeparate, kReview, kLink };

/// One line of `musubi patient explain`: what was compared, at which level, what it is worth.
struct Comparison {
    std::string_view name;   ///< "family", "given", "birth", "sex", "address", "phone", "insurance"
    std::string_view level;  ///< words for people; never the values themselves
    double bits = 0;
};

struct Evidence {
    std::vector<Comparison> comparisons;
    std::vector<std::string_view> guards;  ///< names of guards that forbid an automatic link
    double score = 0;                      ///< bits, after the household cap
    Verdict verdict = Verdict::kSeparate;
};

Features features_of(domain::Demographics const& person);

/// Blocking keys K1..K12 for candidate search in matching. Empty for records unfit to match
/// (placeholders, newborns without names, unidentified patients). `insurance`: K5, K6 are made.
std::vector<Key> blocking_keys(Features const& features, Weights const& weights);

Evidence compare(Features const& a, Features const& b, Weights const& weights);

}  // namespace musubi::mpi::match
