#include "codec/auditmsg/date_time.h"

#include "platform/base/date_time.h"

namespace musubi::auditmsg {

Result<WallTime> parse_date_time(std::string_view text) {
    auto const time = musubi::parse_date_time(text, std::chrono::minutes(0));
    if (!time || *time < WallTime{}) return Error(Code::kInvalidContent, "no date and time");
    return *time;
}

}  // namespace musubi::auditmsg
