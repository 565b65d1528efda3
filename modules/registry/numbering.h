#pragma once
// Permanent names for what a submission brings: every symbolic id becomes one new UUID, every
// reference to it follows, submitted UUIDs stay (in lower case), every object gets its key (ITI
// TF-2 3.42.4.1.3.1). Pure but for the id source.

#include "domain/metadata.h"
#include "platform/base/ids.h"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace musubi::registry {

/// Numbers as in the tables.
enum class ObjectKind : std::uint8_t { kEntry = 1, kSet = 2, kFolder = 3, kAssociation = 4 };

/// One object of the submission. `said` is the id as submitted, for what the submitter is told.
struct Numbered {
    ObjectKind kind = ObjectKind::kEntry;
    Uuid uuid;
    std::int64_t key = 0;
    std::string said;
};

struct NumberedSubmission {
    domain::Submission
        submission;  ///< ids and references rewritten to urn:uuid, lid = id, version 1
    Numbered set;    ///< key 0 when the submission has no set
    std::vector<Numbered> entries, folders, associations;  ///< parallel to the submission's lists
    std::map<std::string, Numbered const*, std::less<>> by_urn;  ///< points into this object

    NumberedSubmission() = default;
    NumberedSubmission(NumberedSubmission const&) = delete;
    NumberedSubmission& operator=(NumberedSubmission const&) = delete;
    Numbered const* find(std::string_view urn) const;
};

std::unique_ptr<NumberedSubmission> number(domain::Submission submission, IdSource& ids);

/// The UUID of `urn:uuid:...`, nothing for a symbolic or malformed id.
std::optional<Uuid> uuid_of(std::string_view id);

}  // namespace musubi::registry
