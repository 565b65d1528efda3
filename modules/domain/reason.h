#pragma once
// The protocol-level causes of errors and warnings, one vocabulary for all codecs. codec/ebxml
// turns them into XDS error codes (ITI TF-3 table 4.2.4.1-2), codec/hl7v2 into table 0357.

#include "platform/base/error.h"

#include <string_view>

namespace musubi {

enum class Reason : std::uint16_t {
    kNone = 0,
    // document sharing
    kGeneral,             ///< XDSRegistryError / XDSRepositoryError
    kMetadata,            ///< XDSRegistryMetadataError / XDSRepositoryMetadataError
    kRepositoryGeneral,   ///< XDSRepositoryError, whoever relays it
    kRepositoryMetadata,  ///< XDSRepositoryMetadataError, whoever relays it
    kUnresolvedReference,
    kDocumentUniqueId,
    kDuplicateUniqueIdInRegistry,
    kDuplicateUniqueIdInMessage,
    kExtraMetadataNotSaved,
    kMissingDocument,
    kMissingDocumentMetadata,
    kMissingHomeCommunityId,
    kNonIdenticalHash,
    kNonIdenticalSize,
    kPatientIdDoesNotMatch,
    kBusy,
    kDeprecatedDocument,
    kRegistryNotAvailable,
    kOutOfResources,
    kResultNotSinglePatient,
    kStoredQueryMissingParam,
    kStoredQueryParamNumber,
    kTooManyResults,
    kUnavailableCommunity,
    kUnknownCommunity,
    kUnknownPatientId,
    kUnknownRepositoryId,
    kUnknownStoredQuery,
    // patient identity (HL7 table 0357 and its v3 siblings)
    kRequiredFieldMissing,
    kUnknownKeyIdentifier,
    kDuplicateKeyIdentifier,
    kUnsupportedMessageType,
    kUnsupportedEvent,
    kUnsupportedProcessingId,
    kUnsupportedVersion,
    kDataType,
    kSegmentSequence,
};
inline constexpr int kReasonCount = static_cast<int>(Reason::kSegmentSequence) + 1;

/// Our own word for it: log lines, audit outcome descriptions, tests.
std::string_view to_string(Reason reason);

}  // namespace musubi
