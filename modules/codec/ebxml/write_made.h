#pragma once
// The answer to a retrieve that brings documents made on demand (ITI TF-2 3.43.4.2.2): each has a
// new unique id, and the repository's id where it is kept from now on. Pure.

#include "codec/ebxml/write.h"

#include <optional>

namespace musubi::ebxml {

struct NewNames {
    std::optional<std::string> repository_unique_id, document_unique_id;
};

/// As write_retrieve_response() without them; `made` belongs to the documents one by one.
std::vector<soap::BodyPiece> write_retrieve_response(domain::RetrieveResponse const& response,
                                                     std::vector<RegistryErrorRow> const& rows,
                                                     std::vector<NewNames> const& made);

}  // namespace musubi::ebxml
