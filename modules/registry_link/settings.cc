#include "registry_link/settings.h"

#include "platform/base/text.h"

#include <filesystem>

namespace musubi::registry_link {
namespace {

std::vector<std::string> words_of(std::string_view text) {
    std::vector<std::string> words;
    for (std::string_view word : split(text, ' ')) {
        if (!trim(word).empty()) words.emplace_back(trim(word));
    }
    return words;
}

}  // namespace

Result<Settings> read_settings(core::Config const& config) {
    Settings settings;
    settings.url = config.text("registry_link.url");
    if (!settings.url.starts_with("https://")) {
        return Error(Code::kInvalidContent, "registry_link.url must be https://...");
    }
    std::filesystem::path const folder = std::filesystem::path(config.file()).parent_path();
    for (std::string const& entry : config.list("registry_link.identities")) {
        auto const words = words_of(entry);
        if (words.size() != 1 && words.size() != 3) {
            return Error(Code::kInvalidContent,
                         "registry_link.identities: expected 'MEMBER' or 'MEMBER CERTIFICATE KEY'");
        }
        Identity identity;
        if (words.size() == 3) identity = {folder / words[1], folder / words[2]};
        if (!settings.identities.try_emplace(words[0], std::move(identity)).second) {
            return Error(Code::kInvalidContent,
                         "registry_link.identities: member " + words[0] + " stands twice");
        }
    }
    if (settings.identities.empty()) {
        return Error(Code::kInvalidContent, "registry_link.identities: name at least one member");
    }
    settings.register_timeout =
        std::chrono::milliseconds(config.integer("registry_link.register_timeout"));
    settings.ask_timeout = std::chrono::milliseconds(config.integer("registry_link.ask_timeout"));
    settings.forward_assertion = config.boolean("registry_link.forward_assertion");
    settings.in_flight = config.integer("registry_link.in_flight");
    return settings;
}

}  // namespace musubi::registry_link
