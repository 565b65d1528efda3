#include "codec/ebxml/fragment.h"

#include "codec/ebxml/object_writer.h"
#include "platform/xml/writer.h"

#include <bit>
#include <cstdint>
#include <cstring>

namespace musubi::ebxml {
namespace {

std::string render(RenderMode mode, domain::DocumentEntry const& entry) {
    ObjectWriter w(mode, "rim:ExtrinsicObject", entry, entry.object_type);
    if (entry.mime_type) w.attribute("mimeType", *entry.mime_type);
    w.end_attributes();
    w.slot("creationTime", entry.creation_time);
    w.slot("hash", entry.hash);
    w.slot("languageCode", entry.language_code);
    w.slot("legalAuthenticator", entry.legal_authenticator);
    w.slot("repositoryUniqueId", entry.repository_unique_id);
    w.slot("serviceStartTime", entry.service_start_time);
    w.slot("serviceStopTime", entry.service_stop_time);
    w.slot("size", entry.size);
    w.slot("sourcePatientId", entry.source_patient_id);
    w.slot("sourcePatientInfo", entry.source_patient_info);
    w.slot("URI", entry.uri);
    w.slot("documentAvailability", entry.document_availability);
    w.slot(kReferenceIdList, entry.reference_ids);
    w.slots(entry.extra_slots);
    w.names(entry);
    w.authors(kEntryAuthor, entry.authors);
    w.codes(kEntryClassCode, entry.class_codes);
    w.codes(kEntryTypeCode, entry.type_codes);
    w.codes(kEntryFormatCode, entry.format_codes);
    w.codes(kEntryFacilityTypeCode, entry.healthcare_facility_type_codes);
    w.codes(kEntryPracticeSettingCode, entry.practice_setting_codes);
    w.codes(kEntryConfidentialityCode, entry.confidentiality_codes);
    w.codes(kEntryEventCode, entry.event_codes);
    w.patient_id(kEntryPatientId, entry.patient_id);
    w.identifier(kEntryUniqueId, entry.unique_id);
    return w.finish();
}

std::string render(RenderMode mode, domain::SubmissionSet const& set) {
    ObjectWriter w(mode, "rim:RegistryPackage", set, kTypePackage);
    w.end_attributes();
    w.slot("submissionTime", set.submission_time);
    w.slot("intendedRecipient", set.intended_recipients);
    w.slots(set.extra_slots);
    w.names(set);
    w.node(domain::kSubmissionSetNode);
    w.authors(kSetAuthor, set.authors);
    w.codes(kSetContentTypeCode, set.content_type_codes);
    w.patient_id(kSetPatientId, set.patient_id);
    w.identifier(kSetSourceId, set.source_id);
    w.identifier(kSetUniqueId, set.unique_id);
    return w.finish();
}

std::string render(RenderMode mode, domain::Folder const& folder) {
    ObjectWriter w(mode, "rim:RegistryPackage", folder, kTypePackage);
    w.end_attributes();
    w.folder_time_slot(folder.last_update_time);
    w.slots(folder.extra_slots);
    w.names(folder);
    w.node(domain::kFolderNode);
    w.codes(kFolderCode, folder.codes);
    w.patient_id(kFolderPatientId, folder.patient_id);
    w.identifier(kFolderUniqueId, folder.unique_id);
    return w.finish();
}

std::string render(RenderMode mode, domain::Association const& association) {
    ObjectWriter w(mode, "rim:Association", association, kTypeAssociation);
    w.attribute("associationType", association.type_urn);
    w.attribute("sourceObject", association.source);
    w.attribute("targetObject", association.target);
    w.end_attributes();
    w.slot("SubmissionSetStatus", association.submission_set_status);
    w.slot("PreviousVersion", association.previous_version);
    w.slot("AssociationPropagation", association.association_propagation);
    w.slots(association.extra_slots);
    w.names(association);
    w.codes(kAssociationDocumentation, association.documentation);
    return w.finish();
}

/// First octet below 5 at or after `at`, eight octets at a time. Of the usual word trick only the
/// lowest hit is exact, and that is the one wanted.
std::size_t next_mark(std::string_view text, std::size_t at) {
    static_assert(std::endian::native == std::endian::little);
    constexpr std::uint64_t kOnes = 0x0101010101010101U;
    for (; at + 8 <= text.size(); at += 8) {
        std::uint64_t word = 0;
        std::memcpy(&word, text.data() + at, 8);
        std::uint64_t const hits = (word - 5 * kOnes) & ~word & (0x80 * kOnes);
        if (hits != 0) return at + static_cast<std::size_t>(std::countr_zero(hits)) / 8;
    }
    while (at < text.size() && static_cast<unsigned char>(text[at]) >= 5) ++at;
    return at;
}

void put_value(std::string& out, char mark, FragmentValues const& values) {
    switch (mark) {
        case kStatusMark: xml::append_attribute_value(out, values.status); break;
        case kPatientIdMark: xml::append_attribute_value(out, values.patient_id); break;
        case kLastUpdateTimeMark: xml::append_text(out, values.last_update_time); break;
        case kHomeMark:
            if (values.home.empty()) break;
            out += " home=\"";
            xml::append_attribute_value(out, values.home);
            out += '"';
            break;
        default: break;  // 0x00 is in no fragment of ours
    }
}

}  // namespace

std::string render_fragment(domain::DocumentEntry const& entry) {
    return render(RenderMode::kRegistered, entry);
}
std::string render_fragment(domain::SubmissionSet const& set) {
    return render(RenderMode::kRegistered, set);
}
std::string render_fragment(domain::Folder const& folder) {
    return render(RenderMode::kRegistered, folder);
}
std::string render_fragment(domain::Association const& association) {
    return render(RenderMode::kRegistered, association);
}

std::string render_submitted(domain::DocumentEntry const& entry) {
    return render(RenderMode::kSubmitted, entry);
}
std::string render_submitted(domain::SubmissionSet const& set) {
    return render(RenderMode::kSubmitted, set);
}
std::string render_submitted(domain::Folder const& folder) {
    return render(RenderMode::kSubmitted, folder);
}
std::string render_submitted(domain::Association const& association) {
    return render(RenderMode::kSubmitted, association);
}

void expand_fragment(std::string& out, std::string_view fragment, FragmentValues const& values) {
    std::size_t from = 0;
    while (true) {
        std::size_t const mark = next_mark(fragment, from);
        out.append(fragment.substr(from, mark - from));
        if (mark >= fragment.size()) return;
        put_value(out, fragment[mark], values);
        from = mark + 1;
    }
}

}  // namespace musubi::ebxml
