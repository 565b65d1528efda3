// ITI-81 (RESTful ATNA supplement): the question, and AuditEvent as the answer.
#include "codec/fhir/audit_event.h"

#include "codec/fhir/audit_search.h"
#include "codec/fhir/message.h"

#include <gtest/gtest.h>

namespace musubi::fhir {
namespace {

domain::AuditEvent retrieve() {
    domain::AuditEvent event;
    event.event_id = domain::dcm("110106", "Export");
    event.action = 'R';
    event.time =
        WallTime(std::chrono::sys_days(std::chrono::year(2026) / 11 / 21)) + std::chrono::hours(2);
    event.outcome = domain::AuditOutcome::kMinorFailure;
    event.outcome_description = "denied";
    event.event_types = {domain::ihe_transaction("ITI-43", "Retrieve Document Set")};
    event.purposes_of_use = {{"TREAT", "2.16.840.1.113883.5.8", "treatment"}};
    domain::AuditParticipant source, human;
    source.user_id = "https://node/xds/repository";
    source.alternative_user_id = "4711";
    source.roles = {domain::dcm("110153", "Source Role ID")};
    source.network_address = "192.0.2.7";
    human.user_id = "dr-\"aoba\"";
    human.user_name = "青葉";
    human.is_requestor = true;
    human.roles = {{"medical", "roles", "doctor"}};
    human.network_address = "ward-1";
    event.participants = {source, human};
    event.source_id = "node-a";
    event.enterprise_site_id = "kita";
    event.objects = {domain::audit_patient("R1^^^&2.999.1.1.1&ISO"),
                     domain::audit_document("1.2.3", "2.999.1.1.2", std::nullopt)};
    event.objects[1].query = "ask";
    event.objects[1].life_cycle = 6;
    return event;
}

std::string written(domain::AuditEvent const& event) {
    JsonWriter json;
    json.begin_object();
    write_audit_event(json, {"7", event});
    json.end_object();
    return json.take();
}

TEST(AuditEvent, EachPartStandsWhereTheMappingSays) {
    auto const json = written(retrieve());
    for (
        char const* part :
        {R"({"resourceType":"AuditEvent","id":"7","type":{"system":"http://dicom.nema.org/resources/ontology/DCM","code":"110106","display":"Export"})",
         R"("subtype":[{"system":"urn:ihe:event-type-code","code":"ITI-43","display":"Retrieve Document Set"}])",
         R"("action":"R","recorded":"2026-11-21T02:00:00.000000Z","outcome":"4","outcomeDesc":"denied")",
         R"("purposeOfEvent":[{"coding":[{"system":"2.16.840.1.113883.5.8","code":"TREAT","display":"treatment"}]}])",
         R"({"type":{"coding":[{"system":"http://dicom.nema.org/resources/ontology/DCM","code":"110153","display":"Source Role ID"}]},"who":{"identifier":{"value":"https://node/xds/repository"}},"altId":"4711","requestor":false,"network":{"address":"192.0.2.7","type":"2"}})",
         R"({"role":[{"coding":[{"system":"roles","code":"medical","display":"doctor"}]}],"who":{"identifier":{"value":"dr-\"aoba\""}},"name":"青葉","requestor":true,"network":{"address":"ward-1","type":"1"}})",
         R"("source":{"site":"kita","observer":{"identifier":{"value":"node-a"}}})",
         R"("system":"urn:oid:2.999.1.1.1","value":"R1")",
         R"("role":{"system":"http://terminology.hl7.org/CodeSystem/object-role","code":"3"})",
         R"("lifecycle":{"system":"http://terminology.hl7.org/CodeSystem/dicom-audit-lifecycle","code":"6"})",
         R"("query":"YXNr")"}) {
        EXPECT_NE(json.find(part), std::string::npos) << part << "\nin " << json;
    }
}

TEST(AuditEvent, EmptyPartsAndOctetsThatAreNoTextDoNotBreakTheJson) {
    domain::AuditEvent event;
    event.outcome_description = "a\xFF\x01";
    auto const json = written(event);
    EXPECT_NE(json.find(R"("outcomeDesc":"a?\u0001")"), std::string::npos) << json;
    EXPECT_EQ(json.find("agent"), std::string::npos);
    EXPECT_EQ(json.find("entity"), std::string::npos);
    EXPECT_NE(json.find(R"("value":"UNKNOWN")"), std::string::npos);
}

