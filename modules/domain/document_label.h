#pragma once
// What the agreement sees of a DocumentEntry: who decides about a document in a registry, a
// repository, a gateway or an archive of images must see the same. Pure, thread-safe.

#include "domain/access.h"
#include "domain/metadata.h"

#include <string>

namespace musubi::domain {

/// The label of an entry published by `owner` (member code). Of each attribute the first code;
/// codes in NFC, as the agreement has them; missing ones are empty. Confidentiality sorted, each
/// once.
Label label_of(DocumentEntry const& entry, std::string const& owner);

}  // namespace musubi::domain
