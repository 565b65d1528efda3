#pragma once
// Descriptor of the module: watching the clock (Consistent Time).

#include "core/module.h"

namespace musubi::ct {

core::ModuleDescriptor const& descriptor();

}  // namespace musubi::ct
