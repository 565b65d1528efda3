// Questions by the beginning of an id, by an account, by a visit (ITI TF-2 3.21.4.1.2, 3.22).

#include "module/mpi/index_fixture.h"
#include "mpi/reindex.h"

namespace musubi::mpi {
namespace {

class MpiNumbers : public MpiIndex {
protected:
    static core::DemographicsPort::Search by_id(std::string id, std::string authority) {
        core::DemographicsPort::Search search;
        domain::IdCriterion one;
        one.id.id = std::move(id);
        one.id.authority.universal_id = std::move(authority);
        search.query.ids = {one};
        return search;
    }
    static core::DemographicsPort::Search by_visit(int field, int component, std::string value) {
        core::DemographicsPort::Search search;
        search.query.visit = {{field, component, 1, std::move(value), ""}};
        return search;
    }
    static core::PatientChange visitor(domain::PatientId const& id, domain::VisitChange visit) {
        auto change = person(id, "患者");
        change.visit = std::move(visit);
        return change;
    }
    /// All ids of the persons found, or the code of the refusal.
    std::string found(core::DemographicsPort::Search const& search) {
        auto const out = store_.search(search);
        if (!out) return std::string(to_string(out.error().code));
        std::vector<std::string> ids;
        for (auto const& one : *out) {
            for (auto const& record : one.records) ids.push_back(record.id.id.id);
        }
        std::sort(ids.begin(), ids.end());
        std::string text;
        for (auto const& id : ids) text += (text.empty() ? "" : " ") + id;
        return text;
    }

    domain::PatientId const long_{"0000012345", kKita}, near_{"0000012399", kKita};
};

TEST_F(MpiNumbers, APartialIdAloneFindsItsPatientsWithTheirIdsElsewhere) {
    fed(long_, "患者");
    fed(b_, "患者");
    fed(near_, "別人", "花子");
    EXPECT_EQ(found(by_id("000001234*", kKita)), "0000012345 B-1");
    EXPECT_EQ(found(by_id("00000123*", kKita)), "0000012345 0000012399 B-1");
    EXPECT_EQ(found(by_id("0000*", kKita)), "0000012345 0000012399 B-1") << "six open";
    EXPECT_EQ(found(by_id("00000124*", kKita)), "");
    EXPECT_EQ(found(by_id("00000123*", kMinami)), "") << "another domain";
    EXPECT_EQ(found(by_id("0*", kKita)), "TooLarge");
    EXPECT_EQ(found(by_id("*", kKita)), "TooLarge");
}

TEST_F(MpiNumbers, AnIdThatWasMergedOrCorrectedIsFoundByItsBeginningNoMore) {
    fed(long_, "患者");
    fed(near_, "別人", "花子");
    ASSERT_TRUE(merge(near_, long_).ok());
    EXPECT_EQ(found(by_id("00000123*", kKita)), "0000012345");
    auto corrected = change(domain::FeedEvent::kChangeId, {"9999912345", kKita});
    corrected.prior_ids = {{long_, "PI"}};
    ASSERT_TRUE(apply(corrected).ok());
    EXPECT_EQ(found(by_id("00000123*", kKita)), "");
    EXPECT_EQ(found(by_id("99999123*", kKita)), "9999912345");
}

TEST_F(MpiNumbers, IdsThatWereIssuedHereAreAskedForWhole) {
    std::string const cx = fed(a_, "患者");
    std::string const issued = domain::PatientId::parse(cx)->id;
    EXPECT_EQ(found(by_id(issued, kRegion)), "A-1");
    EXPECT_EQ(found(by_id(issued.substr(0, issued.size() - 1) + "*", kRegion)), "TooLarge")
        << "not nobody: they have no tokens";
    fed(d1_, "別人", "花子");
    EXPECT_EQ(found(by_id("D-*", kDirect)), "D-1");
}

TEST_F(MpiNumbers, AnAccountAloneFindsItsPatient) {
    auto change = person(a_, "患者");
    change.demographics.account = domain::LocalId{{"ACC-1", kKita}, ""};
    fed(change);
    fed(c_, "別人", "花子");
    core::DemographicsPort::Search search;
    search.query.account.emplace().id = "ACC-1";
    EXPECT_EQ(found(search), "A-1");
    search.query.account->id = "ACC-2";
    EXPECT_EQ(found(search), "");
}

TEST_F(MpiNumbers, TheVisitToldLastIsSearchedAndTold) {
    fed(visitor(a_, {true, {{2, 1, 1, 1, "I"}, {3, 1, 1, 1, "W3"}, {19, 1, 1, 1, "V1"}}, {}}));
    fed(c_, "別人", "花子");
    EXPECT_EQ(found(by_visit(19, 1, "V1")), "A-1");
    EXPECT_EQ(found(by_visit(3, 1, "W3")), "A-1");
    EXPECT_EQ(found(by_visit(3, 1, "W4")), "");
    EXPECT_EQ(found(by_visit(2, 1, "I")), "TooLarge") << "a class alone says nothing";
    auto const out = store_.search(by_visit(19, 1, "V1"));
    ASSERT_TRUE(out.ok());
    EXPECT_EQ(out->front().records.front().visit.size(), 3U);
    // Only the visit changes: no more is to be done than to find it.
    auto moved = change(domain::FeedEvent::kUpdate, a_);
    moved.visit = {false, {{3, 1, 1, 1, "W4"}}, {}};
    fed(moved);
    EXPECT_EQ(found(by_visit(3, 1, "W3")), "");
    EXPECT_EQ(found(by_visit(3, 1, "W4")), "A-1");
    auto search = by_visit(2, 1, "I");
    domain::NameCriterion name;
    name.family = "患者";
    name.given = "太郎";
    search.query.names = {name};
    EXPECT_EQ(found(search), "A-1") << "beside a name it narrows";
    search.query.visit.front().value = "O";
    EXPECT_EQ(found(search), "");
}

TEST_F(MpiNumbers, RecordsOfBeforeAreFoundByNumbersAfterAReindex) {
    fed(long_, "患者");
    ask("delete from mpi.search_token where type >= 96");
    ask("update mpi.token_version set numbers = false");
    EXPECT_EQ(found(by_id("00000123*", kKita)), "TooLarge") << "refused, not nobody";
    Reindex const work(store_);
    auto const done = pool_.run([&](pg::Tx& tx) -> Status {
        auto const version = TRY(work.begin(tx));
        TRY(work.fill(tx, version));
        work.switch_over(tx, version);
        return {};
    });
    ASSERT_TRUE(done.ok());
    Store const after(pool_, *keys_, system_ids(), ports_, StoreSettings{kRegion, {kDirect}, {}},
                      std::make_unique<PlainMatching>());
    auto const out = after.search(by_id("00000123*", kKita));
    ASSERT_TRUE(out.ok());
    EXPECT_EQ(out->size(), 1U);
}

}  // namespace
}  // namespace musubi::mpi
