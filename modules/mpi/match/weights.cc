#include "mpi/match/weights.h"

#include "platform/base/text.h"

#include <cmath>
#include <cstdlib>
#include <span>

namespace musubi::mpi::match {
namespace {

constexpr double kMostBits = 100;

std::span<double> numbers_of(Weights& w, std::string_view name) {
    if (name == "family") return w.family;
    if (name == "given") return w.given;
    if (name == "birth") return w.birth;
    if (name == "sex") return w.sex;
    if (name == "address") return w.address;
    if (name == "phone") return w.phone;
    if (name == "insurance") return w.insurance;
    if (name == "mother") return w.mother;
    return {};
}

double* number_of(Weights& w, std::string_view name) {
    if (name == "former_name") return &w.former_name;
    if (name == "swapped_name") return &w.swapped_name;
    if (name == "frequency_clip") return &w.frequency_clip;
    if (name == "household_cap") return &w.household_cap;
    if (name == "link") return &w.link;
    if (name == "review") return &w.review;
    if (name == "rarity") return &w.rarity;
    return nullptr;
}

bool* switch_of(Weights& w, std::string_view name) {
    if (name == "use_insurance") return &w.use_insurance;
    if (name == "pediatric") return &w.pediatric;
    return nullptr;
}

bool read_number(std::string_view text, double& into) {
    std::string const copy(text);
    char* end = nullptr;
    double const value = std::strtod(copy.c_str(), &end);
    if (copy.empty() || *end != '\0' || !std::isfinite(value) || std::abs(value) > kMostBits) {
        return false;
    }
    into = value;
    return true;
}

}  // namespace

Status set_weight(Weights& weights, std::string_view key, std::string_view value) {
    Error const bad(Code::kInvalidContent, "matching: '" + std::string(key) + "'");
    if (bool* const flag = switch_of(weights, key)) {
        if (value != "true" && value != "false") return bad;
        *flag = value == "true";
        return {};
    }
    double* number = number_of(weights, key);
    if (number == nullptr) {
        auto const parts = split(key, '.');
        if (parts.size() != 2 || parts[1].size() != 1) return bad;
        auto const levels = numbers_of(weights, parts[0]);
        auto const level = static_cast<std::size_t>(parts[1][0] - '0');
        if (level >= levels.size()) return bad;
        number = &levels[level];
    }
    if (!read_number(value, *number)) return bad;
    return {};
}

Result<Weights> weights_from(std::map<std::string, std::string> const& changes) {
    Weights weights;
    for (auto const& [key, value] : changes) TRY(set_weight(weights, key, value));
    if (weights.review > weights.link) {
        return Error(Code::kInvalidContent, "matching: 'review' lies above 'link'");
    }
    if (weights.rarity < 0 || weights.rarity > 1) {
        return Error(Code::kInvalidContent, "matching: 'rarity' is a share");
    }
    return weights;
}

}  // namespace musubi::mpi::match
