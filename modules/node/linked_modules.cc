#include "node/linked_modules.h"

#include <map>
#include <set>

namespace musubi::node {

Result<std::vector<core::ModuleDescriptor const*>> in_order(std::vector<core::ModuleDescriptor const*> modules) {
    std::map<std::string_view, std::string_view> provider;
    for (auto const* module : modules) {
        for (std::string_view port : module->provides) {
            if (!provider.try_emplace(port, module->name).second) {
                return Error(Code::kInternal, "port " + std::string(port) + " has two providers");
            }
        }
    }
    for (auto const* module : modules) {
        for (std::string_view port : module->needs) {
            if (!provider.contains(port)) {
                return Error(Code::kInvalidContent, "module " + std::string(module->name) + " needs " +
                                                        std::string(port) + ", which no enabled module provides");
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
        if (ordered.size() == before) return Error(Code::kInternal, "modules need each other in a circle");
    }
    return ordered;
}

}  // namespace musubi::node
