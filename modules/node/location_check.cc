#include "node/location_check.h"

#include "policy/tree.h"

#include <algorithm>

namespace musubi::node {
namespace {

struct Store {
    std::string_view word, key, doc;
};
#define STORE(word)                                                                       \
    {                                                                                     \
        word, "location." word,                                                           \
            "where the " word                                                             \
            " of this node lie: COUNTRY or COUNTRY/SITE in the words of the agreement's " \
            "`location`; a "                                                              \
            "node of which one lies elsewhere does not start"                             \
    }
constexpr Store kStores[] = {STORE("database"), STORE("documents"), STORE("journal"),
                             STORE("keys"),     STORE("backups"),   STORE("logs")};
#undef STORE

bool holds(std::vector<policy::Tree> const& list, std::string_view word) {
    return std::any_of(list.begin(), list.end(),
                       [&](policy::Tree const& one) { return one.shown() == word; });
}

}  // namespace

std::vector<core::ConfigKey> location_config_keys() {
    std::vector<core::ConfigKey> out;
    for (Store const& store : kStores) {
        core::ConfigKey key;
        key.key = store.key;
        key.doc = store.doc;
        out.push_back(key);
    }
    return out;
}

std::vector<std::string> location_faults(policy::Agreement const& agreement,
                                         core::Config const& config) {
    std::vector<std::string> out;
    auto const& countries = agreement.tree->list("location.countries");
    auto const& sites = agreement.tree->list("location.sites");
    auto const& required = agreement.tree->list("location.stores");
    for (auto const& one : required) {
        bool const known =
            std::any_of(std::begin(kStores), std::end(kStores),
                        [&](Store const& store) { return one.shown() == store.word; });
        if (!known) out.push_back("the agreement's location.stores names '" + one.shown() + "'");
    }
    for (Store const& store : kStores) {
        std::string const name(store.key);
        std::string const& tag = config.text(name);
        if (tag.empty()) {
            if (holds(required, store.word)) out.push_back(name + " is not told");
            continue;
        }
        auto const slash = tag.find('/');
        std::string const country = tag.substr(0, slash);
        if (!countries.empty() && !holds(countries, country))
            out.push_back(name + ": '" + country + "' is none of the agreement's countries");
        if (sites.empty()) continue;
        if (slash == std::string::npos || !holds(sites, tag.substr(slash + 1)))
            out.push_back(name + ": the agreement allows certain sites only, and '" + tag +
                          "' is none of them");
    }
    return out;
}

Status check_location(policy::Agreement const& agreement, core::Config const& config) {
    std::string text;
    for (auto const& fault : location_faults(agreement, config))
        text += (text.empty() ? "" : "; ") + fault;
    if (text.empty()) return {};
    return Error(Code::kConflict, "location: " + text);
}

}  // namespace musubi::node
