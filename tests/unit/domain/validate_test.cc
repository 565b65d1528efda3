#include "domain/validate/validate.h"

#include "domain/reason.h"
#include "support/source_tree.h"
#include "unit/domain/sample_submission.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace musubi::domain {
namespace {

using test::association;
using test::code;
using test::sample_submission;

constexpr char kElsewhere[] = "urn:uuid:11111111-2222-4333-8444-555555555555";

std::string report(std::vector<Issue> const& issues) {
    std::string out;
    for (Issue const& issue : issues)
        out += std::string(to_string(issue.reason)) + ": " + issue.context + "\n";
    return out;
}

std::vector<Issue> judge(Submission const& submission, Strictness strictness = Strictness::kStrict,
                         SubmissionKind kind = SubmissionKind::kRegisterDocumentSet) {
    AffinityDomain const open;
    return validate(submission, {open, strictness, kind});
}

TEST(Validate, FindsNothingInACorrectSubmission) {
    EXPECT_EQ(report(judge(sample_submission())), "");
    EXPECT_EQ(report(judge(sample_submission(), Strictness::kLenient)), "");
}

// One row of the checklist: what is changed, and what must be said about it (ITI TF-3 4.2,
// table 4.3.1-3).
struct Row {
    char const* name;
    void (*change)(Submission&);
    Reason reason;
    char const* names;  ///< must stand in the finding's context
    bool lenient_accepts = false;
};

class ChecklistRow : public testing::TestWithParam<Row> {};

TEST_P(ChecklistRow, IsReportedWithItsReasonAndAttribute) {
    Submission submission = sample_submission();
    GetParam().change(submission);
    auto const issues = judge(submission);
    bool const found = std::any_of(issues.begin(), issues.end(), [](Issue const& issue) {
        return issue.severity == Severity::kError && issue.reason == GetParam().reason &&
               issue.context.find(GetParam().names) != std::string::npos;
    });
    EXPECT_TRUE(found) << report(issues);
}

TEST_P(ChecklistRow, IsTakenFromLegacySendersOnlyWhereTheFormatIsOld) {
    Submission submission = sample_submission();
    GetParam().change(submission);
    auto const issues = judge(submission, Strictness::kLenient);
    EXPECT_EQ(issues.empty(), GetParam().lenient_accepts) << report(issues);
}

DocumentEntry& entry(Submission& s) { return s.entries[0]; }
SubmissionSet& set(Submission& s) { return s.submission_sets[0]; }
Folder& folder(Submission& s) { return s.folders[0]; }
std::string long_text(std::size_t n) { return std::string(n, 'x'); }
std::string kanji(std::size_t n) {
    std::string out;
    while (n-- > 0) out += "漢";
    return out;
}

constexpr auto kMeta = Reason::kMetadata;

Row const kMessageRows[] = {
    {"NoSubmissionSet", [](Submission& s) { s.submission_sets.clear(); }, kMeta,
     "SubmissionSet: the submission has 0"},
    {"TwoSubmissionSets",
     [](Submission& s) {
         s.submission_sets.push_back(set(s));
         s.submission_sets[1].id = "x";
         s.submission_sets[1].unique_id = "1.2.3.201";
     },
     kMeta, "SubmissionSet: the submission has 2"},
    {"SameIdTwice", [](Submission& s) { folder(s).id = "Document01"; }, kMeta, "id is used twice"},
    {"SameUniqueIdTwice", [](Submission& s) { folder(s).unique_id = entry(s).unique_id; },
     Reason::kDuplicateUniqueIdInMessage, "uniqueId '1.2.3.100'"},
    {"EntryOfAnotherPatient", [](Submission& s) { entry(s).patient_id = "X^^^&1.2.3&ISO"; },
     Reason::kPatientIdDoesNotMatch, "DocumentEntry Document01: patientId"},
    {"FolderOfAnotherPatient", [](Submission& s) { folder(s).patient_id = "X^^^&1.2.3&ISO"; },
     Reason::kPatientIdDoesNotMatch, "Folder Folder01: patientId"},
    {"LogicalIdTwice", [](Submission& s) { entry(s).lid = folder(s).lid = "urn:uuid:1"; }, kMeta,
     "logicalID is used twice"},
    {"LogicalIdOfAnUpdate", [](Submission& s) { entry(s).lid = kElsewhere; }, kMeta, "logicalID",
     true},
    {"MalformedUuid", [](Submission& s) { entry(s).id = "urn:uuid:12"; }, kMeta, "entryUUID"},
    {"HomeWithoutPrefix", [](Submission& s) { entry(s).home = "1.2.3"; }, kMeta, "homeCommunityId",
     true},
    {"CodecFinding",
     [](Submission& s) {
         s.issues.push_back({Severity::kError, kMeta, "slot 'hash' was given twice", {}});
     },
     kMeta, "slot 'hash'"},
    {"LegacyFormSeenByTheCodec",
     [](Submission& s) {
         s.issues.push_back({Severity::kWarning, kMeta, "associationType 'HasMember'", {}});
     },
     kMeta, "associationType", true},
};

Row const kEntryRows[] = {
    {"OnDemandTypeInIti42", [](Submission& s) { entry(s).object_type = kOnDemandEntryType; }, kMeta,
     "objectType"},
    {"UnknownType", [](Submission& s) { entry(s).object_type = "urn:uuid:1"; }, kMeta,
     "objectType"},
    {"LimitedMetadata", [](Submission& s) { entry(s).limited_metadata = true; }, kMeta,
     "limitedMetadata"},
    {"NoPatientId", [](Submission& s) { entry(s).patient_id.reset(); }, kMeta,
     "patientId is missing"},
    {"PatientIdNotIso",
     [](Submission& s) {
         entry(s).patient_id = set(s).patient_id = folder(s).patient_id = "R^^^&1.2&DNS";
     },
     kMeta, "patientId"},
    {"NoUniqueId", [](Submission& s) { entry(s).unique_id.reset(); }, kMeta, "uniqueId is missing"},
    {"UniqueIdWithBlank", [](Submission& s) { entry(s).unique_id = "1.2 3"; }, kMeta,
     "uniqueId '1.2 3'"},
    {"UniqueIdTooLong", [](Submission& s) { entry(s).unique_id = long_text(129); }, kMeta,
     "128 characters", true},
    {"NoCreationTime", [](Submission& s) { entry(s).creation_time.reset(); }, kMeta,
     "creationTime is missing"},
    {"MonthThirteen", [](Submission& s) { entry(s).creation_time = "202613"; }, kMeta,
     "creationTime '202613'"},
    {"TimeWithZone", [](Submission& s) { entry(s).service_start_time = "20260101080000+0900"; },
     kMeta, "serviceStartTime"},
    {"StopBeforeStart", [](Submission& s) { entry(s).service_stop_time = "2025"; }, kMeta,
     "later than serviceStopTime"},
    {"NoHash", [](Submission& s) { entry(s).hash.reset(); }, kMeta, "hash is missing"},
    {"HashNotHex",
     [](Submission& s) { entry(s).hash = "zz39a3ee5e6b4b0d3255bfef95601890afd80709"; }, kMeta,
     "hash"},
    {"HashTooShort", [](Submission& s) { entry(s).hash = "da39"; }, kMeta, "hash 'da39'"},
    {"NoSize", [](Submission& s) { entry(s).size.reset(); }, kMeta, "size is missing"},
    {"NegativeSize", [](Submission& s) { entry(s).size = "-1"; }, kMeta, "size '-1'"},
    {"NoLanguage", [](Submission& s) { entry(s).language_code.reset(); }, kMeta,
     "languageCode is missing"},
    {"LanguageWithUnderscore", [](Submission& s) { entry(s).language_code = "ja_JP"; }, kMeta,
     "languageCode 'ja_JP'"},
    {"AuthenticatorWithNamespace",
     [](Submission& s) { entry(s).legal_authenticator = "1^A^B^^^^^^NS&1.2&ISO"; }, kMeta,
     "legalAuthenticator XCN.9", true},
    {"NoSourcePatientId", [](Submission& s) { entry(s).source_patient_id.reset(); }, kMeta,
     "sourcePatientId is missing"},
    {"SourcePatientIdWithType",
     [](Submission& s) { entry(s).source_patient_id = "L1^^^&1.2&ISO^PI"; }, kMeta,
     "sourcePatientId", true},
    {"PatientInfoWithoutField", [](Submission& s) { entry(s).source_patient_info = {"川本"}; },
     kMeta, "sourcePatientInfo", true},
    {"PatientInfoOfForbiddenField",
     [](Submission& s) { entry(s).source_patient_info = {"PID-19|1"}; }, kMeta,
     "sourcePatientInfo PID-19", true},
    {"BirthDateTwice",
     [](Submission& s) { entry(s).source_patient_info.push_back("PID-7|19600102"); }, kMeta,
     "PID-7 may be given once", true},
    {"ReferenceIdWithoutType",
     [](Submission& s) { entry(s).reference_ids = {"ACC1^^^&1.2.3&ISO"}; }, kMeta,
     "referenceIdList"},
    {"AvailabilityOfNoKnownKind",
     [](Submission& s) {
         entry(s).document_availability = "urn:ihe:iti:2010:DocumentAvailability:Nearline";
     },
     kMeta, "documentAvailability", true},
    {"UriWithBlank", [](Submission& s) { entry(s).uri = "http://a b"; }, kMeta, "URI", true},
    {"NoRepository", [](Submission& s) { entry(s).repository_unique_id.reset(); }, kMeta,
     "repositoryUniqueId is missing"},
    {"RepositoryNotOid", [](Submission& s) { entry(s).repository_unique_id = "repo"; }, kMeta,
     "repositoryUniqueId 'repo'"},
    {"NoMimeType", [](Submission& s) { entry(s).mime_type.reset(); }, kMeta, "mimeType is missing"},
    {"MimeTypeWithoutSubtype", [](Submission& s) { entry(s).mime_type = "text"; }, kMeta,
     "mimeType 'text'"},
    {"TitleTooLong",
     [](Submission& s) {
         entry(s).name = {{kanji(129), "ja", ""}};
     },
     kMeta, "title has 129 characters", true},
    {"TitleInAnotherCharset", [](Submission& s) { entry(s).name[0].charset = "Shift_JIS"; }, kMeta,
     "title", true},
    {"CommentTooLong",
     [](Submission& s) {
         entry(s).description = {{kanji(1025), "ja", ""}};
     },
     kMeta, "comments"},
    {"ValueTooLong", [](Submission& s) { entry(s).uri = long_text(257); }, kMeta,
     "URI is longer than 256"},
    {"NoClassCode", [](Submission& s) { entry(s).class_codes.clear(); }, kMeta,
     "classCode is missing"},
    {"TwoClassCodes", [](Submission& s) { entry(s).class_codes.push_back(code("x")); }, kMeta,
     "classCode was given 2 times"},
    {"NoTypeCode", [](Submission& s) { entry(s).type_codes.clear(); }, kMeta,
     "typeCode is missing"},
    {"NoFormatCode", [](Submission& s) { entry(s).format_codes.clear(); }, kMeta,
     "formatCode is missing"},
    {"NoFacilityType", [](Submission& s) { entry(s).healthcare_facility_type_codes.clear(); },
     kMeta, "healthcareFacilityTypeCode is missing"},
    {"NoPracticeSetting", [](Submission& s) { entry(s).practice_setting_codes.clear(); }, kMeta,
     "practiceSettingCode is missing"},
    {"NoConfidentiality", [](Submission& s) { entry(s).confidentiality_codes.clear(); }, kMeta,
     "confidentialityCode is missing"},
    {"CodeWithoutScheme", [](Submission& s) { entry(s).event_codes[1].scheme.clear(); }, kMeta,
     "eventCodeList 'MR' has no codingScheme"},
    {"CodeWithoutCode", [](Submission& s) { entry(s).type_codes[0].code.clear(); }, kMeta,
     "typeCode has no code"},
    {"AuthorWithRoleOnly",
     [](Submission& s) {
         entry(s).authors[0].institutions.clear();
         entry(s).authors[0].roles = {"医師"};
     },
     kMeta, "author needs at least one"},
    {"TwoAuthorPersons",
     [](Submission& s) {
         entry(s).authors[0].persons = {"^A^B", "^C^D"};
     },
     kMeta, "authorPerson has 2", true},
    {"PersonWithoutIdAndName", [](Submission& s) { entry(s).authors[0].persons = {"^^一郎"}; },
     kMeta, "authorPerson XCN", true},
    {"AuthorityWithoutId",
     [](Submission& s) { entry(s).authors[0].persons = {"^青葉^一郎^^^^^^&1.2&ISO"}; }, kMeta,
     "authorPerson XCN.9", true},
    {"InstitutionWithoutName",
     [](Submission& s) { entry(s).authors[0].institutions = {"^^^^^&1.2&ISO^^^^1"}; }, kMeta,
     "authorInstitution", true},
    {"InstitutionIdNeedsAuthority",
     [](Submission& s) { entry(s).authors[0].institutions = {"北病院^^^^^^^^^1319876543"}; }, kMeta,
     "XON.10", true},
    {"RoleWithFreeComponents", [](Submission& s) { entry(s).authors[0].roles = {"a^b"}; }, kMeta,
     "authorRole", true},
    {"PhoneWithoutNumber",
     [](Submission& s) { entry(s).authors[0].telecommunications = {"^PRN^PH"}; }, kMeta,
     "authorTelecommunication", true},
    {"MailWithoutAddress",
     [](Submission& s) { entry(s).authors[0].telecommunications = {"^NET^Internet"}; }, kMeta,
     "authorTelecommunication", true},
    {"ExtraSlotInIheSpace",
     [](Submission& s) {
         entry(s).extra_slots = {{"urn:ihe:iti:xds:2099:x", {"1"}}};
     },
     kMeta, "slot 'urn:ihe:iti:xds:2099:x'"},
    {"ExtraSlotTooLong",
     [](Submission& s) {
         entry(s).extra_slots = {{"urn:a:b", {long_text(257)}}};
     },
     kMeta, "slot 'urn:a:b'"},
};

Row const kPackageRows[] = {
    {"SetWithoutTime", [](Submission& s) { set(s).submission_time.reset(); }, kMeta,
     "submissionTime is missing"},
    {"SetTimeIsNoTime", [](Submission& s) { set(s).submission_time = "now"; }, kMeta,
     "submissionTime 'now'"},
    {"SetWithoutSource", [](Submission& s) { set(s).source_id.reset(); }, kMeta,
     "sourceId is missing"},
    {"SourceNotOid", [](Submission& s) { set(s).source_id = "3670984664"; }, kMeta,
     "sourceId '3670984664'", true},
    {"SetUniqueIdNotOid", [](Submission& s) { set(s).unique_id = "set-1"; }, kMeta,
     "SubmissionSet SubmissionSet01: uniqueId"},
    {"SetWithoutPatient", [](Submission& s) { set(s).patient_id.reset(); }, kMeta,
     "SubmissionSet SubmissionSet01: patientId"},
    {"SetWithoutContentType", [](Submission& s) { set(s).content_type_codes.clear(); }, kMeta,
     "contentTypeCode is missing"},
    {"EmptyRecipient", [](Submission& s) { set(s).intended_recipients = {"||"}; }, kMeta,
     "intendedRecipient", true},
    {"RecipientWithBadPerson",
     [](Submission& s) { set(s).intended_recipients = {"北病院|^^一郎"}; }, kMeta,
     "intendedRecipient", true},
    {"UnknownSetSlot",
     [](Submission& s) {
         set(s).extra_slots = {{"someSlot", {"1"}}};
     },
     kMeta, "slot 'someSlot'", true},
    {"FolderWithoutCode", [](Submission& s) { folder(s).codes.clear(); }, kMeta,
     "folderCodeList is missing"},
    {"FolderWithoutTitle", [](Submission& s) { folder(s).name.clear(); }, kMeta,
     "Folder Folder01: title"},
    {"FolderWithoutUniqueId", [](Submission& s) { folder(s).unique_id.reset(); }, kMeta,
     "Folder Folder01: uniqueId"},
    {"FolderTimeIsNoTime", [](Submission& s) { folder(s).last_update_time = "20261301"; }, kMeta,
     "lastUpdateTime"},
};

Association& link(Submission& s, std::size_t i) { return s.associations[i]; }
void add(Submission& s, AssociationType type, std::string source, std::string target) {
    s.associations.push_back(association("more", type, std::move(source), std::move(target)));
}

Row const kAssociationRows[] = {
    {"UnknownType", [](Submission& s) { link(s, 0).type_urn = "urn:x:AssociationType:Blah"; },
     kMeta, "associationType"},
    {"UpdateTypeInIti42",
     [](Submission& s) { add(s, AssociationType::kSubmitAssociation, "SubmissionSet01", "as3"); },
     kMeta, "belongs to an update"},
    {"PreviousVersionInIti42", [](Submission& s) { link(s, 0).previous_version = "1"; }, kMeta,
     "PreviousVersion"},
    {"DocumentationOnHasMember", [](Submission& s) { link(s, 0).documentation = {code("x")}; },
     kMeta, "associationDocumentation"},
    {"NoSubmissionSetStatus", [](Submission& s) { link(s, 0).submission_set_status.reset(); },
     kMeta, "SubmissionSetStatus is missing"},
    {"UnknownSubmissionSetStatus", [](Submission& s) { link(s, 0).submission_set_status = "New"; },
     kMeta, "SubmissionSetStatus 'New'"},
    {"OriginalOutsideTheMessage",
     [](Submission& s) {
         add(s, AssociationType::kHasMember, "SubmissionSet01", kElsewhere);
         s.associations.back().submission_set_status = "Original";
     },
     kMeta, "not in this submission"},
    {"ReferenceToANewEntry", [](Submission& s) { link(s, 0).submission_set_status = "Reference"; },
     kMeta, "must be Original"},
    {"SymbolOfNothing",
     [](Submission& s) { add(s, AssociationType::kHasMember, "Folder01", "Document09"); }, kMeta,
     "targetObject 'Document09'"},
    {"ReplacementSourceOutside",
     [](Submission& s) { add(s, AssociationType::kReplace, kElsewhere, kElsewhere); },
     Reason::kUnresolvedReference, "sourceObject"},
    {"ReplacementOfANewEntry",
     [](Submission& s) { add(s, AssociationType::kReplace, "Document01", "Document01"); },
     Reason::kUnresolvedReference, "registered already"},
    {"AppendToASymbolOfNothing",
     [](Submission& s) { add(s, AssociationType::kAppend, "Document01", "gone"); },
     Reason::kUnresolvedReference, "targetObject 'gone'"},
    {"AppendToAFolder",
     [](Submission& s) { add(s, AssociationType::kAppend, "Document01", "Folder01"); }, kMeta,
     "must be a DocumentEntry"},
    {"SnapshotSourceOutside",
     [](Submission& s) { add(s, AssociationType::kIsSnapshotOf, kElsewhere, kElsewhere); }, kMeta,
     "sourceObject"},
    {"EntryInNoSet", [](Submission& s) { s.associations.erase(s.associations.begin()); }, kMeta,
     "DocumentEntry Document01: HasMember from the SubmissionSet is missing"},
    {"FolderInNoSet", [](Submission& s) { s.associations.erase(s.associations.begin() + 1); },
     kMeta, "Folder Folder01: HasMember"},
    {"FolderMembershipInNoSet", [](Submission& s) { s.associations.pop_back(); }, kMeta,
     "Association as3: HasMember"},
    {"FolderMembershipTwiceInSet",
     [](Submission& s) { add(s, AssociationType::kHasMember, "SubmissionSet01", "as3"); }, kMeta,
     "given twice"},
    {"FolderInFolder",
     [](Submission& s) { add(s, AssociationType::kHasMember, "Folder01", "Folder01"); }, kMeta,
     "a Folder holds nothing else"},
    {"SetAsMember",
     [](Submission& s) { add(s, AssociationType::kHasMember, "Folder01", "SubmissionSet01"); },
     kMeta, "belongs to nothing"},
    {"EntryAsContainer",
     [](Submission& s) { add(s, AssociationType::kHasMember, "Document01", kElsewhere); }, kMeta,
     "must be a SubmissionSet or a Folder"},
    {"EmptySubmission",
     [](Submission& s) {
         s.entries.clear();
         s.folders.clear();
         s.associations.clear();
     },
     kMeta, "content is missing"},
};

std::string row_name(testing::TestParamInfo<Row> const& info) { return info.param.name; }
INSTANTIATE_TEST_SUITE_P(Message, ChecklistRow, testing::ValuesIn(kMessageRows), row_name);
INSTANTIATE_TEST_SUITE_P(Entry, ChecklistRow, testing::ValuesIn(kEntryRows), row_name);
INSTANTIATE_TEST_SUITE_P(Package, ChecklistRow, testing::ValuesIn(kPackageRows), row_name);
INSTANTIATE_TEST_SUITE_P(Association, ChecklistRow, testing::ValuesIn(kAssociationRows), row_name);

TEST(Validate, NeverRepeatsNamesOfPeople) {
    Submission s = sample_submission();
    entry(s).authors[0].persons = {"^^秘密^^^^^^x"};
    entry(s).legal_authenticator = "^^秘密";
    entry(s).source_patient_info = {"PID-5秘密", "PID-2|秘密", "PID-99|秘密"};
    entry(s).name = {{kanji(200) + "秘密", "", "EUC-JP"}};
    set(s).intended_recipients = {"|^^秘密"};
    std::string const said = report(judge(s));
    EXPECT_NE(said, "");
    EXPECT_EQ(said.find("秘密"), std::string::npos) << said;
}

TEST(Validate, ReportsEveryFindingAtOnce) {
    Submission s = sample_submission();
    entry(s).hash.reset();
    entry(s).class_codes.clear();
    set(s).submission_time.reset();
    EXPECT_EQ(judge(s).size(), 3U);
}

TEST(Validate,
     TakesInstitutionAsTheOnlyAuthor) {  // JAHIS data exchange guide: no other author is published
    Submission s = sample_submission();
    entry(s).authors[0] = {};
    entry(s).authors[0].institutions = {"北病院"};
    EXPECT_EQ(report(judge(s)), "");
}

TEST(Validate, ComparesServiceTimesOfUnequalPrecisionInTheirWidestReading) {
    Submission s = sample_submission();
    entry(s).service_start_time = "20260115";
    entry(s).service_stop_time = "202601";
    EXPECT_EQ(report(judge(s)), "");
}

TEST(Validate, TakesExistingDocumentIntoExistingFolder) {  // ITI TF-3 4.1.4.1: no
                                                           // SubmissionSet-to-entry association
    Submission s = sample_submission();
    s.entries.clear();
    s.folders.clear();
    s.associations = {association("m", AssociationType::kHasMember, kElsewhere,
                                  "urn:uuid:11111111-2222-4333-8444-555555555556"),
                      association("n", AssociationType::kHasMember, "SubmissionSet01", "m")};
    EXPECT_EQ(report(judge(s)), "");
}

TEST(Validate, TakesRelationshipsToRegisteredAndToNewEntries) {
    Submission s = sample_submission();
    add(s, AssociationType::kReplace, "Document01", kElsewhere);
    s.associations.back().documentation = {code("x")};
    s.associations.push_back(
        association("m2", AssociationType::kIsSnapshotOf, "Document01", kElsewhere));
    EXPECT_EQ(report(judge(s)), "");
}

TEST(Validate, CountsCharactersNotBytes) {
    Submission s = sample_submission();
    entry(s).name = {{kanji(128), "ja", ""}};
    set(s).name = {{kanji(256), "ja", ""}};
    entry(s).extra_slots = {{"urn:a:b", {kanji(256)}}};
    EXPECT_EQ(report(judge(s)), "");
}

Submission on_demand() {
    Submission s = sample_submission();
    entry(s).object_type = kOnDemandEntryType;
    entry(s).creation_time.reset();
    entry(s).hash.reset();
    entry(s).size.reset();
    return s;
}

TEST(Validate, TakesOnDemandEntriesWithoutContentAttributes) {  // ITI TF-2 3.61.4.1.3
    EXPECT_EQ(report(judge(on_demand(), Strictness::kStrict, SubmissionKind::kRegisterOnDemand)),
              "");
}

TEST(Validate, RefusesContentAttributesAndStableEntriesOnDemand) {
    Submission s = on_demand();
    entry(s).hash = "da39a3ee5e6b4b0d3255bfef95601890afd80709";
    EXPECT_NE(report(judge(s, Strictness::kStrict, SubmissionKind::kRegisterOnDemand)).find("hash"),
              std::string::npos);
    EXPECT_NE(
        report(judge(sample_submission(), Strictness::kStrict, SubmissionKind::kRegisterOnDemand))
            .find("objectType"),
        std::string::npos);
}

TEST(Validate, EnforcesAgreedCodesAndMimeTypes) {
    auto const domain =
        AffinityDomain::load({(test::source_dir() / "profiles/japan/codes.yaml").string()});
    ASSERT_TRUE(domain) << domain.error().detail;
    Submission s = sample_submission();
    entry(s).mime_type = "application/x-odd";
    std::string const said = report(validate(s, {*domain}));
    EXPECT_NE(said.find("classCode 'referral^^1.2.3.4'"), std::string::npos) << said;
    EXPECT_NE(said.find("mimeType 'application/x-odd'"), std::string::npos) << said;
    EXPECT_EQ(said.find("typeCode '"), std::string::npos) << said;
    EXPECT_EQ(report(validate(s, {*domain, Strictness::kLenient})), "");
}

}  // namespace
}  // namespace musubi::domain
