#pragma once
// The assertion in a message's wsse:Security header. It is found by walking Header/Security/
// Assertion and never by its id. Pure functions, thread-safe.

#include "platform/base/bytes.h"
#include "platform/xml/document.h"

#include <optional>
#include <string>

namespace musubi::saml {

/// `document` is what `tree` was parsed from; `security` is the header, or null. Nothing when there
/// is no token at all (an empty header, or a time stamp alone). Otherwise the assertion's octets,
/// standing alone. kUnauthenticated with a reason of faults.h: another kind of token, several
/// assertions, an id that the headers hold twice, more than 64 KiB.
Result<std::optional<std::string>> find_assertion(ByteView document, xml::Document const& tree,
                                                  xml::Element security);

/// The only assertion in the header, however wrong it may be; null when there is none.
xml::Element any_assertion(xml::Element security);

/// A wsse:Security header for requests, to stand in an envelope that declares `env`: round the
/// assertion that is the root of `document`, octet for octet. kInvalidContent for anything else.
Result<std::string> write_security(ByteView document);

}  // namespace musubi::saml
