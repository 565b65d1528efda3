#pragma once
// What ITI-9 and ITI-45 have in common: the cases of ITI TF-2 3.9.4.2.2.6 and 3.45.4.2.3 over what
// the permit shows. A hidden domain has no identifier; a hidden id is an unknown one. Thread-safe.

#include "core/transaction.h"
#include "pix/deps.h"

namespace musubi::pix {

/// How many unknown domains an answer may name.
enum class UnknownDomains : std::uint8_t {
    kFirst,  ///< HL7 v2: one ERR
    kAll,    ///< HL7 v3: one detail for each
};

struct QueryRequest {
    domain::CrossReferenceQuery query;
    std::optional<Error> unreadable;  ///< then `query` is empty
    std::string id;                   ///< of the query, for the record
    std::string text;                 ///< the whole question, for the record
    std::string message_id;           ///< HL7 v2: MSH-10, for the record
    UnknownDomains unknown_domains = UnknownDomains::kFirst;
};

struct IdsFound {
    std::string patient;  ///< surviving regional id (CX)
    domain::PatientId asked;
    std::vector<domain::LocalId> ids;  ///< without the asked one, by domain; none: NF
    std::string regional_authority;
};

Result<core::Located> locate_ids(QueryDeps const& deps, QueryRequest const& request);
Result<IdsFound> find_ids(QueryDeps const& deps, QueryRequest const& request,
                          core::Permit const& permit, core::Located const& located);
int withhold_ids(core::Permit const& permit, IdsFound& found);
/// One record: the patient where there is one, and the whole question.
std::vector<core::AuditDraft> audit_query(core::TransactionSpec const& spec,
                                          QueryRequest const* request,
                                          core::Located const* located);

}  // namespace musubi::pix
