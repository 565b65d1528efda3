#pragma once
// ITI-51 Multi-Patient Stored Query (ITI TF-2 3.51).

#include "registry/query_transaction.h"

namespace musubi::registry {

struct Iti51 : QueryTransaction {
    static core::TransactionSpec const& spec();
    static Result<Request> decode(Deps& deps, Wire const& wire, core::DecodeContext const& context);
    static std::vector<core::AuditDraft> audit(Deps& deps,
                                               core::AuditInput<Request, Response> const& input);
};

}  // namespace musubi::registry
