#include "repository/provided_documents.h"

#include "domain/reason.h"

#include <gtest/gtest.h>

namespace musubi::repository {
namespace {

constexpr char const* kSha1OfAbc = "a9993e364706816aba3e25717850c26c9cd0d89d";

std::shared_ptr<ReceivedContent> abc() {
    return std::make_shared<MemoryContent>(Bytes{'a', 'b', 'c'});
}

domain::DocumentEntry entry(std::string id) {
    domain::DocumentEntry e;
    e.id = std::move(id);
    e.object_type = domain::kStableEntryType;
    return e;
}

ProvideRequest one_of_each() {
    ProvideRequest request;
    request.submission.entries = {entry("D1")};
    request.documents = {{"D1", abc()}};
    return request;
}

std::vector<Reason> reasons(ProvideRequest const& request) {
    std::vector<Reason> out;
    for (Issue const& issue : check_documents(request)) out.push_back(issue.reason);
    return out;
}

// ITI TF-2 3.41.4.1.3
TEST(CheckDocuments, APairThatFitsHasNoFinding) { EXPECT_TRUE(reasons(one_of_each()).empty()); }

TEST(CheckDocuments, EachEntryNeedsItsDocumentAndEachDocumentItsEntry) {
    auto request = one_of_each();
    request.documents.clear();
    EXPECT_EQ(reasons(request), std::vector<Reason>{Reason::kMissingDocument});
    request = one_of_each();
    request.submission.entries.clear();
    EXPECT_EQ(reasons(request), std::vector<Reason>{Reason::kMissingDocumentMetadata});
    request = one_of_each();
    request.documents[0].entry_id = "D2";
    EXPECT_EQ(reasons(request),
              (std::vector<Reason>{Reason::kMissingDocumentMetadata, Reason::kMissingDocument}));
}

TEST(CheckDocuments, ADocumentThatStandsTwiceIsRefused) {
    auto request = one_of_each();
    request.documents.push_back({"D1", abc()});
    EXPECT_EQ(reasons(request), std::vector<Reason>{Reason::kRepositoryMetadata});
}

TEST(CheckDocuments, AnOnDemandEntryHasNoDocument) {
    auto request = one_of_each();
    request.documents.clear();
    request.submission.entries[0].object_type = domain::kOnDemandEntryType;
    EXPECT_TRUE(reasons(request).empty());
}

TEST(CheckDocuments, HashAndSizeAreThoseOfTheOctets) {
    auto request = one_of_each();
    auto& e = request.submission.entries[0];
    e.hash = kSha1OfAbc;
    e.size = "3";
    EXPECT_TRUE(reasons(request).empty());
    e.hash = "A9993E364706816ABA3E25717850C26C9CD0D89D";
    EXPECT_TRUE(reasons(request).empty());
    e.hash = "da39a3ee5e6b4b0d3255bfef95601890afd80709";
    EXPECT_EQ(reasons(request), std::vector<Reason>{Reason::kRepositoryMetadata});
    e.size = "4";
    EXPECT_EQ(reasons(request).size(), 2U);
    e.hash = kSha1OfAbc;
    EXPECT_EQ(reasons(request), std::vector<Reason>{Reason::kRepositoryMetadata});
}

TEST(CheckDocuments, ASizeIsANumber) {
    auto request = one_of_each();
    auto& e = request.submission.entries[0];
    e.size = "0003";
    EXPECT_TRUE(reasons(request).empty());
    for (char const* wrong : {"3 ", "+3", "0x3", "", "30", "18446744073709551619"}) {
        e.size = wrong;
        EXPECT_EQ(reasons(request), std::vector<Reason>{Reason::kRepositoryMetadata}) << wrong;
    }
}

TEST(CheckDocuments, AUniqueIdNamesOneObjectOfAMessage) {
    auto request = one_of_each();
    request.submission.entries[0].unique_id = "1.2.3";
    request.submission.submission_sets.emplace_back().unique_id = "1.2.4";
    request.submission.folders.emplace_back().unique_id = "1.2.5";
    EXPECT_TRUE(reasons(request).empty());
    request.submission.folders[0].unique_id = "1.2.3";
    EXPECT_EQ(reasons(request), std::vector<Reason>{Reason::kDuplicateUniqueIdInMessage});
    request.submission.submission_sets[0].unique_id = "1.2.3";
    EXPECT_EQ(reasons(request).size(), 2U);
}

TEST(CompleteMetadata, AddsWhatIsAbsentAndKeepsWhatIsThere) {
    auto request = one_of_each();
    request.submission.entries[0].repository_unique_id = "1.2.3";
    complete_metadata(request.submission, request.documents, "2.999.5");
    auto const& e = request.submission.entries[0];
    EXPECT_EQ(e.repository_unique_id, "2.999.5");
    EXPECT_EQ(e.hash, kSha1OfAbc);
    EXPECT_EQ(e.size, "3");
    auto given = one_of_each();
    given.submission.entries[0].hash = "A9993E364706816ABA3E25717850C26C9CD0D89D";
    complete_metadata(given.submission, given.documents, "2.999.5");
    EXPECT_EQ(given.submission.entries[0].hash, "A9993E364706816ABA3E25717850C26C9CD0D89D");
}

}  // namespace
}  // namespace musubi::repository
