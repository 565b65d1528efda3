#include "codec/xacml/policy_set.h"

#include "platform/base/text.h"

#include <algorithm>

namespace musubi::xacml {
namespace {

constexpr std::string_view kHl7v3 = "urn:hl7-org:v3";
constexpr std::size_t kMaxText = 1'024;
constexpr std::size_t kMaxShown = 64;  ///< of an id in a message
constexpr int kMaxDepth = 8;

struct Algorithm {
    std::string_view end;  ///< of the identifier, behind the last colon
    Combining combining;
};
constexpr Algorithm kAlgorithms[] = {
    {"deny-overrides", Combining::kDenyOverrides},
    {"ordered-deny-overrides", Combining::kDenyOverrides},
    {"permit-overrides", Combining::kPermitOverrides},
    {"ordered-permit-overrides", Combining::kPermitOverrides},
    {"first-applicable", Combining::kFirstApplicable},
};
constexpr std::string_view kAlgorithmPrefixes[] = {
    "urn:oasis:names:tc:xacml:1.0:policy-combining-algorithm:",
    "urn:oasis:names:tc:xacml:1.1:policy-combining-algorithm:",
    "urn:oasis:names:tc:xacml:1.0:rule-combining-algorithm:",
    "urn:oasis:names:tc:xacml:1.1:rule-combining-algorithm:",
};

Combining combining_of(std::string_view identifier) {
    for (auto const prefix : kAlgorithmPrefixes) {
        if (!identifier.starts_with(prefix)) continue;
        for (auto const& [end, combining] : kAlgorithms)
            if (identifier.substr(prefix.size()) == end) return combining;
    }
    return Combining::kOther;
}

/// Element names of one category.
struct Words {
    Category category;
    std::string_view list, one, match, designator;
};
constexpr Words kWords[] = {
    {Category::kSubject, "Subjects", "Subject", "SubjectMatch", "SubjectAttributeDesignator"},
    {Category::kResource, "Resources", "Resource", "ResourceMatch", "ResourceAttributeDesignator"},
    {Category::kAction, "Actions", "Action", "ActionMatch", "ActionAttributeDesignator"},
    {Category::kEnvironment, "Environments", "Environment", "EnvironmentMatch",
     "EnvironmentAttributeDesignator"},
};

bool is(xml::Element element, std::string_view name) { return element.is(kPolicyNamespace, name); }

class Reader {
public:
    Result<Node> root(xml::Element element) {
        if (!is(element, "PolicySet"))
            return wrong("the root element is no PolicySet of XACML 2.0");
        return node(element, Node::Kind::kPolicySet, 1);
    }

private:
    Error wrong(std::string what) const {
        return Error(Code::kInvalidContent,
                     {{Severity::kError, kNoReason,
                       place_.empty() ? std::move(what) : place_ + ": " + what, ""}});
    }
    Error not_read(xml::Element element) const {
        return wrong(std::string(element.local_name()) + " is not read here");
    }
    Result<std::string> text(xml::Element element, std::string_view attribute) const {
        std::string_view const value = trim(element.attribute(attribute).value_or(""));
        if (value.empty() || value.size() > kMaxText)
            return wrong(std::string(element.local_name()) + " needs " + std::string(attribute) +
                         " of at most 1024 octets");
        return std::string(value);
    }
    void enter(std::string_view kind, std::string const& id) {
        place_ += (place_.empty() ? "" : " / ") + std::string(kind) + " " + id.substr(0, kMaxShown);
    }
    Status count() {
        return ++nodes_ > kMaxNodes ? Status(wrong("more than 500 policies and rules")) : Status();
    }

    Result<Node> node(xml::Element element, Node::Kind kind, int depth) {
        TRY(count());
        if (depth > kMaxDepth) return wrong("more than 8 policy sets in each other");
        bool const set = kind == Node::Kind::kPolicySet;
        Node out;
        out.kind = kind;
        out.id = TRY(text(element, set ? "PolicySetId" : "PolicyId"));
        out.combining =
            combining_of(TRY(text(element, set ? "PolicyCombiningAlgId" : "RuleCombiningAlgId")));
        std::string const outer = place_;
        enter(set ? "PolicySet" : "Policy", out.id);
        for (xml::Element const child : element.children()) {
            if (is(child, "Description") || is(child, set ? "PolicySetDefaults" : "PolicyDefaults"))
                continue;
            if (is(child, "Target")) {
                out.target = TRY(target(child));
            } else if (set && is(child, "PolicySet")) {
                out.children.push_back(TRY(node(child, Node::Kind::kPolicySet, depth + 1)));
            } else if (set && is(child, "Policy")) {
                out.children.push_back(TRY(node(child, Node::Kind::kPolicy, depth + 1)));
            } else if (set &&
                       (is(child, "PolicySetIdReference") || is(child, "PolicyIdReference"))) {
                out.children.push_back(TRY(reference(child)));
            } else if (!set && is(child, "Rule")) {
                out.rules.push_back(TRY(rule(child)));
            } else {
                return not_read(child);
            }
        }
        place_ = outer;
        return out;
    }

