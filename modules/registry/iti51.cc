#include "registry/iti51.h"

namespace musubi::registry {

core::TransactionSpec const& Iti51::spec() {
    static core::TransactionSpec const kSpec{
        "ITI-51",
        "Multi-Patient Stored Query",
        domain::Action::kQuery,
        false,
        domain::dcm("110112", "Query"),
        'E',
        true,
        {{"/xds/registry", "urn:ihe:iti:2009:MultiPatientStoredQuery",
          "urn:ihe:iti:2009:MultiPatientStoredQueryResponse", false,
          "DocumentRegistry_MultiPatientStoredQuery",
          "{urn:oasis:names:tc:ebxml-regrep:xsd:query:3.0}AdhocQueryRequest",
          "{urn:oasis:names:tc:ebxml-regrep:xsd:query:3.0}AdhocQueryResponse"}},
        {}};
    return kSpec;
}

Result<QueryRequest> Iti51::decode(Deps&, Wire const& wire, core::DecodeContext const&) {
    return decode_query(wire, Queries::kMultiPatient);
}

std::vector<core::AuditDraft> Iti51::audit(Deps& deps,
                                           core::AuditInput<Request, Response> const& input) {
    return audit_as(spec(), deps, input);
}

}  // namespace musubi::registry
