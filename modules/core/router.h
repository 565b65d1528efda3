#pragma once
// Which transaction a message is for. Filled during composition from the modules' definitions,
// read-only afterwards.

#include "core/definition.h"

#include <map>
#include <set>
#include <tuple>

namespace musubi::core {

class Router {
public:
    /// Two transactions for one path and action, or one trigger event, are a composition error.
    Status add(Definition definition);

    Definition const* find_soap(std::string_view path, std::string_view action) const;
    /// `version`: MSH-12; chooses where two transactions share an event.
    Definition const* find_hl7v2(std::string_view message_type, std::string_view trigger_event,
                                 std::string_view version = {}) const;
    bool knows_hl7v2_type(std::string_view message_type) const;
    std::set<std::string> soap_paths() const;
    std::vector<std::pair<Definition const*, SoapBinding const*>> soap_operations(
        std::string_view path) const;
    std::vector<Definition const*> all() const;

private:
    std::vector<std::unique_ptr<Definition>> definitions_;
    std::map<std::pair<std::string, std::string>, Definition const*> soap_;
    /// Type, event, first version.
    std::map<std::tuple<std::string, std::string, std::string>, Definition const*> hl7v2_;
};

}  // namespace musubi::core
