#pragma once
// What the readers of queries share. Used inside codec/hl7v2.

#include "codec/hl7v2/problems.h"
#include "codec/hl7v2/query.h"

namespace musubi::hl7v2 {

/// Rejects of the header; empty when the message may be read.
void check_query_header(Header const& header, std::span<std::string_view const> triggers,
                        QueryRules const& rules, Problems& rejects);
/// MSH, QPD-1, QPD-2, RCP, DSC.
QueryFrame read_frame(Message const& message, Header const& header, Segment const& qpd,
                      Problems& problems);
/// Digits only, within bounds.
std::optional<int> number_in(std::string_view text, int lowest, int highest);

}  // namespace musubi::hl7v2
