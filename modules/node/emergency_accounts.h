#pragma once
// The verbs of `musubi emergency` about accounts in envelopes (policy/sealed_accounts.h).

#include "node/statement_files.h"

namespace musubi::node {

Status list_accounts(OperatorTools& tools);
Status prepare_seal(OperatorTools& tools, Options const& options);
Status replace_account(OperatorTools& tools, Options const& options, std::string const& file);
Status open_sealed(OperatorTools& tools, Options const& options);
Status close_sealed(OperatorTools& tools, Options const& options);

}  // namespace musubi::node
