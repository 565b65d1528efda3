#include "codec/soap/fault.h"

#include "platform/xml/writer.h"

namespace musubi::soap {
namespace {

constexpr std::string_view kTraceNamespace = "urn:musubi:fault";

std::string_view code_name(FaultCode code) {
    switch (code) {
        case FaultCode::kSender: return "env:Sender";
        case FaultCode::kReceiver: return "env:Receiver";
        case FaultCode::kMustUnderstand: return "env:MustUnderstand";
        case FaultCode::kVersionMismatch: return "env:VersionMismatch";
    }
    return "env:Receiver";
}

/// Writes a QName as element text. wsa is declared at the top, any other namespace on the element
/// itself.
void qname_element(xml::Writer& w, std::string_view element, QName const& name) {
    w.start(element);
    if (name.namespace_uri == kWsa) {
        w.text("wsa:" + name.local_name);
    } else {
        w.attribute("xmlns:q", name.namespace_uri).text("q:" + name.local_name);
    }
    w.end();
}

void write_headers(xml::Writer& w, FaultSpec const& fault) {
    w.start("env:Header");
    w.start("wsa:Action").attribute("env:mustUnderstand", "1").text(fault_action(fault)).end();
    if (!fault.message_id.empty()) w.element("wsa:MessageID", fault.message_id);
    if (!fault.relates_to.empty()) w.element("wsa:RelatesTo", fault.relates_to);
    if (!fault.to.empty()) w.element("wsa:To", fault.to);
    for (QName const& name : fault.not_understood) {
        w.start("env:NotUnderstood")
            .attribute("qname",
                       name.namespace_uri.empty() ? name.local_name : "q:" + name.local_name);
        if (!name.namespace_uri.empty()) w.attribute("xmlns:q", name.namespace_uri);
        w.end();
    }
    w.end();
}

void write_detail(xml::Writer& w, FaultSpec const& fault) {
    bool const problem = !fault.problem_action.empty() || !fault.problem_header.empty();
    if (fault.trace_id.empty() && !problem) return;
    w.start("env:Detail");
    if (!fault.problem_action.empty()) {
        w.start("wsa:ProblemAction").element("wsa:Action", fault.problem_action).end();
    }
    if (!fault.problem_header.empty()) {
        w.element("wsa:ProblemHeaderQName", "wsa:" + fault.problem_header);
    }
    if (!fault.trace_id.empty()) {
        w.start("m:Trace").attribute("xmlns:m", kTraceNamespace).text(fault.trace_id).end();
    }
    w.end();
}

std::string write_version_mismatch(FaultSpec const& fault) {
    xml::Writer w(1024);
    w.declaration().start("s:Envelope").attribute("xmlns:s", kSoap11);
    w.start("s:Header").start("env:Upgrade").attribute("xmlns:env", kSoap12);
    w.start("env:SupportedEnvelope").attribute("qname", "env:Envelope").end().end().end();
    w.start("s:Body").start("s:Fault");
    w.element("faultcode", "s:VersionMismatch");
    // SOAP 1.1 forbids a detail when the body was not processed, so the trace id stands in the
    // text.
    w.element("faultstring", fault.trace_id.empty()
                                 ? fault.reason
                                 : fault.reason + " (trace " + fault.trace_id + ")");
    return w.take();
}

}  // namespace

std::string write_fault(FaultSpec const& fault) {
    if (fault.code == FaultCode::kVersionMismatch) return write_version_mismatch(fault);
    xml::Writer w(2048);
    w.declaration()
        .start("env:Envelope")
        .attribute("xmlns:env", kSoap12)
        .attribute("xmlns:wsa", kWsa);
    write_headers(w, fault);
    w.start("env:Body").start("env:Fault");
    w.start("env:Code").element("env:Value", code_name(fault.code));
    for (QName const& subcode : fault.subcodes) {
        w.start("env:Subcode");
        qname_element(w, "env:Value", subcode);
    }
    for (std::size_t i = 0; i < fault.subcodes.size(); ++i) w.end();
    w.end();
    w.start("env:Reason")
        .start("env:Text")
        .attribute("xml:lang", "en")
        .text(fault.reason)
        .end()
        .end();
    write_detail(w, fault);
    return w.take();
}

int http_status(FaultSpec const& fault) {
    if (fault.status != 0) return fault.status;
    return fault.code == FaultCode::kSender ? 400 : 500;
}

std::string_view content_type(FaultSpec const& fault) {
    return fault.code == FaultCode::kVersionMismatch ? "text/xml; charset=UTF-8"
                                                     : "application/soap+xml; charset=UTF-8";
}

std::string_view fault_action(FaultSpec const& fault) {
    bool const addressing = !fault.subcodes.empty() && fault.subcodes.front().namespace_uri == kWsa;
    return addressing ? kAddressingFaultAction : kSoapFaultAction;
}

}  // namespace musubi::soap
