#pragma once
// ITI-18 Registry Stored Query (ITI TF-2 3.18).

#include "registry/query_transaction.h"

namespace musubi::registry {

struct Iti18 : QueryTransaction {
    static core::TransactionSpec const& spec();
    static Result<Request> decode(Deps& deps, Wire const& wire, core::DecodeContext const& context);
    static std::vector<core::AuditDraft> audit(Deps& deps,
                                               core::AuditInput<Request, Response> const& input);
};

}  // namespace musubi::registry
