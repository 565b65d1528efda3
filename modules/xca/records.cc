#include "xca/records.h"

namespace musubi::xca {

domain::AuditObject query_record(core::TransactionSpec const& spec, std::string const& query_id,
                                 std::string const& text, std::string const& home) {
    domain::AuditObject query;
    query.id = query_id;
    query.role = 24;
    query.id_type = domain::ihe_transaction(std::string(spec.id), std::string(spec.name));
    query.query = text;
    query.details.push_back({"QueryEncoding", "UTF-8"});
    if (!home.empty()) query.details.push_back({"urn:ihe:iti:xca:2010:homeCommunityId", home});
    return query;
}

std::string key_of(domain::DocumentRequest const& one) {
    return one.repository_unique_id + " " + one.document_unique_id;
}

}  // namespace musubi::xca
