#pragma once
// The answer of one statement. Rows owns it (copies share it); a Row and every string_view or
// ByteView it hands out are views that live as long as one of these copies does. Columns are
// numbered from 0. Immutable, so readable by several threads.
//
// Reading a column as a type that it does not have, or NULL with a getter that cannot say so, is a
// bug in the caller and throws std::logic_error (no outcome of a request may depend on it).

#include "platform/base/bytes.h"
#include "platform/base/clock.h"
#include "platform/base/ids.h"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace musubi::pg {

class Rows;

class Row {
public:
    bool is_null(int column) const;
    std::string_view text(int column) const;  ///< text, varchar, name, json, jsonb
    std::int64_t int64(int column) const;     ///< int2, int4, int8
    std::int32_t int32(int column) const;     ///< int2, int4
    std::int16_t int16(int column) const;     ///< int2
    double float8(int column) const;
    bool boolean(int column) const;
    ByteView bytes(int column) const;  ///< bytea
    Uuid uuid(int column) const;
    WallTime time(int column) const;  ///< timestamptz

    std::optional<std::string_view> text_if(int column) const;
    std::optional<std::int64_t> int64_if(int column) const;
    std::optional<ByteView> bytes_if(int column) const;
    std::optional<Uuid> uuid_if(int column) const;
    std::optional<WallTime> time_if(int column) const;

    // One-dimensional arrays without NULL elements.
    std::vector<std::string> text_array(int column) const;
    std::vector<std::int64_t> int64_array(int column) const;  ///< int8[]
    std::vector<std::int32_t> int32_array(int column) const;  ///< int4[]
    std::vector<Uuid> uuid_array(int column) const;
    std::vector<Bytes> bytes_array(int column) const;

private:
    friend class Rows;
    Row(void* result, int index) : result_(result), index_(index) {}
    std::string_view raw(int column) const;
    std::uint32_t type(int column) const;
    template <class Put>
    void each_element(int column, std::uint32_t array_type, Put put) const;

    void* result_;
    int index_;
};

class Rows {
public:
    Rows() = default;
    int size() const { return count_; }
    bool empty() const { return count_ == 0; }
    int columns() const;
    std::int64_t affected() const {
        return affected_;
    }  ///< rows inserted, updated, deleted or selected
    Row operator[](int index) const;
    Row front() const { return (*this)[0]; }

    class Iterator {
    public:
        Iterator(Rows const* rows, int index) : rows_(rows), index_(index) {}
        Row operator*() const { return (*rows_)[index_]; }
        Iterator& operator++() {
            ++index_;
            return *this;
        }
        bool operator==(Iterator const&) const = default;

    private:
        Rows const* rows_;
        int index_;
    };
    Iterator begin() const { return {this, 0}; }
    Iterator end() const { return {this, count_}; }

private:
    friend class Connection;
    explicit Rows(void* result);  ///< takes the client library's result

    std::shared_ptr<void> result_;
    int count_ = 0;
    std::int64_t affected_ = 0;
};

}  // namespace musubi::pg
