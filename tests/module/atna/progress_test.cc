// Who looks beside a running node does not read again what its sealer has put into the chain, and
// misses nothing.

#include "atna/progress.h"

#include "module/atna/audit_fixture.h"

#include <fstream>

namespace musubi::atna {
namespace {

class Hint : public AuditTrail {
protected:
    fs::path file() { return folder_ / "journal/sealed.offsets"; }
    std::size_t offsets() { return read_progress(folder_ / "journal", *keys_).offsets.size(); }
};

TEST_F(Hint, NamesWhatIsInTheChainAndTheRestIsStillFound) {
    auto const journal = open_journal(1U << 20);
    JournalAudit audit(*pool_, *sealer_, system_ids(), *journal);
    Indexer owner(*pool_, *keys_, *sealer_, folder_ / "journal", journal.get());
    for (int i = 1; i <= 5; ++i) ASSERT_TRUE(audit.record({event(i)}).ok());
    EXPECT_EQ(offsets(), 0U);
    ASSERT_EQ(owner.run()->sealed, 5);
    auto const told = read_progress(folder_ / "journal", *keys_);
    ASSERT_EQ(told.offsets.size(), 1U);
    EXPECT_EQ(told.offsets.begin()->second, journal->segments().back().size);
    EXPECT_EQ(told.end.seq, 5);
    ASSERT_TRUE(audit.record({event(6)}).ok());
    EXPECT_EQ(search(archive(), {})->size(), 6U) << "what came after it";
    EXPECT_EQ(owner.run()->sealed, 0);
    EXPECT_EQ(verified().damage, Damage::kNone);
}

TEST_F(Hint, CountsOnlyWhenItIsGenuineAndFitsSegmentAndChain) {
    auto const journal = open_journal(1U << 20);
    JournalAudit audit(*pool_, *sealer_, system_ids(), *journal);
    Indexer owner(*pool_, *keys_, *sealer_, folder_ / "journal", journal.get());
    ASSERT_TRUE(audit.record({event(1)}).ok());
    ASSERT_TRUE(owner.run().ok());
    auto const good = test::read_file(file());
    auto forged = good;
    forged[forged.find(".journal ") + 9] ^= 1;
    std::ofstream(file(), std::ios::trunc) << forged;
    EXPECT_EQ(offsets(), 0U);
    for (auto const* text : {"", "\n", "x", "1 2\n3\n"}) {
        std::ofstream(file(), std::ios::trunc) << text;
        EXPECT_EQ(offsets(), 0U) << text;
    }
    std::ofstream(file(), std::ios::trunc) << good;
    EXPECT_EQ(offsets(), 1U);
    // Another segment under the same name.
    auto const segment = read_progress(folder_ / "journal", *keys_).offsets.begin()->first;
    auto const octets = test::read_file(segment);
    auto other = octets;
    other[20] ^= 1;
    std::ofstream(segment, std::ios::binary | std::ios::trunc) << other;
    EXPECT_EQ(offsets(), 0U);
    std::ofstream(segment, std::ios::binary | std::ios::trunc) << octets;
    // An older database: what it lacks is read from the journal again.
    sabotage("DELETE FROM atna.record");
    fs::remove(folder_ / "journal/chain.anchor");
    EXPECT_EQ(search(archive(), {})->size(), 1U);
}

}  // namespace
}  // namespace musubi::atna
