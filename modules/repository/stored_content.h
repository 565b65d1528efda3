#pragma once
// Opens what the repository stored. Everything handed out has been verified to its last octet.

#include "platform/base/content.h"
#include "repository/store.h"

namespace musubi::repository {

/// The contents of the rows, in their order; an Error in the place of one that is damaged or
/// missing. No round trip for what lies in files; one for all that lie in the database, one more
/// for all that are pending.
std::vector<Result<std::shared_ptr<Content const>>> open_contents(
    Deps& deps, std::vector<DocumentRow const*> const& rows);

}  // namespace musubi::repository
