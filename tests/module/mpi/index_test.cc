// Feeds, links, merges and what they leave (ITI TF-2 3.8, 3.30; pix-pdq 7).

#include "domain/reason.h"
#include "module/mpi/index_fixture.h"

#include <thread>

namespace musubi::mpi {
namespace {

using domain::FeedEvent;

TEST_F(MpiIndex, TheSamePersonOfTwoHospitalsIsOneAndTheYoungerIdBecomesAnAlias) {
    std::string const first = fed(a_, "患者");
    EXPECT_EQ(together(a_), "A-1");
    EXPECT_EQ(fed(b_, "患者"), first);
    EXPECT_EQ(together(a_), "A-1 B-1");
    EXPECT_EQ(together(b_), "A-1 B-1");
    EXPECT_EQ(regional(b_), first);
    ASSERT_EQ(followers_.merges.size(), 1U);
    EXPECT_TRUE(followers_.merges[0].ends_with(" > " + first));
    EXPECT_EQ(followers_.sets, (std::vector<std::string>{"A-1 ", "A-1 B-1 "}));
}

TEST_F(MpiIndex, AnIssuedRegionalIdNamesItsPersonUntilItStandsForAnother) {
    std::string const first = fed(a_, "患者");
    std::string const second = fed(b_, "別人", "花子");
    domain::PatientId const one = *domain::PatientId::parse(first);
    domain::PatientId const two = *domain::PatientId::parse(second);
    EXPECT_EQ(together(one), "A-1");
    EXPECT_EQ(together(two), "B-1");
    ASSERT_TRUE(relate(domain::FeedEvent::kLink, a_, b_).ok());
    EXPECT_EQ(together(one), "A-1 B-1");
    EXPECT_EQ(together(two), "NotFound") << "an id that points to another one is no id any more";
    EXPECT_EQ(together({"911", kRegion}), "NotFound");

    core::DemographicsPort::Search by_id;
    domain::IdCriterion criterion;
    criterion.id.id = one.id;
    criterion.id.authority.universal_id = kRegion;
    by_id.query.ids.push_back(criterion);
    auto const found = store_.search(by_id);
    ASSERT_TRUE(found.ok());
    ASSERT_EQ(found->size(), 1U);
    EXPECT_EQ((*found)[0].patient, first);
    EXPECT_EQ((*found)[0].records.size(), 2U);
    by_id.query.ids[0].id.id = two.id;
    EXPECT_TRUE(store_.search(by_id)->empty());
}

TEST_F(MpiIndex, WhoOnlyMayBeTheSameWaitsForPeopleAndIsNotTold) {
    std::string const first = fed(a_, "患者");
    EXPECT_NE(fed(b_, "別人"), first);
    EXPECT_EQ(together(a_), "A-1");
    EXPECT_EQ(ask("select state, verdict from mpi.edge"), "4|1|\n");
}

TEST_F(MpiIndex, TwoIdsOfOneHospitalAreNeverLinkedByMatching) {
    std::string const first = fed(a_, "患者");
    EXPECT_NE(fed(a2_, "患者"), first);
    EXPECT_EQ(together(a_), "A-1");
    EXPECT_EQ(ask("select state, held from mpi.edge"), "4|domain|\n");
}

TEST_F(MpiIndex, AnUpdateThatLowersTheScorePartsThePersonsAndTheirDocuments) {
    std::string const first = fed(a_, "患者");
    fed(b_, "患者");
    followers_ = {};
    auto update = person(b_, "患者", "花子", "19800505");
    update.event = FeedEvent::kUpdate;
    std::string const other = fed(update);
    EXPECT_NE(other, first);
    EXPECT_EQ(together(a_), "A-1");
    EXPECT_EQ(together(b_), "B-1");
    EXPECT_EQ(followers_.merges, (std::vector<std::string>{other + " < " + first}));
    EXPECT_EQ(followers_.sets, (std::vector<std::string>{"A-1 ", "B-1 "}));
    std::sort(followers_.moves.begin(), followers_.moves.end());
    EXPECT_EQ(followers_.moves, (std::vector<std::string>{"A-1: " + other + " > " + first,
                                                          "B-1: " + first + " > " + other}));
    // And back.
    update = person(b_, "患者");
    update.event = FeedEvent::kUpdate;
    EXPECT_EQ(fed(update), first);
    EXPECT_EQ(together(b_), "A-1 B-1");
}

TEST_F(MpiIndex, AFieldThatIsNotSentKeepsItsValue) {
    fed(a_, "患者");
    fed(b_, "患者");
    auto update = change(FeedEvent::kUpdate, b_);
    update.demographics.sex = "M";
    fed(update);
    EXPECT_EQ(together(a_), "A-1 B-1");
}

TEST_F(MpiIndex, AnUpdateOfAnUnknownIdIsAnAddOrIsRefused) {
    auto update = person(a_, "患者");
    update.event = FeedEvent::kUpdate;
    auto const outcome = apply(update);
    ASSERT_TRUE(outcome.ok());
    EXPECT_TRUE(outcome->created);
    StoreSettings strict{kRegion, {kDirect}, {}};
    strict.unknown_update = UnknownUpdate::kRefuse;
    Store store(pool_, *keys_, system_ids(), ports_, strict);
    auto other = person(b_, "患者");
    other.event = FeedEvent::kUpdate;
    auto const refused = pool_.run([&](pg::Tx& tx) { return store.apply(tx, other); });
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.error().reason, Reason::kUnknownKeyIdentifier);
    EXPECT_EQ(together(b_), to_string(Code::kNotFound));
}

TEST_F(MpiIndex, AMessageToldAgainIsAnsweredAsBeforeAndChangesNothing) {
    std::string const text = "MSH|first";
    auto message = person(a_, "患者");
    message.message_key = "kita|M1";
    message.original = as_bytes(text);
    std::string const first = fed(message);
    std::string const before = everything();
    auto const again = apply(message);
    ASSERT_TRUE(again.ok());
    EXPECT_EQ(again->patient, first);
    EXPECT_TRUE(again->created);
    EXPECT_EQ(everything(), before);
    // The same message id with other content is another message.
    auto other = person(a_, "別人");
    other.message_key = message.message_key;
    std::string const changed = "MSH|second";
    other.original = as_bytes(changed);
    fed(other);
    EXPECT_EQ(ask("select count(*) from mpi.record_history"), "2|\n");
}

TEST_F(MpiIndex, AMergeMovesWhatWasLinkedToTheSubsumedRecord) {
    fed(a_, "患者");
    fed(b_, "患者");
    std::string const into = fed(a2_, "別名", "次郎");
    auto const merged = merge(a_, a2_);
    ASSERT_TRUE(merged.ok());
    EXPECT_EQ(together(a_), to_string(Code::kNotFound));
    // The two records that remain score below the threshold: no chain over the merged one.
    EXPECT_EQ(together(a2_), "A-2");
    EXPECT_EQ(together(b_), "B-1");
    EXPECT_EQ(regional(a_), into);
    EXPECT_EQ(ask("select held from mpi.edge where state = 4"), "chain|\n");
}

TEST_F(MpiIndex, AMergeOfTheSamePersonsRecordsKeepsTheOtherHospitals) {
    fed(a_, "患者");
    fed(b_, "患者");
    std::string const into = fed(a2_, "患者");
    auto const merged = merge(a_, a2_);
    ASSERT_TRUE(merged.ok());
    EXPECT_EQ(together(a2_), "A-2 B-1");
    EXPECT_EQ(merged->patient, into);
    EXPECT_EQ(regional(a_), into);
    EXPECT_EQ(regional(b_), into);
}

TEST_F(MpiIndex, EveryOrderOfTwoMergesEndsInOnePerson) {
    for (int order = 0; order < 2; ++order) {
        std::string const n = std::to_string(order);
        domain::PatientId const x{"X" + n, kKita}, y{"Y" + n, kKita}, z{"Z" + n, kKita};
        fed(x, "甲" + n, "一"), fed(y, "乙" + n, "二");
        std::string const last = fed(z, "丙" + n, "三");
        if (order == 0) {
            ASSERT_TRUE(merge(x, y).ok());
            ASSERT_TRUE(merge(y, z).ok());
        } else {
            ASSERT_TRUE(merge(y, z).ok());
            EXPECT_FALSE(merge(x, y).ok());  // into an id that was merged away
            ASSERT_TRUE(merge(x, z).ok());
        }
        for (auto const& id : {x, y, z}) EXPECT_EQ(regional(id), last);
        EXPECT_EQ(together(z), z.id);
    }
    EXPECT_EQ(ask("select count(*) from mpi.patient p join mpi.patient s on s.regional_id = "
                  "p.survivor where s.survivor is not null"),
              "0|\n");
}

TEST_F(MpiIndex, MergesThatMustBeIgnoredChangeNothing) {
    fed(a_, "患者"), fed(a2_, "別人", "次郎"), fed(b_, "第三", "三郎");
    domain::PatientId const nobody{"nobody", kKita};
    std::string const before = everything();
    auto const location = [&](domain::PatientId const& from, domain::PatientId const& into) {
        auto const merged = merge(from, into);
        return merged ? "done" : merged.error().issues.front().location;
    };
    EXPECT_EQ(location(nobody, a_), "MRG^1^1");
    EXPECT_EQ(location(a_, nobody), "PID^1^3");
    EXPECT_EQ(location(a_, a_), "MRG^1^1");
    EXPECT_EQ(location(a_, b_), "MRG^1^1");
    EXPECT_EQ(everything(), before);
    ASSERT_TRUE(merge(a_, a2_).ok());
    EXPECT_EQ(location(a_, a2_), "MRG^1^1");
    EXPECT_EQ(location(a2_, a_), "PID^1^3");
    EXPECT_FALSE(apply(person(a_, "患者")).ok());
}

TEST_F(MpiIndex, ACorrectedIdTakesEverythingOver) {
    std::string const home = fed(a_, "患者");
    fed(b_, "患者");
    auto correction = change(FeedEvent::kChangeId, a2_);
    correction.prior_ids = {{a_, "PI"}};
    EXPECT_EQ(fed(correction), home);
    EXPECT_EQ(together(a2_), "A-2 B-1");
    EXPECT_EQ(together(a_), to_string(Code::kNotFound));
    EXPECT_FALSE(apply(person(a_, "患者")).ok());
    auto const again = apply(correction);
    ASSERT_FALSE(again.ok());
    fed(a3_, "別人", "次郎");
    auto taken = change(FeedEvent::kChangeId, a3_);
    taken.prior_ids = {{a2_, "PI"}};
    auto const refused = apply(taken);
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.error().reason, Reason::kDuplicateKeyIdentifier);
}

