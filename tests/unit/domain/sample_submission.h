#pragma once
// A submission that breaks no rule: one document in a new folder. Tests change one thing and look
// at what is said.

#include "domain/metadata.h"

namespace musubi::test {

inline domain::CodedValue code(std::string value, std::string scheme = "1.2.3.4") {
    return {std::move(value), std::move(scheme), "display"};
}

inline domain::Association association(std::string id, domain::AssociationType type,
                                       std::string source, std::string target) {
    domain::Association a;
    a.id = std::move(id);
    a.type_urn = domain::to_urn(type);
    a.source = std::move(source);
    a.target = std::move(target);
    return a;
}

inline constexpr char kPatient[] = "R1^^^&1.2.3.4.5&ISO";

inline domain::DocumentEntry sample_entry() {
    domain::DocumentEntry e;
    e.id = "Document01";
    e.object_type = domain::kStableEntryType;
    e.patient_id = kPatient;
    e.unique_id = "1.2.3.100";
    e.mime_type = "text/xml";
    e.creation_time = "20260101";
    e.hash = "da39a3ee5e6b4b0d3255bfef95601890afd80709";
    e.size = "0";
    e.language_code = "ja-JP";
    e.legal_authenticator = "D1^青葉^一郎^^^^^^&1.2.3&ISO";
    e.repository_unique_id = "1.2.3.9";
    e.service_start_time = "202601010800";
    e.service_stop_time = "20260101";
    e.source_patient_id = "L1^^^&1.2.3.7&ISO";
    e.source_patient_info = {"PID-3|L1^^^&1.2.3.7&ISO", "PID-5|川本^京子^^^^^L^I", "PID-7|19600101",
                             "PID-8|F"};
    e.uri = "http://example.org/doc";
    e.reference_ids = {"ACC1^^^&1.2.3&ISO^urn:ihe:iti:xds:2013:accession"};
    e.name = {{"診療情報提供書", "ja-JP", "UTF-8"}};
    e.description = {{"コメント", "ja-JP", "UTF-8"}};
    e.class_codes = {code("referral")};
    e.type_codes = {code("57133-1", "2.16.840.1.113883.6.1")};
    e.format_codes = {code("urn:ihe:iti:xds-sd:pdf:2008")};
    e.healthcare_facility_type_codes = {code("hospital")};
    e.practice_setting_codes = {code("01")};
    e.confidentiality_codes = {code("N", "2.16.840.1.113883.5.25")};
    e.event_codes = {code("CT", "1.2.840.10008.2.16.4"), code("MR", "1.2.840.10008.2.16.4")};
    domain::Author author;
    author.institutions = {"北病院^^^^^&1.2.392.200119.6.102&ISO^^^^1319876543"};
    e.authors = {author};
    e.extra_slots = {{"urn:example:ward", {"3F", "東"}}};
    return e;
}

inline domain::SubmissionSet sample_set() {
    domain::SubmissionSet s;
    s.id = "SubmissionSet01";
    s.patient_id = kPatient;
    s.unique_id = "1.2.3.200";
    s.source_id = "1.2.3.300";
    s.submission_time = "20260102030405";
    s.intended_recipients = {"南病院|D2^山田^太郎"};
    s.content_type_codes = {code("referral")};
    domain::Author author;
    author.persons = {"D1^青葉^一郎^^^^^^&1.2.3&ISO"};
    author.institutions = {"北病院"};
    author.roles = {"医師"};
    author.specialties = {"01^^^&1.2.3&ISO"};
    author.telecommunications = {"^PRN^PH^^^^^^^^^022-000-0000", "^NET^Internet^a@example.org"};
    s.authors = {author};
    s.name = {{"紹介", "", ""}};
    return s;
}

inline domain::Folder sample_folder() {
    domain::Folder f;
    f.id = "Folder01";
    f.patient_id = kPatient;
    f.unique_id = "1.2.3.400";
    f.codes = {code("referral")};
    f.name = {{"連携", "ja-JP", "UTF-8"}};
    f.last_update_time = "20260102030405";
    return f;
}

inline domain::Submission sample_submission() {
    using domain::AssociationType;
    domain::Submission s;
    s.submission_sets = {sample_set()};
    s.entries = {sample_entry()};
    s.folders = {sample_folder()};
    s.associations = {
        association("as1", AssociationType::kHasMember, "SubmissionSet01", "Document01"),
        association("as2", AssociationType::kHasMember, "SubmissionSet01", "Folder01"),
        association("as3", AssociationType::kHasMember, "Folder01", "Document01"),
        association("as4", AssociationType::kHasMember, "SubmissionSet01", "as3"),
    };
    s.associations[0].submission_set_status = "Original";
    return s;
}

}  // namespace musubi::test
