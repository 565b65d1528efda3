#include "core/config.h"

#include "platform/base/text.h"
#include "platform/base/text_file.h"

#include <yaml-cpp/yaml.h>

#include <cassert>
#include <charconv>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <set>

namespace musubi::core {
namespace {

std::string type_name(ConfigType type) {
    switch (type) {
        case ConfigType::kText: return "text";
        case ConfigType::kInteger: return "an integer";
        case ConfigType::kBoolean: return "true or false";
        case ConfigType::kPath: return "a path";
        case ConfigType::kTextList: return "a list of texts";
        case ConfigType::kPathList: return "a list of paths";
        case ConfigType::kDurationMs: return "a duration such as 500ms, 30s, 15min or 2h";
    }
    return "text";
}

bool is_list(ConfigType type) {
    return type == ConfigType::kTextList || type == ConfigType::kPathList;
}

std::optional<std::int64_t> read_integer(std::string_view text) {
    std::int64_t value = 0;
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return value;
}

std::optional<std::int64_t> read_duration_ms(std::string_view text) {
    constexpr std::pair<std::string_view, std::int64_t> kUnits[] = {
        {"ms", 1}, {"min", 60'000}, {"s", 1000}, {"h", 3'600'000}};
    for (auto const& [unit, factor] : kUnits) {
        if (!text.ends_with(unit)) continue;
        auto const number = read_integer(trim(text.substr(0, text.size() - unit.size())));
        std::int64_t milliseconds = 0;
        if (number && !__builtin_mul_overflow(*number, factor, &milliseconds)) return milliseconds;
    }
    return std::nullopt;
}

}  // namespace

/// Walks the YAML tree once, noting each problem with its line.
class ConfigLoader {
public:
    ConfigLoader(std::string file, std::vector<ConfigKey> const& keys) : file_(std::move(file)) {
        for (ConfigKey const& key : keys) keys_[std::string(key.key)] = &key;
    }

    Result<Config> from_yaml(std::string const& file) {
        try {
            // Not by the library: of a folder it makes an exception of its own and a leak.
            auto const text = read_text_file(file);
            if (!text) return Error(Code::kInvalidContent, text.error().detail);
            YAML::Node const root = YAML::Load(*text);
            if (!root.IsNull()) walk(root, "");
        } catch (YAML::Exception const& e) {
            return Error(Code::kInvalidContent,
                         file + ":" + std::to_string(e.mark.line + 1) + ": " + e.msg);
        }
        return finish();
    }

    Result<Config> from_map(std::map<std::string, std::string> const& values) {
        for (auto const& [key, text] : values) {
            auto const found = keys_.find(key);
            if (found == keys_.end()) {
                problem(0, "unknown key '" + key + "'");
                continue;
            }
            met_.insert(key);
            std::vector<std::string> list;
            for (auto part : split(text, ',')) list.emplace_back(trim(part));
            take(*found->second, text, std::move(list), 0);
        }
        return finish();
    }

private:
    void problem(int line, std::string const& what) {
        std::string const place = line > 0 ? file_ + ":" + std::to_string(line) : file_;
        problems_ += (problems_.empty() ? "" : "\n") + place + ": " + what;
    }

    void walk(YAML::Node const& node, std::string const& prefix) {
        if (!node.IsMap()) {
            problem(node.Mark().line + 1, "expected a section of keys under '" + prefix + "'");
            return;
        }
        for (auto const& item : node) {
            if (!item.first.IsScalar()) {
                problem(item.first.Mark().line + 1, "expected the name of a key");
                continue;
            }
            std::string const name = prefix.empty() ? item.first.as<std::string>()
                                                    : prefix + "." + item.first.as<std::string>();
            int const line = item.first.Mark().line + 1;
            auto const found = keys_.find(name);
            if (!met_.insert(name).second) {
                problem(line, "'" + name + "' stands here a second time");
            } else if (found != keys_.end()) {
                take_node(*found->second, item.second, line);
            } else if (item.second.IsMap() && is_section(name)) {
                walk(item.second, name);
            } else {
                problem(line, "unknown key '" + name + "'");
            }
        }
    }

    bool is_section(std::string const& name) const {
        auto const next = keys_.lower_bound(name + ".");
        return next != keys_.end() && next->first.starts_with(name + ".");
    }

    void take_node(ConfigKey const& key, YAML::Node const& node, int line) {
        if (is_list(key.type)) {
            std::string const expected = std::string(key.key) + ": expected " + type_name(key.type);
            if (!node.IsSequence()) return problem(line, expected);
            std::vector<std::string> list;
            for (auto const& entry : node) {
                if (!entry.IsScalar()) return problem(entry.Mark().line + 1, expected);
                list.push_back(entry.as<std::string>());
            }
            return take(key, "", std::move(list), line);
        }
        if (!node.IsScalar())
            return problem(line, std::string(key.key) + ": expected " + type_name(key.type));
        take(key, node.as<std::string>(), {}, line);
    }

    /// A relative path is meant from the folder of the file.
    std::string absolute(std::string const& path) const {
        if (path.empty() || file_.empty()) return path;
        return (std::filesystem::absolute(file_).parent_path() / path).lexically_normal().string();
    }

    void take(ConfigKey const& key, std::string const& text, std::vector<std::string> list,
              int line) {
        if (key.required && text.empty() && list.empty()) {
            return problem(line,
                           std::string(key.key) + ": must not be empty; " + std::string(key.doc));
        }
        Config::Value value;
        value.type = key.type;
        value.text = text;
        value.list = std::move(list);
        std::optional<std::int64_t> number;
        switch (key.type) {
            case ConfigType::kText:
            case ConfigType::kTextList: break;
            case ConfigType::kPath: value.text = absolute(text); break;
            case ConfigType::kPathList:
                for (std::string& path : value.list) path = absolute(path);
                break;
            case ConfigType::kBoolean:
                if (text == "true" || text == "false") number = text == "true" ? 1 : 0;
                break;
            case ConfigType::kInteger: number = read_integer(text); break;
            case ConfigType::kDurationMs: number = read_duration_ms(text); break;
        }
        bool const numeric = key.type == ConfigType::kBoolean || key.type == ConfigType::kInteger ||
                             key.type == ConfigType::kDurationMs;
        if (numeric && !number) {
            std::string const found = key.secret ? "" : ", found '" + text + "'";
            return problem(line,
                           std::string(key.key) + ": expected " + type_name(key.type) + found);
        }
        bool const bounded =
            key.type == ConfigType::kInteger || key.type == ConfigType::kDurationMs;
        if (bounded && (*number < key.min || *number > key.max)) {
            return problem(line, std::string(key.key) + ": " + text + " is not between " +
                                     std::to_string(key.min) + " and " + std::to_string(key.max));
        }
        value.integer = number.value_or(0);
        config_.values_[std::string(key.key)] = std::move(value);
    }

    Result<Config> finish() {
        for (auto const& [name, key] : keys_) {
            if (config_.values_.contains(name) || met_.contains(name)) continue;
            if (key->required) {
                problem(0, "missing key '" + name + "': " + std::string(key->doc));
                continue;
            }
            std::vector<std::string> list;
            for (auto part : split(key->default_value, ',')) {
                if (!trim(part).empty()) list.emplace_back(trim(part));
            }
            take(*key, std::string(key->default_value), std::move(list), 0);
        }
        if (!problems_.empty()) return Error(Code::kInvalidContent, problems_);
        config_.file_ = file_;
        return std::move(config_);
    }

    std::string file_;
    std::map<std::string, ConfigKey const*, std::less<>> keys_;
    std::string problems_;
    std::set<std::string, std::less<>>
        met_;  ///< keys and sections that stand in the file, right or wrong
    Config config_;
};

Result<Config> Config::load(std::string const& file, std::vector<ConfigKey> const& keys) {
    return ConfigLoader(file, keys).from_yaml(file);
}

Result<Config> Config::from(std::map<std::string, std::string> const& values,
                            std::vector<ConfigKey> const& keys) {
    return ConfigLoader("", keys).from_map(values);
}

Config::Value const& Config::at(std::string_view key) const {
    auto const found = values_.find(key);
    // A key that no table lists is a slip of the program, found by the first test that runs the
    // line.
    if (found == values_.end()) std::abort();
    return found->second;
}

std::string const& Config::text(std::string_view key) const { return at(key).text; }
std::int64_t Config::integer(std::string_view key) const { return at(key).integer; }
bool Config::boolean(std::string_view key) const { return at(key).integer != 0; }
std::vector<std::string> const& Config::list(std::string_view key) const { return at(key).list; }

std::string render_default_config(std::vector<ConfigKey> const& keys) {
    std::map<std::string, std::vector<ConfigKey const*>> sections;
    for (ConfigKey const& key : keys)
        sections[std::string(key.key.substr(0, key.key.find('.')))].push_back(&key);
    std::string out = "# Configuration of a Musubi node. An unknown key stops the start.\n";
    for (auto const& [section, list] : sections) {
        out += "\n" + section + ":\n";
        for (ConfigKey const* key : list) {
            std::string const name(key->key.substr(section.size() + 1));
            out += "  # " + std::string(key->doc) + "\n  # " + type_name(key->type);
            if (key->type == ConfigType::kInteger && key->max != INT64_MAX) {
                out += " from " + std::to_string(key->min) + " to " + std::to_string(key->max);
            }
            out += key->needs_restart ? "; takes effect at the next start\n"
                                      : "; read again by a reload\n";
            bool const list_type = is_list(key->type);
            std::string const value = list_type ? "[" + std::string(key->default_value) + "]"
                                                : std::string(key->default_value);
            out += key->required ? "  " + name + ":   # required\n"
                                 : "  # " + name + ": " + value + "\n";
        }
    }
    return out;
}

}  // namespace musubi::core
