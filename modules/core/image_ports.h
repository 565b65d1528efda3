#pragma once
// What the imaging document source of this node (module imaging, RAD-69) delivers to other modules
// that have the question from somewhere else: imaging gateways (RAD-75). Each call is a transaction
// of this node to itself, decided with the caller's subject, withheld and recorded by the source.
// Images come from the members' archives, so a call waits, and its caller with it (core/errand.h).
//
// Ownership: the port lives as long as the node; a call belongs to the request that made it.
// Thread-safety: the port is thread-safe, a call belongs to one thread at a time.

#include "core/transaction.h"
#include "domain/retrieve.h"

#include <memory>

namespace musubi::core {

struct AskedImage {
    std::string study, series;         ///< UIDs
    domain::DocumentRequest document;  ///< document_unique_id: the SOP Instance UID
};
struct FoundImage {
    AskedImage asked;
    std::shared_ptr<Content const> content;  ///< a whole DICOM file, as the archive has it
    std::string patient;                     ///< surviving regional id (CX)
    domain::Label label;                     ///< of the manifest that opened it
    std::string manifest;                    ///< its unique id
};
struct MissedImage {
    AskedImage asked;
    std::string patient;  ///< for records only: the asker never learns whose it is; empty: unknown
    Issue why;            ///< location: the SOP Instance UID
};
struct ImageFindings {
    std::vector<FoundImage> delivered;
    std::vector<MissedImage> missed;
};

/// One call under way. Let go of before finish(): recorded as a failure.
class ImagesUnderWay {
public:
    virtual ~ImagesUnderWay() = default;
    /// Null: nothing is awaited. Lives as long as the call.
    virtual Errand* errand() = 0;
    /// Once, after the errand is done. `call`: of the request as it goes on.
    virtual Result<ImageFindings> finish(CallContext const& call) = 0;
};

class ImageRetrievePort {
public:
    virtual ~ImageRetrievePort() = default;
    /// Images in one request.
    virtual std::size_t most_images() const = 0;
    /// Whose data the images are; index columns only.
    virtual Result<Located> locate(std::vector<AskedImage> const& images) const = 0;
    /// Decides, and sends for what may be had. `transfer_syntaxes`: one of these, at least one.
    virtual Result<std::unique_ptr<ImagesUnderWay>> set_out(
        CallContext const& call, std::vector<AskedImage> images,
        std::vector<std::string> transfer_syntaxes) = 0;
};

}  // namespace musubi::core
