#include "support/policy_sets.h"

namespace musubi::test {
namespace {

constexpr char kFunction[] = "urn:oasis:names:tc:xacml:1.0:function:";
constexpr char kSchema[] = "http://www.w3.org/2001/XMLSchema#";

std::string match(AppcMatch const& one) {
    return "<" + one.category + "Match MatchId=\"" + one.function +
           "\"><AttributeValue DataType=\"" + one.type + "\">" + one.value + "</AttributeValue><" +
           one.category + "AttributeDesignator AttributeId=\"" + one.attribute + "\" DataType=\"" +
           one.type + "\"/></" + one.category + "Match>";
}

}  // namespace

AppcMatch appc_patient(std::string const& root, std::string const& extension) {
    return {"Resource", "urn:hl7-org:v3:function:II-equal", "urn:ihe:iti:ser:2016:patient-id",
            "urn:hl7-org:v3#II", appc_id(root, extension)};
}
AppcMatch appc_organisation(std::string const& oid) {
    return {"Subject", std::string(kFunction) + "anyURI-equal",
            "urn:oasis:names:tc:xspa:1.0:subject:organization-id", std::string(kSchema) + "anyURI",
            "urn:oid:" + oid};
}
AppcMatch appc_purpose(std::string const& code, std::string const& system) {
    return {"Subject", "urn:hl7-org:v3:function:CV-equal",
            "urn:oasis:names:tc:xspa:1.0:subject:purposeofuse", "urn:hl7-org:v3#CV",
            appc_code(code, system)};
}
AppcMatch appc_entry(std::string const& name, std::string const& code, std::string const& system) {
    return {"Resource", "urn:hl7-org:v3:function:CV-equal",
            "urn:ihe:iti:appc:2016:document-entry:" + name, "urn:hl7-org:v3#CV",
            appc_code(code, system)};
}
AppcMatch appc_action(std::string const& urn) {
    return {"Action", std::string(kFunction) + "anyURI-equal",
            "urn:oasis:names:tc:xacml:1.0:action:action-id", std::string(kSchema) + "anyURI", urn};
}
AppcMatch appc_day(std::string const& compares, std::string const& day) {
    return {"Environment", std::string(kFunction) + "date-" + compares,
            "urn:oasis:names:tc:xacml:1.0:environment:current-date", std::string(kSchema) + "date",
            day};
}

std::string appc_target(std::vector<AppcMatch> const& matches) {
    std::string out = "<Target>";
    for (std::string const category : {"Subject", "Resource", "Action", "Environment"}) {
        std::string all;
        for (auto const& one : matches) {
            if (one.category == category) all += match(one);
        }
        if (all.empty()) continue;
        out += "<" + category + "s><" + category + ">" + all + "</" + category + "></" + category +
               "s>";
    }
    return out + "</Target>";
}

std::string appc_rule(bool permits, std::vector<AppcMatch> const& matches) {
    static int number = 0;
    return "<Rule RuleId=\"rule-" + std::to_string(++number) + "\" Effect=\"" +
           (permits ? "Permit" : "Deny") + "\">" + appc_target(matches) + "</Rule>";
}

std::string appc_document(std::string const& id, AppcMatch const& patient, std::string const& rules,
                          std::string const& algorithm) {
    return appc_set(id, {patient},
                    "<Policy PolicyId=\"urn:uuid:b5dd4e3a-6ad6-4c5c-9f4e-0a4b0c5a9a11\" "
                    "RuleCombiningAlgId=\"urn:oasis:names:tc:xacml:1.0:rule-combining-algorithm:" +
                        algorithm + "\"><Target/>" + rules + "</Policy>",
                    algorithm);
}

std::string appc_set(std::string const& id, std::vector<AppcMatch> const& target,
                     std::string const& content, std::string const& algorithm) {
    return "<?xml version=\"1.0\" encoding=\"UTF-8\"?><PolicySet "
           "xmlns=\"urn:oasis:names:tc:xacml:2.0:policy:schema:os\" PolicySetId=\"" +
           id +
           "\" PolicyCombiningAlgId=\"urn:oasis:names:tc:xacml:1.0:policy-combining-algorithm:" +
           algorithm + "\"><Description>consent</Description>" + appc_target(target) + content +
           "</PolicySet>";
}

std::string appc_reference(std::string const& id) {
    return "<PolicySetIdReference>" + id + "</PolicySetIdReference>";
}

}  // namespace musubi::test
