#pragma once
// The configuration table: every key that exists, with type, default, bounds and a sentence for the
// operator. The file is YAML; an unknown key, a wrong type or a value out of bounds is refused with
// file and line. Immutable after loading, shared between threads.

#include "platform/base/result.h"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace musubi::core {

enum class ConfigType : std::uint8_t {
    kText,
    kInteger,
    kBoolean,
    kPath,
    kTextList,
    kPathList,
    kDurationMs
};

struct ConfigKey {
    std::string_view key;  ///< dotted, section first: "registry.max_results"
    ConfigType type = ConfigType::kText;
    std::string_view default_value;  ///< as it would stand in the file; ignored when required
    std::string_view doc;
    std::int64_t min = 0;
    std::int64_t max = INT64_MAX;
    bool required = false;
    bool secret = false;
    bool needs_restart = true;
};

class Config {
public:
    /// All problems at once, each "file:line: what and what was expected".
    static Result<Config> load(std::string const& file, std::vector<ConfigKey> const& keys);
    /// Tests: values as they would stand in the file.
    static Result<Config> from(std::map<std::string, std::string> const& values,
                               std::vector<ConfigKey> const& keys);

    std::string const& text(
        std::string_view key) const;  ///< also kPath, made absolute against the file's folder
    std::int64_t integer(std::string_view key) const;  ///< also kDurationMs
    bool boolean(std::string_view key) const;
    std::vector<std::string> const& list(
        std::string_view key) const;  ///< also kPathList, made absolute likewise
    std::string const& file() const { return file_; }

private:
    struct Value {
        ConfigType type = ConfigType::kText;
        std::string text;
        std::int64_t integer = 0;
        std::vector<std::string> list;
    };
    Value const& at(std::string_view key) const;
    std::map<std::string, Value, std::less<>> values_;
    std::string file_;
    friend class ConfigLoader;
};

/// The commented default file (`musubi print-config`).
std::string render_default_config(std::vector<ConfigKey> const& keys);

}  // namespace musubi::core
