#pragma once
// Fetching images from an archive (PACS) beside this node over DIMSE (DICOM PS3.4 C.4: C-GET,
// C-MOVE; IHE RAD-16). `node` provides it. Thread-safe; a line belongs to one thread at a time, and
// its calls block, each no longer than its times say.

#include "platform/base/bytes.h"

#include <chrono>
#include <functional>
#include <memory>

namespace musubi::core {

/// With kPeerUnavailable: the archive did answer, if not well; the next image may come all the
/// same.
inline constexpr Reason kReasonArchiveAnswered{0xFB01};

enum class DimseMethod : std::uint8_t { kGet, kMove };

struct DimseArchive {
    std::string name;  ///< ours, for records of what went wrong
    std::string host;
    std::uint16_t port = 104;
    std::string ae_title, our_ae_title;
    DimseMethod method = DimseMethod::kGet;
    bool tls = false;
    std::string ca_file;  ///< PEM: whom it must be known to; empty: the node's
    std::string
        certificate_file;  ///< PEM; empty: the node's own, where ca_file is empty, else none
    std::string key_file;
    /// C-MOVE: who brings the images. Numeric IPv4; and the archive's own certificate (SHA-256,
    /// lower-case hex), which counts under TLS.
    std::vector<std::string> addresses = {};
    std::string certificate_sha256 = {};
};

/// Where archives bring what C-MOVE asks for.
struct DimseReception {
    std::string address = "127.0.0.1";  ///< numeric IPv4
    std::uint16_t port = 0;
    bool tls = true;      ///< mutual
    std::string ca_file;  ///< PEM: authorities of the archives' certificates; empty: the node's
    int most_associations = 16;
};

struct DimseTimes {
    std::chrono::steady_clock::time_point deadline;
    std::chrono::milliseconds silence{10'000};  ///< between two octets of an answer
    /// Asked a few times in a second: true ends the call with kPeerUnavailable.
    std::function<bool()> cancelled = {};
};

struct DimseObject {
    std::string study, series, instance;
};

/// Takes one object as a DICOM file, piece by piece, on the thread of the call or on another one
/// while the call waits; its first error ends the line and is the call's.
class DimseReader {
public:
    virtual ~DimseReader() = default;
    virtual Status piece(ByteView octets) = 0;
};

/// One association: what may come was agreed on when it was opened.
class DimseLine {
public:
    virtual ~DimseLine() = default;
    /// kNotFound: the archive says that it does not have it; kUnsupported: it cannot send it in any
    /// of the syntaxes; kInvalidContent: another object, or a broken protocol; kPeerUnavailable.
    virtual Status fetch(DimseObject const& object, DimseTimes const& times,
                         DimseReader& reader) = 0;
    virtual bool usable() const = 0;  ///< false: open another one
};

class DimsePort {
public:
    virtual ~DimsePort() = default;
    /// Transfer syntaxes that can be received at all, uncompressed ones first.
    virtual std::vector<std::string> const& transfer_syntaxes() const = 0;
    /// From now on these may bring what is asked for with C-MOVE, nobody else; with none of them
    /// nothing listens. An error leaves what there was.
    virtual Status receive(DimseReception const& place,
                           std::vector<DimseArchive> const& archives) = 0;
    /// kPeerUnavailable, kUnauthenticated (TLS), kUnsupported: the archive takes none of the offer.
    virtual Result<std::unique_ptr<DimseLine>> open(
        DimseArchive const& archive, std::string const& sop_class,
        std::vector<std::string> const& transfer_syntaxes, DimseTimes const& times) = 0;
};

}  // namespace musubi::core
