#pragma once
// The answer of another community to RAD-75, image by image: only what was asked for, in its own
// name, that is what it says it is (DICOM PS3.10: study, series, instance, transfer syntax, and the
// patient's number of the manifest). Nothing of an object is changed.

#include "core/image_ports.h"
#include "platform/blob/passing_spool.h"
#include "xca/communities.h"
#include "xca/gateway_call.h"
#include "xca/seen_images.h"

namespace musubi::xca {

struct WantedImage {
    core::AskedImage asked;
    std::optional<SeenImage> why;  ///< nothing: the asker may have everything
};
using WantedImages = std::vector<WantedImage>;

/// Where images lie until they are sent.
struct ImageStaging {
    blob::PassingSpool& spool;
    std::shared_ptr<blob::StagingBudget> of_all, of_request;
};

/// Adds to `out` what came and, for each image that did not, why. An Error: the answer is none.
Status unpack_images(Community const& community, WantedImages const& wanted,
                     std::vector<std::string> const& transfer_syntaxes, OpenedAnswer const& answer,
                     ImageStaging const& staging, core::ImageFindings& out);

/// For each of them, with the patient for the record.
core::MissedImage missed_image(WantedImage const& wanted, Reason reason, std::string context);

}  // namespace musubi::xca