    Result<Node> reference(xml::Element element) {
        TRY(count());
        Node out;
        out.kind = Node::Kind::kReference;
        out.id = trim(element.text());
        if (out.id.empty() || out.id.size() > kMaxText || element.first_child())
            return wrong("a reference to a policy names none");
        // Which version is meant nobody here can tell.
        if (element.attribute_count() > 0) return wrong("references to versions are not read here");
        return out;
    }

    Result<Rule> rule(xml::Element element) {
        TRY(count());
        Rule out;
        out.id = TRY(text(element, "RuleId"));
        std::string const outer = place_;
        enter("Rule", out.id);
        std::string const effect = TRY(text(element, "Effect"));
        if (effect != "Permit" && effect != "Deny") return wrong("Effect is Permit or Deny");
        out.permits = effect == "Permit";
        for (xml::Element const child : element.children()) {
            if (is(child, "Description")) continue;
            if (!is(child, "Target")) return not_read(child);
            out.target = TRY(target(child));
        }
        place_ = outer;
        return out;
    }

    Result<Target> target(xml::Element element) {
        Target out;
        for (xml::Element const list : element.children()) {
            auto const* const words =
                std::find_if(std::begin(kWords), std::end(kWords),
                             [&](Words const& one) { return is(list, one.list); });
            if (words == std::end(kWords)) return not_read(list);
            AnyOf& any = out.parts[static_cast<std::size_t>(words->category)];
            for (xml::Element const one : list.children()) {
                if (!is(one, words->one)) return not_read(one);
                std::vector<Match> all;
                for (xml::Element const child : one.children())
                    all.push_back(TRY(match(child, *words)));
                if (all.empty()) return wrong(std::string(words->one) + " without a match");
                any.push_back(std::move(all));
            }
            if (any.empty()) return wrong(std::string(words->list) + " without any");
        }
        return out;
    }

    Result<Match> match(xml::Element element, Words const& words) {
        if (!is(element, words.match)) return not_read(element);
        if (++matches_ > kMaxMatches) return wrong("more than 2000 matches");
        Match out;
        out.category = words.category;
        out.function = TRY(text(element, "MatchId"));
        xml::Element const value = element.first_child();
        xml::Element const designator = value.next_sibling();
        if (!is(value, "AttributeValue") || !is(designator, words.designator) ||
            designator.next_sibling())
            return wrong(std::string(words.match) + " must have an AttributeValue and a " +
                         std::string(words.designator));
        out.attribute = TRY(text(designator, "AttributeId"));
        out.data_type = TRY(text(value, "DataType"));
        // Attributes of one issuer only: nobody here knows issuers.
        if (designator.attribute("Issuer") || designator.attribute("SubjectCategory"))
            return wrong("designators with an issuer or a category of subjects are not read here");
        TRY(read_value(value, out));
        return out;
    }

    Status read_value(xml::Element element, Match& out) {
        xml::Element const coded = element.first_child();
        if (!coded) {
            out.value = trim(element.text());
        } else if (coded.next_sibling()) {
            return wrong("AttributeValue with several values");
        } else if (coded.is(kHl7v3, "CodedValue")) {
            out.value = trim(coded.attribute("code").value_or(""));
            out.system = trim(coded.attribute("codeSystem").value_or(""));
        } else if (coded.is(kHl7v3, "InstanceIdentifier")) {
            out.value = trim(coded.attribute("extension").value_or(""));
            out.system = trim(coded.attribute("root").value_or(""));
        } else {
            return not_read(coded);
        }
        bool const long_one = out.value.size() > kMaxText || out.system.size() > kMaxText;
        bool const none = out.value.empty() && out.system.empty();
        return long_one || none
                   ? Status(wrong("AttributeValue without a value of at most 1024 octets"))
                   : Status();
    }

    std::string place_;
    std::size_t nodes_ = 0, matches_ = 0;
};

}  // namespace

std::string_view to_string(Category category) {
    return kWords[static_cast<std::size_t>(category)].one;
}

Result<Node> read_policy_set(xml::Element root) { return Reader().root(root); }

}  // namespace musubi::xacml
