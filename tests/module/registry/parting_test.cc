// A person who turns out to be two: aliases end, documents follow their source patient id.

#include "module/registry/world.h"

#include <gtest/gtest.h>

namespace musubi::registry::test {
namespace {

class Parting : public testing::Test {
protected:
    Parting() {
        world_.know(kPatient);
        world_.know(kOtherPatient);
    }
    void pass(std::function<Status(pg::Tx&)> const& step) {
        auto const done = world_.pool.run([&](pg::Tx& tx) { return step(tx); });
        ASSERT_TRUE(done.ok()) << done.error().detail;
    }
    void part() {
        pass([&](pg::Tx& tx) {
            return world_.watcher.patient_unmerged(tx, kOtherPatient, kPatient);
        });
        pass([&](pg::Tx& tx) {
            return world_.watcher.source_ids_moved(tx, {{"L2", "2.999.8"}}, kPatient,
                                                   kOtherPatient);
        });
    }
    static domain::DocumentEntry entry_of(int n, std::string const& local) {
        auto e = entry(n);
        e.source_patient_id = local + "^^^&2.999.8&ISO";
        return e;
    }
    std::vector<std::string> documents(std::string const& patient) {
        return world_
            .query("root", domain::QueryKind::kFindDocuments,
                   {{"XDSDocumentEntryPatientId", one(patient)},
                    {"XDSDocumentEntryStatus", approved()}})
            .ids;
    }
    World world_;
};

TEST_F(Parting, AnAliasThatEndsStandsForItselfAgain) {
    world_.merge(kOtherPatient, kPatient);
    part();
    auto mine = entry(2, kOtherPatient);
    EXPECT_TRUE(world_.submit("root", Draft(1, kOtherPatient).add(mine)).success);
    EXPECT_EQ(documents(kOtherPatient), urns({2}));
    EXPECT_TRUE(documents(kPatient).empty());
}

TEST_F(Parting, DocumentsOfTheLeavingSourceGoWithItAndAllOthersStay) {
    world_.merge(kOtherPatient, kPatient);
    ASSERT_TRUE(world_.submit("root", Draft(1).add(entry_of(2, "L1"))).success);
    ASSERT_TRUE(world_.submit("root", Draft(3).add(entry_of(4, "L2"))).success);
    ASSERT_TRUE(
        world_
            .submit(
                "root",
                Draft(5).add(entry_of(6, "L2")).relate(7, domain::AssociationType::kReplace, 6, 4))
            .success);
    part();
    EXPECT_EQ(documents(kPatient), urns({2}));
    EXPECT_EQ(documents(kOtherPatient), urns({6}));
    auto const all = world_.query("root", domain::QueryKind::kGetAll,
                                  {{"patientId", one(kOtherPatient)},
                                   {"XDSDocumentEntryStatus", approved()},
                                   {"XDSSubmissionSetStatus", approved()},
                                   {"XDSFolderStatus", approved()}},
                                  "LeafClass");
    ASSERT_TRUE(all.success);
    EXPECT_EQ(all.objects.submission_sets.size(), 2U);
    for (auto const& e : all.objects.entries) EXPECT_EQ(e.patient_id, kOtherPatient);
    // Nothing is left behind, and what moved can be found by its id.
    EXPECT_EQ(world_.sql("SELECT count(*)::text FROM registry.uuid_dir d JOIN registry.patient p "
                         "USING (patient_key) WHERE p.cx = '" +
                         std::string(kPatient) + "'"),
              "3");
    EXPECT_EQ(world_.sql("SELECT count(*)::text FROM registry.uuid_dir d WHERE NOT EXISTS (SELECT "
                         "FROM registry.fragment f WHERE f.patient_key = d.patient_key AND "
                         "f.object_key = d.object_key)"),
              "0");
}

TEST_F(Parting, ASetWithDocumentsOfBothIsSeenFromBothSides) {
    world_.merge(kOtherPatient, kPatient);
    ASSERT_TRUE(
        world_.submit("root", Draft(1).add(entry_of(2, "L1")).add(entry_of(3, "L2"))).success);
    part();
    EXPECT_EQ(documents(kPatient), urns({2}));
    EXPECT_EQ(documents(kOtherPatient), urns({3}));
    EXPECT_EQ(world_.sql("SELECT count(*)::text FROM registry.submission_set"), "2");
}

}  // namespace
}  // namespace musubi::registry::test
