#include "atna/module.h"
#include "perf/without/bench_database.h"
#include "perf/without/modules.h"

namespace musubi::perf::without_audit {
namespace {

class Forgetful final : public core::Module, public core::AuditPort {
public:
    Status record(std::vector<domain::AuditEvent>) override { return {}; }
    Status record_in(pg::Tx&, std::vector<domain::AuditEvent>) override { return {}; }
};

Result<std::unique_ptr<core::Module>> create(core::ModuleContext& context) {
    TRY(without::require_bench_database(context.pool, "audit"));
    auto module = std::make_unique<Forgetful>();
    context.ports.provide<core::AuditPort>(*module);
    return std::unique_ptr<core::Module>(std::move(module));
}

}  // namespace

core::ModuleDescriptor const& descriptor() {
    static core::ModuleDescriptor const one = [] {
        core::ModuleDescriptor d = atna::descriptor();
        d.summary = "No audit trail: to measure what one costs";
        d.create = create;
        return d;
    }();
    return one;
}

}  // namespace musubi::perf::without_audit
