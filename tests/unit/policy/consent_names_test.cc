// Words of patients that name nobody.

#include "policy/consent_names.h"

#include "policy/tree.h"
#include "policy/users.h"
#include "unit/policy/policy_world.h"

#include <yaml-cpp/yaml.h>

#include <gtest/gtest.h>

namespace musubi::policy {
namespace {

ConsentScope scope(std::string ConsentScope::*field, std::string value) {
    ConsentScope out;
    out.*field = std::move(value);
    return out;
}

/// CN-6: a "no" to a member whose code was spelt wrongly would keep nobody from anything.
TEST(ConsentNames, AMemberWhomTheAgreementDoesNotKnowIsRefused) {
    test::Region region;
    region.member("hospital", "doctor");
    EXPECT_TRUE(check_names({}, region.a).ok());
    for (auto const field : {&ConsentScope::owner, &ConsentScope::reader}) {
        EXPECT_TRUE(check_names(scope(field, "hospital"), region.a).ok());
        for (char const* name : {"hospitl", "Hospital", "hospital ", "1.2.3"}) {
            auto const refused = check_names(scope(field, name), region.a);
            ASSERT_FALSE(refused.ok()) << name;
            EXPECT_EQ(refused.error().code, Code::kInvalidContent);
            EXPECT_NE(refused.error().issues.at(0).context.find(name), std::string::npos);
        }
    }
}

TEST(ConsentNames, APurposeIsOneOfThoseThatTheAgreementNamesIfItNamesAny) {
    test::Region region;
    auto const purpose = [](char const* word) { return scope(&ConsentScope::purpose, word); };
    EXPECT_TRUE(check_names(purpose("ANY"), region.a).ok()) << "it names none";
    Problems problems("agreement");
    region.a.tree = std::make_shared<Tree const>(
        tree_of(YAML::Load("purposes: [{code: TREAT}, {code: HRESCH}]"), problems));
    auto users = std::make_shared<UserTerms>();
    users->purposes["X^^1.2.3"] = "BILLING";
    region.a.users = users;
    region.rule("r1", "doctor").purposes = {"PATRQT"};
    for (char const* word : {"TREAT", "HRESCH", "BILLING", "PATRQT"})
        EXPECT_TRUE(check_names(purpose(word), region.a).ok()) << word;
    for (char const* word : {"TRAET", "treat", "X^^1.2.3"})
        EXPECT_FALSE(check_names(purpose(word), region.a).ok()) << word;
}

TEST(ConsentNames, PersonsKindsAndDocumentsMayComeLater) {
    test::Region region;
    EXPECT_TRUE(check_names(scope(&ConsentScope::person, "dr-new"), region.a).ok());
    EXPECT_TRUE(check_names(scope(&ConsentScope::document, "1.2.3"), region.a).ok());
    EXPECT_TRUE(check_names(scope(&ConsentScope::code, "a^^b"), region.a).ok());
}

}  // namespace
}  // namespace musubi::policy
