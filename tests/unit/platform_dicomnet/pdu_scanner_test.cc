// What a peer sends is bounded before DCMTK sees it (DICOM PS3.8 9.3).

#include "platform/dicomnet/pdu_scanner.h"

#include "support/dimse_wire.h"

#include <gtest/gtest.h>

namespace musubi::dicomnet {
namespace {

using namespace test;

std::string request() {
    return associate_pdu(true, {"MUSUBI",
                                "ARCHIVE",
                                {{1, "1.2.840.10008.5.1.4.1.1.2", {"1.2.840.10008.1.2"}, 0}},
                                item(0x54, big_endian(5, 2) + "1.2.3" + std::string(2, '\1'))});
}

std::string problem_of(std::string const& octets, PduScanner::Limits limits = {}) {
    PduScanner scanner(limits);
    scanner.feed(as_bytes(octets));
    return scanner.problem() == nullptr ? "" : scanner.problem();
}

TEST(PduScanner, TakesAnAssociationHoweverItIsSliced) {
    std::string const all = request() + data_pdus(1, true, std::string(200, 'c')) +
                            data_pdus(1, false, std::string(50'000, 'd')) +
                            data_pdus(1, false, "") + pdu(5, std::string(4, '\0')) +
                            pdu(7, std::string(4, '\0'));
    for (std::size_t const slice : {1, 5, 6, 7, 1000, 1'000'000}) {
        PduScanner scanner;
        for (std::size_t at = 0; at < all.size(); at += slice)
            ASSERT_TRUE(scanner.feed(as_bytes(all).subspan(at, std::min(slice, all.size() - at))));
        EXPECT_TRUE(scanner.at_rest());
        EXPECT_EQ(scanner.associate().called, "MUSUBI");
        EXPECT_EQ(scanner.associate().calling, "ARCHIVE");
        EXPECT_EQ(scanner.associate().contexts, 1);
    }
}

TEST(PduScanner, SeveralFragmentsShareAPdu) {
    std::string const one = big_endian(6, 4) + "\1\1" + "abcd", last = big_endian(2, 4) + "\1\3";
    EXPECT_EQ(problem_of(pdu(4, one + last + one)), "");
    EXPECT_NE(problem_of(pdu(4, one + last + "xyz")), "");
    EXPECT_NE(problem_of(pdu(4, big_endian(7, 4) + "\1\1abcd")), "");
    EXPECT_NE(problem_of(pdu(4, big_endian(1, 4) + "\1\1a")), "");
    EXPECT_NE(problem_of(pdu(4, big_endian(0xFFFFFFF0, 4) + "\1\1abcd")), "");
    EXPECT_NE(problem_of(pdu(4, big_endian(6, 4) + "\2\1abcd")), "") << "an even context";
    EXPECT_NE(problem_of(pdu(4, big_endian(6, 4) + "\1\4abcd")), "");
}

TEST(PduScanner, NothingIsLargerThanMeant) {
    PduScanner::Limits const limits{500, 1000, 300};
    EXPECT_EQ(problem_of(data_pdus(1, false, std::string(994, 'd'), 994), limits), "");
    EXPECT_NE(problem_of(data_pdus(1, false, std::string(995, 'd'), 995), limits), "");
    EXPECT_NE(problem_of(pdu(1, std::string(501, ' ')), limits), "");
    EXPECT_NE(problem_of(pdu(1, std::string(67, ' ')), limits), "");
    // A command, over all its fragments; the next one begins anew.
    std::string const command = data_pdus(1, true, std::string(300, 'c'), 100);
    EXPECT_EQ(problem_of(command + command, limits), "");
    EXPECT_NE(problem_of(data_pdus(1, true, std::string(302, 'c'), 100), limits), "");
    EXPECT_NE(problem_of(std::string("\4\0", 2) + big_endian(1U << 31, 4)), "");
    for (int const type : {3, 5, 6, 7}) EXPECT_NE(problem_of(pdu(type, "12345")), "") << type;
    for (int const type : {0, 8, 0x47, 255}) EXPECT_NE(problem_of(pdu(type, "1234")), "") << type;
}

TEST(PduScanner, EveryLengthOfAnAssociationIsHeldAgainstWhatHoldsIt) {
    std::string const good = request().substr(6);
    AssociateFacts facts;
    ASSERT_EQ(check_associate(as_bytes(good), facts), nullptr);
    // Cut off anywhere but between two items it is refused; nothing is read behind its end.
    int whole = 0;
    for (std::size_t size = 68; size < good.size(); ++size)
        whole += check_associate(as_bytes(std::string(good, 0, size)), facts) == nullptr ? 1 : 0;
    EXPECT_EQ(whole, 3) << "before the first item and behind each but the last";
    auto const with = [&](std::string const& more) {
        return check_associate(as_bytes(good + more), facts) == nullptr;
    };
    EXPECT_TRUE(with(""));
    EXPECT_FALSE(with("\x20"));
    EXPECT_FALSE(with(item(0x20, "abc")));
    EXPECT_FALSE(with(item(0x20, std::string("\2\0\0\0", 4)))) << "an even id";
    EXPECT_FALSE(with(item(0x20, std::string("\3\0\0\0", 4) + item(0x40, std::string(65, '1')))));
    EXPECT_FALSE(with(item(0x20, std::string("\3\0\0\0", 4) + "\x40\0\0\x10" + "1.2")));
    EXPECT_FALSE(with(item(0x50, ""))) << "user information twice";
    EXPECT_FALSE(with(item(0x99, "")));
    std::string many;
    for (int i = 0; i < 128; ++i) many += item(0x20, std::string("\3\0\0\0", 4));
    EXPECT_FALSE(with(many)) << "129 contexts";
    std::string const bare = good.substr(0, 68);
    for (std::string const& inner :
         {item(0x51, "abc"), item(0x52, std::string(65, '1')), item(0x55, std::string(17, 'v')),
          item(0x54, big_endian(9, 2) + "1.2.3"), item(0x56, big_endian(40, 2) + "1"),
          item(0x58, "\1\1" + big_endian(9, 2) + "user"), item(0x59, big_endian(3, 2) + "abcd")})
        EXPECT_NE(check_associate(as_bytes(bare + item(0x50, inner)), facts), nullptr);
    EXPECT_EQ(check_associate(
                  as_bytes(bare + item(0x50, item(0x58, std::string("\1\1", 2) + big_endian(4, 2) +
                                                            "user" + big_endian(0, 2)))),
                  facts),
              nullptr);
}

}  // namespace
}  // namespace musubi::dicomnet
