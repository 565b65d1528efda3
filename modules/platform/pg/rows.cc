#include "platform/pg/rows.h"

#include "platform/pg/wire.h"

#include <libpq-fe.h>

#include <bit>
#include <cstdlib>
#include <stdexcept>

namespace musubi::pg {
namespace {

PGresult* result_of(void* held) { return static_cast<PGresult*>(held); }

[[noreturn]] void wrong(int column, char const* wanted) {
    throw std::logic_error("column " + std::to_string(column) + " is not " + wanted);
}

std::int64_t signed_of(std::string_view raw) {
    if (raw.size() == 8) return static_cast<std::int64_t>(wire::get<std::uint64_t>(raw.data()));
    if (raw.size() == 4) return static_cast<std::int32_t>(wire::get<std::uint32_t>(raw.data()));
    return static_cast<std::int16_t>(wire::get<std::uint16_t>(raw.data()));
}

Uuid uuid_of(std::string_view raw) {
    std::array<std::uint8_t, 16> octets{};
    for (std::size_t i = 0; i < octets.size(); ++i) octets[i] = static_cast<std::uint8_t>(raw[i]);
    return Uuid(octets);
}

bool is_text(std::uint32_t type) {
    constexpr std::uint32_t kChar = 18, kName = 19, kJson = 114, kUnknown = 705, kBpchar = 1042;
    return type == wire::kText || type == wire::kVarchar || type == kName || type == kJson ||
           type == kBpchar || type == kUnknown || type == kChar || type == wire::kJsonb;
}

}  // namespace

Rows::Rows(void* result)
    : result_(result, [](void* held) { PQclear(static_cast<PGresult*>(held)); }) {
    count_ = PQntuples(result_of(result_.get()));
    affected_ = std::atoll(PQcmdTuples(result_of(result_.get())));
}

int Rows::columns() const { return result_ ? PQnfields(result_of(result_.get())) : 0; }

Row Rows::operator[](int index) const {
    if (index < 0 || index >= count_)
        throw std::logic_error("row " + std::to_string(index) + " does not exist");
    return {result_.get(), index};
}

std::uint32_t Row::type(int column) const { return PQftype(result_of(result_), column); }

bool Row::is_null(int column) const {
    if (column < 0 || column >= PQnfields(result_of(result_))) wrong(column, "there");
    return PQgetisnull(result_of(result_), index_, column) == 1;
}

std::string_view Row::raw(int column) const {
    if (is_null(column)) wrong(column, "present (it is NULL)");
    PGresult* const result = result_of(result_);
    return {PQgetvalue(result, index_, column),
            static_cast<std::size_t>(PQgetlength(result, index_, column))};
}

std::string_view Row::text(int column) const {
    std::string_view value = raw(column);
    std::uint32_t const t = type(column);
    if (!is_text(t)) wrong(column, "text");
    if (t == wire::kJsonb && !value.empty()) value.remove_prefix(1);  // a version byte goes first
    return value;
}

std::int64_t Row::int64(int column) const {
    std::string_view const value = raw(column);
    std::uint32_t const t = type(column);
    if (t != wire::kInt8 && t != wire::kInt4 && t != wire::kInt2) wrong(column, "an integer");
    return signed_of(value);
}

std::int32_t Row::int32(int column) const {
    std::string_view const value = raw(column);
    std::uint32_t const t = type(column);
    if (t != wire::kInt4 && t != wire::kInt2) wrong(column, "int4 or int2");
    return static_cast<std::int32_t>(signed_of(value));
}

std::int16_t Row::int16(int column) const {
    std::string_view const value = raw(column);
    if (type(column) != wire::kInt2) wrong(column, "int2");
    return static_cast<std::int16_t>(signed_of(value));
}

double Row::float8(int column) const {
    std::string_view const value = raw(column);
    if (type(column) != wire::kFloat8) wrong(column, "float8");
    return std::bit_cast<double>(wire::get<std::uint64_t>(value.data()));
}

bool Row::boolean(int column) const {
    std::string_view const value = raw(column);
    if (type(column) != wire::kBool) wrong(column, "boolean");
    return value[0] != 0;
}

ByteView Row::bytes(int column) const {
    std::string_view const value = raw(column);
    if (type(column) != wire::kBytea) wrong(column, "bytea");
    return as_bytes(value);
}

Uuid Row::uuid(int column) const {
    std::string_view const value = raw(column);
    if (type(column) != wire::kUuid) wrong(column, "uuid");
    return uuid_of(value);
}

WallTime Row::time(int column) const {
    std::string_view const value = raw(column);
    if (type(column) != wire::kTimestamptz) wrong(column, "timestamptz");
    return wire::from_server(signed_of(value));
}

std::optional<std::string_view> Row::text_if(int column) const {
    if (is_null(column)) return std::nullopt;
    return text(column);
}
std::optional<std::int64_t> Row::int64_if(int column) const {
    if (is_null(column)) return std::nullopt;
    return int64(column);
}
std::optional<ByteView> Row::bytes_if(int column) const {
    if (is_null(column)) return std::nullopt;
    return bytes(column);
}
std::optional<Uuid> Row::uuid_if(int column) const {
    if (is_null(column)) return std::nullopt;
    return uuid(column);
}
std::optional<WallTime> Row::time_if(int column) const {
    if (is_null(column)) return std::nullopt;
    return time(column);
}

template <class Put>
void Row::each_element(int column, std::uint32_t array_type, Put put) const {
    std::string_view value = raw(column);
    if (type(column) != array_type) wrong(column, "an array of the type asked for");
    auto const next = [&value, column] {
        if (value.size() < 4) wrong(column, "a whole array");
        auto const number = static_cast<std::int32_t>(wire::get<std::uint32_t>(value.data()));
        value.remove_prefix(4);
        return number;
    };
    std::int32_t const dimensions = next();
    next();  // has-nulls flag
    next();  // element type
    if (dimensions == 0) return;
    if (dimensions != 1) wrong(column, "one-dimensional");
    std::int32_t const count = next();
    next();  // lower bound
    for (std::int32_t i = 0; i < count; ++i) {
        std::int32_t const length = next();
        if (length < 0) wrong(column, "free of NULL elements");
        put(value.substr(0, static_cast<std::size_t>(length)));
        value.remove_prefix(static_cast<std::size_t>(length));
    }
}

std::vector<std::string> Row::text_array(int column) const {
    std::vector<std::string> out;
    each_element(column, wire::kTextArray, [&](std::string_view v) { out.emplace_back(v); });
    return out;
}
std::vector<std::int64_t> Row::int64_array(int column) const {
    std::vector<std::int64_t> out;
    each_element(column, wire::kInt8Array,
                 [&](std::string_view v) { out.push_back(signed_of(v)); });
    return out;
}
std::vector<std::int32_t> Row::int32_array(int column) const {
    std::vector<std::int32_t> out;
    each_element(column, wire::kInt4Array, [&](std::string_view v) {
        out.push_back(static_cast<std::int32_t>(signed_of(v)));
    });
    return out;
}
std::vector<Uuid> Row::uuid_array(int column) const {
    std::vector<Uuid> out;
    each_element(column, wire::kUuidArray, [&](std::string_view v) { out.push_back(uuid_of(v)); });
    return out;
}
std::vector<Bytes> Row::bytes_array(int column) const {
    std::vector<Bytes> out;
    each_element(column, wire::kByteaArray, [&](std::string_view v) {
        ByteView const b = as_bytes(v);
        out.emplace_back(b.begin(), b.end());
    });
    return out;
}

}  // namespace musubi::pg
