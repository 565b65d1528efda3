#pragma once
// A region's people as its hospitals record them, with the truth of who is who. The same seed gives
// the same records everywhere. Source of the rates: pix-pdq.md 13.

#include "domain/demographics.h"

#include <functional>
#include <string>
#include <vector>

namespace musubi::population {

inline constexpr int kHospitals = 40;
std::string authority_of(int hospital);  ///< an OID under 2.999

struct GeneratedRecord {
    domain::PatientId id;
    domain::Demographics person;
    int hospital = 0;
    std::string truth;  ///< "P0000123": who it really is; "S1": test patients and unknown ones
};

struct Options {
    int persons = 1000;
    std::uint64_t seed = 1;
};

std::vector<GeneratedRecord> generate(Options const& options);

}  // namespace musubi::population
