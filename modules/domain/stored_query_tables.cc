#include "domain/stored_query_tables.h"

#include <array>

namespace musubi::domain {
namespace {

using enum QueryField;
using enum QueryUse;
using T = QueryType;

constexpr bool kOne = false;
constexpr bool kMany = true;
constexpr bool kSlotOnce = false;
constexpr bool kSlotRepeatable = true;

// clang-format off
constexpr std::array kFindDocumentsParameters = {
    QueryParameter{"$XDSDocumentEntryPatientId", kPatientId, T::kPatient, kRequired, kOne, kSlotOnce},
    QueryParameter{"$XDSDocumentEntryStatus", kEntryStatus, T::kStatus, kRequired, kMany, kSlotOnce},
    QueryParameter{"$XDSDocumentEntryClassCode", kClassCode, T::kCode, kOptional, kMany, kSlotOnce},
    QueryParameter{"$XDSDocumentEntryTypeCode", kTypeCode, T::kCode, kOptional, kMany, kSlotOnce},
    QueryParameter{"$XDSDocumentEntryPracticeSettingCode", kPracticeSettingCode, T::kCode, kOptional, kMany, kSlotOnce},
    QueryParameter{"$XDSDocumentEntryHealthcareFacilityTypeCode", kFacilityTypeCode, T::kCode, kOptional, kMany, kSlotOnce},
    QueryParameter{"$XDSDocumentEntryFormatCode", kFormatCode, T::kCode, kOptional, kMany, kSlotOnce},
    QueryParameter{"$XDSDocumentEntryEventCodeList", kEventCode, T::kCode, kOptional, kMany, kSlotRepeatable},
    QueryParameter{"$XDSDocumentEntryConfidentialityCode", kConfidentialityCode, T::kCode, kOptional, kMany, kSlotRepeatable},
    QueryParameter{"$XDSDocumentEntryAuthorPerson", kAuthorPerson, T::kText, kOptional, kMany, kSlotOnce},
    QueryParameter{"$XDSDocumentEntryCreationTimeFrom", kCreationTimeFrom, T::kDate, kOptional, kOne, kSlotOnce},
    QueryParameter{"$XDSDocumentEntryCreationTimeTo", kCreationTimeTo, T::kDate, kOptional, kOne, kSlotOnce},
    QueryParameter{"$XDSDocumentEntryServiceStartTimeFrom", kServiceStartTimeFrom, T::kDate, kOptional, kOne, kSlotOnce},
    QueryParameter{"$XDSDocumentEntryServiceStartTimeTo", kServiceStartTimeTo, T::kDate, kOptional, kOne, kSlotOnce},
    QueryParameter{"$XDSDocumentEntryServiceStopTimeFrom", kServiceStopTimeFrom, T::kDate, kOptional, kOne, kSlotOnce},
    QueryParameter{"$XDSDocumentEntryServiceStopTimeTo", kServiceStopTimeTo, T::kDate, kOptional, kOne, kSlotOnce},
    QueryParameter{"$XDSDocumentEntryType", kEntryType, T::kEntryKind, kOptional, kMany, kSlotOnce},
};
constexpr std::array kFindSubmissionSetsParameters = {
    QueryParameter{"$XDSSubmissionSetPatientId", kPatientId, T::kPatient, kRequired, kOne, kSlotOnce},
    QueryParameter{"$XDSSubmissionSetStatus", kSubmissionSetStatus, T::kStatus, kRequired, kMany, kSlotOnce},
    QueryParameter{"$XDSSubmissionSetSourceId", kSourceId, T::kText, kOptional, kMany, kSlotOnce},
    QueryParameter{"$XDSSubmissionSetSubmissionTimeFrom", kSubmissionTimeFrom, T::kDate, kOptional, kOne, kSlotOnce},
    QueryParameter{"$XDSSubmissionSetSubmissionTimeTo", kSubmissionTimeTo, T::kDate, kOptional, kOne, kSlotOnce},
    QueryParameter{"$XDSSubmissionSetAuthorPerson", kSubmissionSetAuthor, T::kText, kOptional, kOne, kSlotOnce},
    QueryParameter{"$XDSSubmissionSetContentType", kContentType, T::kCode, kOptional, kMany, kSlotOnce},
};
constexpr std::array kFindFoldersParameters = {
    QueryParameter{"$XDSFolderPatientId", kPatientId, T::kPatient, kRequired, kOne, kSlotOnce},
    QueryParameter{"$XDSFolderStatus", kFolderStatus, T::kStatus, kRequired, kMany, kSlotOnce},
    QueryParameter{"$XDSFolderLastUpdateTimeFrom", kLastUpdateTimeFrom, T::kDate, kOptional, kOne, kSlotOnce},
    QueryParameter{"$XDSFolderLastUpdateTimeTo", kLastUpdateTimeTo, T::kDate, kOptional, kOne, kSlotOnce},
    QueryParameter{"$XDSFolderCodeList", kFolderCode, T::kCode, kOptional, kMany, kSlotRepeatable},
};
constexpr std::array kGetAllParameters = {
    QueryParameter{"$patientId", kPatientId, T::kPatient, kRequired, kOne, kSlotOnce},
    QueryParameter{"$XDSDocumentEntryStatus", kEntryStatus, T::kStatus, kRequired, kMany, kSlotOnce},
    QueryParameter{"$XDSSubmissionSetStatus", kSubmissionSetStatus, T::kStatus, kRequired, kMany, kSlotOnce},
    QueryParameter{"$XDSFolderStatus", kFolderStatus, T::kStatus, kRequired, kMany, kSlotOnce},
    QueryParameter{"$XDSDocumentEntryFormatCode", kFormatCode, T::kCode, kOptional, kMany, kSlotOnce},
    QueryParameter{"$XDSDocumentEntryConfidentialityCode", kConfidentialityCode, T::kCode, kOptional, kMany, kSlotRepeatable},
    QueryParameter{"$XDSDocumentEntryType", kEntryType, T::kEntryKind, kOptional, kMany, kSlotOnce},
};
constexpr std::array kGetDocumentsParameters = {
    QueryParameter{"$XDSDocumentEntryEntryUUID", kEntryUuid, T::kUuid, kOneOf, kMany, kSlotOnce},
    QueryParameter{"$XDSDocumentEntryUniqueId", kUniqueId, T::kText, kOneOf, kMany, kSlotOnce},
};
constexpr std::array kGetFoldersParameters = {
    QueryParameter{"$XDSFolderEntryUUID", kEntryUuid, T::kUuid, kOneOf, kMany, kSlotOnce},
    QueryParameter{"$XDSFolderUniqueId", kUniqueId, T::kText, kOneOf, kMany, kSlotOnce},
};
constexpr std::array kGetAssociationsParameters = {
    QueryParameter{"$uuid", kEntryUuid, T::kUuid, kRequired, kMany, kSlotOnce},
};
constexpr std::array kGetDocumentsAndAssociationsParameters = {
    QueryParameter{"$XDSDocumentEntryEntryUUID", kEntryUuid, T::kUuid, kOneOf, kMany, kSlotOnce},
    QueryParameter{"$XDSDocumentEntryUniqueId", kUniqueId, T::kText, kOneOf, kMany, kSlotOnce},
};
constexpr std::array kGetSubmissionSetsParameters = {
    QueryParameter{"$uuid", kEntryUuid, T::kUuid, kRequired, kMany, kSlotOnce},
};
constexpr std::array kGetSubmissionSetAndContentsParameters = {
    QueryParameter{"$XDSSubmissionSetEntryUUID", kEntryUuid, T::kUuid, kOneOf, kOne, kSlotOnce},
    QueryParameter{"$XDSSubmissionSetUniqueId", kUniqueId, T::kText, kOneOf, kOne, kSlotOnce},
    QueryParameter{"$XDSDocumentEntryFormatCode", kFormatCode, T::kCode, kOptional, kMany, kSlotOnce},
    QueryParameter{"$XDSDocumentEntryConfidentialityCode", kConfidentialityCode, T::kCode, kOptional, kMany, kSlotRepeatable},
    QueryParameter{"$XDSDocumentEntryType", kEntryType, T::kEntryKind, kOptional, kMany, kSlotOnce},
};
constexpr std::array kGetFolderAndContentsParameters = {
    QueryParameter{"$XDSFolderEntryUUID", kEntryUuid, T::kUuid, kOneOf, kOne, kSlotOnce},
    QueryParameter{"$XDSFolderUniqueId", kUniqueId, T::kText, kOneOf, kOne, kSlotOnce},
    QueryParameter{"$XDSDocumentEntryFormatCode", kFormatCode, T::kCode, kOptional, kMany, kSlotOnce},
    QueryParameter{"$XDSDocumentEntryConfidentialityCode", kConfidentialityCode, T::kCode, kOptional, kMany, kSlotRepeatable},
    QueryParameter{"$XDSDocumentEntryType", kEntryType, T::kEntryKind, kOptional, kMany, kSlotOnce},
};
constexpr std::array kGetFoldersForDocumentParameters = {
    QueryParameter{"$XDSDocumentEntryEntryUUID", kEntryUuid, T::kUuid, kOneOf, kOne, kSlotOnce},
    QueryParameter{"$XDSDocumentEntryUniqueId", kUniqueId, T::kText, kOneOf, kOne, kSlotOnce},
};
constexpr std::array kGetRelatedDocumentsParameters = {
    QueryParameter{"$XDSDocumentEntryEntryUUID", kEntryUuid, T::kUuid, kOneOf, kOne, kSlotOnce},
    QueryParameter{"$XDSDocumentEntryUniqueId", kUniqueId, T::kText, kOneOf, kOne, kSlotOnce},
    QueryParameter{"$AssociationTypes", kAssociationTypes, T::kAssociationType, kRequired, kMany, kSlotOnce},
    QueryParameter{"$XDSDocumentEntryType", kEntryType, T::kEntryKind, kOptional, kMany, kSlotOnce},
};
constexpr std::array kFindDocumentsByReferenceIdParameters = {
    QueryParameter{"$XDSDocumentEntryPatientId", kPatientId, T::kPatient, kRequired, kOne, kSlotOnce},
    QueryParameter{"$XDSDocumentEntryStatus", kEntryStatus, T::kStatus, kRequired, kMany, kSlotOnce},
    QueryParameter{"$XDSDocumentEntryClassCode", kClassCode, T::kCode, kOptional, kMany, kSlotOnce},
    QueryParameter{"$XDSDocumentEntryTypeCode", kTypeCode, T::kCode, kOptional, kMany, kSlotOnce},
    QueryParameter{"$XDSDocumentEntryPracticeSettingCode", kPracticeSettingCode, T::kCode, kOptional, kMany, kSlotOnce},
    QueryParameter{"$XDSDocumentEntryHealthcareFacilityTypeCode", kFacilityTypeCode, T::kCode, kOptional, kMany, kSlotOnce},
    QueryParameter{"$XDSDocumentEntryFormatCode", kFormatCode, T::kCode, kOptional, kMany, kSlotOnce},
    QueryParameter{"$XDSDocumentEntryEventCodeList", kEventCode, T::kCode, kOptional, kMany, kSlotRepeatable},
    QueryParameter{"$XDSDocumentEntryConfidentialityCode", kConfidentialityCode, T::kCode, kOptional, kMany, kSlotRepeatable},
    QueryParameter{"$XDSDocumentEntryAuthorPerson", kAuthorPerson, T::kText, kOptional, kMany, kSlotOnce},
    QueryParameter{"$XDSDocumentEntryCreationTimeFrom", kCreationTimeFrom, T::kDate, kOptional, kOne, kSlotOnce},
    QueryParameter{"$XDSDocumentEntryCreationTimeTo", kCreationTimeTo, T::kDate, kOptional, kOne, kSlotOnce},
    QueryParameter{"$XDSDocumentEntryServiceStartTimeFrom", kServiceStartTimeFrom, T::kDate, kOptional, kOne, kSlotOnce},
    QueryParameter{"$XDSDocumentEntryServiceStartTimeTo", kServiceStartTimeTo, T::kDate, kOptional, kOne, kSlotOnce},
    QueryParameter{"$XDSDocumentEntryServiceStopTimeFrom", kServiceStopTimeFrom, T::kDate, kOptional, kOne, kSlotOnce},
    QueryParameter{"$XDSDocumentEntryServiceStopTimeTo", kServiceStopTimeTo, T::kDate, kOptional, kOne, kSlotOnce},
    QueryParameter{"$XDSDocumentEntryType", kEntryType, T::kEntryKind, kOptional, kMany, kSlotOnce},
    QueryParameter{"$XDSDocumentEntryReferenceIdList", kReferenceId, T::kText, kRequired, kMany, kSlotRepeatable},
};
constexpr std::array kFindDocumentsForMultiplePatientsParameters = {
    QueryParameter{"$XDSDocumentEntryPatientId", kPatientId, T::kPatient, kAtLeastOne, kMany, kSlotOnce},
    QueryParameter{"$XDSDocumentEntryStatus", kEntryStatus, T::kStatus, kRequired, kMany, kSlotOnce},
    QueryParameter{"$XDSDocumentEntryClassCode", kClassCode, T::kCode, kAtLeastOne, kMany, kSlotOnce},
    QueryParameter{"$XDSDocumentEntryTypeCode", kTypeCode, T::kCode, kOptional, kMany, kSlotOnce},
    QueryParameter{"$XDSDocumentEntryPracticeSettingCode", kPracticeSettingCode, T::kCode, kOptional, kMany, kSlotOnce},
    QueryParameter{"$XDSDocumentEntryHealthcareFacilityTypeCode", kFacilityTypeCode, T::kCode, kAtLeastOne, kMany, kSlotOnce},
    QueryParameter{"$XDSDocumentEntryFormatCode", kFormatCode, T::kCode, kOptional, kMany, kSlotOnce},
    QueryParameter{"$XDSDocumentEntryEventCodeList", kEventCode, T::kCode, kAtLeastOne, kMany, kSlotRepeatable},
    QueryParameter{"$XDSDocumentEntryConfidentialityCode", kConfidentialityCode, T::kCode, kOptional, kMany, kSlotRepeatable},
    QueryParameter{"$XDSDocumentEntryAuthorPerson", kAuthorPerson, T::kText, kOptional, kMany, kSlotOnce},
    QueryParameter{"$XDSDocumentEntryCreationTimeFrom", kCreationTimeFrom, T::kDate, kOptional, kOne, kSlotOnce},
    QueryParameter{"$XDSDocumentEntryCreationTimeTo", kCreationTimeTo, T::kDate, kOptional, kOne, kSlotOnce},
    QueryParameter{"$XDSDocumentEntryServiceStartTimeFrom", kServiceStartTimeFrom, T::kDate, kOptional, kOne, kSlotOnce},
    QueryParameter{"$XDSDocumentEntryServiceStartTimeTo", kServiceStartTimeTo, T::kDate, kOptional, kOne, kSlotOnce},
    QueryParameter{"$XDSDocumentEntryServiceStopTimeFrom", kServiceStopTimeFrom, T::kDate, kOptional, kOne, kSlotOnce},
    QueryParameter{"$XDSDocumentEntryServiceStopTimeTo", kServiceStopTimeTo, T::kDate, kOptional, kOne, kSlotOnce},
    QueryParameter{"$XDSDocumentEntryType", kEntryType, T::kEntryKind, kOptional, kMany, kSlotOnce},
};
constexpr std::array kFindFoldersForMultiplePatientsParameters = {
    QueryParameter{"$XDSFolderPatientId", kPatientId, T::kPatient, kAtLeastOne, kMany, kSlotOnce},
    QueryParameter{"$XDSFolderStatus", kFolderStatus, T::kStatus, kRequired, kMany, kSlotOnce},
    QueryParameter{"$XDSFolderLastUpdateTimeFrom", kLastUpdateTimeFrom, T::kDate, kOptional, kOne, kSlotOnce},
    QueryParameter{"$XDSFolderLastUpdateTimeTo", kLastUpdateTimeTo, T::kDate, kOptional, kOne, kSlotOnce},
    QueryParameter{"$XDSFolderCodeList", kFolderCode, T::kCode, kAtLeastOne, kMany, kSlotRepeatable},
};
constexpr std::array kFindDocumentsByReferenceIdForMultiplePatientsParameters = {
    QueryParameter{"$XDSDocumentEntryPatientId", kPatientId, T::kPatient, kOptional, kMany, kSlotOnce},
    QueryParameter{"$XDSDocumentEntryStatus", kEntryStatus, T::kStatus, kRequired, kMany, kSlotOnce},
    QueryParameter{"$XDSDocumentEntryClassCode", kClassCode, T::kCode, kOptional, kMany, kSlotOnce},
    QueryParameter{"$XDSDocumentEntryTypeCode", kTypeCode, T::kCode, kOptional, kMany, kSlotOnce},
    QueryParameter{"$XDSDocumentEntryPracticeSettingCode", kPracticeSettingCode, T::kCode, kOptional, kMany, kSlotOnce},
    QueryParameter{"$XDSDocumentEntryHealthcareFacilityTypeCode", kFacilityTypeCode, T::kCode, kOptional, kMany, kSlotOnce},
    QueryParameter{"$XDSDocumentEntryFormatCode", kFormatCode, T::kCode, kOptional, kMany, kSlotOnce},
    QueryParameter{"$XDSDocumentEntryEventCodeList", kEventCode, T::kCode, kOptional, kMany, kSlotRepeatable},
    QueryParameter{"$XDSDocumentEntryConfidentialityCode", kConfidentialityCode, T::kCode, kOptional, kMany, kSlotRepeatable},
    QueryParameter{"$XDSDocumentEntryAuthorPerson", kAuthorPerson, T::kText, kOptional, kMany, kSlotOnce},
    QueryParameter{"$XDSDocumentEntryCreationTimeFrom", kCreationTimeFrom, T::kDate, kOptional, kOne, kSlotOnce},
    QueryParameter{"$XDSDocumentEntryCreationTimeTo", kCreationTimeTo, T::kDate, kOptional, kOne, kSlotOnce},
    QueryParameter{"$XDSDocumentEntryServiceStartTimeFrom", kServiceStartTimeFrom, T::kDate, kOptional, kOne, kSlotOnce},
    QueryParameter{"$XDSDocumentEntryServiceStartTimeTo", kServiceStartTimeTo, T::kDate, kOptional, kOne, kSlotOnce},
    QueryParameter{"$XDSDocumentEntryServiceStopTimeFrom", kServiceStopTimeFrom, T::kDate, kOptional, kOne, kSlotOnce},
    QueryParameter{"$XDSDocumentEntryServiceStopTimeTo", kServiceStopTimeTo, T::kDate, kOptional, kOne, kSlotOnce},
    QueryParameter{"$XDSDocumentEntryType", kEntryType, T::kEntryKind, kOptional, kMany, kSlotOnce},
    QueryParameter{"$XDSDocumentEntryReferenceIdList", kReferenceId, T::kText, kRequired, kMany, kSlotRepeatable},
};
// clang-format on

}  // namespace

std::span<QueryParameter const> parameters_of(QueryKind kind) {
    switch (kind) {
        case QueryKind::kFindDocuments: return kFindDocumentsParameters;
        case QueryKind::kFindSubmissionSets: return kFindSubmissionSetsParameters;
        case QueryKind::kFindFolders: return kFindFoldersParameters;
        case QueryKind::kGetAll: return kGetAllParameters;
        case QueryKind::kGetDocuments: return kGetDocumentsParameters;
        case QueryKind::kGetFolders: return kGetFoldersParameters;
        case QueryKind::kGetAssociations: return kGetAssociationsParameters;
        case QueryKind::kGetDocumentsAndAssociations: return kGetDocumentsAndAssociationsParameters;
        case QueryKind::kGetSubmissionSets: return kGetSubmissionSetsParameters;
        case QueryKind::kGetSubmissionSetAndContents: return kGetSubmissionSetAndContentsParameters;
        case QueryKind::kGetFolderAndContents: return kGetFolderAndContentsParameters;
        case QueryKind::kGetFoldersForDocument: return kGetFoldersForDocumentParameters;
        case QueryKind::kGetRelatedDocuments: return kGetRelatedDocumentsParameters;
        case QueryKind::kFindDocumentsByReferenceId: return kFindDocumentsByReferenceIdParameters;
        case QueryKind::kFindDocumentsForMultiplePatients:
            return kFindDocumentsForMultiplePatientsParameters;
        case QueryKind::kFindFoldersForMultiplePatients:
            return kFindFoldersForMultiplePatientsParameters;
        case QueryKind::kFindDocumentsByReferenceIdForMultiplePatients:
            return kFindDocumentsByReferenceIdForMultiplePatientsParameters;
    }
    return {};
}

}  // namespace musubi::domain
