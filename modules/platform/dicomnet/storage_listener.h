#pragma once
// The place that archives store with when they are asked to by C-MOVE (DICOM PS3.4 C.4.2): a port
// that takes associations only of archives that are known (address, AE titles, certificate under
// TLS) and owe something right now, and of them only objects that somebody waits for. All else is
// refused and counted (musubi_dimse_refused_total).
//
// Who is not known is refused by our own few lines, before DCMTK sees an octet.
//
// Ownership: threads of its own, one for each association, joined at its end. Thread-safe.

#include "platform/dicomnet/archive.h"

namespace musubi::dicomnet {

/// Who may store.
struct Sender {
    std::string name;                    ///< ours; a label of metrics
    std::vector<std::string> addresses;  ///< numeric
    std::string ae_title, our_ae_title;
    std::string certificate_sha256;  ///< lower-case hex; not looked at without TLS
};

struct ListenerConfig {
    std::string address = "127.0.0.1";     ///< numeric IPv4
    std::uint16_t port = 0;                ///< 0: any
    std::shared_ptr<net::TlsContext> tls;  ///< null: in the clear
    int most_associations = 16;
    std::chrono::milliseconds silence{10'000};
};

class StorageListener {
public:
    /// kStorageUnavailable when the port cannot be had.
    static Result<std::unique_ptr<StorageListener>> start(ListenerConfig config);
    ~StorageListener();  ///< within a second
    StorageListener(StorageListener const&) = delete;
    StorageListener& operator=(StorageListener const&) = delete;

    /// For associations from here on.
    void know(std::vector<Sender> senders);
    std::uint16_t port() const;

    struct Impl;
    Impl& impl() { return *impl_; }

private:
    explicit StorageListener(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

/// C-MOVE to that place. `sender`: the name of the archive among those it knows; our AE title is
/// the destination. Errors as open_get() has them. The listener must outlive the Retrieval; an
/// object's reader is called on the listener's threads, while fetch() waits.
Result<std::unique_ptr<Retrieval>> open_move(Peer const& peer, Offer const& offer,
                                             Patience const& patience, StorageListener& listener,
                                             std::string const& sender);

}  // namespace musubi::dicomnet
