#pragma once
// Answers and requests as ebXML text (ITI TF-3 4.2.4, ITI TF-2 3.18, 3.41 to 3.43). The result is
// the Body's child, with its namespaces declared on it. Answers that carry documents are pieces:
// the binding puts the octets in between. Pure, thread-safe. Ownership: results own their text and
// share the documents.

#include "codec/ebxml/errors.h"
#include "codec/ebxml/read.h"
#include "codec/soap/exchange.h"
#include "domain/metadata.h"
#include "domain/retrieve.h"
#include "domain/stored_query.h"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace musubi::ebxml {

/// kFailure when a row is an error, else kSuccess: all that ITI-41 and ITI-42 know.
ResponseStatus status_of(std::vector<RegistryErrorRow> const& rows);

std::string write_registry_response(ResponseStatus status,
                                    std::vector<RegistryErrorRow> const& rows);

/// An AdhocQueryResponse is the prefix, any number of fragments or object references, the suffix.
/// RegistryObjectList is always there, as the schema demands, also on failure. Declares the
/// prefixes rim, rs and query.
std::string query_response_prefix(ResponseStatus status, std::vector<RegistryErrorRow> const& rows);
std::string_view query_response_suffix();
void append_object_ref(std::string& out, std::string_view id, std::string_view home);

/// Status from what was delivered: all, some, none.
std::vector<soap::BodyPiece> write_retrieve_response(domain::RetrieveResponse const& response,
                                                     std::vector<RegistryErrorRow> const& rows);

// -- requests, for our client side

/// 'text' with inner quotes doubled, as stored-query parameters want it.
std::string query_text(std::string_view text);
/// ('a','b')
std::string query_list(std::vector<std::string> const& texts);
/// Values stand as given: use query_text() and query_list().
std::string write_adhoc_query_request(domain::RawQuery const& query);
std::string write_retrieve_request(std::vector<domain::DocumentRequest> const& requests);
std::string write_submit_objects_request(domain::Submission const& submission);

struct DocumentToProvide {
    std::string id;  ///< of its DocumentEntry
    std::shared_ptr<Content const> content;
    std::string mime_type;
};
std::vector<soap::BodyPiece> write_provide_and_register(
    domain::Submission const& submission, std::vector<DocumentToProvide> const& documents);

}  // namespace musubi::ebxml
