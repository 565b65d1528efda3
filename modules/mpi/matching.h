#pragma once
// What the store asks of the matching engine, as one seam: the engine itself is pure functions in
// match/. Thread-safe.

#include "domain/patient_feed.h"
#include "mpi/match/match.h"

#include <memory>
#include <optional>

namespace musubi::mpi {

class Matching {
public:
    virtual ~Matching() = default;

    /// One record prepared for comparing; made once, compared many times, never stored.
    class Subject {
    public:
        virtual ~Subject() = default;
    };
    virtual std::unique_ptr<Subject> prepare(domain::Demographics const& person) const = 0;
    /// Empty: unfit to be matched.
    virtual std::vector<match::Key> blocking_keys(Subject const& subject) const = 0;
    virtual match::Evidence compare(Subject const& a, Subject const& b) const = 0;
    /// Pairs that score less are two people.
    virtual double separate_below() const = 0;
    virtual std::int16_t version() const = 0;

    /// Under what a search can find a record.
    virtual std::vector<match::Key> search_keys(Subject const& subject) const = 0;
    /// One list for each criterion that narrows: a record must have one key of every list. Empty:
    /// nothing in the query can be looked up.
    virtual std::vector<std::vector<match::Key>> lookups(
        domain::DemographicsQuery const& query) const = 0;
    /// 1..100 when the record satisfies the query.
    virtual std::optional<int> fit(domain::DemographicsQuery const& query,
                                   domain::Demographics const& person,
                                   Subject const& subject) const = 0;
};

}  // namespace musubi::mpi
