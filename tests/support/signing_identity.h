#pragma once
// A certificate with its key for signing things in tests.

#include <string>

namespace musubi::test {

struct SigningIdentity {
    std::string certificate, key;  ///< PEM files
};

/// Made once in a process for each name, self-signed, valid for ten years, and removed at its end.
/// Throws std::runtime_error. Not thread-safe.
SigningIdentity signing_identity(std::string const& name);

}  // namespace musubi::test
