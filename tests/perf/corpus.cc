#include "perf/corpus.h"

#include "platform/base/digest.h"

#include <array>
#include <cstdio>
#include <cstring>

namespace musubi::perf {
namespace {

using domain::CodedValue;

CodedValue const kKinds[][2] = {
    {{"referral", "JP-classCode", "紹介状"},
     {"57133-1", "2.16.840.1.113883.6.1", "診療情報提供書"}},
    {{"summary", "JP-classCode", "サマリー"},
     {"18842-5", "2.16.840.1.113883.6.1", "退院時サマリー"}},
    {{"clinical-record", "JP-classCode", "診療記録"},
     {"34108-1", "2.16.840.1.113883.6.1", "外来診療録"}},
    {{"prescription", "JP-classCode", "処方"}, {"57833-6", "2.16.840.1.113883.6.1", "処方箋"}},
    {{"imaging-report", "JP-classCode", "画像レポート"},
     {"18748-4", "2.16.840.1.113883.6.1", "画像診断報告"}},
    {{"allergy", "JP-classCode", "アレルギー"}, {"ADT-61", "JP-ssmix2-dataKind", "アレルギー"}},
};
CodedValue const kPractices[] = {
    {"01", "1.2.392.200250.2.2.2", "内科"},     {"05", "1.2.392.200250.2.2.2", "呼吸器科"},
    {"06", "1.2.392.200250.2.2.2", "消化器科"}, {"08", "1.2.392.200250.2.2.2", "循環器科"},
    {"09", "1.2.392.200250.2.2.2", "小児科"},   {"10", "1.2.392.200250.2.2.2", "外科"},
};
CodedValue const kNormal{"N", "2.16.840.1.113883.5.25", "通常"};
CodedValue const kRestricted{"R", "2.16.840.1.113883.5.25", "制限"};
CodedValue const kFormat{"urn:ihe:iti:xds:2017:mimeTypeSufficient", "1.3.6.1.4.1.19376.1.2.3",
                         "MIME type sufficient"};
CodedValue const kFacility{"hospital", "JP-healthcareFacilityTypeCode", "病院"};
CodedValue const kContentType{"referral", "JP-contentTypeCode", "紹介状"};

template <class... Values>
std::string print(char const* format, Values... values) {
    char text[128];
    int const size = std::snprintf(text, sizeof text, format, values...);
    return std::string(text, static_cast<std::size_t>(size));
}

std::uint64_t seed_of(DocumentName name) {
    return mixed(static_cast<std::uint64_t>(name.patient) * 64 +
                 static_cast<std::uint64_t>(name.place) + 1);
}

Uuid uuid_from(std::uint64_t seed) {
    std::array<std::uint8_t, 16> octets{};
    std::uint64_t const halves[2] = {mixed(seed), mixed(seed + 0x1234567)};
    std::memcpy(octets.data(), halves, sizeof halves);
    octets[6] = static_cast<std::uint8_t>((octets[6] & 0x0f) | 0x40);
    octets[8] = static_cast<std::uint8_t>((octets[8] & 0x3f) | 0x80);
    return Uuid(octets);
}

template <class T, std::size_t N>
T const& pick(T const (&list)[N], std::uint64_t seed) {
    return list[seed % N];
}

domain::DocumentEntry entry_of(DocumentName name, Hash hash) {
    std::uint64_t const seed = seed_of(name);
    auto const& kind = pick(kKinds, seed);
    domain::DocumentEntry entry;
    entry.id = entry_uuid(name).to_urn();
    entry.object_type = domain::kStableEntryType;
    entry.patient_id = regional_cx(name.patient);
    entry.source_patient_id = hospital_id(name.patient) + "^^^&" + kPublisherAuthority + "&ISO";
    entry.source_patient_info = {
        "PID-3|" + *entry.source_patient_id, "PID-5|北山^花子^^^^^L^I",
        print("PID-7|19%02d%02d%02d", static_cast<int>(seed % 90) + 10,
              static_cast<int>(seed / 90 % 12) + 1, static_cast<int>(seed / 1080 % 28) + 1),
        "PID-8|F"};
    entry.unique_id = document_unique_id(name);
    entry.mime_type = "application/pdf";
    entry.language_code = "ja-JP";
    entry.creation_time =
        print("20%02d%02d%02d%02d%02d00", name.place % 10 + 16, static_cast<int>(seed % 12) + 1,
              static_cast<int>(seed / 12 % 28) + 1, static_cast<int>(seed / 336 % 24),
              static_cast<int>(seed / 8064 % 60));
    entry.service_start_time = entry.creation_time;
    entry.service_stop_time = entry.creation_time;
    entry.name = {{print("%s 第%d号", kind[1].display.c_str(), name.place + 1), "ja-JP", ""}};
    entry.class_codes = {kind[0]};
    entry.type_codes = {kind[1]};
    entry.format_codes = {kFormat};
    entry.healthcare_facility_type_codes = {kFacility};
    entry.practice_setting_codes = {pick(kPractices, seed / 7)};
    entry.confidentiality_codes = {seed % 10 == 0 ? kRestricted : kNormal};
    domain::Author author;
    author.persons = {print("%05u^医師^太郎%u^^^^^^&%s&ISO", static_cast<unsigned>(seed % 99'999),
                            static_cast<unsigned>(seed % 500), kPublisherAuthority)};
    author.institutions = {std::string("北総合病院^^^^^&1.2.392.100495.20.3.21&ISO^^^^1319876543")};
    author.roles = {"担当医"};
    author.specialties = {entry.practice_setting_codes[0].display};
    entry.authors = {author};
    entry.size = std::to_string(kDocumentBytes);
    if (hash == Hash::kReal) {
        entry.hash = to_hex(sha1(document_content(name)));
    } else {
        entry.hash = print("%016llx%016llx%08x", static_cast<unsigned long long>(mixed(seed)),
                           static_cast<unsigned long long>(mixed(seed + 1)),
                           static_cast<unsigned>(seed & 0xffffffff));
    }
    entry.repository_unique_id = kRepository;
    return entry;
}

}  // namespace

std::uint64_t mixed(std::uint64_t value) {
    value += 0x9e3779b97f4a7c15ULL;
    value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9ULL;
    value = (value ^ (value >> 27)) * 0x94d049bb133111ebULL;
    return value ^ (value >> 31);
}

std::string regional_cx(std::int64_t patient) {
    return print("%09lld^^^&%s&ISO", static_cast<long long>(patient), kRegionalAuthority);
}
std::string hospital_id(std::int64_t patient) {
    return print("H%09lld", static_cast<long long>(patient));
}
Uuid entry_uuid(DocumentName name) { return uuid_from(seed_of(name)); }
std::string document_unique_id(DocumentName name) {
    return print("2.999.1.1.21.1.1%09lld.1%02d", static_cast<long long>(name.patient), name.place);
}
std::string set_unique_id(DocumentName name) {
    return print("2.999.1.1.21.2.1%09lld.1%02d", static_cast<long long>(name.patient), name.place);
}
bool is_deprecated(DocumentName name) { return name.place < kReplacedPerPatient; }

Bytes document_content(DocumentName name, std::size_t size) {
    Bytes bytes(size);
    std::uint64_t const seed = seed_of(name);
    for (std::size_t at = 0; at < size; at += 8) {
        std::uint64_t const word = mixed(seed + at);
        std::memcpy(bytes.data() + at, &word, std::min<std::size_t>(8, size - at));
    }
    return bytes;
}

domain::Submission submission_of(DocumentName name, Hash hash) {
    domain::Submission submission;
    submission.entries = {entry_of(name, hash)};
    domain::DocumentEntry const& entry = submission.entries[0];
    domain::SubmissionSet set;
    set.id = uuid_from(seed_of(name) + 101).to_urn();
    set.patient_id = entry.patient_id;
    set.unique_id = set_unique_id(name);
    set.source_id = kInstitution;
    set.submission_time = entry.creation_time;
    set.content_type_codes = {kContentType};
    set.authors = entry.authors;
    submission.submission_sets = {set};
    domain::Association member;
    member.id = uuid_from(seed_of(name) + 102).to_urn();
    member.type_urn = to_urn(domain::AssociationType::kHasMember);
    member.source = set.id;
    member.target = entry.id;
    member.submission_set_status = "Original";
    submission.associations = {member};
    int const replaced = kDocumentsPerPatient - 1 - name.place;
    if (replaced < kReplacedPerPatient) {
        domain::Association replaces;
        replaces.id = uuid_from(seed_of(name) + 103).to_urn();
        replaces.type_urn = to_urn(domain::AssociationType::kReplace);
        replaces.source = entry.id;
        replaces.target = entry_uuid({name.patient, replaced}).to_urn();
        submission.associations.push_back(replaces);
    }
    return submission;
}

}  // namespace musubi::perf
