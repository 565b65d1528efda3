#include "pix/settings.h"

#include <gtest/gtest.h>

namespace musubi::pix {
namespace {

Result<Settings> read(std::string const& consumers, std::string const& device = "",
                      std::string const& forgotten = "") {
    std::vector<core::ConfigKey> keys = config_keys();
    keys.push_back({.key = "node.home_community_id", .default_value = "", .doc = ""});
    keys.push_back({.key = "mpi.regional_authority", .default_value = "", .doc = ""});
    auto const config = core::Config::from({{"pix.consumers", consumers},
                                            {"pix.device", device},
                                            {"pix.forgotten_consumers", forgotten},
                                            {"node.home_community_id", "urn:oid:2.999.1"},
                                            {"mpi.regional_authority", "2.999.1.1"}},
                                           keys);
    if (!config) return config.error();
    return read_settings(*config);
}

TEST(PixSettings, ConsumersOfBothProtocols) {
    auto const settings = read(
        "kita;member=hospital-kita;v2=pix.example:2575;domain=1.2.3;domain=1.2.4;"
        "charset=ISO-2022-JP;application=APP;facility=FAC, "
        "clinic ; member = clinic-kita ; v3 = https://c.example/pix ; device = 1.2.9");
    ASSERT_TRUE(settings.ok()) << settings.error().detail;
    ASSERT_EQ(settings->consumers.size(), 2U);
    Consumer const& first = settings->consumers[0];
    EXPECT_EQ(first.name, "kita");
    EXPECT_EQ(first.member, "hospital-kita");
    EXPECT_EQ(first.protocol, Protocol::kHl7v2);
    EXPECT_EQ(first.host, "pix.example");
    EXPECT_EQ(first.port, 2575);
    EXPECT_EQ(first.server_name, "pix.example") << "checked unless told otherwise";
    EXPECT_EQ(first.encoding, hl7v2::Encoding::kIso2022Jp);
    EXPECT_EQ(first.application, "APP");
    EXPECT_EQ(first.facility, "FAC");
    EXPECT_TRUE(first.wants("1.2.4"));
    EXPECT_FALSE(first.wants("1.2.5"));
    Consumer const& second = settings->consumers[1];
    EXPECT_EQ(second.protocol, Protocol::kHl7v3);
    EXPECT_EQ(second.url, "https://c.example/pix");
    EXPECT_TRUE(second.wants("1.2.5"));
    EXPECT_EQ(settings->device, "2.999.1");
    auto const named = read("kita;member=m;v2=h:1", "1.2.77");
    ASSERT_TRUE(named.ok()) << named.error().detail;
    EXPECT_EQ(named->device, "1.2.77");
}

TEST(PixSettings, AConsumerWithoutNamesOfItsOwnIsAddressedByThoseWeHaveForIt) {
    auto const settings = read("kita;member=hospital-kita;v2=pix.example:2575");
    ASSERT_TRUE(settings.ok()) << settings.error().detail;
    // MSH-5 and MSH-6 are required (ITI TF-2 C.2.2).
    EXPECT_EQ(settings->consumers[0].application, "kita");
    EXPECT_EQ(settings->consumers[0].facility, "hospital-kita");
}

TEST(PixSettings, OnlyWhoIsNoConsumerAnyLongerMayBeForgotten) {
    std::string const kita = "kita;member=hospital-kita;v2=pix.example:2575";
    auto const settings = read(kita, "", "minami, clinic");
    ASSERT_TRUE(settings.ok());
    EXPECT_EQ(settings->forgotten, (std::vector<std::string>{"minami", "clinic"}));
    auto const still = read(kita, "", "kita");
    ASSERT_FALSE(still.ok());
    EXPECT_NE(still.error().detail.find("'kita'"), std::string::npos);
}

TEST(PixSettings, WhatIsWrongIsNamed) {
    struct Row {
        char const* entry;
        char const* told;
    };
    Row const rows[] = {
        {"kita;v2=h:1", "member"},
        {"kita;member=m", "v2 and v3"},
        {"kita;member=m;v2=h:1;v3=https://x;device=1.2", "v2 and v3"},
        {"kita;member=m;v2=h", "HOST:PORT"},
        {"kita;member=m;v2=h:0", "HOST:PORT"},
        {"kita;member=m;v2=h:99999", "HOST:PORT"},
        {"kita;member=m;v3=http://x;device=1.2", "https"},
        {"kita;member=m;v3=https://x", "device"},
        {"kita;member=m;v2=h:1;domain=KITA", "OID"},
        {"kita;member=m;v2=h:1;charset=klingon", "charset"},
        {"kita;member=m;v2=h:1;colour=red", "colour"},
        {"kita;member=m;v2=h:1;member", "KEY=VALUE"},
        {"two words;member=m;v2=h:1", "name"},
        {"kita;member=m;v2=h:1,kita;member=n;v2=h:2", "twice"},
    };
    for (Row const& row : rows) {
        auto const settings = read(row.entry);
        ASSERT_FALSE(settings.ok()) << row.entry;
        EXPECT_NE(settings.error().detail.find(row.told), std::string::npos)
            << settings.error().detail;
    }
}

}  // namespace
}  // namespace musubi::pix
