#pragma once
// HL7 v2 data types to and from the words of the domain: CX, HD, XPN, XAD, XTN, TS. Source: HL7
// v2.5 2.A, ITI TF-2 Appendix E, the Japanese habits of writing names, addresses and numbers.
// Pure functions, thread-safe. A field that was not sent reads as nothing, `""` as an empty value.

#include "codec/hl7v2/header.h"
#include "codec/hl7v2/message.h"
#include "codec/hl7v2/write.h"
#include "domain/patient_feed.h"

#include <map>
#include <string>
#include <vector>

namespace musubi::hl7v2 {

/// OID of an assigning authority to the namespace id that we write beside it. An authority that is
/// not in the table is written as OID and type alone.
using AuthorityNames = std::map<std::string, std::string>;

/// CX.1 without the blanks around it, which are padding (HL7 v2.5 2.A, ST: trailing blanks are
/// optional): an id that one sender pads is the id that another one does not, and blanks alone are
/// no id.
std::string read_id(Segment const& segment, int field, int repetition = 1);
/// CX. Repetitions without an id (also `""`) are skipped: nothing to know a patient by. Locations:
/// of the id "PID^1^3^2", of its authority "PID^1^3^2^4".
std::vector<domain::SentIdentifier> read_identifiers(Segment const& segment, int field);
/// The HD in one component; `at.subcomponent` is not looked at.
domain::SentAuthority read_authority(Segment const& segment, At at, std::string location);
/// The authorities of all repetitions of a CX field ("what domains returned"); only CX.4 counts.
std::vector<domain::SentAuthority> read_authorities(Segment const& segment, int field);

domain::Sent<std::string> read_text(Segment const& segment, int field);
domain::Sent<std::vector<domain::PersonName>> read_names(Segment const& segment, int field);
domain::Sent<std::vector<domain::PostalAddress>> read_addresses(Segment const& segment, int field);
domain::Sent<std::vector<domain::Telecom>> read_telecoms(Segment const& segment, int field);

/// XPN.8, table 0465: I, P, A. Nothing for another text.
std::optional<domain::Script> script_of(std::string_view representation);
/// TS: YYYY[MM[DD[HH[MM[SS[.S..]]]]]][+-ZZZZ], calendar ranges checked.
bool is_timestamp(std::string_view text);
/// How a sender calls itself: the namespace, without one the universal id.
std::string name_of(HierarchicDesignator const& hd);

void set_hd(Builder& message, int field, HierarchicDesignator const& hd);
/// CX with all three parts of its authority.
void set_identifier(Builder& message, int field, int repetition, domain::LocalId const& id,
                    AuthorityNames const& authorities);
/// Ids of one authority stand together, authorities in the order in which they first occur (ITI
/// TF-2 3.9.4.2.2.6).
void set_identifiers(Builder& message, int field, std::vector<domain::LocalId> const& ids,
                     AuthorityNames const& authorities);
void set_names(Builder& message, int field, std::vector<domain::PersonName> const& names);
void set_addresses(Builder& message, int field, std::vector<domain::PostalAddress> const& list);
/// The number goes into XTN.1 and XTN.12: some read one, Japanese systems the other.
void set_telecoms(Builder& message, int field, std::vector<domain::Telecom> const& list);

}  // namespace musubi::hl7v2
