#include "codec/ebxml/errors.h"

namespace musubi::ebxml {
namespace {

std::string_view fixed_text(Code code) {
    switch (code) {
        case Code::kInvalidMessage: return "the message cannot be read";
        case Code::kInvalidContent: return "the message breaks a rule of the profile";
        case Code::kUnsupported: return "this is not offered here";
        case Code::kUnauthenticated: return "the sender is not known";
        case Code::kDenied: return "the agreement does not permit this";
        case Code::kNotFound: return "what was asked for is not known here";
        case Code::kConflict: return "the request conflicts with what is stored";
        case Code::kTooLarge: return "the request passes a limit of this node";
        case Code::kBusy: return "too much load, try again later";
        case Code::kPeerUnavailable: return "a system that is needed for this does not answer";
        case Code::kStorageUnavailable: return "the storage does not answer, try again later";
        case Code::kInternal: return "internal error";
    }
    return "internal error";
}

Reason reason_for(Error const& error, Actor actor) {
    // Reasons beyond the vocabulary are the platform's, for our own code (a deadlock, a deadline).
    if (error.reason != Reason::kNone && static_cast<int>(error.reason) < kReasonCount)
        return error.reason;
    switch (error.code) {
        case Code::kBusy: return Reason::kBusy;
        case Code::kTooLarge: return Reason::kOutOfResources;
        case Code::kPeerUnavailable:
            if (actor == Actor::kRepository) return Reason::kRegistryNotAvailable;
            return actor == Actor::kInitiatingGateway ? Reason::kUnavailableCommunity
                                                      : Reason::kGeneral;
        case Code::kInvalidMessage:
        case Code::kInvalidContent:
        case Code::kUnsupported:
        case Code::kUnauthenticated:
        case Code::kDenied:
        case Code::kNotFound:
        case Code::kConflict:
        case Code::kStorageUnavailable:
        case Code::kInternal: return Reason::kGeneral;
    }
    return Reason::kGeneral;
}

}  // namespace

std::string_view error_code(Reason reason, Actor actor) {
    bool const repository = actor == Actor::kRepository;
    switch (reason) {
        case Reason::kMetadata:
            return repository ? "XDSRepositoryMetadataError" : "XDSRegistryMetadataError";
        case Reason::kRepositoryGeneral: return "XDSRepositoryError";
        case Reason::kRepositoryMetadata: return "XDSRepositoryMetadataError";
        case Reason::kUnresolvedReference: return "UnresolvedReferenceException";
        case Reason::kDocumentUniqueId: return "XDSDocumentUniqueIdError";
        case Reason::kDuplicateUniqueIdInRegistry: return "XDSDuplicateUniqueIdInRegistry";
        case Reason::kDuplicateUniqueIdInMessage:
            return repository ? "XDSRepositoryDuplicateUniqueIdInMessage"
                              : "XDSRegistryDuplicateUniqueIdInMessage";
        case Reason::kExtraMetadataNotSaved: return "XDSExtraMetadataNotSaved";
        case Reason::kMissingDocument: return "XDSMissingDocument";
        case Reason::kMissingDocumentMetadata: return "XDSMissingDocumentMetadata";
        case Reason::kMissingHomeCommunityId: return "XDSMissingHomeCommunityId";
        case Reason::kNonIdenticalHash: return "XDSNonIdenticalHash";
        case Reason::kNonIdenticalSize: return "XDSNonIdenticalSize";
        case Reason::kPatientIdDoesNotMatch: return "XDSPatientIdDoesNotMatch";
        case Reason::kBusy: return repository ? "XDSRepositoryBusy" : "XDSRegistryBusy";
        case Reason::kDeprecatedDocument: return "XDSRegistryDeprecatedDocumentError";
        case Reason::kRegistryNotAvailable: return "XDSRegistryNotAvailable";
        case Reason::kOutOfResources:
            return repository ? "XDSRepositoryOutOfResources" : "XDSRegistryOutOfResources";
        case Reason::kResultNotSinglePatient: return "XDSResultNotSinglePatient";
        case Reason::kStoredQueryMissingParam: return "XDSStoredQueryMissingParam";
        case Reason::kStoredQueryParamNumber: return "XDSStoredQueryParamNumber";
        case Reason::kTooManyResults: return "XDSTooManyResults";
        case Reason::kUnavailableCommunity: return "XDSUnavailableCommunity";
        case Reason::kUnknownCommunity: return "XDSUnknownCommunity";
        case Reason::kUnknownPatientId: return "XDSUnknownPatientId";
        case Reason::kUnknownRepositoryId: return "XDSUnknownRepositoryId";
        case Reason::kUnknownStoredQuery: return "XDSUnknownStoredQuery";
        // Causes of the patient identity protocols have no word of their own here.
        case Reason::kNone:
        case Reason::kGeneral:
        case Reason::kRequiredFieldMissing:
        case Reason::kUnknownKeyIdentifier:
        case Reason::kDuplicateKeyIdentifier:
        case Reason::kUnsupportedMessageType:
        case Reason::kUnsupportedEvent:
        case Reason::kUnsupportedProcessingId:
        case Reason::kUnsupportedVersion:
        case Reason::kDataType:
        case Reason::kSegmentSequence: break;
    }
    return repository ? "XDSRepositoryError" : "XDSRegistryError";
}

Reason reason_of(std::string_view code) {
    // A registry's words first: what only a repository says then has its own reason, which any
    // actor can relay.
    for (Actor const actor : {Actor::kRegistry, Actor::kRepository}) {
        for (int i = static_cast<int>(Reason::kGeneral); i < kReasonCount; ++i) {
            auto const reason = static_cast<Reason>(i);
            if (error_code(reason, actor) == code) return reason;
        }
    }
    return Reason::kGeneral;
}

std::vector<RegistryErrorRow> error_rows(std::vector<Issue> const& issues, Actor actor) {
    std::vector<RegistryErrorRow> rows;
    rows.reserve(issues.size());
    for (Issue const& issue : issues) {
        rows.push_back({issue.severity, std::string(error_code(issue.reason, actor)), issue.context,
                        issue.location});
    }
    return rows;
}

std::vector<RegistryErrorRow> error_rows(Error const& error, Actor actor, std::string_view trace) {
    if (!error.issues.empty()) return error_rows(error.issues, actor);
    std::string text(fixed_text(error.code));
    if (!trace.empty()) text += " (trace " + std::string(trace) + ")";
    return {{Severity::kError,
             std::string(error_code(reason_for(error, actor), actor)),
             std::move(text),
             {}}};
}

}  // namespace musubi::ebxml
