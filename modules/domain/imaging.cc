#include "domain/imaging.h"

#include <algorithm>

namespace musubi::domain {

bool ImagingManifest::rejects() const {
    constexpr std::string_view kRejecting[] = {"113001", "113037", "113038", "113039"};
    bool const dicom = title.scheme == "DCM" || title.scheme == "1.2.840.10008.2.16.4";
    return dicom && std::find(std::begin(kRejecting), std::end(kRejecting), title.code) !=
                        std::end(kRejecting);
}

}  // namespace musubi::domain
