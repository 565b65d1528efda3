#pragma once
// Which repositories are whose (core/origin_port.h), by `repository_unique_ids` of the agreement's
// members. Thread-safe.

#include "core/origin_port.h"
#include "policy/policy.h"

namespace musubi::policy {

class Origins final : public core::OriginPort {
public:
    /// `policy` outlives it.
    explicit Origins(AgreementPolicy const& policy) : policy_(policy) {}
    bool may_register_from(domain::Member const& member,
                           std::string const& repository_unique_id) const override;

private:
    AgreementPolicy const& policy_;
};

}  // namespace musubi::policy