TEST_F(MpiIndex, TheSourceLinksAndUnlinksWhateverMatchingThinks) {
    std::string const first = fed(a_, "患者");
    std::string const other = fed(b_, "別人", "次郎");
    ASSERT_TRUE(relate(FeedEvent::kLink, a_, b_).ok());
    EXPECT_EQ(together(b_), "A-1 B-1");
    EXPECT_EQ(regional(b_), first);
    ASSERT_TRUE(relate(FeedEvent::kUnlink, a_, b_).ok());
    EXPECT_EQ(together(b_), "B-1");
    EXPECT_EQ(regional(b_), other);
    // Sticky: the same demographics do not link what the source parted.
    auto update = person(b_, "患者");
    update.event = FeedEvent::kUpdate;
    fed(update);
    EXPECT_EQ(together(b_), "B-1");
}

TEST_F(MpiIndex, ARejectedPairIsNotJoinedThroughAThirdRecord) {
    fed(a_, "患者"), fed(b_, "患者");
    ASSERT_TRUE(relate(FeedEvent::kUnlink, a_, b_).ok());
    fed(c_, "患者");
    EXPECT_TRUE(together(c_) == "A-1 C-1" || together(c_) == "B-1 C-1") << together(c_);
    EXPECT_EQ(ask("select count(*) from mpi.edge where held = 'rejected'"), "1|\n");
}

