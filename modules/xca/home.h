#pragma once
// The rules of homeCommunityId in what reaches a responding gateway, and of its errors (ITI TF-2
// 3.38.4.1.3, 3.39.4.1.3). Pure, thread-safe.

#include "codec/ebxml/errors.h"
#include "domain/retrieve.h"
#include "domain/stored_query.h"

#include <optional>

namespace musubi::xca {

/// What is wrong with the home of a stored query: another community's, or none where the query
/// names objects and no patient. Compared octet by octet: an OID without urn:oid: is no home.
std::optional<Issue> wrong_home(domain::StoredQuery const& query, std::string const& own);
/// Likewise for a document; always required.
std::optional<Issue> wrong_home(domain::DocumentRequest const& request, std::string const& own);

/// Each error of a responding gateway names it (ITI TF-2 3.38.4.1.3: location).
void locate_at(std::string const& home, std::vector<ebxml::RegistryErrorRow>& rows);
/// In a retrieve the DocumentUniqueId stands beside it: "urn:oid:HOME UNIQUEID", and once more in
/// the context.
void locate_documents_at(std::string const& home, std::vector<ebxml::RegistryErrorRow>& rows);
/// Of images the home alone is the place (IHE RAD TF-3 4.75); which one is meant stands in the
/// context.
void locate_images_at(std::string const& home, std::vector<ebxml::RegistryErrorRow>& rows);

}  // namespace musubi::xca
