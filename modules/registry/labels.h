#pragma once
// The dictionary of labels in use (domain::Label): number <-> label, in memory, extended by
// submissions. Numbers have no gaps and appear in order, so a table of N labels is complete up to
// number N (db/registry). Thread-safe; a table is immutable and shared.

#include "domain/access.h"
#include "platform/pg/pool.h"

#include <map>
#include <memory>
#include <mutex>
#include <vector>

namespace musubi::registry {

class LabelTable {
public:
    explicit LabelTable(std::vector<domain::Label> labels);
    std::int32_t last() const { return static_cast<std::int32_t>(labels_.size()); }
    /// Null for a number beyond last().
    domain::Label const* find(std::int32_t number) const;
    std::optional<std::int32_t> number_of(domain::Label const& label) const;
    /// Numbers that the scope allows, ascending.
    std::vector<std::int32_t> allowed_by(domain::Scope const& scope) const;
    /// What follows `last()` in `more`.
    LabelTable extended_by(std::vector<domain::Label> more) const;

private:
    std::vector<domain::Label> labels_;  ///< number - 1
    std::map<domain::Label, std::int32_t> numbers_;
};

class LabelBook {
public:
    LabelBook();
    std::shared_ptr<LabelTable const> table() const;
    /// Reads what was added since, here or by another node. One round trip.
    Status refresh(pg::ReadTx& tx);
    /// The number of `label`, made inside `tx` when it is new. A new one is not remembered here:
    /// the next refresh() finds it, if the transaction commits.
    Result<std::int32_t> number_for(pg::Tx& tx, domain::Label const& label);

private:
    mutable std::mutex mutex_;
    std::shared_ptr<LabelTable const> table_;
};

}  // namespace musubi::registry
