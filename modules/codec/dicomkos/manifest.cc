#include "codec/dicomkos/manifest.h"

#include "codec/dicomkos/data_set.h"
#include "codec/dicomkos/uids.h"
#include "domain/reason.h"
#include "platform/base/ids.h"
#include "platform/base/text.h"

#include <algorithm>

namespace musubi::dicomkos {
namespace {

constexpr Tag kCharacterSet = 0x0008'0005, kSopClass = 0x0008'0016, kSopInstance = 0x0008'0018;
constexpr Tag kStudyDate = 0x0008'0020, kContentDate = 0x0008'0023, kStudyTime = 0x0008'0030;
constexpr Tag kContentTime = 0x0008'0033, kAccession = 0x0008'0050, kCodeValue = 0x0008'0100;
constexpr Tag kIssuerOfAccession = 0x0008'0051, kEntityId = 0x0040'0032, kEntityType = 0x0040'0033;
constexpr Tag kCodeScheme = 0x0008'0102, kCodeMeaning = 0x0008'0104, kOffset = 0x0008'0201;
constexpr Tag kDescription = 0x0008'1030, kSeriesSequence = 0x0008'1115;
constexpr Tag kReferencedClass = 0x0008'1150, kReferencedInstance = 0x0008'1155;
constexpr Tag kInstanceSequence = 0x0008'1199, kPatientId = 0x0010'0020;
constexpr Tag kStudyUid = 0x0020'000D, kSeriesUid = 0x0020'000E, kProcedure = 0x0032'1060;
constexpr Tag kTitle = 0x0040'A043, kRequests = 0x0040'A370, kEvidence = 0x0040'A375;
constexpr Tag kRetrieveLocation = 0x0040'E011;

constexpr Tag kWanted[] = {
    kCharacterSet,    kSopClass,           kSopInstance,      kStudyDate,         kContentDate,
    kStudyTime,       kContentTime,        kAccession,        kIssuerOfAccession, kCodeValue,
    kCodeScheme,      kCodeMeaning,        kOffset,           kDescription,       kSeriesSequence,
    kReferencedClass, kReferencedInstance, kInstanceSequence, kPatientId,         kStudyUid,
    kSeriesUid,       kProcedure,          kEntityId,         kEntityType,        kTitle,
    kRequests,        kEvidence,           kRetrieveLocation,
};
static_assert(std::is_sorted(std::begin(kWanted), std::end(kWanted)));

Error wrong(std::string what) {
    return Error(Code::kInvalidContent,
                 {{Severity::kError, Reason::kRepositoryMetadata,
                   "not a readable Key Object Selection document: " + std::move(what), ""}});
}

Result<std::string> uid(DataSet const& from, Tag tag, char const* name) {
    std::string_view const text = from.text(tag);
    if (!is_oid(text)) return wrong(std::string(name) + " is missing or no UID");
    return std::string(text);
}

bool all_digits(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

/// DA and TM as DTM, cut to what both say in order; empty where the date is none.
std::string dtm_of(std::string_view date, std::string_view time) {
    if (date.size() != 8 || !all_digits(date) || !domain::is_dtm(date)) return {};
    std::string_view const whole = time.substr(0, std::min<std::size_t>(time.find('.'), 6));
    std::string both(date);
    if (all_digits(whole)) both += whole.substr(0, whole.size() / 2 * 2);
    return domain::is_dtm(both) ? both : std::string(date);
}

/// Other sets than ASCII and UTF-8 are left alone: the text is only a title.
std::string plain_text(std::string_view text, std::string_view character_set) {
    bool const ascii =
        std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c < 0x7f; });
    bool const utf8 = character_set == "ISO_IR 192" && is_valid_utf8(text);
    return ascii || utf8 ? std::string(trim(text)) : std::string();
}

/// The room's own limit of a text that is kept; LO and SH are shorter (PS3.5 6.2).
std::string short_text(std::string_view text) {
    constexpr std::size_t kMost = 256;
    bool const control = std::any_of(text.begin(), text.end(),
                                     [](char c) { return c == '\n' || c == '\r' || c == '\0'; });
    return control || text.size() > kMost ? std::string() : std::string(text);
}

Result<domain::SeriesReference> read_series(DataSet const& item, std::size_t& images) {
    domain::SeriesReference series;
    series.uid = TRY(uid(item, kSeriesUid, "a Series Instance UID"));
    series.retrieve_location = item.text(kRetrieveLocation);
    if (!series.retrieve_location.empty() && !is_oid(series.retrieve_location))
        return wrong("a Retrieve Location UID is no UID");
    for (DataSet const& reference : item.items(kInstanceSequence)) {
        if (++images > kMaxImages) return wrong("too many instances");
        // One after the other: an early return out of an initializer leaks what was made before it.
        domain::ImageReference image;
        image.sop_class = TRY(uid(reference, kReferencedClass, "a Referenced SOP Class UID"));
        image.sop_instance =
            TRY(uid(reference, kReferencedInstance, "a Referenced SOP Instance UID"));
        series.images.push_back(std::move(image));
    }
    return series;
}

Status read_evidence(DataSet const& document, domain::ImagingManifest& into) {
    std::size_t images = 0;
    for (DataSet const& item : document.items(kEvidence)) {
        if (into.studies.size() == kMaxStudies) return wrong("too many studies");
        domain::StudyReference study;
        study.uid = TRY(uid(item, kStudyUid, "a Study Instance UID"));
        for (DataSet const& series : item.items(kSeriesSequence))
            study.series.push_back(TRY(read_series(series, images)));
        into.studies.push_back(std::move(study));
    }
    if (images == 0) return wrong("it refers to no instance");
    return {};
}

/// PS3.3 10.14: only an OID says it to everybody.
std::string issuer_of_accession(DataSet const& from) {
    auto const& items = from.items(kIssuerOfAccession);
    if (items.empty() || items.front().text(kEntityType) != "ISO") return {};
    std::string_view const oid = items.front().text(kEntityId);
    return is_oid(oid) ? std::string(oid) : std::string();
}

/// Of the document, else of what was requested first.
void read_accession(DataSet const& document, domain::ImagingManifest& into) {
    auto const& requests = document.items(kRequests);
    bool const own = !document.text(kAccession).empty() || requests.empty();
    DataSet const& told = own ? document : requests.front();
    into.accession = short_text(told.text(kAccession));
    into.accession_issuer = issuer_of_accession(told);
}

void read_title(DataSet const& document, domain::ImagingManifest& into) {
    auto const& items = document.items(kTitle);
    if (items.empty()) return;
    into.title = {std::string(items.front().text(kCodeValue)),
                  std::string(items.front().text(kCodeScheme)),
                  {}};
}

}  // namespace

