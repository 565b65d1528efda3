#include "domain/assertion.h"

namespace musubi::domain {

std::string UserAssertion::user_name() const { return alias + "<" + name_id + "@" + issuer + ">"; }

}  // namespace musubi::domain
