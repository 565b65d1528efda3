#pragma once
// Descriptor of the module: the audit trail.

#include "core/module.h"

namespace musubi::atna {

core::ModuleDescriptor const& descriptor();

}  // namespace musubi::atna
