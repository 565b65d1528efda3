// One function per registry object, and the list that holds them (ITI TF-3 4.2.1, 4.2.3).
#include "codec/ebxml/object_reader.h"

#include "codec/ebxml/names.h"
#include "domain/identifiers.h"

#include <array>
#include <map>
#include <utility>

namespace musubi::ebxml {
namespace {

using domain::AssociationType;

/// The names of ebRIM 2.1, which some senders never gave up.
AssociationType short_association_type(std::string_view name) {
    constexpr std::array<std::pair<std::string_view, AssociationType>, 6> kNames = {{
        {"HasMember", AssociationType::kHasMember},
        {"RPLC", AssociationType::kReplace},
        {"APND", AssociationType::kAppend},
        {"XFRM", AssociationType::kTransform},
        {"XFRM_RPLC", AssociationType::kTransformReplace},
        {"signs", AssociationType::kSigns},
    }};
    for (auto const& [known, type] : kNames) {
        if (known == name) return type;
    }
    return AssociationType::kUnknown;
}

/// Labels that stand beside the packages: node -> ids of the objects classified so.
std::multimap<std::string, std::string> read_labels(xml::Element list) {
    std::multimap<std::string, std::string> labels;
    for (xml::Element child : list.children()) {
        if (!child.is(kRim, "Classification")) continue;
        auto const object = attribute_of(child, "classifiedObject");
        if (object) labels.emplace(normal_id(*object), scheme_of(child, "classificationNode"));
    }
    return labels;
}

bool labelled(xml::Element package, std::string const& id, std::string_view node,
              std::multimap<std::string, std::string> const& beside) {
    for (auto [at, end] = beside.equal_range(id); at != end; ++at) {
        if (at->second == node) return true;
    }
    for (xml::Element child : package.children()) {
        if (child.is(kRim, "Classification") && scheme_of(child, "classificationNode") == node)
            return true;
    }
    return false;
}

void use_one_spelling(std::optional<std::string>& patient_id) {
    if (patient_id) patient_id = domain::one_spelling(*std::move(patient_id));
}

/// The id of an object, or a symbol of our own where the sender left it out (the framework's
/// examples do).
std::string id_of(xml::Element element, std::size_t position) {
    auto const id = attribute_of(element, "id");
    return id ? normal_id(*id) : "unnamed-" + std::to_string(position);
}

}  // namespace

domain::DocumentEntry read_entry(xml::Element element, std::string id, std::vector<Issue>& issues) {
    ObjectReader reader(element, "DocumentEntry", std::move(id), issues);
    domain::DocumentEntry entry;
    reader.read_common(entry);
    entry.object_type = normal_id(attribute_of(element, "objectType").value_or(""));
    entry.mime_type = attribute_of(element, "mimeType");
    entry.creation_time = reader.take_one("creationTime");
    entry.hash = reader.take_one("hash");
    entry.size = reader.take_one("size");
    entry.language_code = reader.take_one("languageCode");
    entry.legal_authenticator = reader.take_one("legalAuthenticator");
    entry.repository_unique_id = reader.take_one("repositoryUniqueId");
    entry.service_start_time = reader.take_one("serviceStartTime");
    entry.service_stop_time = reader.take_one("serviceStopTime");
    entry.source_patient_id = reader.take_one("sourcePatientId");
    entry.uri = reader.take_one("URI");
    entry.document_availability = reader.take_one("documentAvailability");
    entry.source_patient_info = reader.take_many("sourcePatientInfo");
    entry.reference_ids = reader.take_many(kReferenceIdList);
    entry.extra_slots = reader.take_rest();
    reader.read_authors(kEntryAuthor, entry.authors);
    reader.read_codes(kEntryClassCode, entry.class_codes);
    reader.read_codes(kEntryTypeCode, entry.type_codes);
    reader.read_codes(kEntryFormatCode, entry.format_codes);
    reader.read_codes(kEntryFacilityTypeCode, entry.healthcare_facility_type_codes);
    reader.read_codes(kEntryPracticeSettingCode, entry.practice_setting_codes);
    reader.read_codes(kEntryConfidentialityCode, entry.confidentiality_codes);
    reader.read_codes(kEntryEventCode, entry.event_codes);
    entry.patient_id = reader.read_identifier(kEntryPatientId.urn, "patientId");
    use_one_spelling(entry.patient_id);
    entry.unique_id = reader.read_identifier(kEntryUniqueId.urn, "uniqueId");
    reader.tell_what_is_dropped();
    return entry;
}

domain::SubmissionSet read_submission_set(xml::Element element, std::string id,
                                          std::vector<Issue>& issues) {
    ObjectReader reader(element, "SubmissionSet", std::move(id), issues);
    domain::SubmissionSet set;
    reader.read_common(set);
    set.submission_time = reader.take_one("submissionTime");
    set.intended_recipients = reader.take_many("intendedRecipient");
    set.extra_slots = reader.take_rest();
    reader.read_authors(kSetAuthor, set.authors);
    reader.read_codes(kSetContentTypeCode, set.content_type_codes);
    set.patient_id = reader.read_identifier(kSetPatientId.urn, "patientId");
    use_one_spelling(set.patient_id);
    set.unique_id = reader.read_identifier(kSetUniqueId.urn, "uniqueId");
    set.source_id = reader.read_identifier(kSetSourceId.urn, "sourceId");
    reader.tell_what_is_dropped();
    return set;
}

domain::Folder read_folder(xml::Element element, std::string id, std::vector<Issue>& issues) {
    ObjectReader reader(element, "Folder", std::move(id), issues);
    domain::Folder folder;
    reader.read_common(folder);
    folder.last_update_time = reader.take_one("lastUpdateTime");
    folder.extra_slots = reader.take_rest();
    reader.read_codes(kFolderCode, folder.codes);
    folder.patient_id = reader.read_identifier(kFolderPatientId.urn, "patientId");
    use_one_spelling(folder.patient_id);
    folder.unique_id = reader.read_identifier(kFolderUniqueId.urn, "uniqueId");
    reader.tell_what_is_dropped();
    return folder;
}

domain::Association read_association(xml::Element element, std::string id,
                                     std::vector<Issue>& issues) {
    ObjectReader reader(element, "Association", std::move(id), issues);
    domain::Association association;
    reader.read_common(association);
    association.type_urn = attribute_of(element, "associationType").value_or("");
    AssociationType const legacy = short_association_type(association.type_urn);
    if (legacy != AssociationType::kUnknown) {
        reader.issue("associationType '" + association.type_urn + "' must be written as a URN",
                     Severity::kWarning);
        association.type_urn = domain::to_urn(legacy);
    }
    association.source = normal_id(attribute_of(element, "sourceObject").value_or(""));
    association.target = normal_id(attribute_of(element, "targetObject").value_or(""));
    association.submission_set_status = reader.take_one("SubmissionSetStatus");
    association.previous_version = reader.take_one("PreviousVersion");
    association.association_propagation = reader.take_one("AssociationPropagation");
    association.extra_slots = reader.take_rest();
    reader.read_codes(kAssociationDocumentation, association.documentation);
    reader.tell_what_is_dropped();
    return association;
}

void read_objects(xml::Element list, domain::Submission& to, std::vector<ObjectRef>& refs) {
    auto const labels = read_labels(list);
    std::size_t position = 0;
    for (xml::Element child : list.children()) {
        ++position;
        if (child.namespace_uri() != kRim) continue;
        std::string id = id_of(child, position);
        std::string_view const name = child.local_name();
        if (name == "ExtrinsicObject") {
            bool const limited = labelled(child, id, kEntryLimitedNode, labels);
            to.entries.push_back(read_entry(child, std::move(id), to.issues));
            to.entries.back().limited_metadata = limited;
        } else if (name == "Association") {
            to.associations.push_back(read_association(child, std::move(id), to.issues));
        } else if (name == "ObjectRef") {
            refs.push_back({std::move(id), attribute_of(child, "home")});
        } else if (name == "RegistryPackage") {
            bool const set = labelled(child, id, domain::kSubmissionSetNode, labels);
            bool const folder = labelled(child, id, domain::kFolderNode, labels);
            if (set == folder) {
                ObjectReader(child, "RegistryPackage", id, to.issues)
                    .issue(set ? "is classified as SubmissionSet and as Folder"
                               : "is classified neither as SubmissionSet nor as Folder");
            }
            bool const limited =
                labelled(child, id, set ? kSetLimitedNode : kFolderLimitedNode, labels);
            if (set) {
                to.submission_sets.push_back(read_submission_set(child, std::move(id), to.issues));
                to.submission_sets.back().limited_metadata = limited;
            } else if (folder) {
                to.folders.push_back(read_folder(child, std::move(id), to.issues));
                to.folders.back().limited_metadata = limited;
            }
        }
    }
}

}  // namespace musubi::ebxml
