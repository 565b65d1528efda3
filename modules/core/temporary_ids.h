#pragma once
// Patient ids that members issue while nobody can be asked who somebody is (agreement:
// identity.temporary). Records under them are linked by people or by a merge of their source, never
// by matching, and each is to be settled afterwards.

#include <memory>
#include <set>
#include <string>

namespace musubi::core {

class TemporaryIdsPort {
public:
    virtual ~TemporaryIdsPort() = default;
    /// Assigning authorities (OID); never null. Thread-safe.
    virtual std::shared_ptr<std::set<std::string> const> temporary_authorities() const = 0;
};

}  // namespace musubi::core
