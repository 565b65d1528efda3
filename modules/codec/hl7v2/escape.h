#pragma once
// Escape sequences inside field text (HL7 v2.5 2.7). Pure functions, thread-safe.

#include "codec/hl7v2/message.h"

#include <string>
#include <string_view>

namespace musubi::hl7v2 {

/// Resolves \F\ \S\ \T\ \R\ \E\, \Xhh..\ (octets in the message's own character set), \.br\ and the
/// other formatting commands that end a line, and drops highlighting and set switches that are left
/// over. What is not understood, and \X that names control characters or wrong octets, stays as it
/// was sent. One pass: nothing is resolved twice.
std::string unescape(std::string_view raw, Delimiters const& delimiters, Charset const& charset);

/// The reverse: delimiters, the escape character, line ends (\.br\) and control characters (\Xhh\).
std::string escape(std::string_view text, Delimiters const& delimiters);

}  // namespace musubi::hl7v2
