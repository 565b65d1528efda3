// All or nothing for what changes ids and decisions; and no name leaves in the clear.

#include "module/mpi/index_fixture.h"
#include "mpi/loading.h"
#include "mpi/review.h"
#include "platform/base/log.h"

#include <mutex>

namespace musubi::mpi {
namespace {

using domain::FeedEvent;

class MpiAtomic : public MpiIndex {
protected:
    using Action = std::function<Status(pg::Tx&)>;
    /// Lets each point fail once; nothing may be left of the action. Then it succeeds.
    void fails_whole(std::vector<char const*> const& points, Action const& action) {
        std::string const before = everything();
        for (char const* point : points) {
            arm_faults(std::string(point) + "=error@1");
            EXPECT_FALSE(pool_.run(action).ok()) << point;
            arm_faults("");
            EXPECT_EQ(everything(), before) << point;
        }
        auto const done = pool_.run(action);
        EXPECT_TRUE(done.ok()) << (done.ok() ? "" : done.error().detail);
        EXPECT_NE(everything(), before);
    }
    Action feeding(core::PatientChange change) {
        return [this, change](pg::Tx& tx) -> Status {
            TRY(store_.apply(tx, change));
            return {};
        };
    }
};

TEST_F(MpiAtomic, AChangeOfAnIdAndAnUnlinkHappenWholeOrNotAtAll) {
    fed(a_, "患者"), fed(b_, "患者");
    auto moved = change(FeedEvent::kChangeId, a2_);
    moved.prior_ids = {{a_, "PI"}};
    fails_whole(
        {"mpi.after_open", "mpi.after_candidates", "mpi.before_watchers", "mpi.after_moves"},
        feeding(moved));
    EXPECT_EQ(together(b_), "A-2 B-1");
    auto apart = change(FeedEvent::kUnlink, a2_);
    apart.other_ids = {{b_, "PI"}};
    fails_whole({"mpi.after_open", "mpi.before_watchers", "mpi.after_moves", "mpi.after_relate"},
                feeding(apart));
    EXPECT_EQ(together(b_), "B-1");
}

TEST_F(MpiAtomic, DecisionsAndTheirUndoingHappenWholeOrNotAtAll) {
    fed(a_, "患者"), fed(b_, "別人");
    Review review(store_);
    std::vector<char const*> const settle{"mpi.before_watchers", "mpi.after_moves"};
    auto with = [&](char const* last) {
        auto all = settle;
        all.push_back(last);
        return all;
    };
    fails_whole(with("mpi.after_decision"), [&](pg::Tx& tx) -> Status {
        TRY(review.decide(tx, Decision::kLink, a_, b_, "op-1"));
        return {};
    });
    EXPECT_EQ(together(a_), "A-1 B-1");
    fails_whole(with("mpi.after_undo"), [&](pg::Tx& tx) -> Status {
        TRY(review.undo(tx, a_, b_, "op-1"));
        return {};
    });
    EXPECT_EQ(together(a_), "A-1");
}

TEST_F(MpiAtomic, NoNameAndNoLocalIdStandsInTheDatabaseOrTheLog) {
    std::mutex mutex;
    std::string log;
    set_log_sink([&](LogLevel, std::string const& line) {
        std::lock_guard const lock(mutex);
        log += line;
    });
    domain::PatientId const secret{"SECRETID77", kKita}, other{"SECRETID78", kMinami};
    auto message = person(secret, "秘密苗字", "秘密名前");
    std::string const text = "PID|SECRETID77|秘密苗字";
    message.message_key = "kita|M1";
    message.original = as_bytes(text);
    fed(message);
    std::vector<LoadItem> items;
    items.push_back(
        {person(other, "秘密苗字", "秘密名前"), "{\"id\":\"SECRETID78\",\"秘密苗字\"}"});
    auto const batch = prepare(store_.context(), {1}, std::move(items));
    ASSERT_TRUE(batch.ok());
    ASSERT_TRUE(
        pool_.run([&](pg::Tx& tx) { return Loading(store_.context(), tx).apply(*batch); }).ok());
    Review review(store_);
    ASSERT_TRUE(pool_
                    .run([&](pg::Tx& tx) {
                        return review.decide(tx, Decision::kSeparate, secret, other, "op-1");
                    })
                    .ok());
    arm_faults("mpi.after_open=error@1");
    message.message_key = "kita|M2";
    EXPECT_FALSE(apply(message).ok());
    arm_faults("");
    set_log_sink({});
    std::string const stored = everything();
    Bytes const name{0xE7, 0xA7, 0x98, 0xE5, 0xAF, 0x86};  // 秘密
    for (std::string const& word : {std::string("SECRETID"), std::string("秘密"), to_hex(name),
                                    to_hex(as_bytes("SECRETID"))}) {
        EXPECT_EQ(stored.find(word), std::string::npos) << word;
        EXPECT_EQ(log.find(word), std::string::npos) << word;
    }
    EXPECT_NE(stored.find("op-1"), std::string::npos);  // the look itself works
}

}  // namespace
}  // namespace musubi::mpi
