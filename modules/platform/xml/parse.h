#pragma once
// Octets to a Document, checked against a schema set in the same pass if one is given.
//
// Reads UTF-8, and UTF-16 with a byte order mark. A document type declaration is always refused, so
// there are no entities to expand and nothing to fetch; no file and no network address is ever
// opened, whatever xsi:schemaLocation says. Time is linear in the size.
//
// Errors: kTooLarge when a limit of limits.h is passed, kInvalidMessage for everything else.
// `detail` has the rule, line and column but no text of the document. Schema violations come as
// issues, at most Limits::findings of them; an Issue::context names line, path of elements, and the
// rule, never a value. Thread-safety: any thread; the underlying parsers are kept per thread.

#include "platform/base/bytes.h"
#include "platform/xml/document.h"
#include "platform/xml/limits.h"
#include "platform/xml/schema_set.h"

namespace musubi::xml {

/// `detail` of the error begins with this when a document type declaration was met: a sign of an
/// attack.
inline constexpr std::string_view kDoctypeRefused = "document type declaration refused";

enum class OnSchemaError : std::uint8_t {
    kRefuse,        ///< the findings become the issues of a kInvalidMessage error
    kKeepDocument,  ///< the document is returned with its schema_findings()
};

struct ParseOptions {
    SchemaSet const* schemas = nullptr;  ///< nullptr: no schema validation
    OnSchemaError on_schema_error = OnSchemaError::kRefuse;
    Limits limits = {};
};

Result<Document> parse(ByteView bytes, ParseOptions const& options = {});

}  // namespace musubi::xml
