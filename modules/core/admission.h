#pragma once
// Why PolicyPort::admit() refuses a call, beside the reasons of ports.h, and how records name it.

#include "platform/base/result.h"

namespace musubi::core {

/// With kUnauthenticated: the user was authenticated less well than the connection demands.
inline constexpr Reason kReasonWeakLogin{0xFE05};

/// The rule under which the refusal stands in the audit trail.
inline char const* rule_against(Error const& refusal) {
    if (refusal.code == Code::kUnauthenticated) return "authentication";
    return refusal.code == Code::kBusy ? "rate" : "transactions";
}

}  // namespace musubi::core
