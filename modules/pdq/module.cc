#include "core/module.h"
#include "core/pipeline.h"
#include "pdq/iti47.h"
#include "pdq/v2_transaction.h"
#include "platform/vault/key_ring.h"

namespace musubi::pdq {
namespace {

/// Whose data key: what is kept concerns this node alone, and not beyond its life.
constexpr std::string_view kInstitution = "node-pdq";
constexpr std::string_view kOidPrefix = "urn:oid:";

ResultStore::Sealing sealing_with(vault::KeyRing& keys) {
    return {[&keys](std::string const& member, std::string const& plain) {
                return keys.seal(vault::Purpose::kMetadata, kInstitution, as_bytes(plain),
                                 as_bytes(member));
            },
            [&keys](std::string const& member, Bytes const& sealed) -> Result<std::string> {
                Bytes const plain = TRY(
                    keys.open(vault::Purpose::kMetadata, kInstitution, sealed, as_bytes(member)));
                return std::string(as_text(plain));
            }};
}

core::DisclosureGuard& shared_guard(core::ModuleContext& context,
                                    std::unique_ptr<core::DisclosureGuard>& own) {
    if (auto* guard = context.ports.find<core::DisclosureGuard>()) return *guard;
    own = std::make_unique<core::DisclosureGuard>(
        context.clock, [&pipeline = context.pipeline](domain::AuditEvent event) {
            return pipeline.record_event(std::move(event));
        });
    context.ports.provide(*own);
    return *own;
}

class PdqModule final : public core::Module {
public:
    PdqModule(core::ModuleContext& context, Settings settings, ResultStore::Limits limits)
        : results_(context.clock, context.ids,
                   sealing_with(context.ports.require<vault::KeyRing>()), limits),
          deps_{core::PatientFinder(context.ports.require<core::AuthorityPort>(),
                                    context.ports.require<core::DemographicsPort>(),
                                    context.ports.require<core::PolicyPort>(),
                                    shared_guard(context, guard_)),
                results_, std::move(settings)},
          v3_{deps_, context.clock, context.ids} {}

    std::vector<core::Definition> transactions() override {
        return {core::define<Iti21>(deps_), core::define<Iti22>(deps_), core::define<Iti47>(v3_)};
    }

private:
    std::unique_ptr<core::DisclosureGuard> guard_;  ///< null: another door brought it
    ResultStore results_;
    Deps deps_;
    V3Deps v3_;
};

Result<std::unique_ptr<core::Module>> create(core::ModuleContext& context) {
    core::Config const& config = context.config;
    Settings settings;
    settings.max_persons = static_cast<int>(config.integer("pdq.max_persons"));
    settings.page_size = static_cast<int>(config.integer("pdq.page_size"));
    settings.sources = config.list("pdq.information_sources");
    settings.region = config.text("node.region");
    std::string const& home = config.text("node.home_community_id");
    if (home.starts_with(kOidPrefix)) settings.home = home.substr(kOidPrefix.size());
    if (!is_oid(settings.home))
        return Error(Code::kInvalidContent, "node.home_community_id must be urn:oid: and an OID");
    ResultStore::Limits limits;
    limits.per_member =
        static_cast<std::size_t>(config.integer("pdq.max_continuations_per_member"));
    limits.in_total = static_cast<std::size_t>(config.integer("pdq.max_continuations"));
    limits.lifetime = std::chrono::milliseconds(config.integer("pdq.continuation_lifetime"));
    return std::unique_ptr<core::Module>(
        std::make_unique<PdqModule>(context, std::move(settings), limits));
}

std::vector<core::ConfigKey> config_keys() {
    using enum core::ConfigType;
    return {
        {.key = "pdq.max_persons",
         .type = kInteger,
         .default_value = "500",
         .doc =
             "persons that one question may find, all pages together; the agreement's own number "
             "counts where it is lower and binds the asker",
         .min = 1,
         .max = 1000},
        {.key = "pdq.page_size",
         .type = kInteger,
         .default_value = "100",
         .doc = "persons in one answer at most, whatever is asked for; the rest is told by "
                "continuation",
         .min = 1,
         .max = 1000},
        {.key = "pdq.information_sources",
         .type = kTextList,
         .default_value = "",
         .doc = "names by which MSH-5 may ask for this region's patients (namespace or OID); "
                "empty: any"},
        {.key = "pdq.continuation_lifetime",
         .type = kDurationMs,
         .default_value = "10min",
         .doc = "how long further pages of an answer may be asked for, since the last page",
         .min = 1000,
         .max = 86'400'000},
        {.key = "pdq.max_continuations_per_member",
         .type = kInteger,
         .default_value = "20",
         .doc = "answers of one member that wait to be continued; the oldest makes room",
         .min = 1,
         .max = 10'000},
        {.key = "pdq.max_continuations",
         .type = kInteger,
         .default_value = "1000",
         .doc = "answers of all members that wait to be continued",
         .min = 1,
         .max = 100'000},
    };
}

}  // namespace

core::ModuleDescriptor const& descriptor() {
    static core::ModuleDescriptor const kDescriptor{
        "pdq", "patient demographics queries: ITI-21, ITI-22, ITI-47",
        {},    {"DemographicsPort", "AuthorityPort", "PolicyPort"},
        false, config_keys(),
        create};
    return kDescriptor;
}

}  // namespace musubi::pdq
