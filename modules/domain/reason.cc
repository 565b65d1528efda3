#include "domain/reason.h"

namespace musubi {

std::string_view to_string(Reason reason) {
    switch (reason) {
        case Reason::kNone: return "None";
        case Reason::kGeneral: return "General";
        case Reason::kMetadata: return "Metadata";
        case Reason::kRepositoryGeneral: return "RepositoryGeneral";
        case Reason::kRepositoryMetadata: return "RepositoryMetadata";
        case Reason::kUnresolvedReference: return "UnresolvedReference";
        case Reason::kDocumentUniqueId: return "DocumentUniqueId";
        case Reason::kDuplicateUniqueIdInRegistry: return "DuplicateUniqueIdInRegistry";
        case Reason::kDuplicateUniqueIdInMessage: return "DuplicateUniqueIdInMessage";
        case Reason::kExtraMetadataNotSaved: return "ExtraMetadataNotSaved";
        case Reason::kMissingDocument: return "MissingDocument";
        case Reason::kMissingDocumentMetadata: return "MissingDocumentMetadata";
        case Reason::kMissingHomeCommunityId: return "MissingHomeCommunityId";
        case Reason::kNonIdenticalHash: return "NonIdenticalHash";
        case Reason::kNonIdenticalSize: return "NonIdenticalSize";
        case Reason::kPatientIdDoesNotMatch: return "PatientIdDoesNotMatch";
        case Reason::kBusy: return "Busy";
        case Reason::kDeprecatedDocument: return "DeprecatedDocument";
        case Reason::kRegistryNotAvailable: return "RegistryNotAvailable";
        case Reason::kOutOfResources: return "OutOfResources";
        case Reason::kResultNotSinglePatient: return "ResultNotSinglePatient";
        case Reason::kStoredQueryMissingParam: return "StoredQueryMissingParam";
        case Reason::kStoredQueryParamNumber: return "StoredQueryParamNumber";
        case Reason::kTooManyResults: return "TooManyResults";
        case Reason::kUnavailableCommunity: return "UnavailableCommunity";
        case Reason::kUnknownCommunity: return "UnknownCommunity";
        case Reason::kUnknownPatientId: return "UnknownPatientId";
        case Reason::kUnknownRepositoryId: return "UnknownRepositoryId";
        case Reason::kUnknownStoredQuery: return "UnknownStoredQuery";
        case Reason::kRequiredFieldMissing: return "RequiredFieldMissing";
        case Reason::kUnknownKeyIdentifier: return "UnknownKeyIdentifier";
        case Reason::kDuplicateKeyIdentifier: return "DuplicateKeyIdentifier";
        case Reason::kUnsupportedMessageType: return "UnsupportedMessageType";
        case Reason::kUnsupportedEvent: return "UnsupportedEvent";
        case Reason::kUnsupportedProcessingId: return "UnsupportedProcessingId";
        case Reason::kUnsupportedVersion: return "UnsupportedVersion";
        case Reason::kDataType: return "DataType";
        case Reason::kSegmentSequence: return "SegmentSequence";
    }
    return "None";
}

}  // namespace musubi
