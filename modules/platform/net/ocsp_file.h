#pragma once
// One question to a responder about a certificate in a file, for commands that may wait for it.
// What serves connections uses revocation.h.

#include "platform/net/revocation.h"

#include <string>

namespace musubi::net {

/// `certificate`: PEM, the leaf first, others of its chain behind it. `authorities`: PEM, whom the
/// chain has to lead to. kUnauthenticated: withdrawn, or, with hard, nobody can tell. A certificate
/// that leads to none of the authorities is believed by itself, where it is: there is nobody to
/// ask. kNotFound, kInvalidContent: the files. Blocks for the configured time at most.
Status ask_about_file(OcspConfig const& config, std::string const& certificate,
                      std::string const& authorities);

}  // namespace musubi::net
