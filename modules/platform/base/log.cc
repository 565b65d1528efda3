#include "platform/base/log.h"

#include "platform/base/clock.h"

#include <unistd.h>

#include <atomic>
#include <mutex>

namespace musubi {
namespace {

std::atomic<LogLevel> threshold{LogLevel::kInfo};
std::mutex sink_mutex;
std::function<void(LogLevel, std::string const&)> test_sink;
thread_local std::string trace_id;

std::string_view name(LogLevel level) {
    switch (level) {
        case LogLevel::kDebug: return "debug";
        case LogLevel::kInfo: return "info";
        case LogLevel::kWarning: return "warning";
        case LogLevel::kError: return "error";
    }
    return "error";
}

// Control characters would let a peer forge lines: they become spaces, and the value is quoted when
// it holds blanks.
void append_value(std::string& line, std::string_view value) {
    bool const quote = value.empty() || value.find_first_of(" \"=\t\r\n") != std::string_view::npos;
    if (quote) line.push_back('"');
    for (char c : value) {
        if (c == '"' || c == '\\') line.push_back('\\');
        line.push_back(static_cast<unsigned char>(c) < 0x20 ? ' ' : c);
    }
    if (quote) line.push_back('"');
}

}  // namespace

void log_event(LogLevel level, std::string_view event, std::initializer_list<LogField> fields) {
    if (level < threshold.load(std::memory_order_relaxed)) return;
    std::string line = "time=" + to_rfc3339(system_clock().now());
    line.append(" level=").append(name(level)).append(" event=").append(event);
    if (!trace_id.empty()) line.append(" trace=").append(trace_id);
    for (auto const& [key, value] : fields) {
        line.append(" ").append(key).append("=");
        append_value(line, value);
    }
    std::lock_guard const lock(sink_mutex);
    if (test_sink) {
        test_sink(level, line);
        return;
    }
    line.push_back('\n');
    // A log line that cannot be written must not stop the work it tells of.
    [[maybe_unused]] ssize_t const written = ::write(STDERR_FILENO, line.data(), line.size());
}

void set_log_level(LogLevel level) { threshold = level; }

void set_log_sink(std::function<void(LogLevel, std::string const&)> sink) {
    std::lock_guard const lock(sink_mutex);
    test_sink = std::move(sink);
}

LogTrace::LogTrace(std::string id) : previous_(std::move(trace_id)) { trace_id = std::move(id); }
LogTrace::~LogTrace() { trace_id = std::move(previous_); }
std::string const& LogTrace::current() { return trace_id; }

}  // namespace musubi
