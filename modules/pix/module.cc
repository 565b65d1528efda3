#include "core/module.h"
#include "core/read_only.h"
#include "pix/iti30.h"
#include "pix/iti44.h"
#include "pix/iti45.h"
#include "pix/iti64.h"
#include "pix/iti8.h"
#include "pix/iti9.h"
#include "pix/notifier.h"
#include "pix/watcher.h"

namespace musubi::pix {
namespace {

class PixModule final : public core::Module {
public:
    PixModule(core::ModuleContext& context, Settings settings)
        : reads_(core::is_read_only(context.ports)),
          settings_(std::move(settings)),
          watcher_(settings_, context.ports.require<vault::KeyRing>(), context.clock, context.ids),
          notifier_(settings_, context),
          feeds_{context.ports.require<core::AuthorityPort>(),
                 context.ports.require<core::PatientIndexPort>(), hl7v2::FeedRules{},
                 Device{context.clock, context.ids, settings_.device},
                 [this] { notifier_.wake(); }},
          queries_{context.ports.require<core::AuthorityPort>(),
                   context.ports.require<core::CrossReferencePort>(), settings_.regional_authority,
                   Device{context.clock, context.ids, settings_.device}} {
        context.ports.join<core::CrossReferenceWatcherPort>(watcher_);
    }

    std::vector<core::Definition> transactions() override {
        return {core::define<Iti8>(feeds_),    core::define<Iti30>(feeds_),
                core::define<Iti44>(feeds_),   core::define<Iti9>(queries_),
                core::define<Iti45>(queries_), core::define<Iti64>(feeds_)};
    }
    Status start() override {
        if (!reads_) notifier_.start();
        return {};
    }
    void stop(std::chrono::steady_clock::time_point) override { notifier_.stop(); }
    core::HealthReport health() const override { return notifier_.health(); }

private:
    bool const reads_;  ///< nothing is claimed from the outbox
    Settings const settings_;
    ConsumerWatcher watcher_;
    Notifier notifier_;
    FeedDeps feeds_;
    QueryDeps queries_;
};

Result<std::unique_ptr<core::Module>> create(core::ModuleContext& context) {
    return std::unique_ptr<core::Module>(
        std::make_unique<PixModule>(context, TRY(read_settings(context.config))));
}

}  // namespace

core::ModuleDescriptor const& descriptor() {
    static core::ModuleDescriptor const kDescriptor{
        "pix",
        "patient identity cross-reference manager: feeds (ITI-8, 30, 44, 64), queries (ITI-9, 45), "
        "notifications (ITI-10, 46)",
        {},
        {"AuthorityPort", "PatientIndexPort", "CrossReferencePort"},
        false,
        config_keys(),
        create};
    return kDescriptor;
}

}  // namespace musubi::pix
