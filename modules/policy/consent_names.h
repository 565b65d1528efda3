#pragma once
// Whether the names in a patient's word mean anything under the agreement. A "no" about a member
// that is spelt wrongly would be entered, shown, and keep nobody from anything. Pure, thread-safe.

#include "policy/agreement.h"
#include "policy/consent.h"

namespace musubi::policy {

/// Members must be the agreement's (those that left count), purposes must be among those that it
/// names, if it names any. Persons, codes and documents may be nobody's yet. kInvalidContent.
Status check_names(ConsentScope const& scope, Agreement const& agreement);

}  // namespace musubi::policy
