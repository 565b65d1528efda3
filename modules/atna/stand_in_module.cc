#include "atna/stand_in_module.h"

#include "atna/iti81.h"
#include "atna/stand_in_trail.h"

namespace musubi::atna {
namespace {

class StandInModule final : public core::Module {
public:
    StandInModule(core::ModuleContext& context, StandInModuleSettings const& settings)
        : alarm_bytes_(static_cast<std::uint64_t>(settings.alarm_bytes)),
          sealer_(context.ports.require<vault::KeyRing>(), settings.regional_authorities),
          iti81_{context.pool, context.ports.require<vault::KeyRing>(), sealer_} {}

    Status open(core::ModuleContext& context, StandInModuleSettings const& settings) {
        JournalSettings journal;
        journal.folder = settings.folder / kStandInFolder;
        journal.segment_bytes = settings.segment_bytes;
        trail_ = TRY(StandInTrail::open(std::move(journal), context.ports.require<vault::KeyRing>(),
                                        sealer_, context.ids, context.clock));
        context.ports.provide<core::AuditPort>(*trail_);
        context.ports.provide<core::AuditRepositoryPort>(*trail_);
        return {};
    }
    std::vector<core::Definition> transactions() override { return {core::define<Iti81>(iti81_)}; }
    core::HealthReport health() const override {
        if (!trail_->writable()) return {core::Health::kBad, "the audit journal cannot be written"};
        if (trail_->octets() > alarm_bytes_)
            return {core::Health::kDegraded, "the audit journal has grown large"};
        return {};
    }

private:
    std::uint64_t const alarm_bytes_;
    EntrySealer sealer_;
    Iti81::Deps iti81_;
    std::unique_ptr<StandInTrail> trail_;
};

}  // namespace

Result<std::unique_ptr<core::Module>> make_stand_in_module(core::ModuleContext& context,
                                                           StandInModuleSettings settings) {
    auto module = std::make_unique<StandInModule>(context, settings);
    TRY(module->open(context, settings));
    return std::unique_ptr<core::Module>(std::move(module));
}

}  // namespace musubi::atna
