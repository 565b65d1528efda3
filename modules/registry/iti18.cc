#include "registry/iti18.h"

namespace musubi::registry {

core::TransactionSpec const& Iti18::spec() {
    static core::TransactionSpec const kSpec{
        "ITI-18",
        "Registry Stored Query",
        domain::Action::kQuery,
        false,
        domain::dcm("110112", "Query"),
        'E',
        true,
        {{"/xds/registry", "urn:ihe:iti:2007:RegistryStoredQuery",
          "urn:ihe:iti:2007:RegistryStoredQueryResponse", false,
          "DocumentRegistry_RegistryStoredQuery",
          "{urn:oasis:names:tc:ebxml-regrep:xsd:query:3.0}AdhocQueryRequest",
          "{urn:oasis:names:tc:ebxml-regrep:xsd:query:3.0}AdhocQueryResponse"}},
        {}};
    return kSpec;
}

Result<QueryRequest> Iti18::decode(Deps&, Wire const& wire, core::DecodeContext const&) {
    return decode_query(wire, Queries::kOnePatient);
}

std::vector<core::AuditDraft> Iti18::audit(Deps& deps,
                                           core::AuditInput<Request, Response> const& input) {
    return audit_as(spec(), deps, input);
}

}  // namespace musubi::registry
