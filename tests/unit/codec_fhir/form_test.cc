// Which written form is asked for, and XML made of JSON.

#include "codec/fhir/form.h"

#include "codec/fhir/audit_event.h"
#include "codec/fhir/message.h"
#include "platform/xml/parse.h"

#include <gtest/gtest.h>

namespace musubi::fhir {
namespace {

/// RESTful ATNA 3.81.4.1.3: an Audit Record Repository offers both.
TEST(FhirForm, TheFormatParameterCountsBeforeTheHeaderAndTheHighestQualityFirst) {
    struct Case {
        char const *query, *accept;
        std::optional<Form> form;
    };
    for (auto const& one : {
             Case{"date=x", "", Form::kJson},
             Case{"date=x", "*/*", Form::kJson},
             Case{"date=x", "application/fhir+xml", Form::kXml},
             Case{"date=x", "text/html, Application/FHIR+XML;charset=utf-8", Form::kXml},
             Case{"date=x", "application/fhir+json;q=0.5, application/fhir+xml", Form::kXml},
             Case{"date=x", "application/fhir+xml;q=0.25, */*;q=0.3", Form::kJson},
             Case{"date=x", "application/fhir+xml;q=0", std::nullopt},
             Case{"date=x", "application/pdf", std::nullopt},
             Case{"date=x&_format=xml", "application/fhir+json", Form::kXml},
             Case{"_format=application/fhir%2Bxml&date=x", "", Form::kXml},
             Case{"_format=application/fhir+xml", "", Form::kXml},
             Case{"_format=json", "application/fhir+xml", Form::kJson},
             Case{"_format=turtle", "application/fhir+json", std::nullopt},
             Case{"_format=%zz", "", std::nullopt},
         })
        EXPECT_EQ(wanted_form(one.query, one.accept), one.form) << one.query << " " << one.accept;
}

TEST(FhirForm, MembersBecomeElementsAndResourcesElementsOfTheirType) {
    EXPECT_EQ(
        to_xml(
            R"({"resourceType":"Bundle","total":2,"link":[{"url":"a&b"},{"url":"c"}],"entry":[{"resource":{"resourceType":"X","ok":true}}],"none":[]})"),
        R"(<?xml version="1.0" encoding="UTF-8"?><Bundle xmlns="http://hl7.org/fhir"><total value="2"/><link><url value="a&amp;b"/></link><link><url value="c"/></link><entry><resource><X><ok value="true"/></X></resource></entry></Bundle>)");
    auto const outcome = to_xml(operation_outcome("invalid", "say \"date\" \\ \x01 <now>"));
    auto const tree = xml::parse(as_bytes(outcome));
    ASSERT_TRUE(tree.ok()) << outcome;
    auto const issue = tree->root().first_child("http://hl7.org/fhir", "issue");
    EXPECT_EQ(issue.first_child("http://hl7.org/fhir", "diagnostics").attribute("value").value(),
              "say \"date\" \\ \xEF\xBF\xBD <now>");
}

TEST(FhirForm, EveryEscapeOfTheJsonIsUndone) {
    auto const outcome = to_xml(operation_outcome("invalid", "a\nb\tc\rd\x01 e\bf\fg \\n"));
    auto const tree = xml::parse(as_bytes(outcome));
    ASSERT_TRUE(tree.ok()) << outcome;
    auto const issue = tree->root().first_child("http://hl7.org/fhir", "issue");
    EXPECT_EQ(issue.first_child("http://hl7.org/fhir", "diagnostics").attribute("value").value(),
              "a\nb\tc\rd\xEF\xBF\xBD e\xEF\xBF\xBD"
              "f\xEF\xBF\xBDg \\n");
}

TEST(FhirForm, AnAuditEventKeepsTheOrderOfTheDefinition) {
    AuditBundle bundle;
    AuditResource resource;
    resource.id = "7";
    auto& event = resource.event;
    event.event_id = domain::dcm("110112", "Query");
    event.event_types = {domain::ihe_transaction("ITI-18", "Registry Stored Query")};
    event.action = 'E';
    event.source_id = "node";
    domain::AuditParticipant person;
    person.user_id = "山田";
    person.is_requestor = true;
    event.participants = {person};
    event.objects = {domain::audit_patient("P1^^^&2.999.1&ISO")};
    bundle.entries = {resource};
    auto const text = to_xml(write_audit_bundle(bundle));
    auto const tree = xml::parse(as_bytes(text));
    ASSERT_TRUE(tree.ok()) << text;
    constexpr std::string_view kFhir = "http://hl7.org/fhir";
    auto const entry = tree->root().first_child(kFhir, "entry");
    auto const made = entry.first_child(kFhir, "resource").first_child(kFhir, "AuditEvent");
    std::string order;
    for (auto const child : made.children()) order += std::string(child.local_name()) + " ";
    EXPECT_EQ(order, "id type subtype action recorded outcome agent source entity ");
    EXPECT_NE(text.find("<value value=\"山田\"/>"), std::string::npos);
}

TEST(FhirForm, WhatIsNoResourceBecomesNothing) {
    for (char const* text :
         {"", "{}", "[]", "{\"resourceType\":\"X\"", "{\"resourceType\":\"X\",}",
          "{\"resourceType\":\"X\"}x", "{\"resourceType\":\"X\",\"a\":}",
          "{\"resourceType\":\"X\",\"a\":\"\\u00", "{\"resourceType\":\"X\",\"a\":\"b"})
        EXPECT_EQ(to_xml(text), "") << text;
    std::string deep = "{\"resourceType\":\"X\",\"a\":";
    for (int i = 0; i < 40; ++i) deep += "{\"a\":";
    EXPECT_EQ(to_xml(deep), "");
}

}  // namespace
}  // namespace musubi::fhir
