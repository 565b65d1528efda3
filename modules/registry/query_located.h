#pragma once
// What the locate stage of a stored query found, handed to its act stage in Located::details.

#include "registry/query_plan.h"

namespace musubi::registry {

struct PatientInScope {
    std::string cx;  ///< surviving; for a query by one patient id as asked
    std::vector<NamedObject> named;
};

struct QueryScope {
    std::vector<PatientInScope> patients;
};

}  // namespace musubi::registry