TEST(AuditBundle, ACutOneSaysSoAndHasNoTotal) {
    AuditBundle bundle;
    bundle.base_url = "https://node/fhir";
    EXPECT_EQ(
        write_audit_bundle(bundle),
        R"({"resourceType":"Bundle","type":"searchset","total":0,"link":[{"relation":"self","url":""}]})");
    bundle.entries.push_back({"7", retrieve()});
    bundle.cut = true;
    auto const json = write_audit_bundle(bundle);
    EXPECT_EQ(json.find("\"total\""), std::string::npos);
    EXPECT_NE(json.find(R"("fullUrl":"https://node/fhir/AuditEvent/7")"), std::string::npos);
    EXPECT_NE(json.find(R"("code":"too-costly")"), std::string::npos);
}

TEST(AuditBundle, OneThatLacksDamagedRecordsSaysSoAndHasNoTotal) {
    AuditBundle bundle;
    bundle.damaged = true;
    auto const json = write_audit_bundle(bundle);
    EXPECT_EQ(json.find("\"total\""), std::string::npos);
    EXPECT_NE(json.find(R"("code":"incomplete")"), std::string::npos);
    EXPECT_EQ(json.find(R"("code":"too-costly")"), std::string::npos);
}

AuditSearch search(std::string const& conditions) {
    auto const read = read_audit_search("date=ge2026-01-01&" + conditions);
    if (!read) throw std::runtime_error(conditions);
    return *read;
}

TEST(AuditSearch, EachParameterDecides) {
    auto const event = retrieve();
    for (char const* good :
         {"",
          "patient.identifier=urn:oid:2.999.1.1.1%7CR1",
          "patient.identifier=R1^^^%262.999.1.1.1%26ISO",
          "entity.identifier=1.2.3",
          "entity.identifier=|1.2.3",
          "address=192.0.2",
          "address=WARD",
          "agent.identifier=4711",
          "agent.identifier=x,dr-%22aoba%22",
          "entity-type=1",
          "entity-type=http://terminology.hl7.org/CodeSystem/audit-entity-type|2",
          "entity-role=3",
          "source.identifier=node-a",
          "type=110106",
          "type=http://dicom.nema.org/resources/ontology/DCM|",
          "subtype=urn:ihe:event-type-code|ITI-43",
          "outcome=0,4",
          "unknown=x",
          "date=lt2026-11-22",
          "date=2026-11-21",
          "date=le2026-11-21T02:00:00Z",
          "date=ge2026-11-21T11:00:00%2B09:00",
          "date=ge2026-11-21T11:00:00+09:00"}) {
        EXPECT_TRUE(matches(search(good), event)) << good;
    }
    for (char const* bad : {"patient.identifier=urn:oid:2.999.1.1.2|R1", "patient.identifier=R2",
                            "patient.identifier=1.2.3", "entity.identifier=1.2", "address=2.7",
                            "agent.identifier=aoba", "entity-type=3", "entity-role=http://other|3",
                            "source.identifier=node", "type=ITI-43", "subtype=DCM|ITI-43",
                            "outcome=0", "outcome=4&outcome=0", "date=lt2026-11-21",
                            "date=gt2026-11-21", "date=ge2026-11-21T02:00:01Z"}) {
        EXPECT_FALSE(matches(search(bad), event)) << bad;
    }
}

// What this node calls a system is the name in its certificate, which has commas.
TEST(AuditSearch, ABackslashTakesTheirMeaningFromCommasAndBars) {
    auto event = retrieve();
    event.participants[0].user_id = "CN=clinic,O=Kita|Co\\,C=JP";
    EXPECT_TRUE(
        matches(search("agent.identifier=CN=clinic%5C,O=Kita%5C%7CCo%5C%5C%5C,C=JP"), event));
    EXPECT_TRUE(
        matches(search("agent.identifier=x%5C,y,CN=clinic\\,O=Kita\\|Co\\\\\\,C=JP"), event));
    EXPECT_FALSE(matches(search("agent.identifier=CN=clinic,O=Kita"), event));
    EXPECT_FALSE(matches(search("agent.identifier=x%5C,4711"), event));
    EXPECT_TRUE(matches(search("agent.identifier=x%5C%5C,4711"), event));
    event.participants[0].user_id = "D\\x";
    EXPECT_TRUE(matches(search("agent.identifier=D%5Cx"), event)) << "of nothing else";
}

TEST(AuditSearch, AModifierIsRefusedInsteadOfPassedOver) {
    for (char const* one :
         {"outcome:not=0", "type:text=x", "patient:identifier=R1", "address:exact=a",
          "subtype:in=x", "date:missing=true", "entity%3Aidentifier=1"}) {
        EXPECT_FALSE(read_audit_search(std::string("date=2026-01-01&") + one).ok()) << one;
    }
    EXPECT_TRUE(read_audit_search("date=2026-01-01&other:not=1").ok());
}

TEST(AuditSearch, ADateIsRequiredAndEverythingIsBounded) {
    std::string many = "date=2026-01-01&outcome=0";
    for (int i = 0; i < 64; ++i) many += ",4";
    for (std::string const& wrong :
         {std::string(), std::string("outcome=0"), std::string("date=yesterday"),
          std::string("date=ap2026-01-01"), std::string("date=2026-01-01&_count=x"),
          std::string("date=2026-01-01&a=%2"), std::string("date=2026-01-01&a=%zz"), many,
          "date=2026-01-01&a=" + std::string(9'000, 'x')}) {
        auto const read = read_audit_search(wrong);
        ASSERT_FALSE(read.ok()) << wrong.substr(0, 50);
        EXPECT_EQ(error_answer(read.error()).status, 400);
    }
    EXPECT_EQ(read_audit_search("date=2026-01-01&_count=5")->count, 5);
    EXPECT_EQ(read_audit_search("date=2026-01-01&_count=50000")->count, 1000);
    EXPECT_EQ(read_audit_search("date=2026-01-01&_count=0")->count, 0);
}

TEST(FhirErrors, EveryCodeHasAStatusAndAnOutcomeWithoutItsDetail) {
    for (int i = 0; i < kCodeCount; ++i) {
        auto const answer = error_answer(Error(static_cast<Code>(i), "secret detail"));
        EXPECT_GE(answer.status, 400);
        EXPECT_NE(answer.body.find(R"("resourceType":"OperationOutcome")"), std::string::npos);
        EXPECT_EQ(answer.body.find("secret"), std::string::npos);
    }
}

}  // namespace
}  // namespace musubi::fhir
