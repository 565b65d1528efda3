#pragma once
// Advanced consents (IHE APPC) for tests: XACML 2.0 policy sets, written by hand.

#include <string>
#include <vector>

namespace musubi::test {

/// A match on a category ("Subject", "Resource", "Action", "Environment").
struct AppcMatch {
    std::string category, function, attribute, type, value;
};
inline std::string appc_code(std::string const& code, std::string const& system) {
    return "<CodedValue xmlns=\"urn:hl7-org:v3\" code=\"" + code + "\" codeSystem=\"" + system +
           "\"/>";
}
inline std::string appc_id(std::string const& root, std::string const& extension) {
    return "<InstanceIdentifier xmlns=\"urn:hl7-org:v3\" root=\"" + root + "\" extension=\"" +
           extension + "\"/>";
}

AppcMatch appc_patient(std::string const& root, std::string const& extension);
AppcMatch appc_organisation(std::string const& oid);
AppcMatch appc_purpose(std::string const& code, std::string const& system);
/// "class-code", "type-code", "practice-setting-code" ...
AppcMatch appc_entry(std::string const& name, std::string const& code, std::string const& system);
AppcMatch appc_action(std::string const& urn);
/// From the function's end: "less-than-or-equal" makes a beginning.
AppcMatch appc_day(std::string const& compares, std::string const& day);

/// All of them, each category one alternative.
std::string appc_target(std::vector<AppcMatch> const& matches);
std::string appc_rule(bool permits, std::vector<AppcMatch> const& matches = {});
/// A policy set for this patient with one policy of these rules.
std::string appc_document(std::string const& id, AppcMatch const& patient, std::string const& rules,
                          std::string const& algorithm = "deny-overrides");
/// A policy set whose content, behind its target, is this.
std::string appc_set(std::string const& id, std::vector<AppcMatch> const& target,
                     std::string const& content, std::string const& algorithm = "deny-overrides");
std::string appc_reference(std::string const& id);

}  // namespace musubi::test
