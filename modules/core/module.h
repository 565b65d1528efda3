#pragma once
// A pluggable module: a folder, a static library, a descriptor. `node` creates them in the order of
// what they provide and require; a disabled module has no endpoint, no migration, no thread.

#include "core/config.h"
#include "core/definition.h"
#include "core/ports.h"
#include "platform/base/clock.h"
#include "platform/base/ids.h"

#include <memory>
#include <string_view>
#include <vector>

namespace musubi::core {

class Pipeline;

struct ModuleContext {
    Config const& config;  ///< the whole table; a module reads its own section
    Ports& ports;  ///< also carries platform services by type: vault::KeyRing, blob::LocalBlobStore
    pg::Pool& pool;      ///< serving role
    Pipeline& pipeline;  ///< for calls of this node to itself
    Clock const& clock;
    IdSource& ids;
};

enum class Health : std::uint8_t { kGood, kDegraded, kBad };
struct HealthReport {
    Health state = Health::kGood;
    std::string reason;  ///< our words, no personal data
};

class Module {
public:
    virtual ~Module() = default;
    virtual std::vector<Definition> transactions() { return {}; }
    virtual Status start() { return {}; }  ///< jobs and threads begin
    virtual void stop(std::chrono::steady_clock::time_point deadline) {
        static_cast<void>(deadline);
    }
    virtual HealthReport health() const { return {}; }
    /// Configuration and agreement were read again; refuse to keep the old.
    virtual Status reload() { return {}; }
};

struct ModuleDescriptor {
    std::string_view
        name;  ///< config section, database schema, metric prefix, folder of migrations
    std::string_view summary;
    std::vector<std::string_view> provides;  ///< port names, for ordering and messages
    std::vector<std::string_view> needs;
    bool mandatory = false;
    std::vector<ConfigKey> config_keys;
    Result<std::unique_ptr<Module>> (*create)(ModuleContext&) = nullptr;
};

}  // namespace musubi::core
