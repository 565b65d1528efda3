#pragma once
// ebXML messages to domain requests and answers: ITI-41, 42, 18, 51, 43 and their responses (ITI
// TF-2 3.18, 3.41 to 3.43; ITI TF-3 4.2). Input is the Body's child as a parsed element; views in
// results live as long as its Document.
//
// An Error means that the message cannot be decoded at all (kInvalidMessage, or kInvalidContent
// with a reason). What is merely wrong about the metadata is in Submission::issues, for
// domain::validate to judge. Pure, thread-safe. Limits are those of the XML parser.

#include "codec/ebxml/errors.h"
#include "domain/affinity_domain.h"
#include "domain/metadata.h"
#include "domain/retrieve.h"
#include "domain/stored_query.h"
#include "platform/xml/document.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace musubi::ebxml {

/// `request` is lcm:SubmitObjectsRequest.
Result<domain::Submission> read_submission(xml::Element request);

/// An xds:Document, in the message or beside it: exactly one of the two is filled.
struct DocumentSource {
    std::string_view base64;  ///< inline text, white space included
    std::string content_id;   ///< of xop:Include, percent-decoded, without "cid:"
};
struct ProvidedDocument {
    std::string id;  ///< of the DocumentEntry it belongs to
    DocumentSource source;
};
struct ProvideAndRegister {
    domain::Submission submission;
    std::vector<ProvidedDocument> documents;
};
/// A request without SubmitObjectsRequest is kInvalidContent with Reason::kMissingDocument.
Result<ProvideAndRegister> read_provide_and_register(xml::Element request);

struct AdhocQuery {
    domain::RawQuery query;
    std::string audit_xml;  ///< the request again, for the audit record (ITI TF-2 3.18.5.1)
};
Result<AdhocQuery> read_adhoc_query(xml::Element request);

/// kInvalidContent when a RepositoryUniqueId or DocumentUniqueId is missing or there is no
/// DocumentRequest.
Result<std::vector<domain::DocumentRequest>> read_retrieve_request(xml::Element request);

// -- answers, for our client side

enum class ResponseStatus : std::uint8_t { kSuccess, kPartialSuccess, kFailure };
struct RegistryResponse {
    ResponseStatus status = ResponseStatus::kFailure;
    std::vector<RegistryErrorRow> errors;  ///< warnings included

    /// With our reasons; unknown codes are kGeneral.
    std::vector<Issue> issues() const;
};
/// Also takes AdhocQueryResponse, whose status and error list look the same.
Result<RegistryResponse> read_registry_response(xml::Element response);

struct QueryResponse {
    RegistryResponse response;
    domain::Submission objects;  ///< LeafClass
    struct Ref {
        std::string id;
        std::optional<std::string> home;
    };
    std::vector<Ref> refs;  ///< ObjectRef
};
Result<QueryResponse> read_query_response(xml::Element response);

struct RetrievedPart {
    domain::DocumentRequest request;
    std::optional<std::string> new_repository_unique_id, new_document_unique_id;
    std::string mime_type;
    DocumentSource source;
};
struct RetrieveResponse {
    RegistryResponse response;
    std::vector<RetrievedPart> documents;
};
Result<RetrieveResponse> read_retrieve_response(xml::Element response);

/// The de-facto `codes.xml` form: Codes/CodeType[@name]/Code[@code @display @codingScheme].
Result<std::vector<domain::AffinityDomain::CodeRow>> read_codes_xml(xml::Document const& document);

}  // namespace musubi::ebxml
