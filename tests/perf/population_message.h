#pragma once
// A record of the made-up region as its hospital feeds it (ITI-8). Pure.

#include "support/population/population.h"

#include <string_view>

namespace musubi::population {

/// UTF-8 text of the message, each segment ended by CR. `event`: A04, A08.
std::string feed_message(GeneratedRecord const& record, std::string_view event,
                         std::string_view control_id);

}  // namespace musubi::population
