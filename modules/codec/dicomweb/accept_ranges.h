#pragma once
// Inside the room: an Accept header taken apart (RFC 9110 12.5.1). Pure, thread-safe.

#include "codec/mtom/content_type.h"

#include <vector>

namespace musubi::dicomweb {

inline constexpr std::size_t kMaxText = 8'192;  ///< of a query or an Accept header

/// A refusal that tells the asker why.
Error wrong(Code code, std::string what);

/// Parts between commas that stand outside of quotes.
std::vector<std::string_view> ranges_of(std::string_view header);
/// q=0, q=0.0: not this one (RFC 9110 12.4.2).
bool is_refused(mtom::ContentType const& range);
/// Those that are not refused; empty: nothing was said. kInvalidContent: too long, too many, or
/// cannot be read.
struct AcceptRanges {
    bool anything = false;  ///< the header says nothing
    std::vector<mtom::ContentType> wanted;
};
Result<AcceptRanges> read_ranges(std::string_view accept);
/// The parameter as a UID or "*"; nothing where it is absent. kInvalidContent: neither.
Result<std::optional<std::string>> transfer_syntax_of(mtom::ContentType const& range);

}  // namespace musubi::dicomweb
