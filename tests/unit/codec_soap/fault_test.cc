#include "codec/soap/errors.h"
#include "codec/soap/wsdl.h"
#include "platform/xml/parse.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace musubi::soap {
namespace {

xml::Document check(std::string const& text) {
    static xml::SchemaSet const schemas = *load_schemas();
    xml::ParseOptions options;
    options.schemas = &schemas;
    Result<xml::Document> document = xml::parse(as_bytes(text), options);
    EXPECT_TRUE(document.ok()) << text << (document.ok() ? "" : document.error().detail);
    return std::move(*document);
}

std::string value(xml::Element code) {
    return std::string(code.first_child(kSoap12, "Value").text());
}
xml::Element fault_of(xml::Document const& d) {
    return d.root().first_child(kSoap12, "Body").first_child(kSoap12, "Fault");
}
xml::Element header(xml::Document const& d, std::string_view name) {
    return d.root().first_child(kSoap12, "Header").first_child(kWsa, name);
}

TEST(SoapFault, EveryErrorCodeHasItsFault) {
    std::set<std::string> texts;
    for (int i = 0; i < kCodeCount; ++i) {
        Code const code = static_cast<Code>(i);
        Error error(code, "secret detail");
        error.issues.push_back({Severity::kError, kNoReason, "secret context", "secret location"});
        FaultSpec const fault = fault_for(error, "trace-7");
        bool const ours = code == Code::kBusy || code == Code::kPeerUnavailable ||
                          code == Code::kStorageUnavailable || code == Code::kInternal;
        EXPECT_EQ(fault.code, ours ? FaultCode::kReceiver : FaultCode::kSender) << to_string(code);
        int const expected = code == Code::kBusy     ? 503
                             : code == Code::kDenied ? 403
                             : ours                  ? 500
                                                     : 400;
        EXPECT_EQ(http_status(fault), expected) << to_string(code);
        std::string const text = write_fault(fault);
        EXPECT_EQ(text.find("secret"), std::string::npos) << text;
        EXPECT_NE(text.find("trace-7"), std::string::npos) << text;
        check(text);
        texts.insert(fault.reason);
    }
    EXPECT_EQ(texts.size(), static_cast<std::size_t>(kCodeCount));
}

TEST(SoapFault, UnknownActionNamesTheProblem) {
    FaultSpec fault = fault_for(unknown_action_error("urn:x:unknown"), "t");
    fault.relates_to = "urn:uuid:1";
    xml::Document const d = check(write_fault(fault));
    EXPECT_EQ(header(d, "Action").text(), kAddressingFaultAction);
    EXPECT_EQ(header(d, "Action").attribute(kSoap12, "mustUnderstand"), "1");
    EXPECT_EQ(header(d, "RelatesTo").text(), "urn:uuid:1");
    xml::Element const code = fault_of(d).first_child(kSoap12, "Code");
    EXPECT_EQ(value(code), "env:Sender");
    EXPECT_EQ(value(code.first_child(kSoap12, "Subcode")), "wsa:ActionNotSupported");
    xml::Element const detail = fault_of(d).first_child(kSoap12, "Detail");
    EXPECT_EQ(detail.first_child(kWsa, "ProblemAction").first_child(kWsa, "Action").text(),
              "urn:x:unknown");
    EXPECT_EQ(http_status(fault), 400);
}

TEST(SoapFault, AddressingErrorsHaveTheirSubcodes) {
    struct Case {
        Reason reason;
        std::vector<std::string> subcodes;
        std::string header;
    };
    for (Case const& each :
         {Case{kReasonActionMissing, {"MessageAddressingHeaderRequired"}, "Action"},
          Case{kReasonHeaderCardinality, {"InvalidAddressingHeader", "InvalidCardinality"}, "To"},
          Case{kReasonAddressMissing, {"InvalidAddressingHeader", "MissingAddressInEPR"}, "To"},
          Case{kReasonHeaderInvalid, {"InvalidAddressingHeader"}, "To"}}) {
        Error error(Code::kInvalidMessage, each.reason, "");
        error.issues.push_back({Severity::kError, each.reason, "To", {}});
        FaultSpec const fault = fault_for(error, "t");
        std::vector<std::string> found;
        for (QName const& name : fault.subcodes) found.push_back(name.local_name);
        EXPECT_EQ(found, each.subcodes);
        EXPECT_EQ(fault.problem_header, each.header);
        EXPECT_EQ(fault_action(fault), kAddressingFaultAction);
        xml::Document const d = check(write_fault(fault));
        xml::Element code = fault_of(d).first_child(kSoap12, "Code");
        for (std::string const& subcode : each.subcodes) {
            code = code.first_child(kSoap12, "Subcode");
            EXPECT_EQ(value(code), "wsa:" + subcode);
        }
    }
}

TEST(SoapFault, NotUnderstoodHeadersAreNamed) {
    FaultSpec const fault =
        must_understand_fault({{"urn:x", "a"}, {std::string(kWsse), "Security"}}, "t");
    xml::Document const d = check(write_fault(fault));
    EXPECT_EQ(value(fault_of(d).first_child(kSoap12, "Code")), "env:MustUnderstand");
    EXPECT_EQ(header(d, "Action").text(), kSoapFaultAction);
    std::vector<std::string> found;
    for (xml::Element each : d.root().first_child(kSoap12, "Header").children()) {
        if (!each.is(kSoap12, "NotUnderstood")) continue;
        std::string const name(each.attribute("qname").value_or(""));
        auto const colon = name.find(':');
        found.push_back(std::string(*xml::resolve_prefix(each, name.substr(0, colon))) +
                        name.substr(colon));
    }
    EXPECT_EQ(found, (std::vector<std::string>{"urn:x:a", std::string(kWsse) + ":Security"}));
    EXPECT_EQ(http_status(fault), 500);
}

TEST(SoapFault, VersionMismatchIsSoap11WithUpgrade) {
    FaultSpec const fault =
        fault_for(Error(Code::kUnsupported, kReasonVersionMismatch, ""), "trace-7");
    EXPECT_EQ(http_status(fault), 500);
    EXPECT_EQ(content_type(fault), "text/xml; charset=UTF-8");
    EXPECT_EQ(
        write_fault(fault),
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>"
        "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Header>"
        "<env:Upgrade xmlns:env=\"http://www.w3.org/2003/05/soap-envelope\">"
        "<env:SupportedEnvelope qname=\"env:Envelope\"/></env:Upgrade></s:Header><s:Body><s:Fault>"
        "<faultcode>s:VersionMismatch</faultcode>"
        "<faultstring>Only SOAP 1.2 is understood. (trace trace-7)</faultstring>"
        "</s:Fault></s:Body></s:Envelope>");
}

TEST(SoapFault, ForeignSubcodesKeepTheirNamespace) {
    xml::Document const d = check(write_fault(fault_for(Error(Code::kUnauthenticated, ""), "t")));
    xml::Element const at = fault_of(d)
                                .first_child(kSoap12, "Code")
                                .first_child(kSoap12, "Subcode")
                                .first_child(kSoap12, "Value");
    EXPECT_EQ(at.text(), "q:FailedAuthentication");
    EXPECT_EQ(xml::resolve_prefix(at, "q"), kWsse);
}

TEST(SoapWsdl, DescribesOperationsAndAddress) {
    std::string const text =
        write_wsdl({"DocumentRegistry",
                    "urn:ihe:iti:xds-b:2007",
                    {{"DocumentRegistry_RegistryStoredQuery",
                      "urn:ihe:iti:2007:RegistryStoredQuery",
                      "urn:ihe:iti:2007:RegistryStoredQueryResponse",
                      {"urn:oasis:names:tc:ebxml-regrep:xsd:query:3.0", "AdhocQueryRequest"},
                      {"urn:oasis:names:tc:ebxml-regrep:xsd:query:3.0", "AdhocQueryResponse"}}},
                    "https://localhost:8443/xds/registry"});
    Result<xml::Document> const d = xml::parse(as_bytes(text));
    ASSERT_TRUE(d.ok()) << d.error().detail;
    constexpr std::string_view wsdl = "http://schemas.xmlsoap.org/wsdl/";
    xml::Element const root = d->root();
    EXPECT_TRUE(root.is(wsdl, "definitions"));
    EXPECT_EQ(root.attribute("name"), "DocumentRegistry");
    xml::Element const port = root.first_child(wsdl, "service").first_child(wsdl, "port");
    EXPECT_EQ(port.attribute("name"), "DocumentRegistry_Port_Soap12");
    EXPECT_EQ(port.first_child().attribute("location"), "https://localhost:8443/xds/registry");
    xml::Element const operation =
        root.first_child(wsdl, "portType").first_child(wsdl, "operation");
    EXPECT_EQ(operation.first_child(wsdl, "input")
                  .attribute("http://www.w3.org/2006/05/addressing/wsdl", "Action"),
              "urn:ihe:iti:2007:RegistryStoredQuery");
    EXPECT_EQ(operation.first_child(wsdl, "output").attribute("message"),
              "tns:DocumentRegistry_RegistryStoredQueryResponse_Message");
    EXPECT_TRUE(root.first_child(wsdl, "binding").first_child(wsdl, "operation"));
}

}  // namespace
}  // namespace musubi::soap
