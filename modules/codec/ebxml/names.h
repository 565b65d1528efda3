#pragma once
// The constant words of ebRIM / ebRS 3.0 as document sharing uses them (ITI TF-3 4.2.5, ITI TF-2
// V.2.4).

#include <string_view>

namespace musubi::ebxml {

inline constexpr std::string_view kRim = "urn:oasis:names:tc:ebxml-regrep:xsd:rim:3.0";
inline constexpr std::string_view kRs = "urn:oasis:names:tc:ebxml-regrep:xsd:rs:3.0";
inline constexpr std::string_view kLcm = "urn:oasis:names:tc:ebxml-regrep:xsd:lcm:3.0";
inline constexpr std::string_view kQuery = "urn:oasis:names:tc:ebxml-regrep:xsd:query:3.0";
inline constexpr std::string_view kXds = "urn:ihe:iti:xds-b:2007";
inline constexpr std::string_view kXop = "http://www.w3.org/2004/08/xop/include";

inline constexpr std::string_view kTypePackage =
    "urn:oasis:names:tc:ebxml-regrep:ObjectType:RegistryObject:RegistryPackage";
inline constexpr std::string_view kTypeAssociation =
    "urn:oasis:names:tc:ebxml-regrep:ObjectType:RegistryObject:Association";
inline constexpr std::string_view kTypeClassification =
    "urn:oasis:names:tc:ebxml-regrep:ObjectType:RegistryObject:Classification";
inline constexpr std::string_view kTypeExternalIdentifier =
    "urn:oasis:names:tc:ebxml-regrep:ObjectType:RegistryObject:ExternalIdentifier";

inline constexpr std::string_view kStatusSuccess =
    "urn:oasis:names:tc:ebxml-regrep:ResponseStatusType:Success";
inline constexpr std::string_view kStatusFailure =
    "urn:oasis:names:tc:ebxml-regrep:ResponseStatusType:Failure";
inline constexpr std::string_view kStatusPartialSuccess =
    "urn:ihe:iti:2007:ResponseStatusType:PartialSuccess";
inline constexpr std::string_view kSeverityError =
    "urn:oasis:names:tc:ebxml-regrep:ErrorSeverityType:Error";
inline constexpr std::string_view kSeverityWarning =
    "urn:oasis:names:tc:ebxml-regrep:ErrorSeverityType:Warning";

// Classification schemes.
inline constexpr std::string_view kEntryAuthor = "urn:uuid:93606bcf-9494-43ec-9b4e-a7748d1a838d";
inline constexpr std::string_view kEntryClassCode = "urn:uuid:41a5887f-8865-4c09-adf7-e362475b143a";
inline constexpr std::string_view kEntryConfidentialityCode =
    "urn:uuid:f4f85eac-e6cb-4883-b524-f2705394840f";
inline constexpr std::string_view kEntryEventCode = "urn:uuid:2c6b8cb7-8b2a-4051-b291-b1ae6a575ef4";
inline constexpr std::string_view kEntryFormatCode =
    "urn:uuid:a09d5840-386c-46f2-b5ad-9c3699a4309d";
inline constexpr std::string_view kEntryFacilityTypeCode =
    "urn:uuid:f33fb8ac-18af-42cc-ae0e-ed0b0bdb91e1";
inline constexpr std::string_view kEntryPracticeSettingCode =
    "urn:uuid:cccf5598-8b07-4b77-a05e-ae952c785ead";
inline constexpr std::string_view kEntryTypeCode = "urn:uuid:f0306f51-975f-434e-a61c-c59651d33983";
inline constexpr std::string_view kSetAuthor = "urn:uuid:a7058bb9-b4e4-4307-ba5b-e3f0ab85e12d";
inline constexpr std::string_view kSetContentTypeCode =
    "urn:uuid:aa543740-bdda-424e-8c96-df4873be8500";
inline constexpr std::string_view kFolderCode = "urn:uuid:1ba97051-7806-41a8-a48b-8fce7af683c5";
inline constexpr std::string_view kAssociationDocumentation =
    "urn:uuid:abd807a3-4432-4053-87b4-fd82c643d1f3";
// Classification nodes of limited metadata.
inline constexpr std::string_view kEntryLimitedNode =
    "urn:uuid:ab9b591b-83ab-4d03-8f5d-f93b1fb92e85";
inline constexpr std::string_view kSetLimitedNode = "urn:uuid:5003a9db-8d8d-49e6-bf0c-990e34ac7707";
inline constexpr std::string_view kFolderLimitedNode =
    "urn:uuid:2c144a76-29a9-4b7c-af54-b25409fe7d03";

/// An external identifier's scheme and the Name that goes with it.
struct IdentifierScheme {
    std::string_view urn;
    std::string_view name;
};
inline constexpr IdentifierScheme kEntryPatientId{"urn:uuid:58a6f841-87b3-4a3e-92fd-a8ffeff98427",
                                                  "XDSDocumentEntry.patientId"};
inline constexpr IdentifierScheme kEntryUniqueId{"urn:uuid:2e82c1f6-a085-4c72-9da3-8640a32e42ab",
                                                 "XDSDocumentEntry.uniqueId"};
inline constexpr IdentifierScheme kSetPatientId{"urn:uuid:6b5aea1a-874d-4603-a4bc-96a0a7b38446",
                                                "XDSSubmissionSet.patientId"};
inline constexpr IdentifierScheme kSetUniqueId{"urn:uuid:96fdda7c-d067-4183-912e-bf5ee74998a8",
                                               "XDSSubmissionSet.uniqueId"};
inline constexpr IdentifierScheme kSetSourceId{"urn:uuid:554ac39e-e3fe-47fe-b233-965d2a147832",
                                               "XDSSubmissionSet.sourceId"};
inline constexpr IdentifierScheme kFolderPatientId{"urn:uuid:f64ffdf0-4b97-4e06-b79f-a52b38ec2f8a",
                                                   "XDSFolder.patientId"};
inline constexpr IdentifierScheme kFolderUniqueId{"urn:uuid:75df8f67-9973-4fbe-a900-df66cefecc5a",
                                                  "XDSFolder.uniqueId"};

inline constexpr std::string_view kReferenceIdList = "urn:ihe:iti:xds:2013:referenceIdList";

}  // namespace musubi::ebxml
