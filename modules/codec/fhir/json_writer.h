#pragma once
// JSON text (RFC 8259), written from front to back. Strings must be UTF-8; what is not becomes '?'.
// Empty values are left out where the name says so: FHIR has no empty elements. Not thread-safe.

#include <cstdint>
#include <string>
#include <string_view>

namespace musubi::fhir {

class JsonWriter {
public:
    JsonWriter& begin_object(std::string_view key = {});
    JsonWriter& end_object();
    JsonWriter& begin_array(std::string_view key);
    JsonWriter& end_array();
    JsonWriter& text(std::string_view key, std::string_view value);
    JsonWriter& text_unless_empty(std::string_view key, std::string_view value);
    JsonWriter& boolean(std::string_view key, bool value);
    JsonWriter& integer(std::string_view key, std::int64_t value);
    std::string take() { return std::move(out_); }

private:
    void next(std::string_view key);
    void put_string(std::string_view value);
    std::string out_;
};

}  // namespace musubi::fhir
