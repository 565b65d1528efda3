#pragma once
// Key Object Selection documents as DICOM files (PS3.3 A.35.4, PS3.10): what an XDS-I.b manifest
// refers to. Instances are taken from the Current Requested Procedure Evidence Sequence, which is
// complete; the content tree is for people.
//
// Pure, thread-safe. The result owns its texts. kInvalidContent with one issue
// (kRepositoryMetadata) when the octets are no such document; the issue quotes nothing of it.

#include "domain/imaging.h"
#include "platform/base/bytes.h"

namespace musubi::dicomkos {

inline constexpr std::size_t kMaxManifest = 8 << 20;  ///< octets; beyond it nothing is read
inline constexpr std::size_t kMaxImages = 50'000;
inline constexpr std::size_t kMaxStudies = 100;

Result<domain::ImagingManifest> read_manifest(ByteView file);

}  // namespace musubi::dicomkos
