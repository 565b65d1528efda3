#pragma once
// The affinity domain from its files: packs in our YAML form, and code sets in the de-facto
// `codes.xml` form.

#include "domain/affinity_domain.h"

#include <string>
#include <vector>

namespace musubi::node {

/// Files ending in .xml are codes.xml; whether a set is enforced is said by the packs. Errors name
/// the file.
Result<domain::AffinityDomain> load_affinity_domain(std::vector<std::string> const& files);

}  // namespace musubi::node
