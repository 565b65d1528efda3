#pragma once
// One key=value line per event on standard error (or the sink a test installs). Never personal
// data: log ids, counts, codes and our own texts, not what a peer sent. Thread-safe.
//
//   log_info("listener.started", {{"port", "8443"}});

#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace musubi {

enum class LogLevel { kDebug, kInfo, kWarning, kError };

using LogField = std::pair<std::string_view, std::string>;

void log_event(LogLevel level, std::string_view event, std::initializer_list<LogField> fields = {});
inline void log_debug(std::string_view e, std::initializer_list<LogField> f = {}) {
    log_event(LogLevel::kDebug, e, f);
}
inline void log_info(std::string_view e, std::initializer_list<LogField> f = {}) {
    log_event(LogLevel::kInfo, e, f);
}
inline void log_warning(std::string_view e, std::initializer_list<LogField> f = {}) {
    log_event(LogLevel::kWarning, e, f);
}
inline void log_error(std::string_view e, std::initializer_list<LogField> f = {}) {
    log_event(LogLevel::kError, e, f);
}

void set_log_level(LogLevel level);
/// Tests only: receives each finished line. An empty function restores standard error.
void set_log_sink(std::function<void(LogLevel, std::string const&)> sink);

/// The correlation id that every line of this thread carries while the object lives (`trace=`).
class LogTrace {
public:
    explicit LogTrace(std::string id);
    ~LogTrace();
    LogTrace(LogTrace const&) = delete;
    LogTrace& operator=(LogTrace const&) = delete;
    static std::string const& current();

private:
    std::string previous_;
};

}  // namespace musubi
