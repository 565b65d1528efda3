#include "xca/manifests.h"

#include "codec/dicomkos/manifest.h"

namespace musubi::xca {

void note_manifest(SeenImages& seen, core::FoundDocument const& document) {
    domain::RetrievedDocument const& got = document.document;
    if (got.mime_type != "application/dicom" || !got.request.home || !got.content) return;
    if (document.patient.empty() || document.label.owner.empty()) return;
    if (got.content->size() > dicomkos::kMaxManifest) return;
    Bytes octets;
    Status const read = got.content->read([&](ByteView piece) -> Status {
        octets.insert(octets.end(), piece.begin(), piece.end());
        return {};
    });
    if (!read) return;
    auto const manifest = dicomkos::read_manifest(octets);
    if (!manifest || manifest->sop_instance != got.request.document_unique_id ||
        manifest->rejects())
        return;
    seen.note(*got.request.home, *manifest, {document.patient, document.label});
}

}  // namespace musubi::xca
