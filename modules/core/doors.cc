#include "core/doors.h"

#include "platform/base/text.h"

namespace musubi::core {

std::string_view HttpRequestHead::header(std::string_view name) const {
    for (auto const& header : headers) {
        if (equals_ignore_case(header.name, name)) return header.value;
    }
    return {};
}

}  // namespace musubi::core
