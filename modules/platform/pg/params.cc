#include "platform/pg/params.h"

#include "platform/pg/wire.h"

#include <bit>

namespace musubi::pg {
namespace {

void put_bytes(std::string& out, ByteView value) {
    out.append(reinterpret_cast<char const*>(value.data()), value.size());
}
void put_int8(std::string& out, std::int64_t v) { wire::put(out, static_cast<std::uint64_t>(v)); }
void put_int4(std::string& out, std::int32_t v) { wire::put(out, static_cast<std::uint32_t>(v)); }
void put_int2(std::string& out, std::int16_t v) { wire::put(out, static_cast<std::uint16_t>(v)); }

}  // namespace

void Params::close(std::uint32_t type, std::size_t offset) {
    items_.push_back({type, offset, buffer_.size() - offset, false});
}
void Params::add_null(std::uint32_t type) { items_.push_back({type, buffer_.size(), 0, true}); }

Params& Params::text(std::string_view value) {
    std::size_t const at = buffer_.size();
    buffer_.append(value);
    close(wire::kText, at);
    return *this;
}

Params& Params::int8(std::int64_t value) {
    std::size_t const at = buffer_.size();
    put_int8(buffer_, value);
    close(wire::kInt8, at);
    return *this;
}

Params& Params::int4(std::int32_t value) {
    std::size_t const at = buffer_.size();
    put_int4(buffer_, value);
    close(wire::kInt4, at);
    return *this;
}

Params& Params::int2(std::int16_t value) {
    std::size_t const at = buffer_.size();
    put_int2(buffer_, value);
    close(wire::kInt2, at);
    return *this;
}

Params& Params::float8(double value) {
    std::size_t const at = buffer_.size();
    wire::put(buffer_, std::bit_cast<std::uint64_t>(value));
    close(wire::kFloat8, at);
    return *this;
}

Params& Params::boolean(bool value) {
    std::size_t const at = buffer_.size();
    buffer_.push_back(value ? 1 : 0);
    close(wire::kBool, at);
    return *this;
}

Params& Params::bytea(ByteView value) {
    std::size_t const at = buffer_.size();
    put_bytes(buffer_, value);
    close(wire::kBytea, at);
    return *this;
}

Params& Params::uuid(Uuid const& value) {
    std::size_t const at = buffer_.size();
    put_bytes(buffer_, value.octets());
    close(wire::kUuid, at);
    return *this;
}

Params& Params::timestamptz(WallTime value) {
    std::size_t const at = buffer_.size();
    put_int8(buffer_, wire::to_server(value));
    close(wire::kTimestamptz, at);
    return *this;
}

Params& Params::null() {
    add_null(0);
    return *this;
}

Params& Params::text_or_null(std::optional<std::string_view> value) {
    if (value) return text(*value);
    add_null(wire::kText);
    return *this;
}
Params& Params::int8_or_null(std::optional<std::int64_t> value) {
    if (value) return int8(*value);
    add_null(wire::kInt8);
    return *this;
}
Params& Params::int4_or_null(std::optional<std::int32_t> value) {
    if (value) return int4(*value);
    add_null(wire::kInt4);
    return *this;
}
Params& Params::bytea_or_null(std::optional<ByteView> value) {
    if (value) return bytea(*value);
    add_null(wire::kBytea);
    return *this;
}
Params& Params::uuid_or_null(std::optional<Uuid> value) {
    if (value) return uuid(*value);
    add_null(wire::kUuid);
    return *this;
}
Params& Params::timestamptz_or_null(std::optional<WallTime> value) {
    if (value) return timestamptz(*value);
    add_null(wire::kTimestamptz);
    return *this;
}

// Layout: dimensions, has-nulls flag, element type, then length and lower bound of the dimension,
// then each element with its length in front (-1 for NULL). `put` appends one element and returns
// false for NULL.
template <class Range, class Put>
Params& Params::array(std::uint32_t type, std::uint32_t element_type, Range const& values,
                      Put put) {
    std::size_t const at = buffer_.size();
    put_int4(buffer_, values.empty() ? 0 : 1);
    std::size_t const flag_at = buffer_.size();
    put_int4(buffer_, 0);
    wire::put(buffer_, element_type);
    if (!values.empty()) {
        put_int4(buffer_, static_cast<std::int32_t>(values.size()));
        put_int4(buffer_, 1);
    }
    for (auto const& value : values) {
        std::size_t const length_at = buffer_.size();
        put_int4(buffer_, -1);
        if (!put(buffer_, value)) {
            buffer_[flag_at + 3] = 1;
            continue;
        }
        std::string length;
        wire::put(length, static_cast<std::uint32_t>(buffer_.size() - length_at - 4));
        buffer_.replace(length_at, 4, length);
    }
    close(type, at);
    return *this;
}

Params& Params::text_array(std::span<std::string const> values) {
    return array(wire::kTextArray, wire::kText, values, [](std::string& out, std::string const& v) {
        out.append(v);
        return true;
    });
}
Params& Params::text_array(std::span<std::string_view const> values) {
    return array(wire::kTextArray, wire::kText, values, [](std::string& out, std::string_view v) {
        out.append(v);
        return true;
    });
}
Params& Params::text_array(std::span<std::optional<std::string> const> values) {
    return array(wire::kTextArray, wire::kText, values,
                 [](std::string& out, std::optional<std::string> const& v) {
                     if (v) out.append(*v);
                     return v.has_value();
                 });
}
Params& Params::int8_array(std::span<std::int64_t const> values) {
    return array(wire::kInt8Array, wire::kInt8, values, [](std::string& out, std::int64_t v) {
        put_int8(out, v);
        return true;
    });
}
Params& Params::int4_array(std::span<std::int32_t const> values) {
    return array(wire::kInt4Array, wire::kInt4, values, [](std::string& out, std::int32_t v) {
        put_int4(out, v);
        return true;
    });
}
Params& Params::int2_array(std::span<std::int16_t const> values) {
    return array(wire::kInt2Array, wire::kInt2, values, [](std::string& out, std::int16_t v) {
        put_int2(out, v);
        return true;
    });
}
Params& Params::bool_array(std::span<bool const> values) {
    return array(wire::kBoolArray, wire::kBool, values, [](std::string& out, bool v) {
        out.push_back(v ? 1 : 0);
        return true;
    });
}
Params& Params::uuid_array(std::span<Uuid const> values) {
    return array(wire::kUuidArray, wire::kUuid, values, [](std::string& out, Uuid const& v) {
        put_bytes(out, v.octets());
        return true;
    });
}
Params& Params::uuid_array(std::span<std::optional<Uuid> const> values) {
    return array(wire::kUuidArray, wire::kUuid, values,
                 [](std::string& out, std::optional<Uuid> const& v) {
                     if (v) put_bytes(out, v->octets());
                     return v.has_value();
                 });
}
Params& Params::bytea_array(std::span<Bytes const> values) {
    return array(wire::kByteaArray, wire::kBytea, values, [](std::string& out, Bytes const& v) {
        put_bytes(out, v);
        return true;
    });
}
Params& Params::bytea_array(std::span<ByteView const> values) {
    return array(wire::kByteaArray, wire::kBytea, values, [](std::string& out, ByteView v) {
        put_bytes(out, v);
        return true;
    });
}
Params& Params::timestamptz_array(std::span<WallTime const> values) {
    return array(wire::kTimestamptzArray, wire::kTimestamptz, values,
                 [](std::string& out, WallTime v) {
                     put_int8(out, wire::to_server(v));
                     return true;
                 });
}

}  // namespace musubi::pg
