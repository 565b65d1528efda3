#include "codec/dicomkos/uids.h"

#include <algorithm>
#include <utility>

namespace musubi::dicomkos {
namespace {

constexpr std::string_view kLossless[] = {
    kImplicitLittleEndian,     kExplicitLittleEndian,    kDeflatedLittleEndian,
    kExplicitBigEndian,        "1.2.840.10008.1.2.5",     // RLE
    "1.2.840.10008.1.2.4.57",  "1.2.840.10008.1.2.4.70",  // JPEG, process 14
    "1.2.840.10008.1.2.4.80",                             // JPEG-LS
    "1.2.840.10008.1.2.4.90",                             // JPEG 2000
    "1.2.840.10008.1.2.4.201",                            // HTJ2K
};

constexpr std::pair<std::string_view, std::string_view> kModalities[] = {
    {"1.2.840.10008.5.1.4.1.1.1", "CR"},        {"1.2.840.10008.5.1.4.1.1.1.1", "DX"},
    {"1.2.840.10008.5.1.4.1.1.1.1.1", "DX"},    {"1.2.840.10008.5.1.4.1.1.1.2", "MG"},
    {"1.2.840.10008.5.1.4.1.1.1.2.1", "MG"},    {"1.2.840.10008.5.1.4.1.1.1.3", "IO"},
    {"1.2.840.10008.5.1.4.1.1.2", "CT"},        {"1.2.840.10008.5.1.4.1.1.2.1", "CT"},
    {"1.2.840.10008.5.1.4.1.1.3.1", "US"},      {"1.2.840.10008.5.1.4.1.1.4", "MR"},
    {"1.2.840.10008.5.1.4.1.1.4.1", "MR"},      {"1.2.840.10008.5.1.4.1.1.6.1", "US"},
    {"1.2.840.10008.5.1.4.1.1.12.1", "XA"},     {"1.2.840.10008.5.1.4.1.1.12.1.1", "XA"},
    {"1.2.840.10008.5.1.4.1.1.12.2", "RF"},     {"1.2.840.10008.5.1.4.1.1.13.1.3", "MG"},
    {"1.2.840.10008.5.1.4.1.1.20", "NM"},       {"1.2.840.10008.5.1.4.1.1.77.1.1", "ES"},
    {"1.2.840.10008.5.1.4.1.1.77.1.1.1", "ES"}, {"1.2.840.10008.5.1.4.1.1.77.1.4", "XC"},
    {"1.2.840.10008.5.1.4.1.1.77.1.5.1", "OP"}, {"1.2.840.10008.5.1.4.1.1.77.1.5.4", "OPT"},
    {"1.2.840.10008.5.1.4.1.1.128", "PT"},      {"1.2.840.10008.5.1.4.1.1.130", "PT"},
};

}  // namespace

bool is_lossless(std::string_view transfer_syntax) {
    return std::find(std::begin(kLossless), std::end(kLossless), transfer_syntax) !=
           std::end(kLossless);
}

std::string_view modality_of(std::string_view sop_class) {
    for (auto const& [known, modality] : kModalities) {
        if (known == sop_class) return modality;
    }
    return {};
}

bool is_known_modality(std::string_view code) {
    return std::any_of(std::begin(kModalities), std::end(kModalities),
                       [&](auto const& one) { return one.second == code; });
}

}  // namespace musubi::dicomkos
