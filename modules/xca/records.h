#pragma once
// Objects of the audit records of gateways (security sheet, chapter 6). Pure.

#include "core/transaction.h"
#include "domain/audit_event.h"
#include "domain/retrieve.h"

namespace musubi::xca {

/// The question of ITI-18 and ITI-38: whole, with its encoding and the community it is for.
domain::AuditObject query_record(core::TransactionSpec const& spec, std::string const& query_id,
                                 std::string const& text, std::string const& home);

/// What one document is told apart by in the answer of one community.
std::string key_of(domain::DocumentRequest const& one);

}  // namespace musubi::xca
