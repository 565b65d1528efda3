#include "core/transaction.h"

namespace musubi::core {

domain::Scope const& Permit::scope_for(std::string const& patient_cx) const {
    static domain::Scope const kNothing;
    static domain::Scope const kEverything{true, {}, {true, {}}};
    if (everything_) return kEverything;
    for (auto const& [patient, scope] : scopes_) {
        if (patient == patient_cx) return scope;
    }
    return kNothing;
}

}  // namespace musubi::core
