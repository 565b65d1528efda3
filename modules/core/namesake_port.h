#pragma once
// Who bears the same family name, for the review of the audit trail. Names pass through and are
// kept by nobody: what lies in the database are the keyed tokens by which the patient index finds
// people. All thread-safe.

#include "platform/base/bytes.h"

#include <set>
#include <string>
#include <vector>

namespace musubi::core {

/// Told of users as they are met (module policy tells, module atna listens).
class UserNamesPort {
public:
    virtual ~UserNamesPort() = default;
    /// `user_id` as records name the user, `name` as his provider displays it. Never waits for
    /// anything; what cannot be kept is dropped.
    virtual void user_met(std::string const& user_id, std::string const& name) = 0;
};

/// Family names by their tokens (module mpi).
class FamilyNamePort {
public:
    virtual ~FamilyNamePort() = default;
    /// Of the family name in a displayed name; empty when the parts cannot be told apart.
    virtual Result<std::vector<Bytes>> family_tokens(std::string const& name) const = 0;
    /// Of these patients (surviving regional ids, CX) those of whom a record has one of the tokens.
    virtual Result<std::set<std::string>> of_family(std::vector<std::string> const& patients,
                                                    std::vector<Bytes> const& tokens) const = 0;
};

}  // namespace musubi::core
