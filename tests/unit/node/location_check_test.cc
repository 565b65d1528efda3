// Stores stand where the agreement allows (guideline control LO-1).

#include "node/location_check.h"

#include <gtest/gtest.h>

#include <fstream>

#include "policy/tree.h"
#include "unit/platform_vault/temp_folder.h"

namespace musubi::node {
namespace {

policy::Tree list(std::vector<std::string> const& words) {
    policy::Tree out;
    out.kind = policy::Tree::Kind::kList;
    for (auto const& word : words) {
        policy::Tree item;
        item.kind = policy::Tree::Kind::kText;
        item.text = word;
        out.items.push_back(std::move(item));
    }
    return out;
}

class Location : public ::testing::Test {
protected:
    /// Of the configuration with these lines under `location`.
    std::size_t faults(std::string const& lines) {
        policy::Tree location, top;
        location.kind = top.kind = policy::Tree::Kind::kMap;
        location.entries = {
            {"countries", list(countries)}, {"sites", list(sites)}, {"stores", list(stores)}};
        top.entries = {{"location", location}};
        agreement.tree = std::make_shared<policy::Tree const>(top);
        std::string const file = folder / "musubi.yaml";
        std::ofstream(file) << "location:" << (lines.empty() ? " {}" : lines) << "\n";
        auto const config = core::Config::load(file, location_config_keys());
        EXPECT_TRUE(config.ok()) << (config ? "" : config.error().detail);
        return config ? location_faults(agreement, *config).size() : 99;
    }
    vault::TempFolder folder;
    policy::Agreement agreement;
    std::vector<std::string> countries = {"JP"}, sites, stores;
};

}  // namespace

TEST_F(Location, ATagOutsideOfTheAgreedCountriesIsRefused) {
    EXPECT_EQ(faults(""), 0U) << "no tags are asked for";
    EXPECT_EQ(faults("\n  keys: JP/Sapporo\n  logs: JP"), 0U);
    EXPECT_EQ(faults("\n  keys: US\n  logs: DE/Berlin\n  backups: JP"), 2U);
}

TEST_F(Location, SitesAndTagsThatTheAgreementAsksForAreChecked) {
    sites = {"Sapporo", "Otaru"};
    EXPECT_EQ(faults("\n  keys: JP/Sapporo\n  backups: JP/Otaru"), 0U);
    EXPECT_EQ(faults("\n  keys: JP/Osaka\n  backups: JP"), 2U);
    sites.clear();
    stores = {"keys", "backups"};
    EXPECT_EQ(faults("\n  keys: JP"), 1U);
    stores = {"kyes"};
    EXPECT_EQ(faults(""), 1U) << "a store that does not exist is told";
}

}  // namespace musubi::node
