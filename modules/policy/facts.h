#pragma once
// Fetches what a decision needs beside the agreement. Thread-safe; at most one round trip for
// consent and one for declared treatments, and what the patient index needs.

#include "policy/decide.h"

namespace musubi::policy {

struct FactSources {
    pg::Pool& pool;
    core::PatientIdentityPort const* identity;  ///< null: publishing cannot be decided
};

/// kNotFound with Reason::kUnknownPatientId: something is to be published for a patient whom nobody
/// has fed.
Result<Facts> find_facts(FactSources const& sources, Needs const& needs, Question const& question);

}  // namespace musubi::policy
