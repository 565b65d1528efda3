#include "binding/soap_http/wsdl_of.h"

#include "codec/soap/wsdl.h"

namespace musubi::binding {
namespace {

constexpr std::string_view kTargetNamespace = "urn:ihe:iti:xds-b:2007";

/// "/xds/registry" is IHE's DocumentRegistry, "/xds/repository" its DocumentRepository (ITI TF-2
/// table W.1-1).
std::string service_of(std::string_view path) {
    std::string const last(path.substr(path.rfind('/') + 1));
    std::string name = "Document";
    for (std::size_t i = 0; i < last.size(); ++i) {
        name.push_back(i == 0 ? static_cast<char>(last[i] - 'a' + 'A') : last[i]);
    }
    return name;
}

soap::QName qname(std::string_view clark) {  // "{namespace}local"
    std::size_t const brace = clark.find('}');
    if (brace == std::string_view::npos) return {std::string(kTargetNamespace), std::string(clark)};
    return {std::string(clark.substr(1, brace - 1)), std::string(clark.substr(brace + 1))};
}

}  // namespace

std::string wsdl_of(core::Router const& router, std::string_view path,
                    std::string const& endpoint_url) {
    soap::WsdlSpec spec;
    spec.service_name = service_of(path);
    spec.target_namespace = kTargetNamespace;
    spec.endpoint_url = endpoint_url;
    for (auto const& [definition, binding] : router.soap_operations(path)) {
        spec.operations.push_back({std::string(binding->operation), std::string(binding->action),
                                   std::string(binding->response_action),
                                   qname(binding->request_element),
                                   qname(binding->response_element)});
    }
    return soap::write_wsdl(spec);
}

}  // namespace musubi::binding
