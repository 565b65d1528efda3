#pragma once
// Namespaces and fixed URIs of the envelope (ITI TF-2 table V.2.4-1, WS-Addressing 1.0).

#include <string>
#include <string_view>

namespace musubi::soap {

inline constexpr std::string_view kSoap12 = "http://www.w3.org/2003/05/soap-envelope";
inline constexpr std::string_view kSoap11 = "http://schemas.xmlsoap.org/soap/envelope/";
inline constexpr std::string_view kWsa = "http://www.w3.org/2005/08/addressing";
inline constexpr std::string_view kWsse =
    "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd";
inline constexpr std::string_view kAnonymous = "http://www.w3.org/2005/08/addressing/anonymous";
inline constexpr std::string_view kNone = "http://www.w3.org/2005/08/addressing/none";
inline constexpr std::string_view kAddressingFaultAction =
    "http://www.w3.org/2005/08/addressing/fault";
inline constexpr std::string_view kSoapFaultAction =
    "http://www.w3.org/2005/08/addressing/soap/fault";

struct QName {
    std::string namespace_uri;
    std::string local_name;
    bool operator==(QName const&) const = default;
};

}  // namespace musubi::soap
