#pragma once
// Identifiers that any system needs: Oid, Uuid, and the source that makes new ones (a seam for
// tests).

#include "platform/base/result.h"

#include <array>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

namespace musubi {

/// True for `[0-2](\.(0|[1-9][0-9]*))+` of at most 64 characters (ITI TF-3 table 4.2.3.1.7-2). Arcs
/// are text: some are wider than 64 bits.
bool is_oid(std::string_view text);

/// 128 bits, printed in lower case.
class Uuid {
public:
    Uuid() = default;
    explicit Uuid(std::array<std::uint8_t, 16> octets) : octets_(octets) {}
    /// Accepts `8-4-4-4-12` hex in either case, with or without `urn:uuid:`.
    static Result<Uuid> parse(std::string_view text);

    std::string to_string() const;  ///< 8-4-4-4-12
    std::string to_urn() const;     ///< urn:uuid:8-4-4-4-12
    std::array<std::uint8_t, 16> const& octets() const { return octets_; }
    auto operator<=>(Uuid const&) const = default;

private:
    std::array<std::uint8_t, 16> octets_{};
};

class IdSource {
public:
    virtual ~IdSource() = default;
    virtual Uuid uuid() = 0;  ///< random (version 4)
    virtual std::int64_t
    key() = 0;  ///< positive, ordered and never twice in one process; unique with overwhelming odds
    virtual void random(std::uint8_t* out, std::size_t size) = 0;  ///< cryptographic quality
};

/// From the operating system's random numbers. Thread-safe, lives for ever.
IdSource& system_ids();

}  // namespace musubi
