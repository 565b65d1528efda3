#include "codec/soap/wsdl.h"

#include "platform/xml/writer.h"

#include <algorithm>

namespace musubi::soap {
namespace {

constexpr std::string_view kWsdl = "http://schemas.xmlsoap.org/wsdl/";
constexpr std::string_view kWsdlSoap12 = "http://schemas.xmlsoap.org/wsdl/soap12/";
constexpr std::string_view kWsaw = "http://www.w3.org/2006/05/addressing/wsdl";
constexpr std::string_view kXsd = "http://www.w3.org/2001/XMLSchema";

/// Payload elements are named by their own schemas, which this description imports by namespace
/// only.
void write_types(xml::Writer& w, WsdlSpec const& spec) {
    std::vector<std::string_view> namespaces;
    auto const add = [&](QName const& name) {
        if (std::find(namespaces.begin(), namespaces.end(), name.namespace_uri) ==
            namespaces.end()) {
            namespaces.push_back(name.namespace_uri);
        }
    };
    for (WsdlOperation const& op : spec.operations) {
        add(op.body);
        add(op.response_body);
    }
    w.start("types")
        .start("xsd:schema")
        .attribute("targetNamespace", spec.target_namespace + ":wsdl-types");
    for (std::string_view uri : namespaces) w.start("xsd:import").attribute("namespace", uri).end();
    w.end().end();
}

void write_message(xml::Writer& w, std::string const& name, QName const& body) {
    w.start("message").attribute("name", name);
    w.start("part").attribute("name", "body").attribute("xmlns:b", body.namespace_uri);
    w.attribute("element", "b:" + body.local_name).end().end();
}

void write_port_type(xml::Writer& w, WsdlSpec const& spec) {
    w.start("portType").attribute("name", spec.service_name + "_PortType");
    for (WsdlOperation const& op : spec.operations) {
        w.start("operation").attribute("name", op.name);
        w.start("input").attribute("message", "tns:" + op.name + "_Message");
        w.attribute("wsaw:Action", op.action).end();
        w.start("output").attribute("message", "tns:" + op.name + "Response_Message");
        w.attribute("wsaw:Action", op.response_action).end();
        w.end();
    }
    w.end();
}

void write_binding(xml::Writer& w, WsdlSpec const& spec) {
    w.start("binding").attribute("name", spec.service_name + "_Binding_Soap12");
    w.attribute("type", "tns:" + spec.service_name + "_PortType");
    w.start("soap12:binding").attribute("style", "document");
    w.attribute("transport", "http://schemas.xmlsoap.org/soap/http").end();
    w.start("wsaw:UsingAddressing").attribute("wsdl:required", "true").end();
    for (WsdlOperation const& op : spec.operations) {
        w.start("operation").attribute("name", op.name);
        // IHE-WSP211: receivers dispatch on wsa:Action, so no SOAP action is required.
        w.start("soap12:operation").attribute("soapAction", op.action);
        w.attribute("soapActionRequired", "false").end();
        w.start("input").start("soap12:body").attribute("use", "literal").end().end();
        w.start("output").start("soap12:body").attribute("use", "literal").end().end();
        w.end();
    }
    w.end();
}

}  // namespace

std::string write_wsdl(WsdlSpec const& spec) {
    xml::Writer w;
    w.declaration().start("definitions").attribute("xmlns", kWsdl).attribute("xmlns:wsdl", kWsdl);
    w.attribute("xmlns:soap12", kWsdlSoap12)
        .attribute("xmlns:wsaw", kWsaw)
        .attribute("xmlns:xsd", kXsd);
    w.attribute("xmlns:tns", spec.target_namespace);
    w.attribute("targetNamespace", spec.target_namespace).attribute("name", spec.service_name);
    write_types(w, spec);
    for (WsdlOperation const& op : spec.operations) {
        write_message(w, op.name + "_Message", op.body);
        write_message(w, op.name + "Response_Message", op.response_body);
    }
    write_port_type(w, spec);
    write_binding(w, spec);
    w.start("service").attribute("name", spec.service_name + "_Service");
    w.start("port").attribute("name", spec.service_name + "_Port_Soap12");
    w.attribute("binding", "tns:" + spec.service_name + "_Binding_Soap12");
    w.start("soap12:address").attribute("location", spec.endpoint_url).end();
    return w.take();
}

}  // namespace musubi::soap
