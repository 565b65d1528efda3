// How contents are opened: small ones from segments, middle ones from the store into memory,
// large ones streamed.

#include "repository/stored_content.h"
#include "module/repository/fixture.h"

#include <fstream>

namespace musubi::repository {
namespace {

std::string text_of(Content const& content) {
    std::string out;
    EXPECT_TRUE(content
                    .read([&](ByteView piece) -> Status {
                        out += as_text(piece);
                        return {};
                    })
                    .ok());
    return out;
}

TEST_F(RepositoryTest, OnlyWhatIsTooLargeForMemoryIsStreamed) {
    std::string huge(5 * 1024 * 1024, 'H');
    huge.back() = 'E';
    ASSERT_EQ(provide({{"1.2.1", small_}, {"1.2.2", large_}, {"1.2.3", huge}}).status,
              ebxml::ResponseStatus::kSuccess);
    auto const rows = find(pool_, {"1.2.3", "1.2.1", "1.2.2"});
    ASSERT_TRUE(rows.ok());
    ASSERT_EQ(rows->size(), 3U);
    EXPECT_EQ((*rows)[0].unique_id, "1.2.1");  // in the order of their ids
    EXPECT_EQ((*rows)[2].unique_id, "1.2.3");
    auto const contents = open_contents(deps_, {&(*rows)[0], &(*rows)[1], &(*rows)[2]});
    for (auto const& content : contents) ASSERT_TRUE(content.ok());
    EXPECT_NE((*contents[0])->in_memory(), nullptr);
    EXPECT_NE((*contents[1])->in_memory(), nullptr);
    EXPECT_EQ((*contents[2])->in_memory(), nullptr);
    EXPECT_EQ(text_of(**contents[0]), small_);
    EXPECT_EQ(text_of(**contents[1]), large_);
    EXPECT_EQ((*contents[2])->size(), huge.size());
    EXPECT_TRUE(text_of(**contents[2]) == huge);
}

TEST_F(RepositoryTest, DamageAtTheEndOfALargeDocumentIsToldBeforeItIsHandedOut) {
    std::string const huge(5 * 1024 * 1024, 'H');
    ASSERT_EQ(provide({{"1.2.3", huge}}).status, ebxml::ResponseStatus::kSuccess);
    auto const files = blob_files();
    ASSERT_EQ(files.size(), 1U);
    {
        std::fstream file(files[0], std::ios::in | std::ios::out | std::ios::binary);
        file.seekg(-kIntoSealed, std::ios::end);
        char const before = static_cast<char>(file.peek());
        file.seekp(-kIntoSealed, std::ios::end);
        file.put(static_cast<char>(before ^ 1));
    }
    auto const rows = find(pool_, {"1.2.3"});
    ASSERT_TRUE(rows.ok());
    ASSERT_EQ(rows->size(), 1U);
    auto const contents = open_contents(deps_, {&rows->front()});
    ASSERT_FALSE(contents[0].ok());
    EXPECT_EQ(contents[0].error().code, Code::kStorageUnavailable);
}

TEST_F(RepositoryTest, EachCopyOfADocumentHasItsOwnContent) {
    provide({{"1.2.1", "one"}});
    provide({{"1.2.1", "one"}});
    auto const copies = find(pool_, {"1.2.1"});
    ASSERT_EQ(copies->size(), 2U);
    EXPECT_NE(copies->front().location, copies->back().location);
    for (DocumentRow const& copy : *copies) {
        auto const contents = open_contents(deps_, {&copy});
        ASSERT_TRUE(contents[0].ok());
        EXPECT_EQ(text_of(**contents[0]), "one");
    }
}

TEST_F(RepositoryTest, OfAPendingRowThatWasDroppedTheContentIsNotHandedOut) {
    provide({{"1.2.1", "one"}, {"1.2.2", large_}});
    auto rows = *find(pool_, {"1.2.1", "1.2.2"});
    for (DocumentRow& row : rows) row.pending = 7;
    for (DocumentRow const& row : rows) EXPECT_TRUE(open_contents(deps_, {&row})[0].ok());
    ask("delete from repository.document");  // the registry's refusal; the contents are there still
    for (DocumentRow& row : rows) {
        EXPECT_FALSE(open_contents(deps_, {&row})[0].ok());
        row.pending.reset();
        EXPECT_TRUE(open_contents(deps_, {&row})[0].ok()) << "a row is not looked up twice";
    }
}

}  // namespace
}  // namespace musubi::repository
