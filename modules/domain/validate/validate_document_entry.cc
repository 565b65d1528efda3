// DocumentEntry (ITI TF-3 4.2.3.2 and table 4.3.1-3; On-Demand as ITI TF-2 3.61.4.1.3).
#include "domain/validate/object_checker.h"

#include "platform/base/text.h"

#include <algorithm>

namespace musubi::domain {
namespace {

constexpr std::size_t kMaxTitle = 128;

void check_type(DocumentEntry const& entry, ObjectChecker& checker) {
    bool const on_demand_wanted = checker.context().kind == SubmissionKind::kRegisterOnDemand;
    std::string const type = to_lower_ascii(entry.object_type);
    if (type != kStableEntryType && type != kOnDemandEntryType) {
        checker.fail_value("objectType", entry.object_type, "is no DocumentEntry type");
    } else if ((type == kOnDemandEntryType) != on_demand_wanted) {
        checker.fail_value("objectType", entry.object_type,
                           on_demand_wanted
                               ? "must be that of an On-Demand entry in this transaction"
                               : "must be that of a Stable entry in this transaction");
    }
}

// What describes the octets: required for a document that exists, senseless for one that will be
// made on demand.
void check_content(DocumentEntry const& entry, ObjectChecker& checker) {
    if (entry.kind() == EntryKind::kOnDemand) {
        constexpr std::string_view kRule = "must not be given for an On-Demand entry";
        checker.forbid("creationTime", entry.creation_time, kRule);
        checker.forbid("hash", entry.hash, kRule);
        checker.forbid("size", entry.size, kRule);
    } else {
        checker.require("creationTime", entry.creation_time);
        checker.require("hash", entry.hash);
        checker.require("size", entry.size);
        checker.judge("creationTime", entry.creation_time, rule_of_dtm);
        checker.judge("hash", entry.hash, rule_of_sha1);
        checker.judge("size", entry.size, rule_of_size);
    }
    checker.require("mimeType", entry.mime_type);
    checker.judge("mimeType", entry.mime_type, rule_of_mime_type);
    auto const& domain = checker.context().affinity_domain;
    if (entry.mime_type && !checker.lenient() && domain.mime_types_enforced() &&
        !domain.knows_mime_type(*entry.mime_type)) {
        checker.fail_value("mimeType", *entry.mime_type,
                           "is not in the list that the affinity domain agreed on");
    }
}

void check_times(DocumentEntry const& entry, ObjectChecker& checker) {
    checker.judge("serviceStartTime", entry.service_start_time, rule_of_dtm);
    checker.judge("serviceStopTime", entry.service_stop_time, rule_of_dtm);
    if (!entry.service_start_time || !entry.service_stop_time) return;
    if (!is_dtm(*entry.service_start_time) || !is_dtm(*entry.service_stop_time)) return;
    // Unequal precision: "2026" to "202601" is no contradiction, so the widest reading of both
    // counts.
    if (dtm_lower_bound(*entry.service_start_time) > dtm_upper_bound(*entry.service_stop_time)) {
        checker.fail_value("serviceStartTime", *entry.service_start_time,
                           "is later than serviceStopTime");
    }
}

// PID fields hold names, addresses and birth dates: messages name the field, never the value.
void check_patient_info(DocumentEntry const& entry, ObjectChecker& checker) {
    std::vector<std::string_view> seen;
    for (std::string const& value : entry.source_patient_info) {
        if (length_in_characters(value) > kMaxSlotValue)
            checker.fail("sourcePatientInfo", "has a value longer than 256 characters");
        if (checker.lenient()) continue;
        std::string_view field;
        std::string_view const broken = rule_of_patient_info(value, field);
        if (!broken.empty()) {
            checker.fail(
                "sourcePatientInfo",
                (field.empty() ? std::string() : std::string(field) + " ") + std::string(broken));
            continue;
        }
        bool const once = field == "PID-7" || field == "PID-8";
        if (once && std::find(seen.begin(), seen.end(), field) != seen.end()) {
            checker.fail("sourcePatientInfo", std::string(field) + " may be given once only");
        }
        seen.push_back(field);
    }
}

void check_all_codes(DocumentEntry const& entry, ObjectChecker& checker) {
    using HowMany = ObjectChecker::HowMany;
    checker.check_codes(CodeSet::kClassCode, entry.class_codes, HowMany::kExactlyOne);
    checker.check_codes(CodeSet::kTypeCode, entry.type_codes, HowMany::kExactlyOne);
    checker.check_codes(CodeSet::kFormatCode, entry.format_codes, HowMany::kExactlyOne);
    checker.check_codes(CodeSet::kHealthcareFacilityTypeCode, entry.healthcare_facility_type_codes,
                        HowMany::kExactlyOne);
    checker.check_codes(CodeSet::kPracticeSettingCode, entry.practice_setting_codes,
                        HowMany::kExactlyOne);
    checker.check_codes(CodeSet::kConfidentialityCode, entry.confidentiality_codes,
                        HowMany::kOneOrMore);
    checker.check_codes(CodeSet::kEventCode, entry.event_codes, HowMany::kAny);
}

}  // namespace

void check_document_entry(DocumentEntry const& entry, ValidationContext const& context,
                          std::vector<Issue>& issues) {
    ObjectChecker checker("DocumentEntry", entry.id, context, issues);
    checker.check_package(entry, rule_of_entry_unique_id);
    check_type(entry, checker);
    check_content(entry, checker);
    check_times(entry, checker);
    checker.require("languageCode", entry.language_code);
    checker.judge("languageCode", entry.language_code, rule_of_language);
    checker.require("sourcePatientId", entry.source_patient_id);
    checker.judge("sourcePatientId", entry.source_patient_id, rule_of_source_patient_id,
                  Leniency::kLegacyTaken);
    check_patient_info(entry, checker);
    checker.require("repositoryUniqueId", entry.repository_unique_id);
    checker.judge("repositoryUniqueId", entry.repository_unique_id, rule_of_oid);
    checker.judge("legalAuthenticator", entry.legal_authenticator, rule_of_person,
                  Leniency::kLegacyTaken, Show::kNothing);
    checker.judge("documentAvailability", entry.document_availability,
                  rule_of_document_availability, Leniency::kLegacyTaken);
    checker.judge("URI", entry.uri, rule_of_uri, Leniency::kLegacyTaken);
    checker.judge("referenceIdList", entry.reference_ids, rule_of_reference_id);
    checker.check_title(entry.name, kMaxTitle);
    check_all_codes(entry, checker);
    checker.check_authors(entry.authors);
}

}  // namespace musubi::domain
