#pragma once
// The octets of one element of a parsed document, as they were received: what a signature inside it
// was made over depends on prefixes, blanks and comments, which the tree does not keep.
//
// The result stands alone: declarations of namespaces that stood above the element are written into
// its start tag, which changes nothing for exclusive canonicalisation. Pure function, thread-safe;
// one pass over the text in front of the element.

#include "platform/base/bytes.h"
#include "platform/xml/document.h"

#include <string>

namespace musubi::xml {

/// `document` is what `tree` was parsed from and `element` belongs to it. UTF-8, whatever the
/// document was. Errors: kTooLarge beyond `max_bytes`, kInvalidMessage when the two do not fit.
Result<std::string> element_octets(ByteView document, Document const& tree, Element element,
                                   std::size_t max_bytes);

}  // namespace musubi::xml
