#include "core/module.h"
#include "pix/iti8.h"

namespace musubi::pix {
namespace {

class PixModule final : public core::Module {
public:
    explicit PixModule(core::ModuleContext& context)
        : deps_{context.ports.require<core::PatientFeedPort>(), hl7v2::FeedRules{}} {}
    std::vector<core::Definition> transactions() override { return {core::define<Iti8>(deps_)}; }

private:
    Deps deps_;
};

Result<std::unique_ptr<core::Module>> create(core::ModuleContext& context) {
    return std::unique_ptr<core::Module>(std::make_unique<PixModule>(context));
}

}  // namespace

core::ModuleDescriptor const& descriptor() {
    static core::ModuleDescriptor const kDescriptor{
        "pix", "patient identity feeds (ITI-8)", {}, {"PatientFeedPort"}, false, {}, create};
    return kDescriptor;
}

}  // namespace musubi::pix
