// ITI-56: where a patient has records, and what nobody learns from it.
#include "xcpd/iti56.h"

#include "codec/hl7v3/actions.h"
#include "unit/pdq/v3_fixture.h"

namespace musubi::xcpd {
namespace {

using namespace test;  // NOLINT: the fixture's words

class Numbers final : public core::CrossReferencePort {
public:
    std::map<domain::PatientId, Found> persons;
    bool broken = false;
    void put(std::string const& regional, std::vector<domain::PatientId> const& ids) {
        Found found{region_cx(regional), {}};
        for (auto const& id : ids) found.ids.push_back({id, "PI"});
        for (auto const& id : ids) persons[id] = found;
        persons[{regional, kRegion}] = found;
    }
    Result<Found> cross_references(domain::PatientId const& id) const override {
        if (broken) return Error(Code::kStorageUnavailable, "for a test");
        auto const found = persons.find(id);
        if (found == persons.end()) return Error(Code::kNotFound, "not known");
        return found->second;
    }
};

struct Locator : World {
    Numbers numbers;
    LocationDeps deps{domains, numbers, Settings{2, kHome, "Kita", kRegion}};
    core::Definition iti56 = core::define<Iti56>(deps);

    Locator() { numbers.put("R1", {{"K1", kKita}, {"C1", kClinic}}); }
    std::string send(std::string const& root, std::string const& extension) {
        std::string const id = "<x:RequestedPatientId root=\"" + root + "\"" +
                               (extension.empty() ? "" : " extension=\"" + extension + "\"") + "/>";
        return text_of(ask(iti56, v3_incoming("<x:PatientLocationQueryRequest "
                                              "xmlns:x=\"urn:ihe:iti:xcpd:2009\">" +
                                                  id + "</x:PatientLocationQueryRequest>",
                                              hl7v3::kPatientLocationActions.request)));
    }
    static std::string none() {
        return "<PatientLocationQueryResponse xmlns=\"urn:ihe:iti:xcpd:2009\"/>";
    }
};

TEST(Iti56, OurCommunityIsToldWithTheIdToAskForDocumentsBy) {
    Locator w;
    EXPECT_EQ(w.send(kKita, "K1"),
              "<PatientLocationQueryResponse xmlns=\"urn:ihe:iti:xcpd:2009\">"
              "<PatientLocationResponse><HomeCommunityId>urn:oid:2.999.1.1</HomeCommunityId>"
              "<CorrespondingPatientId root=\"2.999.1.1.1\" extension=\"R1\"/>"
              "<RequestedPatientId root=\"1.2.392.10\" extension=\"K1\"/>"
              "</PatientLocationResponse></PatientLocationQueryResponse>");
    EXPECT_TRUE(holds(w.send(kRegion, "R1"), "<CorrespondingPatientId"));
}

TEST(Iti56, UnknownForeignAndHiddenIdsAreAllNowhere) {
    Locator w;
    w.agreement.open = {kKita};
    w.numbers.put("R2", {{"C2", kClinic}});
    EXPECT_EQ(w.send(kKita, "K9"), w.none());
    EXPECT_EQ(w.send("1.2.3.4", "K1"), w.none());
    EXPECT_EQ(w.send(kClinic, "C1"), w.none()) << "an id that the asker may not know";
    EXPECT_EQ(w.send(kClinic, "C2"), w.none());
    EXPECT_EQ(w.send(kRegion, "R2"), w.none()) << "a person of whom nothing may be seen";
    EXPECT_TRUE(w.patients_in_record().empty());
}

TEST(Iti56, ErrorsAreFaultsBecauseTheAnswerHasNoWordForThem) {
    Locator w;
    EXPECT_EQ(w.send(kKita, ""), "fault InvalidContent");
    w.numbers.broken = true;
    EXPECT_EQ(w.send(kKita, "K1"), "fault StorageUnavailable");
    w.numbers.broken = false;
    w.agreement.denied = true;
    EXPECT_EQ(w.send(kKita, "K1"), "fault Denied");
}

TEST(Iti56, TheRecordHoldsTheQuestionAndWhoWasTold) {
    Locator w;
    w.send(kKita, "K1");
    ASSERT_EQ(w.ledger.events.size(), 1U);
    EXPECT_EQ(w.ledger.events[0].event_id.code, "110112");
    EXPECT_EQ(w.patients_in_record(), (std::vector<std::string>{region_cx("R1")}));
    auto const* query = w.query_in_record();
    ASSERT_NE(query, nullptr);
    EXPECT_TRUE(holds(query->query, "RequestedPatientId"));
}

}  // namespace
}  // namespace musubi::xcpd
