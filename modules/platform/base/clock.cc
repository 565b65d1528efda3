#include "platform/base/clock.h"

#include <cstdio>
#include <ctime>

namespace musubi {
namespace {

class SystemClock final : public Clock {
public:
    WallTime now() const override {
        return std::chrono::time_point_cast<std::chrono::microseconds>(
            std::chrono::system_clock::now());
    }
    std::chrono::steady_clock::time_point monotonic() const override {
        return std::chrono::steady_clock::now();
    }
};

std::tm utc_fields(WallTime time) {
    auto const seconds = std::chrono::floor<std::chrono::seconds>(time);
    std::time_t const raw = seconds.time_since_epoch().count();
    std::tm fields{};
    gmtime_r(&raw, &fields);
    return fields;
}

}  // namespace

Clock const& system_clock() {
    static SystemClock const kClock;
    return kClock;
}

std::string to_rfc3339(WallTime time) {
    std::tm const f = utc_fields(time);
    auto const micros = (time - std::chrono::floor<std::chrono::seconds>(time)).count();
    char text[64];
    std::snprintf(text, sizeof text, "%04d-%02d-%02dT%02d:%02d:%02d.%06ldZ", f.tm_year + 1900,
                  f.tm_mon + 1, f.tm_mday, f.tm_hour, f.tm_min, f.tm_sec,
                  static_cast<long>(micros));
    return text;
}

std::string to_dtm(WallTime time) {
    std::tm const f = utc_fields(time);
    char text[64];
    std::snprintf(text, sizeof text, "%04d%02d%02d%02d%02d%02d", f.tm_year + 1900, f.tm_mon + 1,
                  f.tm_mday, f.tm_hour, f.tm_min, f.tm_sec);
    return text;
}

}  // namespace musubi
