#pragma once
// The parameters $1, $2, ... of one statement, encoded in PostgreSQL's binary form while they are
// added (a bytea costs no hexadecimal text). Values are copied, so that a queued statement depends
// on nothing else.
//
//   Params().uuid(id).text(status).int8(patient_key).text_or_null(title)
//
// Limits: 65,535 parameters, 1 GiB in total; beyond that the execution fails with kTooLarge. Not
// thread-safe.

#include "platform/base/bytes.h"
#include "platform/base/clock.h"
#include "platform/base/ids.h"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace musubi::pg {

class Params {
public:
    Params& text(std::string_view value);
    Params& int8(std::int64_t value);
    Params& int4(std::int32_t value);
    Params& int2(std::int16_t value);
    Params& float8(double value);
    Params& boolean(bool value);
    Params& bytea(ByteView value);
    Params& uuid(Uuid const& value);
    Params& timestamptz(WallTime value);

    Params& null();  ///< of whatever type the statement expects there
    Params& text_or_null(std::optional<std::string_view> value);
    Params& int8_or_null(std::optional<std::int64_t> value);
    Params& int4_or_null(std::optional<std::int32_t> value);
    Params& bytea_or_null(std::optional<ByteView> value);
    Params& uuid_or_null(std::optional<Uuid> value);
    Params& timestamptz_or_null(std::optional<WallTime> value);

    // One-dimensional arrays, lower bound 1. An empty span is an empty array, not NULL.
    Params& text_array(std::span<std::string const> values);
    Params& text_array(std::span<std::string_view const> values);
    Params& text_array(std::span<std::optional<std::string> const> values);
    Params& int8_array(std::span<std::int64_t const> values);
    Params& int4_array(std::span<std::int32_t const> values);
    Params& int2_array(std::span<std::int16_t const> values);
    Params& bool_array(std::span<bool const> values);
    Params& uuid_array(std::span<Uuid const> values);
    Params& uuid_array(std::span<std::optional<Uuid> const> values);
    Params& bytea_array(std::span<Bytes const> values);
    Params& bytea_array(std::span<ByteView const> values);
    Params& timestamptz_array(std::span<WallTime const> values);

    std::size_t size() const { return items_.size(); }

    // For the connection.
    struct Item {
        std::uint32_t type = 0;  ///< type OID of pg_type, 0 lets the server infer it
        std::size_t offset = 0;
        std::size_t length = 0;
        bool null = false;
    };
    std::vector<Item> const& items() const { return items_; }
    char const* data() const { return buffer_.data(); }
    std::size_t total_bytes() const { return buffer_.size(); }

private:
    void close(std::uint32_t type, std::size_t offset);
    void add_null(std::uint32_t type);
    template <class Range, class Put>
    Params& array(std::uint32_t type, std::uint32_t element_type, Range const& values, Put put);

    std::string buffer_;
    std::vector<Item> items_;
};

}  // namespace musubi::pg
