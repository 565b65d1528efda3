// The head of a file around a data set (DICOM PS3.10 7.1).

#include "platform/dicomnet/part10.h"

#include "support/dimse_wire.h"

#include <gtest/gtest.h>

namespace musubi::dicomnet {
namespace {

TEST(Part10, TellsClassInstanceAndSyntaxInEvenLengths) {
    std::string const head =
        part10_head("1.2.840.10008.5.1.4.1.1.2", "2.25.12", "1.2.840.10008.1.2");
    EXPECT_EQ(head.substr(128, 4), "DICM");
    EXPECT_EQ(test::number_at(head, 140, 4, false), head.size() - 144);
    std::string found;
    for (std::size_t at = 144; at < head.size();) {
        bool const wide = head.substr(at + 4, 2) == "OB";
        std::size_t const value = at + (wide ? 12 : 8);
        std::size_t const size = test::number_at(head, value - (wide ? 4 : 2), wide ? 4 : 2, false);
        EXPECT_EQ(size % 2, 0U);
        if (!wide) found += std::string(head.c_str() + value) + "|";
        at = value + size;
    }
    EXPECT_TRUE(found.starts_with("1.2.840.10008.5.1.4.1.1.2"));
    EXPECT_NE(found.find("2.25.12|"), std::string::npos);
    EXPECT_NE(found.find("1.2.840.10008.1.2|"), std::string::npos);
}

}  // namespace
}  // namespace musubi::dicomnet
