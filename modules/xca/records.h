#pragma once
// Objects of the audit records of gateways (security sheet, chapter 6). Pure.

#include "core/transaction.h"
#include "domain/audit_event.h"

namespace musubi::xca {

/// The question of ITI-18 and ITI-38: whole, with its encoding and the community it is for.
domain::AuditObject query_record(core::TransactionSpec const& spec, std::string const& query_id,
                                 std::string const& text, std::string const& home);

}  // namespace musubi::xca
