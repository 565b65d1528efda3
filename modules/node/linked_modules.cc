#include "node/linked_modules.h"

#include <algorithm>
#include <map>
#include <set>

namespace musubi::node {

Result<std::vector<core::ModuleDescriptor const*>> enabled_modules(core::Config const& config) {
    auto modules = linked_modules();
    for (std::string const& name : config.list("modules.disabled")) {
        auto const found =
            std::find_if(modules.begin(), modules.end(), [&](auto* m) { return m->name == name; });
        if (found == modules.end()) {
            return Error(Code::kInvalidContent,
                         "modules.disabled: there is no module '" + name + "', or it stands twice");
        }
        if ((*found)->mandatory)
            return Error(Code::kInvalidContent, "modules.disabled: no node runs without " + name);
        modules.erase(found);
    }
    return modules;
}

Result<std::vector<core::ModuleDescriptor const*>> in_order(
    std::vector<core::ModuleDescriptor const*> modules) {
    std::map<std::string_view, std::string_view> provider;
    for (auto const* module : modules) {
        for (std::string_view port : module->provides) {
            auto const [first, fresh] = provider.try_emplace(port, module->name);
            if (!fresh) {
                return Error(Code::kInvalidContent, "modules " + std::string(first->second) +
                                                        " and " + std::string(module->name) +
                                                        " both provide " + std::string(port) +
                                                        ": name one of them in modules.disabled");
            }
        }
    }
    for (auto const* module : modules) {
        for (std::string_view port : module->needs) {
            if (!provider.contains(port)) {
                return Error(Code::kInvalidContent, "module " + std::string(module->name) +
                                                        " needs " + std::string(port) +
                                                        ", which no enabled module provides");
            }
        }
    }
    std::vector<core::ModuleDescriptor const*> ordered;
    std::set<std::string_view> offered;
    while (ordered.size() < modules.size()) {
        std::size_t const before = ordered.size();
        for (auto const*& module : modules) {
            if (!module) continue;
            bool ready = true;
            for (std::string_view port : module->needs) ready = ready && offered.contains(port);
            if (!ready) continue;
            offered.insert(module->provides.begin(), module->provides.end());
            ordered.push_back(module);
            module = nullptr;
        }
        if (ordered.size() == before)
            return Error(Code::kInternal, "modules need each other in a circle");
    }
    return ordered;
}

}  // namespace musubi::node
