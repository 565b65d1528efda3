// Documents are registered from the repositories of those who register them, and of nobody else
// (guideline control AU-6).

#include <gtest/gtest.h>

#include "node/policy/region.h"

namespace musubi::test {
namespace {

TEST(Origin, AMemberRegistersFromItsOwnRepositoriesOnly) {
    auto const node = consent_node({{"[1.2.392.100495.20.3.51.11319876543, 2.999.1.1.1]",
                                     "[1.2.392.100495.20.3.51.11319876543, 2.999.1.1.1]\n    "
                                     "repository_unique_ids: [2.999.1.1.77]"}});
    node->start();
    std::string const patient = fresh_patient();
    NodeClient hospital(*node, "hospital-kita"), clinic(*node, "clinic-kita"),
        toolkit(*node, "toolkit");
    ASSERT_EQ(hospital.feed("A01", patient), "AA");
    auto const from = [&](std::string const& repository) {
        Papers papers = letter_for(patient);
        complete_for_registry(papers);
        papers.submission.entries.at(0).repository_unique_id = repository;
        return papers;
    };
    auto const own = hospital.register_papers(from("2.999.1.1.77"));
    EXPECT_TRUE(own.success()) << own.text();
    for (char const* other : {"2.999.1.1.78", kRepositoryId}) {
        auto const heard = hospital.register_papers(from(other));
        EXPECT_TRUE(heard.has_code("XDSRegistryMetadataError")) << other << heard.text();
    }
    auto const crossed = clinic.register_papers(from("2.999.1.1.77"));
    EXPECT_TRUE(crossed.has_code("XDSRegistryMetadataError")) << crossed.text();
    EXPECT_TRUE(hospital.submit(letter_for(patient)).success()) << "this node's own, from inside";
    EXPECT_TRUE(toolkit.register_papers(from("2.999.1.1.77")).success()) << "a test partner";
    EXPECT_EQ(toolkit.find(patient).objects.entries.size(), 3U);
}

}  // namespace
}  // namespace musubi::test
