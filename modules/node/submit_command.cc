// musubi submit: publishes one file (ITI-41).

#include "codec/ebxml/read.h"
#include "codec/ebxml/write.h"
#include "node/client_options.h"
#include "node/command.h"
#include "node/soap_client.h"
#include "platform/base/clock.h"
#include "platform/base/digest.h"
#include "platform/base/ids.h"
#include "platform/base/text.h"

#include <cstdio>

namespace musubi::node {
namespace {

/// "code^^scheme^^display"; the display may be missing.
Result<domain::CodedValue> coded(Options const& options, std::string const& name) {
    auto const parts = split(options[name], '^');
    if (parts.size() < 3 || parts[0].empty() || parts[2].empty()) {
        return Error(Code::kInvalidContent, "--" + name + ": expected code^^scheme^^display");
    }
    std::string const display(parts.size() > 4 ? parts[4] : parts[0]);
    return domain::CodedValue{std::string(parts[0]), std::string(parts[2]), display};
}

/// A UUID as an OID (ITU-T X.667): unique without asking anybody.
std::string oid_of(Uuid const& uuid) {
    // 128 bits in decimal, by repeated division of the 16 octets.
    auto octets = uuid.octets();
    std::string digits;
    for (bool any = true; any;) {
        unsigned rest = 0;
        any = false;
        for (std::uint8_t& octet : octets) {
            unsigned const value = rest << 8 | octet;
            octet = static_cast<std::uint8_t>(value / 10);
            rest = value % 10;
            any = any || octet != 0;
        }
        digits.insert(digits.begin(), static_cast<char>('0' + rest));
    }
    return "2.25." + digits;
}

Result<domain::DocumentEntry> entry_of(Options const& options, std::string const& now) {
    domain::DocumentEntry entry;
    entry.id = "Document01";
    entry.object_type = domain::kStableEntryType;
    entry.patient_id = options["patient"];
    entry.source_patient_id =
        options.has("source-patient") ? options["source-patient"] : options["patient"];
    entry.unique_id = options.has("unique-id") ? options["unique-id"] : oid_of(system_ids().uuid());
    entry.mime_type = options["mime"];
    entry.language_code = options["language"];
    entry.creation_time = options.has("creation-time") ? options["creation-time"] : now;
    if (options.has("title")) entry.name = {{options["title"], "ja-JP", ""}};
    entry.class_codes = {TRY(coded(options, "class"))};
    entry.type_codes = {TRY(coded(options, "type"))};
    entry.format_codes = {TRY(coded(options, "format"))};
    entry.healthcare_facility_type_codes = {TRY(coded(options, "facility-type"))};
    entry.practice_setting_codes = {TRY(coded(options, "practice"))};
    entry.confidentiality_codes = {TRY(coded(options, "confidentiality"))};
    if (options.has("institution") || options.has("author")) {
        domain::Author author;
        if (options.has("author")) author.persons = {options["author"]};
        if (options.has("institution")) author.institutions = {options["institution"]};
        entry.authors = {author};
    }
    return entry;
}

Result<domain::Submission> submission_of(Options const& options) {
    std::string const now = to_dtm(system_clock().now());
    domain::Submission submission;
    submission.entries = {TRY(entry_of(options, now))};
    domain::SubmissionSet set;
    set.id = "SubmissionSet01";
    set.patient_id = options["patient"];
    set.unique_id = oid_of(system_ids().uuid());
    set.source_id = options["source-id"];
    set.submission_time = now;
    set.content_type_codes = {TRY(coded(options, "content-type"))};
    set.authors = submission.entries[0].authors;
    submission.submission_sets = {set};
    domain::Association member;
    member.id = "Association01";
    member.type_urn = to_urn(domain::AssociationType::kHasMember);
    member.source = set.id;
    member.target = "Document01";
    member.submission_set_status = "Original";
    submission.associations = {member};
    if (options.has("replaces")) {
        domain::Association replaces;
        replaces.id = "Association02";
        replaces.type_urn = to_urn(domain::AssociationType::kReplace);
        replaces.source = "Document01";
        replaces.target = options["replaces"];
        submission.associations.push_back(replaces);
    }
    return submission;
}

Status submit(Options const& options) {
    domain::Submission submission = TRY(submission_of(options));
    domain::DocumentEntry& entry = submission.entries[0];
    auto content = std::make_shared<MemoryContent>(TRY(read_input(options["file"])));
    entry.hash = content->sha1_hex();
    entry.size = std::to_string(content->size());
    peer::PeerClient client;
    SoapCall request;
    request.url = options["url"];
    request.action = "urn:ihe:iti:2007:ProvideAndRegisterDocumentSet-b";
    request.body =
        ebxml::write_provide_and_register(submission, {{entry.id, content, *entry.mime_type}});
    request.mtom = true;
    request.identity = identity_of(options);
    request.security = TRY(security_of(options));
    SoapAnswer const answer = TRY(call(client, std::move(request)));
    auto const response = TRY(ebxml::read_registry_response(answer.envelope.payload));
    std::string errors;
    for (auto const& row : response.errors) errors += "\n  " + row.error_code + ": " + row.context;
    if (response.status != ebxml::ResponseStatus::kSuccess) {
        return Error(Code::kInvalidContent, "the node refused the submission:" + errors);
    }
    std::printf("%s\n", entry.unique_id->c_str());
    if (!errors.empty()) std::fprintf(stderr, "warnings:%s\n", errors.c_str());
    return {};
}

}  // namespace

int run_submit(std::vector<std::string> const& arguments) {
    Options options;
    if (auto exit = Options::parse(
            "submit", "Publishes one file with its metadata (ITI-41) and prints its unique id.",
            with_user(
                {{"url", "the repository", "https://localhost:8443/xds/repository"},
                 {"file", "the document", "", true},
                 {"patient", "regional patient id, CX: id^^^&oid&ISO", "", true},
                 {"source-patient", "the id we gave, CX; default: as --patient", ""},
                 {"source-id", "OID of the publishing system", "", true},
                 {"title", "title", ""},
                 {"author", "author, XCN", ""},
                 {"institution", "author's institution, XON", ""},
                 {"mime", "MIME type", "application/pdf"},
                 {"language", "language", "ja-JP"},
                 {"creation-time", "DTM, UTC; default: now", ""},
                 {"class", "classCode", "referral^^JP-classCode^^紹介状"},
                 {"type", "typeCode", "57133-1^^2.16.840.1.113883.6.1^^診療情報提供書"},
                 {"format", "formatCode",
                  "urn:ihe:iti:xds:2017:mimeTypeSufficient^^1.3.6.1.4.1.19376.1.2.3^^MIME type "
                  "sufficient"},
                 {"facility-type", "healthcareFacilityTypeCode",
                  "hospital^^JP-healthcareFacilityTypeCode^^病院"},
                 {"practice", "practiceSettingCode", "01^^1.2.392.200250.2.2.2^^内科"},
                 {"confidentiality", "confidentialityCode", "N^^2.16.840.1.113883.5.25^^通常"},
                 {"content-type", "contentTypeCode of the submission",
                  "referral^^JP-contentTypeCode^^紹介状"},
                 {"unique-id", "unique id of the document; default: a new one", ""},
                 {"replaces", "entryUUID of the document that this one replaces", ""}}),
            arguments, options)) {
        return *exit;
    }
    auto const done = submit(options);
    return done ? 0 : failed(done.error());
}

}  // namespace musubi::node
