#pragma once
// XACML 2.0 policies as a consent holds them (IHE APPC): the tree of policy sets, policies and
// rules with what their targets ask. Read, never evaluated: who uses it translates it, or says that
// it cannot. So everything that would change its meaning and is not in these structures
// (conditions, obligations, variables, selectors) is an error and not left out.
//
// Values without references; pure functions, thread-safe.
// Limits: kMaxNodes policy sets, policies, references and rules, kMaxMatches, 8 levels.
// Errors: kInvalidContent with one issue, whose context names the place by the ids in the document.
// Source: OASIS XACML 2.0 core, 5; value types of HL7 v3 after IHE ITI APPC (CV, II).

#include "platform/base/result.h"
#include "platform/xml/document.h"

#include <array>
#include <string>
#include <vector>

namespace musubi::xacml {

inline constexpr std::string_view kPolicyNamespace =
    "urn:oasis:names:tc:xacml:2.0:policy:schema:os";
inline constexpr std::size_t kMaxNodes = 500;
inline constexpr std::size_t kMaxMatches = 2'000;

enum class Category : std::uint8_t { kSubject, kResource, kAction, kEnvironment };
std::string_view to_string(Category category);

/// One comparison. The function gets the value first and the attribute second, so
/// "date-less-than-or-equal" asks for a day not before the value.
struct Match {
    Category category = Category::kSubject;
    std::string function;   ///< MatchId
    std::string attribute;  ///< AttributeId of the designator
    std::string data_type;  ///< of the value
    std::string value;      ///< text, code (CV) or extension (II)
    std::string system;     ///< codeSystem (CV), root (II)
};

/// One of the lists must hold, each with all of its matches. No list: holds always.
using AnyOf = std::vector<std::vector<Match>>;

struct Target {
    std::array<AnyOf, 4> parts;  ///< by category; all must hold
    AnyOf const& of(Category category) const { return parts[static_cast<std::size_t>(category)]; }
};

struct Rule {
    std::string id;
    bool permits = false;
    Target target;
};

enum class Combining : std::uint8_t { kDenyOverrides, kPermitOverrides, kFirstApplicable, kOther };

struct Node {
    enum class Kind : std::uint8_t { kPolicySet, kPolicy, kReference };
    Kind kind = Kind::kPolicySet;
    std::string id;  ///< of a reference: what it refers to
    Combining combining = Combining::kOther;
    Target target;
    std::vector<Node> children;  ///< of a policy set, in order
    std::vector<Rule> rules;     ///< of a policy, in order
};

/// The root element must be a PolicySet.
Result<Node> read_policy_set(xml::Element root);

}  // namespace musubi::xacml
