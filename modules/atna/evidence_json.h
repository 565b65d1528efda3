#pragma once
// Flat JSON objects (RFC 8259): strings and whole numbers, nothing nested. For our own documents of
// evidence, whose every octet counts. Pure, thread-safe.

#include "platform/base/result.h"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace musubi::atna {

/// Numbers stand as their digits.
using FlatJson = std::map<std::string, std::string, std::less<>>;

/// kInvalidContent for anything else, a repeated key, text that is no UTF-8, or octets behind the
/// end.
Result<FlatJson> read_flat_json(std::string_view text);

/// In canonical form (RFC 8785): keys in order, no white space. Keys are ASCII.
class FlatJsonWriter {
public:
    FlatJsonWriter& text(std::string_view key, std::string_view value);
    FlatJsonWriter& number(std::string_view key, std::int64_t value);
    std::string take() const;

private:
    std::map<std::string, std::string, std::less<>> members_;  ///< values as they are written
};

/// The member's value, or kInvalidContent naming it.
Result<std::string> text_of(FlatJson const& object, std::string_view key);
/// A whole number from 0 on.
Result<std::int64_t> number_of(FlatJson const& object, std::string_view key);

}  // namespace musubi::atna
