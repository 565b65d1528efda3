#include "binding/soap_http/wsdl_of.h"

#include "codec/soap/wsdl.h"

namespace musubi::binding {
namespace {

/// IHE's names for the service behind a path (ITI TF-2 table W.1-1; PIXV3, PDQV3 and XCPD
/// sections).
struct Service {
    std::string_view path, target_namespace, name;
};
constexpr Service kServices[] = {
    {"/xds/registry", "urn:ihe:iti:xds-b:2007", "DocumentRegistry"},
    {"/xds/repository", "urn:ihe:iti:xds-b:2007", "DocumentRepository"},
    {"/pix/manager", "urn:ihe:iti:pixv3:2007", "PIXManager"},
    {"/pdq/supplier", "urn:ihe:iti:pdqv3:2007", "PDSupplier"},
    {"/xcpd/responding", "urn:ihe:iti:xcpd:2009", "RespondingGateway"},
};

Service service_of(std::string_view path) {
    for (Service const& service : kServices) {
        if (service.path == path) return service;
    }
    return {path, "urn:ihe:iti:xds-b:2007", "Service"};
}

soap::QName qname(std::string_view clark, Service const& service) {  // "{namespace}local"
    std::size_t const brace = clark.find('}');
    if (brace == std::string_view::npos)
        return {std::string(service.target_namespace), std::string(clark)};
    return {std::string(clark.substr(1, brace - 1)), std::string(clark.substr(brace + 1))};
}

}  // namespace

std::string wsdl_of(core::Router const& router, std::string_view path,
                    std::string const& endpoint_url) {
    soap::WsdlSpec spec;
    Service const service = service_of(path);
    spec.service_name = service.name;
    spec.target_namespace = service.target_namespace;
    spec.endpoint_url = endpoint_url;
    for (auto const& [definition, binding] : router.soap_operations(path)) {
        if (binding->response_action.empty()) continue;  // takes answers, and has none
        spec.operations.push_back({std::string(binding->operation), std::string(binding->action),
                                   std::string(binding->response_action),
                                   qname(binding->request_element, service),
                                   qname(binding->response_element, service)});
    }
    return soap::write_wsdl(spec);
}

}  // namespace musubi::binding
