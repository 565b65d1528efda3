#include "imaging/inspector.h"

#include "codec/dicomkos/manifest.h"
#include "codec/dicomkos/uids.h"
#include "core/audited_tx.h"
#include "domain/reason.h"
#include "imaging/store.h"
#include "platform/base/clock.h"
#include "platform/base/text.h"

#include <algorithm>
#include <charconv>
#include <set>

namespace musubi::imaging {
namespace {

constexpr std::string_view kMimeType = "application/dicom";
constexpr std::string_view kStudyReference = "urn:ihe:iti:xds:2016:studyInstanceUID";
constexpr std::string_view kAccessionReference = "urn:ihe:iti:xds:2013:accession";
/// Further names of the DICOM controlled terminology: senders disagree.
constexpr std::string_view kDicomTerms[] = {"DCM", "1.2.840.10008.2.16.4"};

Issue finding(Severity severity, std::string context) {
    return {severity, Reason::kRepositoryMetadata, std::move(context), ""};
}

std::string name_of(domain::DocumentEntry const& entry) { return "DocumentEntry " + entry.id; }

/// CX.1 of every reference id of one kind (CXi: the kind is its fifth component).
std::vector<std::string> references(domain::DocumentEntry const& entry, std::string_view kind) {
    std::vector<std::string> out;
    for (std::string const& id : entry.reference_ids) {
        auto const parts = split(id, '^');
        if (parts.size() >= 5 && parts[4] == kind) out.emplace_back(trim(parts[0]));
    }
    return out;
}

/// CXi of the accession number, under its issuer where the manifest names one.
std::string accession_id(domain::ImagingManifest const& manifest) {
    std::string const& issuer = manifest.accession_issuer;
    return manifest.accession + "^^^" + (issuer.empty() ? "" : "&" + issuer + "&ISO") + "^" +
           std::string(kAccessionReference);
}

bool contains(std::vector<std::string> const& list, std::string const& one) {
    return std::find(list.begin(), list.end(), one) != list.end();
}

/// Of all images; empty when one of them may come from anywhere.
std::set<std::string_view> modalities_of(domain::ImagingManifest const& manifest) {
    std::set<std::string_view> out;
    for (auto const& study : manifest.studies) {
        for (auto const& series : study.series) {
            for (auto const& image : series.images) {
                auto const modality = dicomkos::modality_of(image.sop_class);
                if (modality.empty()) return {};
                out.insert(modality);
            }
        }
    }
    return out;
}

bool is_dicom_term(domain::CodedValue const& code) {
    return std::find(std::begin(kDicomTerms), std::end(kDicomTerms), code.scheme) !=
           std::end(kDicomTerms);
}

void compare_identity(domain::DocumentEntry const& entry, domain::ImagingManifest const& manifest,
                      std::vector<Issue>& issues) {
    std::string const object = name_of(entry);
    if (entry.unique_id && *entry.unique_id != manifest.sop_instance) {
        issues.push_back(finding(Severity::kError, object + ": uniqueId " + *entry.unique_id +
                                                       " is not the SOP Instance UID of its "
                                                       "manifest, " +
                                                       manifest.sop_instance));
    }
    auto const source = domain::PatientId::parse(entry.source_patient_id.value_or(""));
    if (source && !manifest.patient_id.empty() && source->id != manifest.patient_id) {
        // Neither id is quoted: one of them is another patient's.
        issues.push_back(finding(Severity::kError,
                                 object + ": sourcePatientId is not the Patient ID (0010,0020) of "
                                          "its manifest"));
    }
    auto const studies = references(entry, kStudyReference);
    bool const named = std::any_of(
        manifest.studies.begin(), manifest.studies.end(),
        [&](domain::StudyReference const& study) { return contains(studies, study.uid); });
    if (!studies.empty() && !named) {
        issues.push_back(finding(Severity::kError, object + ": referenceIdList names study " +
                                                       studies.front() +
                                                       ", its manifest another one"));
    }
}

void compare_rest(domain::DocumentEntry const& entry, domain::ImagingManifest const& manifest,
                  std::vector<Issue>& issues) {
    std::string const object = name_of(entry);
    auto const accessions = references(entry, kAccessionReference);
    if (!accessions.empty() && !manifest.accession.empty() &&
        !contains(accessions, manifest.accession)) {
        issues.push_back(finding(Severity::kWarning,
                                 object + ": referenceIdList names another accession number than "
                                          "its manifest"));
    }
    auto const modalities = modalities_of(manifest);
    for (domain::CodedValue const& code : entry.event_codes) {
        if (!is_dicom_term(code)) continue;
        bool const acquires = dicomkos::is_known_modality(code.code);
        if (code.code == "KO" || code.code == "PR" || code.code == "SR" ||
            (acquires && !modalities.empty() && !modalities.contains(code.code))) {
            issues.push_back(finding(
                Severity::kWarning,
                object + ": eventCode " + code.code + " is no acquisition modality of the images"));
        }
    }
    if (entry.mime_type && !equals_ignore_case(*entry.mime_type, kMimeType)) {
        issues.push_back(finding(Severity::kWarning,
                                 object + ": mimeType of a manifest is " + std::string(kMimeType)));
    }
}

Result<Bytes> whole(Content const& content, std::size_t limit) {
    Bytes out;
    TRY(content.read([&](ByteView piece) -> Status {
        if (piece.size() > limit - out.size())
            return Error(Code::kTooLarge, "larger than any manifest");
        out.insert(out.end(), piece.begin(), piece.end());
        return {};
    }));
    return out;
}

int number(std::string_view text) {
    int value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

/// "+0900"; nothing for what is none.
std::optional<int> offset_of(std::string const& text) {
    if (text.size() != 5 || (text[0] != '+' && text[0] != '-')) return std::nullopt;
    for (char const c : std::string_view(text).substr(1)) {
        if (c < '0' || c > '9') return std::nullopt;
    }
    int const minutes = number(std::string_view(text).substr(1, 2)) * 60 +
                        number(std::string_view(text).substr(3, 2));
    return text[0] == '-' ? -minutes : minutes;
}

}  // namespace

bool claims_manifest(domain::DocumentEntry const& entry) {
    return std::any_of(entry.format_codes.begin(), entry.format_codes.end(),
                       [](auto const& code) { return code.code == dicomkos::kKeyObjectSelection; });
}

std::vector<Issue> compare(domain::DocumentEntry const& entry,
                           domain::ImagingManifest const& manifest) {
    std::vector<Issue> issues;
    compare_identity(entry, manifest, issues);
    compare_rest(entry, manifest, issues);
    return issues;
}

std::string in_utc(std::string const& dtm, int offset_minutes) {
    if (dtm.size() < 10) return dtm;
    std::string const full = domain::dtm_lower_bound(dtm);
    std::string_view const text = full;
    std::chrono::year_month_day const day{
        std::chrono::year(number(text.substr(0, 4))),
        std::chrono::month(static_cast<unsigned>(number(text.substr(4, 2)))),
        std::chrono::day(static_cast<unsigned>(number(text.substr(6, 2))))};
    if (!day.ok()) return dtm;
    WallTime const moment = std::chrono::sys_days(day) +
                            std::chrono::hours(number(text.substr(8, 2))) +
                            std::chrono::minutes(number(text.substr(10, 2)) - offset_minutes) +
                            std::chrono::seconds(number(text.substr(12, 2)));
    return to_dtm(moment).substr(0, std::max<std::size_t>(dtm.size(), 12));
}

void Inspector::fill(domain::DocumentEntry& entry, domain::ImagingManifest const& manifest) const {
    int const offset = offset_of(manifest.utc_offset).value_or(settings_.utc_offset_minutes);
    if (!entry.creation_time && !manifest.created.empty())
        entry.creation_time = in_utc(manifest.created, offset);
    if (!entry.service_start_time && !manifest.study_begun.empty())
        entry.service_start_time = in_utc(manifest.study_begun, offset);
    if (entry.name.empty() && !manifest.description.empty())
        entry.name.push_back({manifest.description, "", ""});
    auto const studies = references(entry, kStudyReference);
    for (domain::StudyReference const& study : manifest.studies) {
        std::string id = study.uid + "^^^^" + std::string(kStudyReference);
        if (contains(studies, study.uid) || contains(entry.reference_ids, id)) continue;
        entry.reference_ids.push_back(std::move(id));
    }
    bool const plain = manifest.accession.find_first_of("^&~|\\") == std::string::npos;
    if (references(entry, kAccessionReference).empty() && !manifest.accession.empty() && plain)
        entry.reference_ids.push_back(accession_id(manifest));
    if (!entry.event_codes.empty()) return;
    for (std::string_view const modality : modalities_of(manifest)) {
        domain::CodedValue code{std::string(modality), settings_.modality_scheme, ""};
        code.display = affinity_domain_.display_of(domain::CodeSet::kEventCode, code.code,
                                                   settings_.modality_scheme);
        if (code.display.empty()) code.display = code.code;
        // A code that the region does not know would turn a good entry into a refused one.
        if (affinity_domain_.enforced(domain::CodeSet::kEventCode) &&
            !affinity_domain_.knows(domain::CodeSet::kEventCode, code))
            continue;
        entry.event_codes.push_back(std::move(code));
    }
}

Result<Inspector::Inspection> Inspector::inspect(domain::DocumentEntry& entry,
                                                 Content const& content) const {
    Inspection out;
    if (!claims_manifest(entry)) return out;
    Severity const severe =
        settings_.mismatch == Mismatch::kRefused ? Severity::kError : Severity::kWarning;
    auto octets = whole(content, dicomkos::kMaxManifest);
    if (!octets && octets.error().code != Code::kTooLarge) return std::move(octets).error();
    auto manifest =
        octets
            ? dicomkos::read_manifest(*octets)
            : Result<domain::ImagingManifest>(Error(
                  Code::kInvalidContent, {finding(Severity::kError, "larger than any manifest")}));
    if (!manifest) {
        std::string const why = manifest.error().issues.at(0).context;
        out.issues = {finding(severe, name_of(entry) + ": " + why)};
        return out;
    }
    out.issues = compare(entry, *manifest);
    bool identical = true;
    for (Issue& issue : out.issues) {
        if (issue.severity != Severity::kError) continue;
        identical = false;
        issue.severity = severe;
    }
    // Through a manifest that contradicts its entry nobody gets to see an image: whose they are is
    // not known.
    if (!identical) return out;
    fill(entry, *manifest);
    out.note = std::make_shared<domain::ImagingManifest const>(*std::move(manifest));
    return out;
}

Status Inspector::registered(core::CallContext const& call, std::string const& unique_id,
                             std::shared_ptr<void const> const& note) {
    if (!call.tx) return Error(Code::kInternal, "a manifest outside a transaction");
    return insert_studies(call.tx->tx(), keys_, unique_id,
                          *std::static_pointer_cast<domain::ImagingManifest const>(note));
}

}  // namespace musubi::imaging
