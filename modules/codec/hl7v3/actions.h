#pragma once
// wsa:Action of the patient identity web services (ITI TF-2 3.44.7, 3.45.7, 3.46.7, 3.47.7,
// 3.55.7, 3.56.7): the request's and the answer's.

#include <string_view>

namespace musubi::hl7v3 {

struct Actions {
    std::string_view request;
    std::string_view response;
};

// ITI-44 (PIX Manager and Document Registry) and, the second, ITI-46 (PIX Consumer).
inline constexpr Actions kAddPatientActions{"urn:hl7-org:v3:PRPA_IN201301UV02",
                                            "urn:hl7-org:v3:MCCI_IN000002UV01"};
inline constexpr Actions kRevisePatientActions{"urn:hl7-org:v3:PRPA_IN201302UV02",
                                               "urn:hl7-org:v3:MCCI_IN000002UV01"};
inline constexpr Actions kMergePatientsActions{"urn:hl7-org:v3:PRPA_IN201304UV02",
                                               "urn:hl7-org:v3:MCCI_IN000002UV01"};
// ITI-45
inline constexpr Actions kIdsActions{"urn:hl7-org:v3:PRPA_IN201309UV02",
                                     "urn:hl7-org:v3:PRPA_IN201310UV02"};
// ITI-47
inline constexpr Actions kFindActions{"urn:hl7-org:v3:PRPA_IN201305UV02",
                                      "urn:hl7-org:v3:PRPA_IN201306UV02"};
inline constexpr Actions kContinueActions{"urn:hl7-org:v3:QUQI_IN000003UV01_Continue",
                                          "urn:hl7-org:v3:PRPA_IN201306UV02"};
inline constexpr Actions kCancelActions{"urn:hl7-org:v3:QUQI_IN000003UV01_Cancel",
                                        "urn:hl7-org:v3:MCCI_IN000002UV01"};
// ITI-55
inline constexpr Actions kDiscoveryActions{
    "urn:hl7-org:v3:PRPA_IN201305UV02:CrossGatewayPatientDiscovery",
    "urn:hl7-org:v3:PRPA_IN201306UV02:CrossGatewayPatientDiscovery"};
inline constexpr Actions kDeferredDiscoveryActions{
    "urn:hl7-org:v3:PRPA_IN201305UV02:Deferred:CrossGatewayPatientDiscovery",
    "urn:hl7-org:v3:MCCI_IN000002UV01"};
inline constexpr Actions kDeferredResultActions{
    "urn:hl7-org:v3:PRPA_IN201306UV02:Deferred:CrossGatewayPatientDiscovery",
    "urn:hl7-org:v3:MCCI_IN000002UV01"};
// ITI-56
inline constexpr Actions kPatientLocationActions{"urn:ihe:iti:2009:PatientLocationQuery",
                                                 "urn:ihe:iti:2009:PatientLocationQueryResponse"};

}  // namespace musubi::hl7v3
