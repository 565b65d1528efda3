#pragma once
// HL7 v3 data types (II, PN, AD, TEL, TS, CE) to domain values. Internal to codec/hl7v3. A null or
// missing element reads as nothing. Source: XML ITS data types R1; the mapping between v2 and v3 of
// ITI TF-2 Appendix E and the Japanese rules for names and addresses.

#include "codec/hl7v3/message.h"
#include "domain/patient_feed.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace musubi::hl7v3 {

xml::Element child(xml::Element of, std::string_view name);
/// All children of one name.
std::vector<xml::Element> children(xml::Element of, std::string_view name);
std::string attribute_of(xml::Element of, std::string_view name);  ///< trimmed; empty when absent
bool is_null(xml::Element element);                                ///< carries a nullFlavor
bool is_masked(xml::Element element);  ///< nullFlavor MSK: there is a value, which is not told

InstanceId read_instance_id(xml::Element element);
/// `root` becomes the universal id. Its name counts only where there is no root: it is a label for
/// people and may name anything.
domain::SentIdentifier read_identifier(xml::Element element);
domain::SentAuthority read_authority(xml::Element element);

domain::PersonName read_name(xml::Element element);
domain::NameCriterion read_name_criterion(xml::Element element);
bool is_empty(domain::PersonName const& name);
domain::PostalAddress read_address(xml::Element element);
domain::Telecom read_telecom(xml::Element element);
bool is_business(xml::Element telecom);

/// Table 0001 from AdministrativeGender: M, F, UN is O, nullFlavor UNK is U. Empty: any other null.
/// Nothing: not a sex.
std::optional<std::string> read_sex(xml::Element element);

/// TS with a calendar date: YYYY[MM[DD[HH[MM[SS[.S...]]]]]][+/-ZZZZ].
bool is_time(std::string_view text);

}  // namespace musubi::hl7v3
