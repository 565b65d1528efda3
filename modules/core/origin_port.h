#pragma once
// Whether what a member tells of comes from where it says (guideline control AU-6): certificate,
// organisation and assigning authorities are bound by the agreement, and so are the repositories in
// whose name a member registers documents. Module policy provides it. Thread-safe.

#include "domain/access.h"

#include <string>

namespace musubi::core {

class OriginPort {
public:
    virtual ~OriginPort() = default;
    /// An id that the agreement gives to members belongs to these alone, and who has some names no
    /// other. Ids of nobody may be named by members without any. Exempt roles may name all.
    virtual bool may_register_from(domain::Member const& member,
                                   std::string const& repository_unique_id) const = 0;
};

}  // namespace musubi::core
