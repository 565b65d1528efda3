#include "codec/fhir/json_writer.h"

#include "platform/base/json_text.h"
#include "platform/base/text.h"

#include <algorithm>

namespace musubi::fhir {

void JsonWriter::put_string(std::string_view value) {
    std::string replaced;
    if (!is_valid_utf8(value)) {
        replaced = value;
        std::replace_if(
            replaced.begin(), replaced.end(), [](char c) { return (c & 0x80) != 0; }, '?');
        value = replaced;
    }
    put_json_text(out_, value);
}

void JsonWriter::next(std::string_view key) {
    if (!out_.empty() && out_.back() != '{' && out_.back() != '[') out_ += ',';
    if (key.empty()) return;
    put_string(key);
    out_ += ':';
}

JsonWriter& JsonWriter::begin_object(std::string_view key) {
    next(key);
    out_ += '{';
    return *this;
}
JsonWriter& JsonWriter::end_object() {
    out_ += '}';
    return *this;
}
JsonWriter& JsonWriter::begin_array(std::string_view key) {
    next(key);
    out_ += '[';
    return *this;
}
JsonWriter& JsonWriter::end_array() {
    out_ += ']';
    return *this;
}
JsonWriter& JsonWriter::text(std::string_view key, std::string_view value) {
    next(key);
    put_string(value);
    return *this;
}
JsonWriter& JsonWriter::text_unless_empty(std::string_view key, std::string_view value) {
    return value.empty() ? *this : text(key, value);
}
JsonWriter& JsonWriter::boolean(std::string_view key, bool value) {
    next(key);
    out_ += value ? "true" : "false";
    return *this;
}
JsonWriter& JsonWriter::integer(std::string_view key, std::int64_t value) {
    next(key);
    out_ += std::to_string(value);
    return *this;
}

}  // namespace musubi::fhir
