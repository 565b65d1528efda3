#include "imaging/references.h"

#include "platform/base/compress.h"
#include "platform/base/text.h"

namespace musubi::imaging {
namespace {

// One line each: "1" the format, P patient id, U study, S series and location, I class and
// instance. No text that comes here holds a line end.
constexpr std::string_view kFormat = "1";
constexpr std::size_t kLimit = 32 << 20;

Bytes aad_of(std::int64_t manifest_key) {
    std::string const text = "imaging references " + std::to_string(manifest_key);
    ByteView const bytes = as_bytes(text);
    return {bytes.begin(), bytes.end()};
}

Error damaged() { return Error(Code::kStorageUnavailable, "references of a manifest are damaged"); }

Result<StudyReferences> parse(std::string_view text) {
    StudyReferences out;
    bool first = true;
    for (std::string_view const line : split(text, '\n')) {
        if (first) {
            if (line != kFormat) return damaged();
            first = false;
            continue;
        }
        if (line.empty()) continue;
        std::string_view const rest = line.substr(1);
        std::size_t const gap = rest.find(' ');
        std::string const head(rest.substr(0, gap));
        std::string const tail(gap == std::string_view::npos ? "" : rest.substr(gap + 1));
        auto& series = out.study.series;
        switch (line.front()) {
            case 'P': out.patient_id = rest; break;
            case 'U': out.study.uid = rest; break;
            case 'S': series.push_back({head, tail, {}}); break;
            case 'I':
                if (series.empty()) return damaged();
                series.back().images.push_back({head, tail});
                break;
            default: return damaged();
        }
    }
    return out;
}

}  // namespace

Bytes study_token(vault::KeyRing const& keys, std::string const& study) {
    auto const token = keys.blind_token("study-instance", study);
    return {token.begin(), token.begin() + 16};
}

Result<Bytes> seal_references(vault::KeyRing& keys, std::string const& institution,
                              std::int64_t manifest_key, StudyReferences const& references) {
    std::string text(kFormat);
    text += "\nP" + references.patient_id + "\nU" + references.study.uid + "\n";
    for (domain::SeriesReference const& series : references.study.series) {
        text += "S" + series.uid + " " + series.retrieve_location + "\n";
        for (domain::ImageReference const& image : series.images)
            text += "I" + image.sop_class + " " + image.sop_instance + "\n";
    }
    Bytes packed;
    compress(packed, as_bytes(text));
    return keys.seal(vault::Purpose::kMetadata, institution, packed, aad_of(manifest_key));
}

Result<StudyReferences> open_references(vault::KeyRing& keys, std::string const& institution,
                                        std::int64_t manifest_key, ByteView sealed) {
    Bytes const packed =
        TRY(keys.open(vault::Purpose::kMetadata, institution, sealed, aad_of(manifest_key)));
    std::string buffer;
    return parse(TRY(decompress(buffer, packed, kLimit)));
}

}  // namespace musubi::imaging
