#pragma once
// Parts that several messages share. Internal to codec/hl7v3.

#include "codec/hl7v3/write.h"
#include "platform/xml/writer.h"

#include <initializer_list>
#include <string_view>
#include <utility>

namespace musubi::hl7v3 {

using Attributes = std::initializer_list<std::pair<std::string_view, std::string_view>>;

/// A start tag; attributes whose value is empty are left out.
xml::Writer& open(xml::Writer& w, std::string_view name, Attributes attributes);
/// An element without content.
void leaf(xml::Writer& w, std::string_view name, Attributes attributes);

/// Root and transmission wrapper up to the sender. What is open afterwards: the root.
struct Envelope {
    std::string_view interaction;
    std::string_view accept_ack;  ///< AL, NE
    std::string_view processing_code;
    Party sender, receiver;
    std::string_view respond_to = {};  ///< URL; empty: not told
};
void open_message(xml::Writer& w, Envelope const& envelope, Seal const& seal);
/// The same for the answer to `request`: parties swapped.
void open_answer(xml::Writer& w, std::string_view interaction, Header const& request,
                 Seal const& seal);

struct Ack {
    std::string_view type_code;
    std::vector<AckDetail> details;
};
void write_ack(xml::Writer& w, Header const& request, Ack const& ack);

/// controlActProcess with its code; stays open.
void open_control_act(xml::Writer& w, std::string_view trigger);

struct QueryCounts {
    std::size_t total = 0, current = 0, remaining = 0;
};
/// queryAck and the copy of the query.
void write_query_end(xml::Writer& w, QueryEcho const& echo, std::string_view response_code,
                     QueryCounts const& counts);

/// reasonOf/detectedIssueEvent and what is in it; `management` may be empty.
struct IssueCode {
    std::string_view code, code_system;
};
void write_detected_issue(xml::Writer& w, std::vector<IssueCode> const& wanted,
                          std::optional<IssueCode> const& management);
/// For a request that broke its schema.
void write_schema_issue(xml::Writer& w);

/// subject/registrationEvent up to the open patient element; close_registration ends all of it.
void open_registration(xml::Writer& w);
struct Custodian {
    std::string_view id;
    HealthDataLocator locator = HealthDataLocator::kUntold;
};
void close_registration(xml::Writer& w, Custodian const& custodian);

void write_ids(xml::Writer& w, std::vector<domain::LocalId> const& ids);
void write_provider(xml::Writer& w, std::string_view oid, std::string_view name);
void write_name_parts(xml::Writer& w, domain::PersonName const& name);
/// An address in one piece goes where askers look for the street.
void write_address_parts(xml::Writer& w, domain::PostalAddress const& address);
/// Empty when nothing is left: white space and what is not ASCII has no place in a number.
std::string url_of(domain::Telecom const& telecom);
std::string_view script_use(domain::Script script);
/// patientPerson of a hit.
void write_person(xml::Writer& w, Hit const& hit);
/// patientPerson without a name.
void write_nameless_person(xml::Writer& w);

}  // namespace musubi::hl7v3