TEST_F(MpiIndex, DirectIdsAreCrossReferencedButNeverAliasedByMatching) {
    EXPECT_EQ(fed(d1_, "患者"), d1_.to_cx());
    std::string const issued = fed(a_, "患者");
    EXPECT_NE(issued, d1_.to_cx());
    EXPECT_EQ(together(a_), "A-1 D-1");
    EXPECT_EQ(regional(d1_), d1_.to_cx());
    EXPECT_TRUE(followers_.merges.empty());
    fed(d2_, "別人", "次郎");
    ASSERT_TRUE(merge(d1_, d2_).ok());
    EXPECT_EQ(regional(d1_), d2_.to_cx());
}

TEST_F(MpiIndex, ARecordThatLeavesTheDirectIdBesideWhichItWasFedGetsOneOfItsOwn) {
    auto both = person(a_, "患者");
    both.ids.push_back({d1_, ""});
    EXPECT_EQ(fed(both), d1_.to_cx());
    EXPECT_EQ(together(a_), "A-1 D-1");
    ASSERT_TRUE(relate(FeedEvent::kUnlink, a_, d1_).ok());
    EXPECT_NE(regional(a_), d1_.to_cx());
    EXPECT_EQ(regional(d1_), d1_.to_cx());
    EXPECT_NE(std::find(followers_.moves.begin(), followers_.moves.end(),
                        "A-1: " + d1_.to_cx() + " > " + regional(a_)),
              followers_.moves.end());
}

