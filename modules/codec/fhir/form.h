#pragma once
// The two written forms of FHIR R4, and which of them a question asks for (FHIR R4 3.1.0.1.11;
// RESTful ATNA 3.81.4.1.3: both). Resources are written as JSON (json_writer.h); XML is made of
// that text. Pure functions, thread-safe.

#include <optional>
#include <string>
#include <string_view>

namespace musubi::fhir {

enum class Form : std::uint8_t { kJson, kXml };
std::string_view media_type(Form form);

/// `_format` of the query counts before the Accept header, of which the type with the highest
/// quality counts, of equal ones the first; any type: JSON. Nothing: neither form is asked for.
std::optional<Form> wanted_form(std::string_view query, std::string_view accept);

/// What JsonWriter wrote, a resource, as XML (FHIR R4 2.1.12). Elements keep the order of the
/// members, so write these in the order of the definition. Characters that XML forbids become
/// U+FFFD. Empty when the text is no such JSON: depth up to 32.
std::string to_xml(std::string_view json);

}  // namespace musubi::fhir
