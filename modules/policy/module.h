#pragma once
// Descriptor of the module: the regional agreement and consent.

#include "core/module.h"

namespace musubi::policy {

core::ModuleDescriptor const& descriptor();

}  // namespace musubi::policy
