#pragma once
// What the targets of an advanced consent ask, in the terms of the agreement: each attribute that a
// word of the patient can name. What it cannot name is an error, never left out: the word would say
// something else than the patient. Pure, thread-safe.
// Source: IHE ITI APPC; attribute names of XACML 2.0 and XSPA as in assertions.

#include "codec/xacml/policy_set.h"
#include "policy/agreement.h"
#include "policy/consent.h"

#include <set>

namespace musubi::policy {

/// The conditions of one word while targets are gathered from the outside in.
struct FormTerms {
    ConsentScope scope;
    std::optional<WallTime> from, until;
    bool view = true, publish = true;  ///< what it is about
    bool patient = false;              ///< the patient was named, and is the entry's
    bool never = false;                ///< contradicts itself: nothing is said
};

/// Two conditions on one thing: the same, or `never`.
void narrow(FormTerms& terms, std::string ConsentScope::*field, std::string const& value);
void narrow_from(FormTerms& terms, WallTime from);
void narrow_until(FormTerms& terms, WallTime until);

class FormTarget {
public:
    FormTarget(Agreement const& agreement, std::string patient)
        : agreement_(agreement), patient_(std::move(patient)) {}
    /// `outer` under a target: one for each combination of its alternatives, none that contradicts
    /// itself. kInvalidContent for what no word can say, or more than kMaxWords combinations.
    Result<std::vector<FormTerms>> under(FormTerms const& outer, xacml::Target const& target) const;
    static constexpr std::size_t kMaxWords = 256;

private:
    Status apply(FormTerms& terms, xacml::Match const& match) const;
    Status apply_subject(FormTerms& terms, xacml::Match const& match) const;
    Status apply_resource(FormTerms& terms, xacml::Match const& match) const;
    Result<FormTerms> with_actions(FormTerms terms, xacml::AnyOf const& actions) const;

    Agreement const& agreement_;
    std::string const patient_;  ///< CX
};

}  // namespace musubi::policy
