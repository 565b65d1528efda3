#pragma once
// Document sharing metadata: DocumentEntry, SubmissionSet, Folder, Association (ITI TF-3 4.2).
//
// The structs hold what was said, not what is right: values are the submitted text (trimmed), a
// missing attribute is an empty optional, and domain/validate judges them. That way one submission
// can be reported with all its errors. All text is UTF-8 exactly as received; normal form C is made
// only where something is compared.

#include "domain/identifiers.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace musubi::domain {

struct Slot {
    std::string name;
    std::vector<std::string> values;
};

/// ITI TF-3 4.2.3.1.4. At least one of person, telecommunications, institutions must be there.
struct Author {
    std::vector<std::string>
        persons;  ///< XCN; more than one value is an error that validation reports
    std::vector<std::string> institutions;
    std::vector<std::string> roles;
    std::vector<std::string> specialties;
    std::vector<std::string> telecommunications;
    std::vector<Slot> other_slots;
};

enum class Availability : std::uint8_t { kApproved = 1, kDeprecated = 2 };
std::string_view to_urn(Availability status);

/// What every registry object carries.
struct RegistryObject {
    std::string id;  ///< entryUUID: urn:uuid:... or symbolic before registration
    std::optional<std::string> lid;
    std::optional<std::string> home;     ///< homeCommunityId as submitted
    std::optional<std::string> status;   ///< as submitted; ignored by the registry
    std::optional<std::string> version;  ///< VersionInfo/@versionName
    InternationalString name;
    InternationalString description;
    std::vector<Slot> extra_slots;  ///< slots this profile gives no meaning to, in order
};

struct PackageCommon : RegistryObject {
    std::optional<std::string> patient_id;  ///< CX
    std::optional<std::string> unique_id;
    bool limited_metadata = false;
};

enum class EntryKind : std::uint8_t { kStable = 1, kOnDemand = 2 };

struct DocumentEntry : PackageCommon {
    std::string object_type;  ///< URN as submitted
    std::vector<Author> authors;
    std::vector<CodedValue> class_codes, type_codes, format_codes, healthcare_facility_type_codes,
        practice_setting_codes;  ///< exactly one each is right
    std::vector<CodedValue> confidentiality_codes, event_codes;
    std::optional<std::string> mime_type, creation_time, hash, size, language_code,
        legal_authenticator, repository_unique_id, service_start_time, service_stop_time,
        source_patient_id, uri, document_availability;
    std::vector<std::string> source_patient_info;
    std::vector<std::string> reference_ids;

    EntryKind kind() const;
};

struct SubmissionSet : PackageCommon {
    std::vector<Author> authors;
    std::vector<CodedValue> content_type_codes;  ///< exactly one is right
    std::optional<std::string> source_id, submission_time;
    std::vector<std::string> intended_recipients;
};

struct Folder : PackageCommon {
    std::vector<CodedValue> codes;
    std::optional<std::string> last_update_time;
};

enum class AssociationType : std::uint8_t {
    kUnknown = 0,
    kHasMember = 1,
    kReplace = 2,           ///< RPLC
    kAppend = 3,            ///< APND
    kTransform = 4,         ///< XFRM
    kTransformReplace = 5,  ///< XFRM_RPLC
    kSigns = 6,
    kIsSnapshotOf = 7,
    kUpdateAvailabilityStatus = 8,
    kSubmitAssociation = 9,
};
AssociationType association_type_of(std::string_view urn);
std::string_view to_urn(AssociationType type);
/// RPLC, APND, XFRM, XFRM_RPLC, signs, IsSnapshotOf: from one DocumentEntry to another.
bool is_relationship(AssociationType type);
bool is_replacement(AssociationType type);

struct Association : RegistryObject {
    std::string type_urn;
    std::string source;
    std::string target;
    std::optional<std::string>
        submission_set_status;  ///< Original or Reference on SubmissionSet HasMember
    std::optional<std::string> previous_version;
    std::optional<std::string> association_propagation;
    std::vector<CodedValue> documentation;

    AssociationType type() const { return association_type_of(type_urn); }
};

/// One SubmitObjectsRequest. `issues` are what the codec saw and a struct cannot show (a slot
/// twice, a classification that names another object, ...): validation adds its own to them.
/// Warnings are forms of an older framework and metadata that is not kept.
struct Submission {
    std::vector<SubmissionSet> submission_sets;  ///< exactly one is right
    std::vector<DocumentEntry> entries;
    std::vector<Folder> folders;
    std::vector<Association> associations;
    std::vector<Issue> issues;

    SubmissionSet const& set() const { return submission_sets.front(); }
};
/// Whether an association has an end that is no object of the submission.
bool points_outside(Submission const& submission);

/// Object types and classification nodes (ITI TF-3 table 4.2.5.2).
inline constexpr std::string_view kStableEntryType =
    "urn:uuid:7edca82f-054d-47f2-a032-9b2a5b5186c1";
inline constexpr std::string_view kOnDemandEntryType =
    "urn:uuid:34268e47-fdf5-41a6-ba33-82133c465248";
inline constexpr std::string_view kSubmissionSetNode =
    "urn:uuid:a54d6aa5-d40d-43f9-88c5-b4633d873bdd";
inline constexpr std::string_view kFolderNode = "urn:uuid:d9d542f3-6cc4-48b6-8870-ea235fbc94c2";

}  // namespace musubi::domain
