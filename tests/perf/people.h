#pragma once
// The people of the identity benchmarks: the made-up region, the same for who loads it into a node
// and for who asks afterwards. Immutable, thread-safe.

#include "domain/patient_feed.h"
#include "support/population/population.h"

#include <unordered_map>

namespace musubi::perf {

class People {
public:
    People(std::int64_t persons, std::uint64_t seed);

    std::vector<population::GeneratedRecord> const& records() const { return records_; }
    /// Indexes of people's records with family name, given name and a whole birth date: what the
    /// exact question asks with.
    std::vector<std::size_t> const& searchable() const { return searchable_; }
    /// Null: nobody's.
    population::GeneratedRecord const* find(domain::PatientId const& id) const;

private:
    std::vector<population::GeneratedRecord> records_;
    std::vector<std::size_t> searchable_;
    std::unordered_map<std::string, std::size_t> by_id_;
};

/// Family name, given name and birth date exactly as one record has them.
domain::DemographicsQuery exact_question(population::GeneratedRecord const& record);

}  // namespace musubi::perf
