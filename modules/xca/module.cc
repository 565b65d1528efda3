#include "core/module.h"
#include "xca/responding.h"

namespace musubi::xca {
namespace {

class XcaModule final : public core::Module {
public:
    explicit XcaModule(RespondingDeps responding) : responding_(std::move(responding)) {}
    std::vector<core::Definition> transactions() override {
        return {core::define<Iti38>(responding_), core::define<Iti39>(responding_)};
    }

private:
    RespondingDeps responding_;
};

Result<std::unique_ptr<core::Module>> create(core::ModuleContext& context) {
    constexpr std::string_view kPrefix = "urn:oid:";
    RespondingDeps responding{context.ports, context.config.text("node.home_community_id")};
    if (!responding.home.starts_with(kPrefix) ||
        !is_oid(std::string_view(responding.home).substr(kPrefix.size()))) {
        return Error(Code::kInvalidContent, "node.home_community_id must be urn:oid: and an OID");
    }
    std::string const& unknown = context.config.text("xca.unknown_patient");
    if (unknown != "empty" && unknown != "error") {
        return Error(Code::kInvalidContent,
                     "xca.unknown_patient: '" + unknown + "' must be empty or error");
    }
    if (unknown == "error") responding.unknown_patient = UnknownPatient::kError;
    return std::unique_ptr<core::Module>(std::make_unique<XcaModule>(std::move(responding)));
}

}  // namespace

core::ModuleDescriptor const& descriptor() {
    using enum core::ConfigType;
    static core::ModuleDescriptor const kDescriptor{
        "xca",
        "cross-community gateways: ITI-38, ITI-39",
        {},
        {},
        false,
        {
            {.key = "xca.unknown_patient",
             .type = kText,
             .default_value = "empty",
             .doc = "answer to another community's query for a patient that is not known here: "
                    "empty (success without objects) or error (XDSUnknownPatientId, which tells "
                    "who is a patient here)"},
        },
        create};
    return kDescriptor;
}

}  // namespace musubi::xca
