#pragma once
// Assertions of users for a scenario's requests: each serves a number of them, then a new one is
// signed. All have the same length, so that they are patched in place. Thread-safe.

#include "perf/scenario.h"
#include "support/assertions.h"

namespace musubi::perf {

class Users {
public:
    explicit Users(ScenarioOptions const& options);

    /// A wsse:Security header, for the envelope that a connection begins with.
    std::string header() const;
    /// Counts the request and puts a new assertion into it when the old one has served.
    void renew(Request& request, Random& random) const;

private:
    std::string assertion(std::uint64_t number) const;

    test::AssertionSigner const signer_;
    std::string const organisation_;
    std::uint64_t const every_;
};

}  // namespace musubi::perf
