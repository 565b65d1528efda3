#pragma once
// Who treats whom (core/relation_port.h): by the agreement in force, the patient index and what
// members declared. Thread-safe.

#include "core/relation_port.h"
#include "policy/policy.h"

namespace musubi::policy {

class Relations final : public core::RelationPort {
public:
    /// All of them outlive it; without a patient index nobody is known to treat anybody.
    Relations(AgreementPolicy const& policy, pg::Pool& pool, core::PatientIdentityPort const* index)
        : policy_(policy), pool_(pool), index_(index) {}
    Result<std::set<std::string>> untreated(std::string const& member,
                                            std::vector<std::string> const& patients, WallTime from,
                                            WallTime to) const override;

private:
    AgreementPolicy const& policy_;
    pg::Pool& pool_;
    core::PatientIdentityPort const* const index_;
};

}  // namespace musubi::policy
