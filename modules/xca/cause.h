#pragma once
// Why a community did not bring what it was asked for, in its own words. Pure, thread-safe.

#include "codec/ebxml/read.h"

namespace musubi::xca {

/// The error that names `id`, as a whole, in location or context; else the first that names none of
/// `all`, and so is said of all of them: who is busy or failed has not said that something does not
/// exist. Null: nothing was said. Points into the response.
ebxml::RegistryErrorRow const* cause_of(std::string const& id, std::vector<std::string> const& all,
                                        ebxml::RegistryResponse const& response);

}  // namespace musubi::xca
