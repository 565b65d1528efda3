#include "registry/query_plan.h"

#include <gtest/gtest.h>

namespace musubi::registry {
namespace {

// ITI TF-2 3.18.4.1.2.3.5: % any string, _ any one character.
TEST(Like, MatchesWholeValuesWithPercentAndUnderscore) {
    EXPECT_TRUE(like("^Smitty^Gerald^^^", "%Smitty%"));
    EXPECT_TRUE(like("abc", "abc"));
    EXPECT_TRUE(like("abc", "a_c"));
    EXPECT_TRUE(like("abc", "%"));
    EXPECT_TRUE(like("", "%"));
    EXPECT_TRUE(like("aXbXc", "a%b%c"));
    EXPECT_TRUE(like("aaab", "%ab"));
    EXPECT_FALSE(like("abc", "ab"));
    EXPECT_FALSE(like("abc", "_abc"));
    EXPECT_FALSE(like("abc", "ABC"));
    EXPECT_FALSE(like("", "_"));
}

TEST(Like, CountsCharactersNotOctets) {
    EXPECT_TRUE(like("^山田^太郎", "^_田^太郎"));
    EXPECT_TRUE(like("𠮷野", "_野"));
    EXPECT_FALSE(like("𠮷野", "__野"));
    EXPECT_TRUE(like("医師山田", "%山_"));
}

TEST(QueryPlan, EveryQueryHasAStatementOfItsReturnType) {
    for (int i = 0; i < domain::kQueryKindCount; ++i) {
        domain::StoredQuery query;
        query.kind = static_cast<domain::QueryKind>(i);
        query.documents.kinds = {domain::EntryKind::kStable};
        query.return_type = domain::ReturnType::kObjectRef;
        QueryPlan const refs = plan_query(query, {}, {"m", 10, {}});
        query.return_type = domain::ReturnType::kLeafClass;
        QueryPlan const leaf = plan_query(query, {}, {"m", 10, {}});
        ASSERT_NE(refs.statement, nullptr) << i;
        ASSERT_NE(leaf.statement, nullptr) << i;
        std::string const sql = refs.statement->sql;
        EXPECT_EQ(sql.find("registry.fragment"), std::string::npos)
            << "ObjectRef reads fragments: " << i;
        EXPECT_NE(std::string(leaf.statement->sql).find("registry.fragment"), std::string::npos)
            << i;
    }
}

TEST(QueryPlan, ASearchByAuthorIsJudgedOnTheSealedList) {
    domain::StoredQuery query;
    query.kind = domain::QueryKind::kFindDocuments;
    EXPECT_FALSE(plan_query(query, {}, {"m", 10, {}}).by_author);
    query.documents.author_person_patterns = {"%x%"};
    EXPECT_TRUE(plan_query(query, {}, {"m", 10, {}}).by_author);
    query = {};
    query.kind = domain::QueryKind::kFindSubmissionSets;
    query.submission_set_author_pattern = "%x%";
    EXPECT_TRUE(plan_query(query, {}, {"m", 10, {}}).by_author);
}

}  // namespace
}  // namespace musubi::registry
