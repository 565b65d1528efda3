#pragma once
// Descriptor of the module: the regional agreement and consent.

#include "core/module.h"
#include "policy/acceptance.h"

namespace musubi::policy {

core::ModuleDescriptor const& descriptor();

/// What the configuration says about the agreement, and who hears of refusals (no port: nobody).
AgreementSource agreement_source(core::Config const& config);
AgreementAudit agreement_audit(core::ModuleContext const& context);

}  // namespace musubi::policy
