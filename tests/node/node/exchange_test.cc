// The exchange through the real program: what was published is found and fetched as it was.

#include <gtest/gtest.h>

#include <fstream>

#include "platform/base/digest.h"
#include "support/node_client.h"

namespace musubi::test {
namespace {

class Exchange : public ::testing::Test {
protected:
    std::string known_patient() {
        std::string const patient = fresh_patient();
        EXPECT_EQ(toolkit.feed("A01", patient), "AA");
        return patient;
    }
    /// entryUUID of a document that was just found.
    std::string uuid_of(std::string const& patient, std::string const& unique_id) {
        auto const found = toolkit.find(patient);
        auto const* entry = found.entry(unique_id);
        EXPECT_NE(entry, nullptr) << found.text();
        return entry ? entry->id : "";
    }

    TestNode node;
    NodeClient toolkit{node, "toolkit"};
};

TEST_F(Exchange, PublishedDocumentIsFoundAndFetchedByteForByte) {
    std::string const patient = known_patient();
    std::string const text("line\r\n\0\xff--boundary\r\n end", 24);
    Papers const papers = letter_for(patient, text);
    Heard const heard = toolkit.submit(papers);
    ASSERT_TRUE(heard.success()) << heard.text();
    std::string const& id = papers.documents[0].unique_id;
    auto const found = toolkit.find(patient);
    ASSERT_NE(found.entry(id), nullptr) << found.text();
    EXPECT_EQ(found.entry(id)->hash, papers.documents[0].content->sha1_hex());
    EXPECT_EQ(found.entry(id)->size, std::to_string(text.size()));
    EXPECT_EQ(toolkit.retrieve({id}).documents[id], text);
}

TEST_F(Exchange, JapaneseTextSurvivesInMetadataAndContent) {
    std::string const patient = known_patient();
    NewDocument letter;
    letter.title = "診療情報提供書（髙橋①㈱）𠮷野家 — ①";
    letter.author = "D1^髙橋^花子";
    letter.content = text_document("葛󠄀城市 ﾊﾝｶｸ 🩺");
    Papers const papers = papers_for(patient, {letter});
    ASSERT_TRUE(toolkit.submit(papers).success());
    auto const found = toolkit.find(patient);
    auto const* entry = found.entry(letter.unique_id);
    ASSERT_NE(entry, nullptr) << found.text();
    ASSERT_EQ(entry->name.size(), 1U);
    EXPECT_EQ(entry->name[0].value, letter.title);
    ASSERT_EQ(entry->authors.size(), 1U);
    EXPECT_EQ(entry->authors[0].persons, std::vector{letter.author});
    EXPECT_EQ(toolkit.retrieve({letter.unique_id}).documents[letter.unique_id],
              octets_of(*letter.content));
}

TEST_F(Exchange, SeveralDocumentsOfOneSubmissionAppearTogetherInTheirFolder) {
    std::string const patient = known_patient();
    std::vector<NewDocument> documents(3);
    for (unsigned i = 0; i < 3; ++i) documents[i].content = generated_document(1000 + i, i);
    Papers papers = papers_for(patient, documents);
    std::string const folder = add_folder(papers, "紹介");
    Heard const heard = toolkit.submit(papers);
    ASSERT_TRUE(heard.success()) << heard.text();
    auto const all = toolkit.get_all(patient);
    EXPECT_EQ(all.objects.entries.size(), 3U) << all.text();
    ASSERT_EQ(all.objects.folders.size(), 1U);
    EXPECT_EQ(all.objects.folders[0].unique_id, folder);
    EXPECT_EQ(all.objects.submission_sets.size(), 1U);
    auto const fetched =
        toolkit.retrieve({documents[0].unique_id, documents[1].unique_id, documents[2].unique_id});
    for (auto const& document : documents) {
        EXPECT_EQ(fetched.documents.at(document.unique_id), octets_of(*document.content));
    }
}

TEST_F(Exchange, ReplacementDeprecatesWhatItReplaces) {
    std::string const patient = known_patient();
    Papers const first = letter_for(patient, "first");
    ASSERT_TRUE(toolkit.submit(first).success());
    std::string const& old_id = first.documents[0].unique_id;
    Papers second = letter_for(patient, "second");
    relate(second, domain::AssociationType::kReplace, uuid_of(patient, old_id));
    Heard const heard = toolkit.submit(second);
    ASSERT_TRUE(heard.success()) << heard.text();
    std::string const& new_id = second.documents[0].unique_id;
    EXPECT_EQ(toolkit.find(patient).unique_ids(), std::vector{new_id});
    EXPECT_EQ(toolkit.find_all(patient).objects.entries.size(), 2U);
    EXPECT_EQ(toolkit.retrieve({old_id}).documents[old_id], "first");
}

TEST_F(Exchange, DocumentBeyondTheSmallLimitLiesSealedInTheBlobStore) {
    std::string const patient = known_patient();
    NewDocument image;
    image.content = generated_document(300 * 1024, 7);
    ASSERT_TRUE(toolkit.submit(papers_for(patient, {image})).success());
    int files = 0;
    for (auto const& file :
         std::filesystem::recursive_directory_iterator(node.folder() / "blobs/data")) {
        files += file.is_regular_file() ? 1 : 0;
    }
    EXPECT_EQ(files, 1);
    EXPECT_EQ(toolkit.retrieve({image.unique_id}).documents[image.unique_id],
              octets_of(*image.content));
}

/// NW-4 (IHE DEN): what a hospital encrypted before sending it is nobody's here to read.
TEST_F(Exchange, AnEncryptedDocumentIsKeptAndGivenBackAsItCame) {
    std::string const patient = known_patient();
    NewDocument sealed;
    sealed.content = generated_document(4'000, 11);
    sealed.mime_type = "application/pkcs7-mime";
    Heard const heard = toolkit.submit(papers_for(patient, {sealed}));
    ASSERT_TRUE(heard.success()) << heard.text();
    EXPECT_EQ(toolkit.retrieve({sealed.unique_id}).documents[sealed.unique_id],
              octets_of(*sealed.content));
}

TEST_F(Exchange, LargeDocumentIsStreamedBothWays) {
    std::string const patient = known_patient();
    constexpr std::uint64_t kSize = 64ULL << 20;
    constexpr std::int64_t kMarginKib = (32 + 16) * 1024;  // the goal, and noise of the allocator
    NewDocument scan;
    scan.content = generated_document(kSize, 64);
    Papers const papers = papers_for(patient, {scan});
    // Connections, threads and caches are there before it counts.
    ASSERT_TRUE(toolkit.submit(letter_for(patient)).success());
    std::int64_t const before = node.resident_kib();
    Heard const heard = toolkit.submit(papers);
    ASSERT_TRUE(heard.success()) << heard.text();
    EXPECT_LT(node.peak_resident_kib() - before, kMarginKib);
    auto const fetched = toolkit.retrieve({scan.unique_id});
    ASSERT_EQ(fetched.documents.size(), 1U) << fetched.text();
    EXPECT_EQ(to_hex(sha1(as_bytes(fetched.documents.at(scan.unique_id)))),
              scan.content->sha1_hex());
    EXPECT_LT(node.peak_resident_kib() - before, kMarginKib);
}

TEST_F(Exchange, DamagedBlobIsReportedAndTheOthersAreDelivered) {
    node.expect_error("event=blob.damaged");
    node.expect_error("event=document.unreadable");
    std::string const patient = known_patient();
    std::vector<NewDocument> documents(2);
    documents[0].content = generated_document(400 * 1024, 1);
    documents[1].content = text_document("whole");
    ASSERT_TRUE(toolkit.submit(papers_for(patient, documents)).success());
    for (auto const& file :
         std::filesystem::recursive_directory_iterator(node.folder() / "blobs/data")) {
        if (!file.is_regular_file()) continue;
        std::fstream blob(file.path(), std::ios::in | std::ios::out | std::ios::binary);
        // Near the end: what is sent before it is verified would be gone already.
        blob.seekg(390 * 1024);
        char const octet = static_cast<char>(blob.get() ^ 1);
        blob.seekp(390 * 1024);
        blob.put(octet);
    }
    auto const fetched = toolkit.retrieve({documents[0].unique_id, documents[1].unique_id});
    EXPECT_EQ(fetched.registry.status, ebxml::ResponseStatus::kPartialSuccess) << fetched.text();
    EXPECT_TRUE(fetched.has_code("XDSRepositoryError")) << fetched.text();
    EXPECT_FALSE(fetched.documents.contains(documents[0].unique_id));
    EXPECT_EQ(fetched.documents.at(documents[1].unique_id), "whole");
}

TEST_F(Exchange, DamagedRecordIsReportedAndTheOthersAreDelivered) {
    node.expect_error("event=document.unreadable");
    std::string const patient = known_patient();
    std::vector<NewDocument> documents(2);
    documents[0].content = text_document("damaged");
    documents[1].content = text_document("whole");
    ASSERT_TRUE(toolkit.submit(papers_for(patient, documents)).success());
    auto const row = node.sql(
        "select segment, segment_offset + segment_length from repository.document where "
        "unique_id = '" +
        documents[0].unique_id + "'")[0];
    auto const folder = node.folder() / "blobs/segments";
    {
        std::fstream segment(folder / (std::string(10 - row[0].size(), '0') + row[0] + ".segment"),
                             std::ios::in | std::ios::out | std::ios::binary);
        segment.seekg(std::stoi(row[1]));
        char const octet = static_cast<char>(segment.peek());
        segment.seekp(std::stoi(row[1]));
        segment.put(static_cast<char>(octet ^ 1));
    }
    auto const fetched = toolkit.retrieve({documents[0].unique_id, documents[1].unique_id});
    EXPECT_TRUE(fetched.has_code("XDSRepositoryError")) << fetched.text();
    EXPECT_FALSE(fetched.documents.contains(documents[0].unique_id));
    EXPECT_EQ(fetched.documents.at(documents[1].unique_id), "whole");
}

}  // namespace
}  // namespace musubi::test
