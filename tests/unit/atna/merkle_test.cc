// Merkle trees against the published test vectors of Certificate Transparency, and roots as text.

#include "atna/merkle.h"

#include "atna/evidence_json.h"
#include "atna/roots_check.h"
#include "atna/roots_record.h"

#include <gtest/gtest.h>

namespace musubi::atna {
namespace {

/// The eight leaves of the reference implementation's tests.
std::vector<MerkleHash> leaves(std::size_t count) {
    std::vector<MerkleHash> out;
    for (auto const* hex : {"", "00", "10", "2021", "3031", "40414243", "5051525354555657",
                            "606162636465666768696a6b6c6d6e6f"}) {
        if (out.size() < count) out.push_back(leaf_hash(*from_hex(hex)));
    }
    return out;
}

MerkleHash head(std::vector<MerkleHash> const& all) {
    MerkleTree tree;
    for (auto const& leaf : all) tree.add(leaf);
    return tree.head();
}

TEST(Merkle, HeadsAreThoseOfTheReference) {
    char const* const kHeads[] = {
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"};
    for (std::size_t count = 0; count <= 8; ++count)
        EXPECT_EQ(to_hex(head(leaves(count))), kHeads[count]) << count;
}

TEST(Merkle, EveryPathLeadsToTheHeadAndNoOtherDoes) {
    for (std::size_t size = 1; size <= 8; ++size) {
        auto const all = leaves(size);
        for (std::size_t index = 0; index < size; ++index) {
            auto path = audit_path(all, index);
            EXPECT_EQ(*head_from_path(all[index], index, size, path), head(all));
            if (size > 1) {
                auto const elsewhere = head_from_path(all[index], (index + 1) % size, size, path);
                EXPECT_TRUE(!elsewhere || *elsewhere != head(all)) << index << " of " << size;
            }
            EXPECT_FALSE(head_from_path(all[index], size, size, path).ok());
            path.push_back(all[0]);
            EXPECT_FALSE(head_from_path(all[index], index, size, path).ok()) << "a path too long";
        }
    }
    EXPECT_FALSE(head_from_path(leaves(8)[0], 0, 8, {}).ok()) << "a path too short";
}

Root a_root() {
    Root root;
    root.number = 2;
    root.first = 11;
    root.last = 20;
    root.head = leaves(1)[0];
    root.chain = leaves(2)[1];
    root.previous = leaves(3)[2];
    root.time = WallTime(std::chrono::sys_days(std::chrono::year(2026) / 11 / 21));
    root.clock_watched = true;
    root.node = "node \"a\"\n\xE7\xB5\x90";
    root.agreement = "sha256:00";
    return root;
}

TEST(Roots, AreReadAsTheyWereWritten) {
    auto const text = write_root(a_root());
    auto const read = read_root(text);
    ASSERT_TRUE(read.ok()) << read.error().detail;
    EXPECT_EQ(write_root(*read), text);
    EXPECT_EQ(read->last, 20);
    EXPECT_EQ(read->node, a_root().node);
    EXPECT_TRUE(text.starts_with("{\"agreement\":\"sha256:00\",\"chain\":\"")) << text;
}

TEST(Roots, AnythingButTheCanonicalFormIsRefused) {
    auto const good = write_root(a_root());
    auto const with = [&](std::string const& from, std::string const& to) {
        auto text = good;
        return text.replace(text.find(from), from.size(), to);
    };
    EXPECT_FALSE(read_root(good + " ").ok());
    EXPECT_FALSE(read_root(good + "\n").ok());
    EXPECT_FALSE(read_root(" " + good).ok());
    EXPECT_FALSE(read_root(with("\"first\":11", "\"first\":011")).ok());
    EXPECT_FALSE(read_root(with("\"first\":11", "\"first\":21")).ok());
    EXPECT_FALSE(read_root(with("\"first\":11", "\"first\":-11")).ok());
    EXPECT_FALSE(read_root(with("\"first\":11,", "")).ok());
    EXPECT_FALSE(read_root(with("root-1", "root-2")).ok());
    EXPECT_FALSE(read_root(with("\"watched\"", "\"perhaps\"")).ok());
    EXPECT_FALSE(read_root(with("\"first\":11", "\"first\":11,\"first\":11")).ok());
    EXPECT_FALSE(read_root(with("{", "{\"more\":1,")).ok());
    EXPECT_FALSE(read_root("").ok());
    EXPECT_FALSE(read_root(std::string(20'000, ' ')).ok());
}

TEST(Roots, StandBehindTheirPredecessor) {
    SignedRoot before;
    before.root = a_root();
    before.root.number = 1;
    before.root.first = 1;
    before.root.last = 10;
    before.root.previous = {};
    before.document = write_root(before.root);
    EXPECT_EQ(misplaced(before.root, nullptr), std::nullopt);
    auto next = a_root();
    EXPECT_TRUE(misplaced(next, &before)) << "another document before it";
    next.previous = document_hash(before.document);
    EXPECT_EQ(misplaced(next, &before), std::nullopt);
    EXPECT_TRUE(misplaced(next, nullptr));
    next.number = 3;
    EXPECT_TRUE(misplaced(next, &before));
    next.number = 2;
    next.first = 12;
    EXPECT_TRUE(misplaced(next, &before));
}

TEST(FlatJson, ReadsNothingButStringsAndNumbers) {
    auto const read = read_flat_json(R"({"a":"x\"\\\n\u0001","b":-5})");
    ASSERT_TRUE(read.ok());
    EXPECT_EQ(read->at("a"), "x\"\\\n\x01");
    EXPECT_EQ(read->at("b"), "-5");
    for (auto const* text :
         {"", "{", "{}x", "[]", "{\"a\":null}", "{\"a\":{}}", "{\"a\":1,}", "{\"a\":\"\\u00e9\"}",
          "{\"a\":\"x}", "{\"a\":\"\\", "{\"a\":\"\\u00", "{\"a\":\"\xFF\"}", "{\"a\":1.5}",
          "{\"a\":99999999999999999999}", "{\"a\":\"\n\"}"})
        EXPECT_FALSE(read_flat_json(text).ok()) << text;
}

}  // namespace
}  // namespace musubi::atna
