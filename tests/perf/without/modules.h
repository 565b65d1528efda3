#pragma once
// Stand-ins for mandatory modules, under the same names and configuration keys.

#include "core/module.h"

namespace musubi::perf::without_audit {
/// Module atna: AuditPort that takes every record and forgets it.
core::ModuleDescriptor const& descriptor();
}  // namespace musubi::perf::without_audit

namespace musubi::perf::without_policy {
/// Module policy: still knows who a certificate belongs to, and permits everything to members.
core::ModuleDescriptor const& descriptor();
}  // namespace musubi::perf::without_policy