TEST_F(MpiIndex, FeedsOfOnePersonAtTheSameTimeSeeEachOther) {
    for (int round = 0; round < 5; ++round) {
        std::string const n = std::to_string(round), birth = "196001" + std::to_string(10 + round);
        std::vector<domain::PatientId> const ids{
            {"P" + n, kKita}, {"Q" + n, kMinami}, {"R" + n, kNishi}};
        std::vector<std::thread> feeders;
        for (auto const& id : ids) {
            feeders.emplace_back([&] {
                for (int attempt = 0; attempt < 20; ++attempt) {
                    auto const done = apply(person(id, "患者", "太郎", birth));
                    if (done || done.error().code != Code::kBusy) {
                        EXPECT_TRUE(done.ok());
                        return;
                    }
                }
                ADD_FAILURE() << "busy for ever";
            });
        }
        for (auto& feeder : feeders) feeder.join();
        EXPECT_EQ(together(ids[0]), "P" + n + " Q" + n + " R" + n);
    }
}

TEST_F(MpiIndex, AFaultAnywhereLeavesAllOrNothing) {
    fed(a_, "患者");
    fed(a2_, "別人", "次郎");
    std::vector<core::PatientChange> changes;
    changes.push_back(person(b_, "患者"));
    changes.push_back(change(FeedEvent::kMerge, a2_));
    changes.back().prior_ids = {{a_, "PI"}};
    changes.push_back(change(FeedEvent::kLink, a_));
    changes.back().other_ids = {{a2_, "PI"}};
    int failures = 0;
    for (auto const& change : changes) {
        for (char const* point :
             {"mpi.after_open", "mpi.after_records", "mpi.after_candidates", "mpi.after_merge",
              "mpi.before_watchers", "mpi.after_moves", "mpi.after_links", "mpi.after_relate"}) {
            std::string const before = everything();
            arm_faults(std::string(point) + "=error");
            auto const outcome = pool_.run([&](pg::Tx& tx) -> Result<int> {
                TRY(store_.apply(tx, change));
                // What reached its end is taken back too, for the next point to find things as they
                // were.
                return Error(Code::kInternal, "no commit");
            });
            arm_faults("");
            ASSERT_FALSE(outcome.ok());
            failures += outcome.error().code == Code::kStorageUnavailable;
            ASSERT_EQ(everything(), before) << point;
        }
    }
    EXPECT_GE(failures, 14);
    for (auto const& change : changes) {
        if (change.event == FeedEvent::kLink) continue;
        EXPECT_TRUE(apply(change).ok());
    }
}

TEST_F(MpiIndex, NothingAboutPeopleStandsInTheClear) {
    auto message = person(a_, "西園寺", "公望", "18491206");
    std::string const text = "PID|||A-1||西園寺^公望";
    message.original = as_bytes(text);
    message.message_key = "kita|secret-control";
    domain::PostalAddress address;
    address.whole = "静岡県静岡市登呂";
    message.demographics.addresses = {{address}};
    fed(message);
    fed(b_, "西園寺", "公望", "18491206");
    fed(a2_, "西園寺", "公望", "18491206");
    std::string const dump = everything();
    for (char const* word :
         {"西園寺", "公望", "18491206", "登呂", "A-1", "A-2", "B-1", "secret-control"}) {
        EXPECT_EQ(dump.find(word), std::string::npos) << word;
        EXPECT_EQ(dump.find(to_hex(as_bytes(word))), std::string::npos) << word;
    }
}

TEST_F(MpiIndex, OnePersonIsFoundOnceWithAllThatItsDomainsKnow) {
    std::string const patient = fed(a_, "患者");
    fed(b_, "患者");
    fed(c_, "患者", "花子", "19900101");
    core::DemographicsPort::Search search;
    domain::NameCriterion name;
    name.family = "患者";
    name.given = "太郎";
    search.query.names.push_back(name);
    auto found = store_.search(search);
    ASSERT_TRUE(found.ok());
    ASSERT_EQ(found->size(), 2U);
    EXPECT_EQ((*found)[0].patient, patient);
    EXPECT_EQ((*found)[0].records.size(), 2U);
    EXPECT_EQ((*found)[0].records[0].degree, 100);
    EXPECT_EQ((*found)[1].records[0].degree, 60);
    search.limit = 1;
    EXPECT_EQ(store_.search(search).error().code, Code::kTooLarge);
    search.limit = 100;
    search.authorities = {kNishi};
    found = store_.search(search);
    ASSERT_EQ(found->size(), 1U);
    EXPECT_EQ((*found)[0].records[0].id.id, c_);
    core::DemographicsPort::Search by_id;
    domain::IdCriterion criterion;
    criterion.id.id = "A-1";
    criterion.id.authority.universal_id = kKita;
    by_id.query.ids.push_back(criterion);
    found = store_.search(by_id);
    ASSERT_TRUE(found.ok());
    ASSERT_EQ(found->size(), 1U);
    core::DemographicsPort::Search everybody;
    EXPECT_EQ(store_.search(everybody).error().code, Code::kTooLarge);
}

}  // namespace
}  // namespace musubi::mpi
