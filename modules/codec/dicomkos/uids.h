#pragma once
// DICOM unique identifiers that are spoken of here (DICOM PS3.6 annex A).

#include <string_view>

namespace musubi::dicomkos {

inline constexpr std::string_view kKeyObjectSelection = "1.2.840.10008.5.1.4.1.1.88.59";

inline constexpr std::string_view kImplicitLittleEndian = "1.2.840.10008.1.2";
inline constexpr std::string_view kExplicitLittleEndian = "1.2.840.10008.1.2.1";
inline constexpr std::string_view kDeflatedLittleEndian = "1.2.840.10008.1.2.1.99";
inline constexpr std::string_view kExplicitBigEndian = "1.2.840.10008.1.2.2";

/// Whether pixels in this transfer syntax are exactly those that were acquired.
bool is_lossless(std::string_view transfer_syntax);

/// The acquisition modality (DICOM CID 29) that alone makes objects of this SOP class; empty where
/// several do or none (secondary captures, presentation states, reports).
std::string_view modality_of(std::string_view sop_class);
/// Whether this is a code of CID 29 that modality_of() can tell.
bool is_known_modality(std::string_view code);

}  // namespace musubi::dicomkos
