#pragma once
// Documents about which the patient said something in particular: their label alone does not tell
// whether they may be seen. There are few; each is judged before the statement runs, which then
// takes their keys beside the labels. Plain values.

#include "core/transaction.h"
#include "platform/pg/pool.h"
#include "registry/labels.h"

#include <set>

namespace musubi::registry {

/// Keys of entries that are hidden, or shown, whatever their label says.
struct SingleDocuments {
    std::set<std::int64_t> hidden, shown;
    bool empty() const { return hidden.empty() && shown.empty(); }
    /// What counts for the entry, when its label alone would give `by_label`.
    bool allows(std::int64_t key, bool by_label) const {
        if (hidden.contains(key)) return false;
        return by_label || shown.contains(key);
    }
};

/// Unique ids that the scopes of these patients single out; usually none.
std::vector<std::string> singled_out(core::Permit const& permit,
                                     std::vector<std::string> const& patients);

/// The parameters of sql::kSingleDocuments.
pg::Params single_documents_params(std::vector<std::string> const& unique_ids);

/// Judges the rows of sql::kSingleDocuments. Nothing: `table` does not know a label among them,
/// refresh it.
std::optional<SingleDocuments> judge_singly(pg::Rows const& rows, core::Permit const& permit,
                                            LabelTable const& table);

}  // namespace musubi::registry
