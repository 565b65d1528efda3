#pragma once
// Fetching DICOM objects from an archive (PACS) over an association (DICOM PS3.4 C.4.2, C.4.3:
// C-MOVE and C-GET; IHE RAD-16). Objects are handed on in pieces while they arrive, as files with a
// head of our own (PS3.10), their data sets octet by octet as they were sent; memory does not grow
// with them.
//
// Ownership: a Retrieval keeps its connection; what it is given must outlive the call only.
// Thread-safety: a Retrieval belongs to one thread at a time. Calls block, every wait has an end.

#include "platform/base/bytes.h"
#include "platform/net/tls_context.h"

#include <chrono>
#include <functional>

namespace musubi::dicomnet {

/// With kPeerUnavailable and kUnsupported: the archive did answer, if not well; the next object may
/// come all the same.
inline constexpr Reason kReasonAnswered{0xFB01};

/// IPv4 and names that lead to it only: DCMTK 3.6.7 takes the port from behind the first colon.
struct Peer {
    std::string host;  ///< at most 100 characters
    std::uint16_t port = 104;
    std::string ae_title, our_ae_title;    ///< at most 16 characters (PS3.5 6.2, AE)
    std::shared_ptr<net::TlsContext> tls;  ///< null: in the clear
    std::string server_name;               ///< that its certificate must carry; empty: not checked
};

struct Patience {
    std::chrono::steady_clock::time_point deadline;
    /// Between two octets, once the first has come.
    std::chrono::milliseconds silence{10'000};
    /// Asked a few times in a second; may be empty.
    std::function<bool()> cancelled = {};
};

/// What may come over an association, at most 60 pairs of a class and a syntax: each is a
/// presentation context of its own, so that the archive can send what it has as it is.
struct Offer {
    std::vector<std::string> sop_classes;
    std::vector<std::string> transfer_syntaxes;
};

struct ObjectName {
    std::string study, series, instance;
};

/// Takes one object; its first error ends the association and is the call's.
class ObjectReader {
public:
    virtual ~ObjectReader() = default;
    virtual Status piece(ByteView octets) = 0;
};

class Retrieval {
public:
    virtual ~Retrieval() = default;
    /// kNotFound: the archive says that it has no such object. kUnsupported: it could not send it
    /// in any of the syntaxes offered. kInvalidContent: it sent another object, or broke the
    /// protocol. kPeerUnavailable: it ended, refused or said nothing (with kReasonAnswered: it said
    /// that it cannot now).
    virtual Status fetch(ObjectName const& name, Patience const& patience,
                         ObjectReader& reader) = 0;
    /// False: another one must be opened.
    virtual bool usable() const = 0;
};

/// C-GET. Connects and negotiates; the association is released when the Retrieval ends.
/// kPeerUnavailable with the archive's reason when it refuses; kUnauthenticated (TLS);
/// kUnsupported: it takes none of what is offered.
Result<std::unique_ptr<Retrieval>> open_get(Peer const& peer, Offer const& offer,
                                            Patience const& patience);

/// Transfer syntaxes that can be received (PS3.6 A), uncompressed ones first. No deflated and no
/// big endian ones.
std::vector<std::string> const& known_transfer_syntaxes();

}  // namespace musubi::dicomnet
