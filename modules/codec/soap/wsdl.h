#pragma once
// The small WSDL 1.1 description that an endpoint serves at ?wsdl (ITI TF-2 Appendix V.2 and W;
// informative there, but the generators of several stacks ask for it). Pure function, thread-safe.

#include "codec/soap/names.h"

#include <string>
#include <vector>

namespace musubi::soap {

struct WsdlOperation {
    std::string name;             ///< "DocumentRegistry_RegistryStoredQuery"
    std::string action;           ///< wsa:Action of the request
    std::string response_action;  ///< wsa:Action of the answer
    QName body;                   ///< payload element of the request
    QName response_body;          ///< payload element of the answer
};

struct WsdlSpec {
    std::string service_name;  ///< "DocumentRegistry"
    std::string target_namespace;
    std::vector<WsdlOperation> operations;
    std::string endpoint_url;
};

std::string write_wsdl(WsdlSpec const& spec);

}  // namespace musubi::soap
