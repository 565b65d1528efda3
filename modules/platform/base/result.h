#pragma once
// Result<T>: a T or an Error. Functions that can fail return it; exceptions of libraries end at
// their wrapper.
//
//   Result<Oid> oid = Oid::parse(text);
//   if (!oid) return oid.error();
//   use(*oid);
// or, inside a function that itself returns a Result:
//   Oid oid = TRY(Oid::parse(text));

#include "platform/base/error.h"

#include <cassert>
#include <utility>
#include <variant>

namespace musubi {

template <class T>
class [[nodiscard]] Result {
public:
    using value_type = T;
    Result(T value)
        : state_(std::in_place_index<0>, std::move(value)) {}  // NOLINT: implicit on purpose
    Result(Error error)
        : state_(std::in_place_index<1>, std::move(error)) {}  // NOLINT: implicit on purpose

    explicit operator bool() const { return state_.index() == 0; }
    bool ok() const { return state_.index() == 0; }
    T& operator*() & { return std::get<0>(state_); }
    T const& operator*() const& { return std::get<0>(state_); }
    T&& operator*() && { return std::get<0>(std::move(state_)); }
    T* operator->() { return &std::get<0>(state_); }
    T const* operator->() const { return &std::get<0>(state_); }
    T& value() & { return std::get<0>(state_); }
    T const& value() const& { return std::get<0>(state_); }
    T&& value() && { return std::get<0>(std::move(state_)); }
    Error& error() & { return std::get<1>(state_); }
    Error const& error() const& { return std::get<1>(state_); }
    Error&& error() && { return std::get<1>(std::move(state_)); }

private:
    std::variant<T, Error> state_;
};

template <>
class [[nodiscard]] Result<void> {
public:
    using value_type = void;
    Result() = default;
    Result(Error error) : error_(std::move(error)), ok_(false) {}  // NOLINT: implicit on purpose

    explicit operator bool() const { return ok_; }
    bool ok() const { return ok_; }
    void operator*() const {}
    void value() const {}
    Error& error() & { return error_; }
    Error const& error() const& { return error_; }
    Error&& error() && { return std::move(error_); }

private:
    Error error_;
    bool ok_ = true;
};

using Status = Result<void>;

}  // namespace musubi

/// The value of EXPR, or return its error from the enclosing function.
#define TRY(...)                                                             \
    __extension__({                                                          \
        auto musubi_try_result = (__VA_ARGS__);                              \
        if (!musubi_try_result) return std::move(musubi_try_result).error(); \
        std::move(musubi_try_result).value();                                \
    })
