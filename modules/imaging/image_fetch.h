#pragma once
// One image from an archive over DICOMweb (WADO-RS, DICOM PS3.18 10.4), looked into while it comes:
// an archive that answers with another object than it was asked for, or with another patient's, is
// not believed. Nothing of the object is changed. Thread-safe.

#include "core/fetch_port.h"
#include "imaging/holdings.h"
#include "platform/blob/passing_spool.h"

#include <chrono>

namespace musubi::imaging {

/// With kPeerUnavailable: the archive did answer, if not well; the next image may come all the
/// same.
inline constexpr Reason kReasonAnswered{0xFD02};

struct ImageJob {
    std::shared_ptr<Source const> source;
    ImageName name;
    std::string patient_id;             ///< that the object must carry; empty: not known
    std::vector<std::string> accepted;  ///< transfer syntaxes; empty: as it is stored
    std::string sop_class = {};         ///< as the manifest has it
    std::size_t of_series = 0;  ///< images that the asker may have of its series; 0: not known
};

struct FetchedImage {
    std::shared_ptr<Content const> content;
    std::string transfer_syntax;
};

struct FetchTools {
    core::FetchPort& port;
    blob::PassingSpool& spool;
    std::shared_ptr<blob::StagingBudget> of_all, of_request;
    std::chrono::steady_clock::time_point deadline;
    std::function<bool()> cancelled;
};

/// kNotFound: the archive does not have it; kUnsupported: not in an accepted transfer syntax, and
/// it cannot be had in one without loss; kInvalidContent: another object; kPeerUnavailable;
/// kTooLarge and kBusy as blob::StagingShare says.
Result<FetchedImage> fetch_image(FetchTools const& tools, ImageJob const& job);

/// Counts and logs what may need somebody's eyes.
void note_failure(ImageJob const& job, Error const& error);

/// Transfer syntaxes into which the archive may be asked to convert, best first: uncompressed ones,
/// and from lossless to lossless (a lossy one is never asked for).
std::vector<std::string> convertible_to(std::string const& stored,
                                        std::vector<std::string> const& accepted);

}  // namespace musubi::imaging
