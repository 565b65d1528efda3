#pragma once
// musubi consent import: many words of patients from one file, a desk's list or what another node
// exported (docs/export.md).

#include "node/operator_tools.h"
#include "node/options.h"
#include "policy/agreement.h"
#include "policy/consent.h"

namespace musubi::node {

struct ConsentImport {
    policy::ConsentDeps deps;
    policy::ConsentChange defaults;  ///< what a line leaves out
    policy::Agreement const& agreement;
};

/// All lines are read and judged before the first is entered: all or none when one is wrong.
/// Words that bring their id are entered once, however often the file is imported.
Status import_consents(OperatorTools& tools, Options const& options, ConsentImport const& how);

}  // namespace musubi::node
