#pragma once
// The constant words of HL7 v3 as PIXV3, PDQV3 and XCPD use them (ITI TF-2 3.44 to 3.47, 3.55,
// Appendix O).

#include <string_view>

namespace musubi::hl7v3 {

inline constexpr std::string_view kHl7 = "urn:hl7-org:v3";
inline constexpr std::string_view kXcpd = "urn:ihe:iti:xcpd:2009";
/// How long the asker lets its own id be kept (ITI TF-2 3.55.4.1.2.4), as core::SoapBinding::leave.
inline constexpr std::string_view kTimeToLive = "{urn:ihe:iti:xcpd:2009}CorrelationTimeToLive";

// Interactions, which are the names of root elements.
inline constexpr std::string_view kAddPatient = "PRPA_IN201301UV02";
inline constexpr std::string_view kRevisePatient = "PRPA_IN201302UV02";
inline constexpr std::string_view kMergePatients = "PRPA_IN201304UV02";
inline constexpr std::string_view kFindRequest = "PRPA_IN201305UV02";
inline constexpr std::string_view kFindResponse = "PRPA_IN201306UV02";
inline constexpr std::string_view kIdsRequest = "PRPA_IN201309UV02";
inline constexpr std::string_view kIdsResponse = "PRPA_IN201310UV02";
inline constexpr std::string_view kContinuation = "QUQI_IN000003UV01";
inline constexpr std::string_view kCancel = "QUQI_IN000003UV01_Cancel";
inline constexpr std::string_view kAcceptAcknowledgement = "MCCI_IN000002UV01";

// Code systems.
inline constexpr std::string_view kInteractionIds = "2.16.840.1.113883.1.6";
inline constexpr std::string_view kDetailCodes = "2.16.840.1.113883.5.1100";
inline constexpr std::string_view kTable0357 = "2.16.840.1.113883.12.357";
inline constexpr std::string_view kActCodes = "2.16.840.1.113883.5.4";
inline constexpr std::string_view kRoleCodes = "2.16.840.1.113883.5.111";
inline constexpr std::string_view kGenderCodes = "2.16.840.1.113883.5.1";
inline constexpr std::string_view kWantedAttributeCodes = "1.3.6.1.4.1.19376.1.2.27.1";
inline constexpr std::string_view kHealthDataLocatorCodes = "1.3.6.1.4.1.19376.1.2.27.2";
inline constexpr std::string_view kCannotAnswerCodes = "1.3.6.1.4.1.19376.1.2.27.3";

}  // namespace musubi::hl7v3
