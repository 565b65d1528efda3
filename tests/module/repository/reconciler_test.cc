// What the reconciler takes away and what it tells of, with a real database and real files.

#include "repository/reconciler.h"
#include "module/repository/fixture.h"
#include "platform/base/metrics.h"

#include <fstream>

namespace musubi::repository {
namespace {

class LaterClock final : public Clock {
public:
    std::chrono::milliseconds ahead{0};
    WallTime now() const override { return system_clock().now() + ahead; }
    std::chrono::steady_clock::time_point monotonic() const override {
        return std::chrono::steady_clock::now();
    }
};

TEST_F(RepositoryTest, TheReconcilerRemovesOnlyOrphansOlderThanTheGrace) {
    ASSERT_EQ(provide({{"1.2.1", large_}}).status, ebxml::ResponseStatus::kSuccess);
    registry_.refusal = Error(Code::kConflict, "no");
    provide({{"1.2.2", large_}});
    ASSERT_EQ(blob_files().size(), 2U);
    LaterClock clock;
    Reconciler reconciler(pool_, *blobs_, segments_, clock, std::chrono::hours(1),
                          std::chrono::hours(1));
    EXPECT_EQ(*reconciler.run_once(), 0);
    clock.ahead = std::chrono::minutes(59);
    EXPECT_EQ(*reconciler.run_once(), 0);
    clock.ahead = std::chrono::minutes(61);
    EXPECT_EQ(*reconciler.run_once(), 1);
    EXPECT_EQ(blob_files().size(), 1U);
    EXPECT_EQ(fetch("1.2.1").documents.at("1.2.1"), large_);
}

TEST_F(RepositoryTest, RecordsWithoutARowAreFreedAfterTheGraceAndTheOthersStay) {
    provide({{"1.2.1", "kept"}});
    arm_faults("repository.after_register=error");
    provide({{"1.2.2", "lost"}, {"1.2.3", "lost too"}});
    arm_faults("");
    ASSERT_EQ(live_records(), 3U);
    LaterClock clock;
    Reconciler reconciler(pool_, *blobs_, segments_, clock, std::chrono::hours(1),
                          std::chrono::hours(1));
    clock.ahead = std::chrono::minutes(59);
    EXPECT_EQ(*reconciler.run_once(), 0);
    EXPECT_EQ(live_records(), 3U);
    clock.ahead = std::chrono::minutes(61);
    EXPECT_EQ(*reconciler.run_once(), 2);
    EXPECT_EQ(*reconciler.run_once(), 0);
    EXPECT_EQ(live_records(), 1U);
    EXPECT_EQ(fetch("1.2.1").documents.at("1.2.1"), "kept");
}

TEST_F(RepositoryTest, ASegmentThatCannotBeReadKeepsNobodyFromFreeingTheOthers) {
    provide({{"1.2.1", "kept"}});
    arm_faults("segment.after_sync=error");  // ends the segment
    provide({{"1.2.2", "refused"}});
    arm_faults("repository.after_register=error");
    provide({{"1.2.3", "lost"}});
    arm_faults("");
    blob::SegmentStore other({.folder = folder_ / "segments"});  // has no descriptor of it open yet
    std::fstream(segment_of(row_of("1.2.1")), std::ios::in | std::ios::out | std::ios::binary)
        << "damage";
    LaterClock clock;
    clock.ahead = std::chrono::minutes(61);
    Reconciler reconciler(pool_, *blobs_, other, clock, std::chrono::hours(1),
                          std::chrono::hours(1));
    EXPECT_EQ(*reconciler.run_once(), 1);
    EXPECT_EQ(gauge("musubi_repository_segments_unreadable").value(), 1);
}

TEST_F(RepositoryTest, AClosedSegmentIsLookedAtUntilItIsSettledAndGoesWhenItIsEmpty) {
    LaterClock clock;
    Reconciler reconciler(pool_, *blobs_, segments_, clock, std::chrono::hours(1),
                          std::chrono::hours(1));
    provide({{"1.2.1", "kept"}});
    auto const first = row_of("1.2.1").location->segment;
    arm_faults("segment.after_sync=error");  // ends the segment
    provide({{"1.2.2", "refused"}});
    arm_faults("repository.after_register=error");
    provide({{"1.2.3", "lost"}});  // alone in its own
    arm_faults("segment.after_sync=error");
    provide({{"1.2.4", "refused"}});
    arm_faults("");
    provide({{"1.2.5", "kept"}});
    ASSERT_EQ(segments_.segments()->size(), 3U);
    EXPECT_EQ(*reconciler.run_once(), 0);
    EXPECT_TRUE(*segments_.is_settled(first));
    ASSERT_EQ(segments_.segments()->size(), 3U) << "its record is young";
    clock.ahead = std::chrono::minutes(61);
    EXPECT_EQ(*reconciler.run_once(), 1);
    EXPECT_EQ(*segments_.segments(), (std::vector{first, row_of("1.2.5").location->segment}));
    EXPECT_FALSE(*segments_.is_settled(row_of("1.2.5").location->segment)) << "still open";
    EXPECT_EQ(fetch("1.2.1").documents.at("1.2.1"), "kept");
}

TEST_F(RepositoryTest, ARowWithoutItsRecordIsTold) {
    provide({{"1.2.1", "lost"}, {"1.2.2", "kept"}});
    auto const row = row_of("1.2.1");
    ASSERT_TRUE(segments_.remove(*row.location, row.key));
    LaterClock clock;
    Reconciler reconciler(pool_, *blobs_, segments_, clock, std::chrono::hours(1),
                          std::chrono::hours(1));
    EXPECT_EQ(*reconciler.run_once(), 0);
    EXPECT_EQ(gauge("musubi_repository_rows_without_record").value(), 1);
    ask("delete from repository.document where unique_id = '1.2.1'");
    EXPECT_EQ(*reconciler.run_once(), 0);
    EXPECT_EQ(gauge("musubi_repository_rows_without_record").value(), 0);
    ask("update repository.document set segment = segment + 7");
    EXPECT_EQ(fetch("1.2.2").codes, Strings{"XDSRepositoryError"});
}

}  // namespace
}  // namespace musubi::repository
