#pragma once
// Why may, or may not, somebody do something: the decision with every rule that has or has not a
// word in it. For operators; patients by regional id. Pure.

#include "policy/decide.h"

namespace musubi::policy {

/// Every row of the matrix for the asker's role, in the order in which they count, and for those
/// that do not speak about this question, why.
std::vector<std::string> rows_considered(Agreement const& agreement, Question const& question,
                                         Facts const& facts);

/// The document against the scope of one patient: rule after rule, word after word, and the end.
struct DocumentVerdict {
    bool open = false;
    std::vector<std::string> lines;
};
DocumentVerdict judge_document(domain::Scope const& scope, domain::Label const& label,
                               std::string const& unique_id);

}  // namespace musubi::policy
