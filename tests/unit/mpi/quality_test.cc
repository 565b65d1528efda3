// Guards the quality of matching with a small region; the full measurement is `./dev bench
// match-quality`.
#include "mpi/match/clusters.h"
#include "mpi/match/evaluate.h"
#include "support/population/population.h"

#include <gtest/gtest.h>

#include <set>
#include <sstream>

namespace musubi::mpi::match {
namespace {

struct Region {
    std::vector<Record> records;
    Truth truth;
};

Region region(int persons, std::uint64_t seed) {
    Region made;
    for (auto const& record : population::generate({persons, seed})) {
        made.truth[truth_key(record.id)] = record.truth;
        made.records.push_back({record.id, record.person});
    }
    return made;
}

Quality measured(Region const& made, std::map<std::string, std::string> const& changes) {
    auto const weights = weights_from(changes);
    EXPECT_TRUE(weights);
    auto const result = evaluate(made.records, made.truth, *weights);
    EXPECT_TRUE(result);
    return result->quality;
}

TEST(MatchQuality, HoldsWithInsurance) {
    auto const quality = measured(region(6000, 11), {{"use_insurance", "true"}});
    EXPECT_GE(quality.precision(), 0.9995) << to_json(quality);
    EXPECT_GE(quality.recall(), 0.960);
    EXPECT_GE(quality.total_recall(), 0.992);
    EXPECT_LE(quality.reviews_per_1000(), 90);
}

TEST(MatchQuality, HoldsWithoutInsurance) {
    auto const quality = measured(region(6000, 12), {});
    EXPECT_GE(quality.precision(), 0.9995) << to_json(quality);
    EXPECT_GE(quality.recall(), 0.940);
    EXPECT_GE(quality.total_recall(), 0.988);
    EXPECT_LE(quality.reviews_per_1000(), 100);
}

TEST(Evaluate, CountsWrongLinksAndMissedPairs) {
    auto made = region(2000, 13);
    auto const honest = measured(made, {});
    // Say that every record is another person: then every link is wrong and nothing is missed.
    for (auto& [id, person] : made.truth) person = id;
    auto const evaluation = evaluate(made.records, made.truth, {});
    ASSERT_TRUE(evaluation);
    Quality const& quality = evaluation->quality;
    EXPECT_EQ(quality.linked, honest.linked);
    EXPECT_EQ(quality.linked_true, 0U);
    EXPECT_EQ(quality.precision(), 0);
    EXPECT_EQ(quality.true_pairs, 0U);
    EXPECT_FALSE(evaluation->wrong.empty());
    // And a threshold that nobody reaches misses every pair.
    auto const blind = measured(region(2000, 13), {{"review", "90"}, {"link", "90"}});
    EXPECT_EQ(blind.linked, 0U);
    EXPECT_EQ(blind.recall(), 0);
    EXPECT_EQ(blind.total_recall(), 0);
}

TEST(Population, IsTheSameForTheSameSeedOnly) {
    auto const one = region(200, 5), again = region(200, 5), other = region(200, 6);
    ASSERT_EQ(one.records.size(), again.records.size());
    std::set<std::string> names;
    for (std::size_t i = 0; i < one.records.size(); ++i) {
        EXPECT_EQ(to_json_line(one.records[i]), to_json_line(again.records[i]));
        names.insert(to_json_line(one.records[i]));
    }
    for (auto const& record : other.records) EXPECT_FALSE(names.contains(to_json_line(record)));
}

TEST(Evaluate, RefusesARecordWithoutTruth) {
    auto made = region(20, 1);
    made.truth.erase(truth_key(made.records[3].id));
    auto const result = evaluate(made.records, made.truth, {});
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, Code::kInvalidContent);
    EXPECT_EQ(result.error().detail, "record 4 is not in the truth");
}

TEST(RecordFile, RecordsComeBackAsTheyWere) {
    auto const made = region(300, 2);
    std::stringstream file;
    for (auto const& record : made.records) file << to_json_line(record) << '\n';
    auto const read = read_records(file);
    ASSERT_TRUE(read);
    ASSERT_EQ(read->size(), made.records.size());
    for (std::size_t i = 0; i < read->size(); ++i) {
        EXPECT_EQ((*read)[i].id, made.records[i].id);
        EXPECT_EQ((*read)[i].person, made.records[i].person);
    }
}

TEST(RecordFile, RefusesWhatIsNoRecordAndNamesTheLine) {
    std::string const good = to_json_line({{"1", "2.999.1"}, {}});
    for (std::string const bad :
         {"{", "[]", "{\"id\": \"1\"}", "{\"id\": \"1\", \"authority\": \"2\", \"person\": 5}",
          "{\"id\": \"\\ud83d\"}", "{\"id\": \"\xff\"}", "{} x", "{\"a\":\"\n\"}"}) {
        std::stringstream file(good + "\n" + bad + "\n");
        auto const read = read_records(file);
        ASSERT_FALSE(read) << bad;
        EXPECT_TRUE(read.error().detail.starts_with("line 2")) << read.error().detail;
    }
    std::stringstream deep(std::string(5000, '['));
    EXPECT_EQ(read_records(deep).error().code, Code::kTooLarge);
    std::stringstream truth("2.999.1|1\tP1\nno tabulator\n");
    EXPECT_FALSE(read_truth(truth));
}

// pix-pdq.md 7.
TEST(Clusters, NeverHoldTwoIdsOfOneDomainNorChainAgainstTheEvidence) {
    domain::Demographics person;
    person.names.push_back({"勅使河原", "蓮三郎", "", "", "", "L", {}});
    person.birth_time = "19560312";
    domain::Demographics stranger = person;
    stranger.names[0] = {"佐藤", "和子", "", "", "", "L", {}};
    stranger.birth_time = "19880101";
    std::vector<Record> const records = {{{"1", "2.999.1"}, person},
                                         {{"2", "2.999.2"}, person},
                                         {{"3", "2.999.1"}, person},
                                         {{"4", "2.999.4"}, stranger}};
    std::vector<Features> features;
    for (auto const& record : records) features.push_back(features_of(record.person));
    Weights const weights;
    Clusters clusters(records, features, weights);
    clusters.join({{1, 2, 20}, {0, 1, 30}, {1, 3, 25}});
    EXPECT_TRUE(clusters.together(0, 1)) << "the strongest first";
    EXPECT_FALSE(clusters.together(1, 2)) << "two ids of one domain";
    EXPECT_FALSE(clusters.together(1, 3)) << "they contradict each other";
}

}  // namespace
}  // namespace musubi::mpi::match
