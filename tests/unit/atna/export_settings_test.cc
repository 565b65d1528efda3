#include "atna/export_settings.h"

#include <gtest/gtest.h>

namespace musubi::atna {
namespace {

TEST(ExportSettings, NameWhereAndWhat) {
    auto const read = read_destinations(
        {"regional;tls=arr.example:6514;server_name=arr.example;what=all",
         "old; udp=192.0.2.1:514; bom=yes", "ward-2;tls=[::1]:6514;what=received"});
    ASSERT_TRUE(read.ok()) << read.error().detail;
    ASSERT_EQ(read->size(), 3U);
    auto const& a = (*read)[0];
    EXPECT_EQ(a.to.name, "regional");
    EXPECT_TRUE(a.to.tls);
    EXPECT_EQ(a.to.host, "arr.example");
    EXPECT_EQ(a.to.port, 6514);
    EXPECT_EQ(a.to.server_name, "arr.example");
    EXPECT_EQ(a.what, ExportedRecords::kAll);
    EXPECT_FALSE(a.byte_order_mark);
    auto const& b = (*read)[1];
    EXPECT_FALSE(b.to.tls);
    EXPECT_EQ(b.to.port, 514);
    EXPECT_EQ(b.what, ExportedRecords::kOwn);
    EXPECT_TRUE(b.byte_order_mark);
    EXPECT_EQ((*read)[2].to.host, "::1");
    EXPECT_EQ((*read)[2].what, ExportedRecords::kReceived);
}

TEST(ExportSettings, EveryMistakeIsRefused) {
    for (char const* entry :
         {"", "Regional;tls=a:1", "a b;tls=a:1", "a", "a;tls=a", "a;tls=:1", "a;tls=a:0",
          "a;tls=a:70000", "a;tls=a:1x", "a;tls=a:1;udp=b:2", "a;tls=a:1;what=some",
          "a;tls=a:1;bom=maybe", "a;tls=a:1;server_name=", "a;tls=a:1;colour=red", "a;tls=a:1;x"}) {
        EXPECT_FALSE(read_destinations({entry}).ok()) << entry;
    }
    EXPECT_FALSE(read_destinations({"a;tls=a:1", "a;tls=b:1"}).ok());
}

}  // namespace
}  // namespace musubi::atna
