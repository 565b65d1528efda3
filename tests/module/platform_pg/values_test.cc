#include "platform/base/metrics.h"
#include "platform/pg/pool.h"
#include "platform/pg/round_trips.h"
#include "support/test_database.h"

#include <gtest/gtest.h>

#include <stdexcept>

namespace musubi::pg {
namespace {

struct Database {
    test::TestDatabase database;
    Pool pool{PoolConfig{.conninfo = database.owner(), .size = 2}};
    Rows one(Statement const& statement, Params const& params = {}) {
        auto rows = pool.read([&](ReadTx& tx) { return tx.exec(statement, params); });
        EXPECT_TRUE(rows.ok()) << (rows.ok() ? "" : rows.error().detail);
        return rows.ok() ? *rows : Rows();
    }
};

}  // namespace

TEST(PgValues, EveryScalarTypeComesBackAsItWasSent) {
    Database db;
    static constexpr Statement kEcho{"test.echo", "SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9"};
    auto const uuid = *Uuid::parse("7edca82f-054d-47f2-a032-9b2a5b5186c1");
    WallTime const time(std::chrono::microseconds(1'795'228'500'123'456));
    Bytes const binary{0, 1, 255, 0, 39, 92};
    Rows const rows = db.one(kEcho, Params()
                                        .text("紹介状 'quoted' \\")
                                        .int8(-9'007'199'254'740'993)
                                        .int4(-70'000)
                                        .int2(-3)
                                        .boolean(true)
                                        .bytea(binary)
                                        .uuid(uuid)
                                        .timestamptz(time)
                                        .float8(-0.1));
    ASSERT_EQ(rows.size(), 1);
    Row const row = rows.front();
    EXPECT_EQ(row.text(0), "紹介状 'quoted' \\");
    EXPECT_EQ(row.int64(1), -9'007'199'254'740'993);
    EXPECT_EQ(row.int32(2), -70'000);
    EXPECT_EQ(row.int64(2), -70'000);
    EXPECT_EQ(row.int16(3), -3);
    EXPECT_TRUE(row.boolean(4));
    EXPECT_EQ(Bytes(row.bytes(5).begin(), row.bytes(5).end()), binary);
    EXPECT_EQ(row.uuid(6), uuid);
    EXPECT_EQ(row.time(7), time);
    EXPECT_EQ(row.float8(8), -0.1);
}

TEST(PgValues, TheServerReadsThemWithTheSameMeaning) {
    Database db;
    static constexpr Statement kPrint{
        "test.print",
        "SELECT $1::text, to_char($2, 'YYYY-MM-DD HH24:MI:SS.US'), encode($3, 'hex'), "
        "array_to_string($4, '|', 'NULL'), $5::text, $6::text"};
    std::vector<std::optional<std::string>> const words{"a", std::nullopt, ""};
    std::vector<std::int64_t> const numbers{1, -2};
    Rows const rows =
        db.one(kPrint, Params()
                           .int8(42)
                           .timestamptz(WallTime(std::chrono::microseconds(1'000'001)))
                           .bytea(Bytes{0xde, 0xad})
                           .text_array(words)
                           .int8_array(numbers)
                           .text_array(std::span<std::string const>()));
    ASSERT_EQ(rows.size(), 1);
    EXPECT_EQ(rows[0].text(0), "42");
    EXPECT_EQ(rows[0].text(1), "1970-01-01 00:00:01.000001");
    EXPECT_EQ(rows[0].text(2), "dead");
    EXPECT_EQ(rows[0].text(3), "a|NULL|");
    EXPECT_EQ(rows[0].text(4), "{1,-2}");
    EXPECT_EQ(rows[0].text(5), "{}");
}

TEST(PgValues, ArraysComeBackAsTheyWereSent) {
    Database db;
    static constexpr Statement kArrays{"test.arrays", "SELECT $1, $2, $3, $4, $5"};
    std::vector<std::string> const texts{"", "日本", "x,y\"{}"};
    std::vector<std::int64_t> const longs{INT64_MIN, 0, INT64_MAX};
    std::vector<std::int32_t> const ints{};
    std::vector<Uuid> const uuids{system_ids().uuid(), system_ids().uuid()};
    std::vector<Bytes> const blobs{{}, {0, 255}, Bytes(100'000, 7)};
    Rows const rows = db.one(
        kArrays,
        Params().text_array(texts).int8_array(longs).int4_array(ints).uuid_array(uuids).bytea_array(
            blobs));
    ASSERT_EQ(rows.size(), 1);
    EXPECT_EQ(rows[0].text_array(0), texts);
    EXPECT_EQ(rows[0].int64_array(1), longs);
    EXPECT_EQ(rows[0].int32_array(2), ints);
    EXPECT_EQ(rows[0].uuid_array(3), uuids);
    EXPECT_EQ(rows[0].bytes_array(4), blobs);
}

TEST(PgValues, NullIsSeenAndWrongReadingIsABug) {
    Database db;
    static constexpr Statement kNulls{"test.nulls", "SELECT $1, $2, 5::int4"};
    Rows const rows =
        db.one(kNulls, Params().text_or_null(std::nullopt).uuid_or_null(std::nullopt));
    EXPECT_TRUE(rows[0].is_null(0));
    EXPECT_EQ(rows[0].text_if(0), std::nullopt);
    EXPECT_EQ(rows[0].uuid_if(1), std::nullopt);
    EXPECT_EQ(rows[0].int64_if(2), 5);
    EXPECT_THROW((void)rows[0].text(0), std::logic_error);
    EXPECT_THROW((void)rows[0].text(2), std::logic_error);
    EXPECT_THROW((void)rows[0].int16(2), std::logic_error);
    EXPECT_THROW((void)rows[0].text(3), std::logic_error);
    EXPECT_THROW((void)rows[1], std::logic_error);
}

TEST(PgValues, ViewsSurviveMovingTheRows) {
    Database db;
    static constexpr Statement kWord{"test.word", "SELECT 'word'::text"};
    Rows rows = db.one(kWord);
    Row const row = rows.front();
    Rows const moved = std::move(rows);
    EXPECT_EQ(row.text(0), "word");
}

TEST(PgValues, ALargeBinaryValueCrossesBothWays) {
    Database db;
    static constexpr Statement kLarge{"test.large", "SELECT $1, length($1)"};
    Bytes big(20'000'000);
    for (std::size_t i = 0; i < big.size(); ++i) big[i] = static_cast<std::uint8_t>(i * 31 >> 3);
    Rows const rows = db.one(kLarge, Params().bytea(big));
    EXPECT_EQ(rows[0].int32(1), 20'000'000);
    EXPECT_TRUE(
        std::equal(big.begin(), big.end(), rows[0].bytes(0).begin(), rows[0].bytes(0).end()));
}

TEST(PgValues, APreparedStatementIsUsedAgainAndItsNameBelongsToOneText) {
    Database db;
    static constexpr Statement kFirst{"test.same_name", "SELECT 1"};
    static constexpr Statement kOther{"test.same_name", "SELECT 2"};
    auto tx = db.pool.read_tx();
    ASSERT_TRUE(tx.ok());
    auto const before = round_trips();
    EXPECT_TRUE(tx->exec(kFirst).ok());
    EXPECT_TRUE(tx->exec(kFirst).ok());
    EXPECT_EQ(round_trips() - before, 2U);  // preparing travels with the first execution
    static constexpr Statement kPrepared{
        "test.count_prepared",
        "SELECT count(*) FROM pg_prepared_statements WHERE name = 'test.same_name'"};
    EXPECT_EQ((*tx->exec(kPrepared))[0].int64(0), 1);
    auto const refused = tx->exec(kOther);
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.error().code, Code::kInternal);
    EXPECT_NE(render_metrics().find("statement=\"test.same_name\""), std::string::npos);
}

TEST(PgValues, ABrokenStatementIsOursAndLeavesTheConnectionUsable) {
    Database db;
    static constexpr Statement kBroken{"test.broken", "SELECT no_such_column"};
    static constexpr Statement kFine{"test.fine", "SELECT 1::int8"};
    auto tx = db.pool.read_tx();
    ASSERT_TRUE(tx.ok());
    auto const refused = tx->exec(kBroken);
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.error().code, Code::kInternal);
    EXPECT_EQ(sqlstate(refused.error()), "42703");
    EXPECT_TRUE(tx->exec(kFine).ok());
}

}  // namespace musubi::pg
