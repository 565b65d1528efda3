#pragma once
// What a DICOM Key Object Selection document refers to (IHE RAD TF, XDS-I.b: the manifest; DICOM
// PS3.3 A.35.4). Plain values; identifiers are trimmed and were checked to be UIDs.

#include "domain/identifiers.h"

#include <string>
#include <vector>

namespace musubi::domain {

struct ImageReference {
    std::string sop_class;
    std::string sop_instance;
};

struct SeriesReference {
    std::string uid;
    /// Retrieve Location UID: repositoryUniqueId of the source that has the images; may be empty.
    std::string retrieve_location;
    std::vector<ImageReference> images;
};

struct StudyReference {
    std::string uid;
    std::vector<SeriesReference> series;
};

struct ImagingManifest {
    std::string sop_instance;           ///< of the manifest itself
    std::string study;                  ///< in which the manifest lies
    CodedValue title;                   ///< document title: 113030 DCM "Manifest", ...
    std::string patient_id;             ///< the hospital's own, as the octets say
    std::string accession;              ///< may be empty
    std::string accession_issuer = {};  ///< of the number: an OID; empty where none is told
    std::string description;            ///< of the study, UTF-8; empty where it cannot be read
    std::string created;                ///< content date and time, DTM in local time; may be empty
    std::string study_begun;            ///< likewise
    std::string utc_offset;             ///< "+0900" as the document says; may be empty
    std::vector<StudyReference> studies;

    /// A note that withdraws images (rejected for quality or safety, wrong worklist entry,
    /// retention expired): what it names is not to be shown (IHE IOCM).
    bool rejects() const;
};

}  // namespace musubi::domain
