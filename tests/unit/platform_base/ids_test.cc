#include "platform/base/ids.h"

#include <gtest/gtest.h>

#include <set>

namespace musubi {

TEST(Oid, FollowsTheGrammarOfTheProfile) {  // ITI TF-3 table 4.2.3.1.7-2
    for (char const* good :
         {"1.2", "2.999.1.1.1", "2.25.329800735698586629295641978511506172918", "0.0"}) {
        EXPECT_TRUE(is_oid(good)) << good;
    }
    for (char const* bad : {"", "1", "1.", "3.1", "1.02", "1..2", ".1", "1.2.a", "urn:oid:1.2"}) {
        EXPECT_FALSE(is_oid(bad)) << bad;
    }
    EXPECT_TRUE(is_oid("1." + std::string(62, '1')));
    EXPECT_FALSE(is_oid("1." + std::string(63, '1')));
}

TEST(Uuid, ParsesUrnAndPlainFormsAndPrintsLowerCase) {
    auto const uuid = Uuid::parse("urn:uuid:7EDCA82F-054d-47f2-a032-9b2a5b5186c1");
    ASSERT_TRUE(uuid.ok());
    EXPECT_EQ(uuid->to_urn(), "urn:uuid:7edca82f-054d-47f2-a032-9b2a5b5186c1");
    EXPECT_EQ(*Uuid::parse(uuid->to_string()), *uuid);
    EXPECT_FALSE(Uuid::parse("Document01").ok());
    EXPECT_FALSE(Uuid::parse("7edca82f-054d-47f2-a032-9b2a5b5186c").ok());
}

TEST(IdSource, NeverRepeats) {
    std::set<Uuid> uuids;
    std::set<std::int64_t> keys;
    for (int i = 0; i < 2000; ++i) {
        uuids.insert(system_ids().uuid());
        auto const key = system_ids().key();
        EXPECT_GT(key, 0);
        keys.insert(key);
    }
    EXPECT_EQ(uuids.size(), 2000U);
    EXPECT_EQ(keys.size(), 2000U);
}

}  // namespace musubi
