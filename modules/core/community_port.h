#pragma once
// Other communities as the agreement knows them: members of kind community, each with its
// homeCommunityId. Thread-safe; lives as long as the node.

#include "domain/access.h"
#include "platform/base/result.h"

#include <string_view>

namespace musubi::core {

class CommunityPort {
public:
    virtual ~CommunityPort() = default;
    /// The member that stands for the community with this homeCommunityId (urn:oid:...); kNotFound
    /// when the agreement in force has none, or does not admit it now.
    virtual Result<domain::Member> community(std::string_view home) const = 0;
};

}  // namespace musubi::core
