#pragma once
// Emergency reading by the operator, of `musubi keys`.

#include "node/operator_tools.h"

namespace musubi::node {

struct OpeningRequest {
    std::string out;
    std::string reason;                   ///< to write an approval
    std::string approval;                 ///< to open: its file,
    std::vector<std::string> signatures;  ///< and those of the officers' signatures
};

/// Writes the text that two officers sign; good for eight hours.
Status write_opening_approval(OperatorTools& tools, std::string const& document,
                              OpeningRequest const& request);
/// kDenied: not approved; kConflict: used before; kNotFound.
Status open_document(OperatorTools& tools, std::string const& document,
                     OpeningRequest const& request);

}  // namespace musubi::node
