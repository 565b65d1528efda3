#include "node/settings_watch.h"

#include "node/node_config.h"
#include "platform/base/log.h"

namespace musubi::node {
namespace {

bool same(core::ConfigKey const& key, core::Config const& one, core::Config const& other) {
    switch (key.type) {
        case core::ConfigType::kText:
        case core::ConfigType::kPath: return one.text(key.key) == other.text(key.key);
        case core::ConfigType::kInteger:
        case core::ConfigType::kDurationMs: return one.integer(key.key) == other.integer(key.key);
        case core::ConfigType::kBoolean: return one.boolean(key.key) == other.boolean(key.key);
        case core::ConfigType::kTextList:
        case core::ConfigType::kPathList: return one.list(key.key) == other.list(key.key);
    }
    return true;
}

}  // namespace

std::vector<std::string> changed_settings(std::vector<core::ConfigKey> const& keys,
                                          core::Config const& running, core::Config const& file) {
    std::vector<std::string> out;
    for (core::ConfigKey const& key : keys) {
        if (!same(key, running, file)) out.emplace_back(key.key);
    }
    return out;
}

void tell_changed_settings(core::Config const& running) {
    auto const file = load_config(running.file());
    if (!file) {
        log_error("reload.settings", {{"detail", file.error().detail}});
        return;
    }
    std::string names;
    for (auto const& one : changed_settings(all_config_keys(), running, *file))
        names += (names.empty() ? "" : ", ") + one;
    if (!names.empty()) log_warning("reload.needs_restart", {{"settings", names}});
}

}  // namespace musubi::node
