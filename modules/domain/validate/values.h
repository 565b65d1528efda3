#pragma once
// The value types of document sharing metadata (ITI TF-3 table 4.2.3.1.7-2), one judge each.
// Internal to domain/validate. Pure, thread-safe. Each returns the broken rule in plain words, or
// nothing when the value is right. Arcs of OIDs are read as the tools of the field do: any number
// may come first.

#include <string_view>

namespace musubi::domain {

using ValueRule = std::string_view (*)(std::string_view value);

inline constexpr std::size_t kMaxSlotValue = 256;  ///< characters, ebRIM LongName
inline constexpr std::size_t kMaxFreeText = 1024;  ///< characters, ebRIM FreeFormText

std::string_view rule_of_dtm(std::string_view value);
std::string_view rule_of_oid(std::string_view value);
std::string_view rule_of_sha1(std::string_view value);
std::string_view rule_of_size(std::string_view value);
std::string_view rule_of_language(std::string_view value);
std::string_view rule_of_mime_type(std::string_view value);
std::string_view rule_of_uri(std::string_view value);
std::string_view rule_of_document_availability(std::string_view value);
std::string_view rule_of_home(std::string_view value);
std::string_view rule_of_entry_unique_id(std::string_view value);
std::string_view rule_of_patient_id(std::string_view value);  ///< strict CX of the affinity domain
std::string_view rule_of_source_patient_id(
    std::string_view value);                                    ///< CX of the source's own domain
std::string_view rule_of_reference_id(std::string_view value);  ///< CXi
std::string_view rule_of_person(std::string_view value);        ///< XCN
std::string_view rule_of_organisation(std::string_view value);  ///< XON
std::string_view rule_of_telecommunication(std::string_view value);  ///< XTN
std::string_view rule_of_coded_string(std::string_view value);       ///< text or code^^^&OID&ISO
std::string_view rule_of_recipient(std::string_view value);          ///< XON|XCN|XTN
/// `PID-n|value`; the field name alone goes to `field`, for messages that must not show the value.
std::string_view rule_of_patient_info(std::string_view value, std::string_view& field);

/// A URN that extra metadata may be named with: urn:<namespace>:<anything>, and not IHE's own.
bool is_urn(std::string_view name);

}  // namespace musubi::domain
