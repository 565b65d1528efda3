// How contents are opened: small ones from the database, middle ones from the store into memory,
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
        file.seekg(-3, std::ios::end);
        char const before = static_cast<char>(file.peek());
        file.seekp(-3, std::ios::end);
        file.put(static_cast<char>(before ^ 1));
    }
    auto const rows = find(pool_, {"1.2.3"});
    ASSERT_TRUE(rows.ok());
    ASSERT_EQ(rows->size(), 1U);
    auto const contents = open_contents(deps_, {&rows->front()});
    ASSERT_FALSE(contents[0].ok());
    EXPECT_EQ(contents[0].error().code, Code::kStorageUnavailable);
}

TEST_F(RepositoryTest, OnlyTheContentOfAnUnambiguousDocumentComesAlong) {
    provide({{"1.2.1", "one"}, {"1.2.2", large_}});
    auto const single = find(pool_, {"1.2.1"});
    ASSERT_EQ(single->size(), 1U);
    ASSERT_TRUE(single->front().sealed);
    EXPECT_EQ(as_text(single->front().sealed->octets).find("one"), std::string_view::npos);
    EXPECT_FALSE(find(pool_, {"1.2.2"})->front().sealed);  // lies in the blob store
    auto const several = find(pool_, {"1.2.1", "1.2.2"});
    EXPECT_FALSE(several->front().sealed);
    provide({{"1.2.1", "one"}});
    auto const copies = find(pool_, {"1.2.1"});
    ASSERT_EQ(copies->size(), 2U);
    for (DocumentRow const& copy : *copies) {
        EXPECT_FALSE(copy.sealed);
        auto const contents = open_contents(deps_, {&copy});
        ASSERT_TRUE(contents[0].ok());
        EXPECT_EQ(text_of(**contents[0]), "one");
    }
}

TEST_F(RepositoryTest, ContentThatCameAlongWithAPendingRowIsReadAgain) {
    provide({{"1.2.1", "one"}});
    auto rows = *find(pool_, {"1.2.1"});
    ASSERT_TRUE(rows.front().sealed);
    ask("delete from repository.content");
    EXPECT_TRUE(open_contents(deps_, {&rows.front()})[0].ok());
    rows.front().pending = 7;  // the registry's refusal may have dropped it meanwhile
    EXPECT_FALSE(open_contents(deps_, {&rows.front()})[0].ok());
}

}  // namespace
}  // namespace musubi::repository
