// Many senders at once: what the duplicate and replacement rules allow, and nothing beside it.

#include <gtest/gtest.h>

#include <future>

#include "support/invariants.h"

namespace musubi::test {
namespace {

constexpr int kSenders = 16;

class Concurrency : public ::testing::Test {
protected:
    void SetUp() override {
        patient = fresh_patient();
        ASSERT_EQ(toolkit.feed("A01", patient), "AA");
    }
    /// All at the same time, each over a connection of its own.
    std::vector<Heard> submit_all(std::vector<Papers> const& all) {
        std::vector<std::future<Heard>> running;
        for (Papers const& papers : all) {
            running.push_back(std::async(
                std::launch::async, [&] { return NodeClient(node, "toolkit").submit(papers); }));
        }
        std::vector<Heard> heard;
        for (auto& one : running) heard.push_back(one.get());
        return heard;
    }

    TestNode node;
    NodeClient toolkit{node, "toolkit"};
    std::string patient;
};

// ITI TF-2 3.42.4.1.3.3: the same document may be registered again when it is identical.
TEST_F(Concurrency, SameDocumentFromManySendersIsTakenAndAnotherOneUnderItsIdIsNot) {
    std::string const unique_id = fresh_oid();
    std::vector<Papers> all;
    for (int i = 0; i < kSenders; ++i) {
        NewDocument letter;
        letter.unique_id = unique_id;
        letter.content = text_document(i == 0 ? "another text" : "the same text");
        all.push_back(papers_for(patient, {letter}));
    }
    auto const heard = submit_all(all);
    // Whoever was first settled what the id stands for.
    std::size_t const taken = static_cast<std::size_t>(
        std::count_if(heard.begin(), heard.end(), [](Heard const& h) { return h.success(); }));
    EXPECT_EQ(taken, heard[0].success() ? 1U : kSenders - 1U);
    for (Heard const& one : heard) {
        if (one.success()) continue;
        EXPECT_TRUE(one.has_code("XDSNonIdenticalHash")) << one.text();
    }
    auto const found = toolkit.find(patient);
    EXPECT_EQ(found.objects.entries.size(), taken) << found.text();
    std::set<std::string> hashes, uuids;
    for (auto const& entry : found.objects.entries) {
        hashes.insert(entry.hash.value_or(""));
        uuids.insert(entry.id);
    }
    EXPECT_EQ(hashes.size(), 1U);
    EXPECT_EQ(uuids.size(), taken);
    EXPECT_EQ(toolkit.retrieve({unique_id}).documents[unique_id],
              heard[0].success() ? "another text" : "the same text");
    check_store(node);
}

TEST_F(Concurrency, SameSubmissionFromManySendersIsRegisteredOnce) {
    Papers const papers = letter_for(patient);
    auto const heard = submit_all(std::vector<Papers>(kSenders, papers));
    int taken = 0;
    for (Heard const& one : heard) {
        taken += one.success() ? 1 : 0;
        EXPECT_TRUE(one.success() || one.has_code("XDSDuplicateUniqueIdInRegistry")) << one.text();
    }
    EXPECT_EQ(taken, 1);
    EXPECT_EQ(toolkit.find(patient).objects.entries.size(), 1U);
    check_store(node);
}

TEST_F(Concurrency, OneOfManyReplacementsWins) {
    Papers const original = letter_for(patient, "original");
    ASSERT_TRUE(toolkit.submit(original).success());
    auto const found = toolkit.find(patient);
    ASSERT_EQ(found.objects.entries.size(), 1U) << found.text();
    std::vector<Papers> all;
    for (int i = 0; i < kSenders; ++i) {
        Papers papers = letter_for(patient, "version " + std::to_string(i));
        relate(papers, domain::AssociationType::kReplace, found.objects.entries[0].id);
        all.push_back(std::move(papers));
    }
    auto const heard = submit_all(all);
    std::vector<std::string> winners;
    for (std::size_t i = 0; i < heard.size(); ++i) {
        if (heard[i].success()) {
            winners.push_back(all[i].documents[0].unique_id);
        } else {
            EXPECT_TRUE(heard[i].has_code("XDSRegistryDeprecatedDocumentError")) << heard[i].text();
        }
    }
    EXPECT_EQ(winners.size(), 1U);
    EXPECT_EQ(toolkit.find(patient).unique_ids(), winners);
    check_store(node);
}

// ITI TF-3 4.2.2.2: replacing deprecates what was appended to or made from the original, and what
// is deprecated takes no more of either.
TEST_F(Concurrency, AddendaAndTransformationsDoNotOutliveAReplacement) {
    using enum domain::AssociationType;
    Papers const original = letter_for(patient, "original");
    ASSERT_TRUE(toolkit.submit(original).success());
    auto const found = toolkit.find(patient);
    ASSERT_EQ(found.objects.entries.size(), 1U) << found.text();
    std::vector<Papers> all;
    for (int i = 0; i < kSenders; ++i) {
        Papers papers = letter_for(patient, "version " + std::to_string(i));
        relate(papers,
               i % 4 == 0   ? kReplace
               : i % 2 == 0 ? kAppend
                            : kTransform,
               found.objects.entries[0].id);
        all.push_back(std::move(papers));
    }
    auto const heard = submit_all(all);
    std::vector<std::string> replacements;
    std::size_t taken = 0;
    for (std::size_t i = 0; i < heard.size(); ++i) {
        if (!heard[i].success()) {
            EXPECT_TRUE(heard[i].has_code("XDSRegistryDeprecatedDocumentError")) << heard[i].text();
            continue;
        }
        ++taken;
        if (i % 4 == 0) replacements.push_back(all[i].documents[0].unique_id);
    }
    EXPECT_EQ(replacements.size(), 1U);
    EXPECT_EQ(toolkit.find(patient).unique_ids(), replacements);
    EXPECT_EQ(toolkit.find_all(patient).objects.entries.size(), taken + 1);
    check_store(node);
}

// ITI TF-1 5.3 and TF-2 3.8: after a merge the survivor has the documents, each chain with one end.
TEST_F(Concurrency, ReplacementsDuringAMergeLeaveOneApprovedEnd) {
    std::string const survivor = fresh_patient();
    ASSERT_EQ(toolkit.feed("A01", survivor), "AA");
    Papers const original = letter_for(patient, "original");
    ASSERT_TRUE(toolkit.submit(original).success());
    auto const found = toolkit.find(patient);
    ASSERT_EQ(found.objects.entries.size(), 1U) << found.text();
    std::vector<Papers> all;
    for (int i = 0; i < kSenders; ++i) {
        Papers papers = letter_for(patient, "version " + std::to_string(i));
        relate(papers, domain::AssociationType::kReplace, found.objects.entries[0].id);
        all.push_back(std::move(papers));
    }
    auto merge = std::async(std::launch::async, [&] {
        return NodeClient(node, "toolkit").feed("A40", survivor, patient);
    });
    auto const heard = submit_all(all);
    EXPECT_EQ(merge.get(), "AA");
    std::vector<std::string> ends;
    for (std::size_t i = 0; i < heard.size(); ++i) {
        if (heard[i].success()) ends.push_back(all[i].documents[0].unique_id);
        EXPECT_TRUE(heard[i].success() || heard[i].refused()) << heard[i].text();
    }
    EXPECT_LE(ends.size(), 1U);
    if (ends.empty()) ends.push_back(original.documents[0].unique_id);
    EXPECT_EQ(toolkit.find(survivor).unique_ids(), ends);
    EXPECT_TRUE(toolkit.find(patient).objects.entries.empty());
    check_store(node);
}

}  // namespace
}  // namespace musubi::test
