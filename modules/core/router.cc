#include "core/router.h"

namespace musubi::core {

Status Router::add(Definition definition) {
    auto owned = std::make_unique<Definition>(definition);
    TransactionSpec const& spec = owned->spec();
    // Entered into copies first: a refused definition leaves nothing behind that points to it.
    auto soap_entries = soap_;
    for (SoapBinding const& soap : spec.soap) {
        if (!soap_entries
                 .try_emplace({std::string(soap.path), std::string(soap.action)}, owned.get())
                 .second) {
            return Error(Code::kInternal, "two transactions for " + std::string(soap.action));
        }
    }
    auto hl7v2_entries = hl7v2_;
    for (Hl7v2Binding const& v2 : spec.hl7v2) {
        for (std::string_view event : v2.trigger_events) {
            if (!hl7v2_entries
                     .try_emplace(
                         {std::string(v2.message_type), std::string(event), std::string(v2.since)},
                         owned.get())
                     .second) {
                return Error(Code::kInternal, "two transactions for " + std::string(event));
            }
        }
    }
    soap_ = std::move(soap_entries);
    hl7v2_ = std::move(hl7v2_entries);
    definitions_.push_back(std::move(owned));
    return {};
}

Definition const* Router::find_soap(std::string_view path, std::string_view action) const {
    auto const found = soap_.find({std::string(path), std::string(action)});
    return found == soap_.end() ? nullptr : found->second;
}

Definition const* Router::find_hl7v2(std::string_view message_type, std::string_view trigger_event,
                                     std::string_view version) const {
    // The last one that begins with this version or before it.
    auto const after = hl7v2_.upper_bound(
        {std::string(message_type), std::string(trigger_event), std::string(version)});
    if (after == hl7v2_.begin()) return nullptr;
    auto const& [key, definition] = *std::prev(after);
    bool const same = std::get<0>(key) == message_type && std::get<1>(key) == trigger_event;
    return same ? definition : nullptr;
}

bool Router::knows_hl7v2_type(std::string_view message_type) const {
    auto const next = hl7v2_.lower_bound({std::string(message_type), "", ""});
    return next != hl7v2_.end() && std::get<0>(next->first) == message_type;
}

std::set<std::string> Router::soap_paths() const {
    std::set<std::string> paths;
    for (auto const& [key, definition] : soap_) paths.insert(key.first);
    return paths;
}

std::vector<std::pair<Definition const*, SoapBinding const*>> Router::soap_operations(
    std::string_view path) const {
    std::vector<std::pair<Definition const*, SoapBinding const*>> operations;
    for (auto const& definition : definitions_) {
        for (SoapBinding const& soap : definition->spec().soap) {
            if (soap.path == path) operations.emplace_back(definition.get(), &soap);
        }
    }
    return operations;
}

std::vector<Definition const*> Router::all() const {
    std::vector<Definition const*> all;
    for (auto const& definition : definitions_) all.push_back(definition.get());
    return all;
}

}  // namespace musubi::core
