#pragma once
// Which parameters each stored query takes (ITI TF-2 3.18.4.1.2.3.7, ITI TF-2 3.51.4.1.2.3).
// Internal to domain. Metadata Update parameters are not in the tables: a registry without that
// option ignores them.

#include "domain/stored_query.h"

#include <cstdint>
#include <span>
#include <string_view>

namespace musubi::domain {

enum class QueryField : std::uint8_t {
    kPatientId,
    kEntryStatus,
    kSubmissionSetStatus,
    kFolderStatus,
    kClassCode,
    kTypeCode,
    kPracticeSettingCode,
    kFacilityTypeCode,
    kFormatCode,
    kEventCode,
    kConfidentialityCode,
    kAuthorPerson,
    kCreationTimeFrom,
    kCreationTimeTo,
    kServiceStartTimeFrom,
    kServiceStartTimeTo,
    kServiceStopTimeFrom,
    kServiceStopTimeTo,
    kEntryType,
    kReferenceId,
    kSourceId,
    kSubmissionTimeFrom,
    kSubmissionTimeTo,
    kSubmissionSetAuthor,
    kContentType,
    kFolderCode,
    kLastUpdateTimeFrom,
    kLastUpdateTimeTo,
    kEntryUuid,
    kUniqueId,
    kAssociationTypes,
};

enum class QueryType : std::uint8_t {
    kText,
    kPatient,
    kCode,
    kStatus,
    kDate,
    kEntryKind,
    kUuid,
    kAssociationType
};

enum class QueryUse : std::uint8_t {
    kRequired,
    kOptional,
    kOneOf,       ///< exactly one of the kOneOf parameters of the query
    kAtLeastOne,  ///< at least one of the kAtLeastOne parameters of the query
};

struct QueryParameter {
    std::string_view name;
    QueryField field;
    QueryType type;
    QueryUse use;
    bool multiple;
    bool repeatable;  ///< several slots of the name mean AND
};

std::span<QueryParameter const> parameters_of(QueryKind kind);

}  // namespace musubi::domain
