#pragma once
// Files that officers sign (policy/statement.h), as the commands `emergency` and `disaster` write
// and read them.

#include "node/operator_tools.h"
#include "node/options.h"
#include "policy/emergency.h"
#include "policy/statement.h"

namespace musubi::node {

/// Does not overwrite: what somebody may have signed stays. Mode 0600.
Status write_new_file(std::string const& file, std::string const& text);
/// `sign FILE --as OFFICER --certificate PEM --key PEM`; needs no configuration. The exit status.
int sign_statement_file(std::string const& file, Options const& options);
/// "a,b" -> {a, b}
std::set<std::string> words_of(std::string const& list);

policy::EmergencyDeps emergency_deps(OperatorTools& tools);
/// The one in force, whatever its file says by now.
Result<std::shared_ptr<policy::Agreement const>> agreement_of(OperatorTools const& tools);
/// --by, or the operator's account.
std::string operator_named(Options const& options);

}  // namespace musubi::node
