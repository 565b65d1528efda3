#pragma once
// Manifests among the documents that come from other communities: what they name may then be asked
// for (seen_images.h).

#include "core/document_ports.h"
#include "xca/seen_images.h"

namespace musubi::xca {

/// Remembers what the document names, when it is a manifest (DICOM Key Object Selection) under its
/// own name, of a patient and with a label that are known. A note that withdraws images opens none.
/// Whatever else it is, nothing happens.
void note_manifest(SeenImages& seen, core::FoundDocument const& document);

}  // namespace musubi::xca
