#pragma once
// The request of RAD-69 and RAD-75 (IHE RAD TF-3 4.69.4.1, namespace urn:ihe:rad:xdsi-b:2009);
// their answer is that of ITI-43. Pure, thread-safe.

#include "domain/retrieve.h"
#include "platform/xml/document.h"

namespace musubi::ebxml {

struct ImageRequest {
    std::string study, series;         ///< UIDs
    domain::DocumentRequest document;  ///< document_unique_id: the SOP Instance UID
};

struct ImagingRetrieve {
    std::vector<ImageRequest> images;
    std::vector<std::string> transfer_syntaxes;  ///< as asked, at least one
};

/// kInvalidContent with kRepositoryGeneral when something is missing, empty or no UID.
Result<ImagingRetrieve> read_imaging_retrieve_request(xml::Element request);
/// For our client side. What follows each other of one study and series stands under one element.
std::string write_imaging_retrieve_request(ImagingRetrieve const& request);

}  // namespace musubi::ebxml
