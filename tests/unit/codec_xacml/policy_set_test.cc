#include "codec/xacml/policy_set.h"

#include "platform/xml/parse.h"
#include "support/policy_sets.h"

#include <gtest/gtest.h>

namespace musubi::xacml {
namespace {

using namespace musubi::test;

constexpr char kId[] = "urn:uuid:58bbfa76-4d65-4fa1-b0af-c862b52a20d4";

Result<Node> read(std::string const& text) {
    auto const document = xml::parse(as_bytes(text));
    EXPECT_TRUE(document) << text;
    return read_policy_set(document->root());
}

/// Why it is not read.
std::string why_not(std::string const& content) {
    auto const node = read(appc_set(kId, {}, content));
    EXPECT_FALSE(node) << content;
    return node ? "" : node.error().issues.at(0).context;
}

TEST(PolicySet, IsReadWithItsRulesAndWhatTheirTargetsAsk) {
    auto const node = read(appc_document(
        kId, appc_patient("2.999.1", "P1"),
        appc_rule(true, {appc_organisation("2.999.2"), appc_entry("type-code", "T", "2.999.3")}) +
            appc_rule(false),
        "first-applicable"));
    ASSERT_TRUE(node) << node.error().issues.at(0).context;
    EXPECT_EQ(node->id, kId);
    EXPECT_EQ(node->combining, Combining::kFirstApplicable);
    auto const& patient = node->target.of(Category::kResource).at(0).at(0);
    EXPECT_EQ(patient.value, "P1");
    EXPECT_EQ(patient.system, "2.999.1");
    ASSERT_EQ(node->children.size(), 1U);
    ASSERT_EQ(node->children[0].rules.size(), 2U);
    auto const& rule = node->children[0].rules[0];
    EXPECT_TRUE(rule.permits);
    EXPECT_EQ(rule.target.of(Category::kSubject).at(0).at(0).value, "urn:oid:2.999.2");
    EXPECT_EQ(rule.target.of(Category::kResource).at(0).at(0).system, "2.999.3");
    EXPECT_FALSE(node->children[0].rules[1].permits);
    EXPECT_TRUE(node->children[0].rules[1].target.of(Category::kAction).empty());
}

TEST(PolicySet, ReferencesKeepTheirPlaceAmongItsPolicies) {
    auto const node = read(appc_set(
        kId, {},
        appc_reference("urn:oid:2.999.1") + "<PolicyIdReference> urn:p2 </PolicyIdReference>"));
    ASSERT_TRUE(node);
    ASSERT_EQ(node->children.size(), 2U);
    EXPECT_EQ(node->children[0].kind, Node::Kind::kReference);
    EXPECT_EQ(node->children[1].id, "urn:p2");
}

TEST(PolicySet, WhatWouldChangeItsMeaningIsNotLeftOut) {
    std::string const head = "<Policy PolicyId=\"p\" RuleCombiningAlgId=\"x\"><Target/>";
    EXPECT_NE(why_not(head + "<Rule RuleId=\"r1\" Effect=\"Permit\"><Condition/></Rule></Policy>")
                  .find("Rule r1: Condition is not read here"),
              std::string::npos);
    EXPECT_NE(why_not("<Obligations/>").find("Obligations"), std::string::npos);
    EXPECT_NE(why_not(head + "<VariableDefinition/></Policy>").find("VariableDefinition"),
              std::string::npos);
    EXPECT_NE(
        why_not("<PolicySetIdReference Version=\"1\">a</PolicySetIdReference>").find("versions"),
        std::string::npos);
    AppcMatch selected = appc_action("urn:x");
    EXPECT_NE(why_not("<Target><Actions><Action><ActionMatch MatchId=\"f\"><AttributeValue "
                      "DataType=\"t\">v</AttributeValue><AttributeSelector "
                      "RequestContextPath=\"//x\" DataType=\"t\"/></ActionMatch></Action></Actions>"
                      "</Target>")
                  .find("ActionAttributeDesignator"),
              std::string::npos);
}

TEST(PolicySet, WhatIsNoPolicySetIsRefused) {
    EXPECT_FALSE(read("<PolicySet PolicySetId=\"a\" PolicyCombiningAlgId=\"b\"/>"));
    EXPECT_FALSE(read("<Policy xmlns=\"urn:oasis:names:tc:xacml:2.0:policy:schema:os\"/>"));
    EXPECT_FALSE(read("<PolicySet xmlns=\"urn:oasis:names:tc:xacml:2.0:policy:schema:os\"/>"));
    why_not(
        "<Policy PolicyId=\"p\" RuleCombiningAlgId=\"x\"><Rule RuleId=\"r\" "
        "Effect=\"Maybe\"/></Policy>");
    why_not("<Target><Subjects/></Target>");
    why_not("<PolicyIdReference/>");
}

TEST(PolicySet, IsBounded) {
    std::string rules;
    for (std::size_t i = 0; i < kMaxNodes; ++i) rules += appc_rule(true);
    EXPECT_FALSE(read(appc_document(kId, appc_patient("2.999.1", "P1"), rules)));
    std::string deep, end;
    for (int i = 0; i < 8; ++i) {
        deep += "<PolicySet PolicySetId=\"a\" PolicyCombiningAlgId=\"b\">";
        end += "</PolicySet>";
    }
    EXPECT_NE(why_not(deep + end).find("more than 8"), std::string::npos);
}

}  // namespace
}  // namespace musubi::xacml
