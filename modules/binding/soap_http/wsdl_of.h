#pragma once
// The WSDL of one path, made from the transactions that are bound to it.

#include "core/router.h"

#include <string>

namespace musubi::binding {

std::string wsdl_of(core::Router const& router, std::string_view path,
                    std::string const& endpoint_url);

}  // namespace musubi::binding