Result<domain::ImagingManifest> read_manifest(ByteView file) {
    if (file.size() > kMaxManifest) return wrong("it is too large");
    FileMeta meta;
    if (auto const read = read_file_meta(file, meta); read.state != ReadState::kDone)
        return wrong(read.why);
    Encoding encoding;
    if (!encoding_of(meta.transfer_syntax, encoding)) return wrong("its transfer syntax");
    DataSet document;
    auto const read = read_data_set(file.subspan(meta.size), encoding, kWanted, {}, document);
    if (read.state != ReadState::kDone) return wrong(read.why);

    if (document.text(kSopClass) != kKeyObjectSelection) return wrong("its SOP class is another");
    domain::ImagingManifest out;
    out.sop_instance = TRY(uid(document, kSopInstance, "the SOP Instance UID"));
    out.study = TRY(uid(document, kStudyUid, "the Study Instance UID"));
    out.patient_id = short_text(document.text(kPatientId));
    read_accession(document, out);
    std::string_view const set = document.text(kCharacterSet);
    out.description = plain_text(document.text(kDescription), set);
    auto const& requests = document.items(kRequests);
    if (out.description.empty() && !requests.empty())
        out.description = plain_text(requests.front().text(kProcedure), set);
    out.created = dtm_of(document.text(kContentDate), document.text(kContentTime));
    out.study_begun = dtm_of(document.text(kStudyDate), document.text(kStudyTime));
    out.utc_offset = short_text(document.text(kOffset));
    read_title(document, out);
    TRY(read_evidence(document, out));
    return out;
}

}  // namespace musubi::dicomkos
