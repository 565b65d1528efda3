#pragma once
// Patients by the family name of somebody else: the review of the audit trail asks. Works on the
// tokens that searches use; nothing is opened. Thread-safe; the store outlives it.

#include "core/namesake_port.h"
#include "mpi/store.h"

namespace musubi::mpi {

class Namesakes final : public core::FamilyNamePort {
public:
    explicit Namesakes(Store const& store) : store_(store) {}
    Result<std::vector<Bytes>> family_tokens(std::string const& name) const override;
    Result<std::set<std::string>> of_family(std::vector<std::string> const& patients,
                                            std::vector<Bytes> const& tokens) const override;

private:
    Store const& store_;
};

}  // namespace musubi::mpi
