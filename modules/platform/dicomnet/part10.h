#pragma once
// The head of a DICOM file (PS3.10 7.1) for a data set that came over an association, where its
// transfer syntax and its names stand beside it. Pure, thread-safe.

#include <string>
#include <string_view>

namespace musubi::dicomnet {

/// Preamble and group 2; the data set follows as it is.
std::string part10_head(std::string_view sop_class, std::string_view sop_instance,
                        std::string_view transfer_syntax);

}  // namespace musubi::dicomnet
