#include "node/platform_services.h"

#include "node/affinity_domain_files.h"
#include "node/key_ring_check.h"
#include "node/node_config.h"
#include "platform/base/log.h"

namespace musubi::node {
namespace {

Result<LogLevel> log_level(std::string const& name) {
    if (name == "debug") return LogLevel::kDebug;
    if (name == "info") return LogLevel::kInfo;
    if (name == "warning") return LogLevel::kWarning;
    if (name == "error") return LogLevel::kError;
    return Error(Code::kInvalidContent, "log.level must be debug, info, warning or error");
}

/// The server itself refuses whatever would write, should somebody point to one that could.
Result<std::string> reading_only(std::string const& conninfo) {
    constexpr std::string_view kOption = "-c default_transaction_read_only=on";
    if (conninfo.find("options") != std::string::npos)
        return Error(Code::kInvalidContent,
                     "database.serving: with node.read_only no 'options' can be given");
    if (conninfo.find("://") == std::string::npos)
        return conninfo + " options='" + std::string(kOption) + "'";
    return conninfo + (conninfo.find('?') == std::string::npos ? "?" : "&") +
           "options=-c%20default_transaction_read_only%3Don";
}

}  // namespace

Result<std::unique_ptr<PlatformServices>> PlatformServices::open(std::string const& config_file) {
    auto services = std::make_unique<PlatformServices>();
    services->config = TRY(load_config(config_file));
    core::Config const& config = services->config;
    set_log_level(TRY(log_level(config.text("log.level"))));
    pg::PoolConfig pool;
    pool.conninfo = config.text("database.serving");
    if (config.boolean("node.read_only")) pool.conninfo = TRY(reading_only(pool.conninfo));
    pool.size = static_cast<int>(config.integer("database.pool_size"));
    services->pool = std::make_unique<pg::Pool>(std::move(pool));
    services->keys = TRY(open_key_ring(config, *services->pool));
    services->blobs = TRY(blob::LocalBlobStore::open(config.text("blob.folder"), *services->keys));
    blob::SpoolLimits limits;
    limits.in_memory = static_cast<std::uint64_t>(config.integer("blob.small_limit"));
    services->spool = std::make_unique<blob::BlobSpool>(*services->blobs, limits);
    services->affinity_domain = TRY(load_affinity_domain(config.list("affinity_domain.packs")));
    return services;
}

}  // namespace musubi::node
