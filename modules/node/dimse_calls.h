#pragma once
// The modules' way to archives over DIMSE (core/dimse_port.h) over platform/dicomnet: with the
// node's certificate and authorities unless the archive has its own. Thread-safe. Costs nothing
// until an archive is called.

#include "core/dimse_port.h"
#include "platform/dicomnet/storage_listener.h"

#include <mutex>
#include <optional>

namespace musubi::node {

class DimseCalls final : public core::DimsePort {
public:
    DimseCalls(net::TlsConfig const& tls, bool check_names)
        : tls_(tls), check_names_(check_names) {}
    Status receive(core::DimseReception const& place,
                   std::vector<core::DimseArchive> const& archives) override;
    std::vector<std::string> const& transfer_syntaxes() const override;
    Result<std::unique_ptr<core::DimseLine>> open(core::DimseArchive const& archive,
                                                  std::string const& sop_class,
                                                  std::vector<std::string> const& transfer_syntaxes,
                                                  core::DimseTimes const& times) override;
    /// Certificates were exchanged.
    void forget_connections();

private:
    std::shared_ptr<dicomnet::StorageListener> listener() const {
        std::lock_guard const lock(mutex_);
        return listener_;
    }
    net::TlsConfig const tls_;
    bool const check_names_;
    mutable std::mutex mutex_;
    std::shared_ptr<dicomnet::StorageListener> listener_;  // guarded by mutex_
    std::shared_ptr<net::TlsContext> listener_tls_;        // guarded by mutex_
};

}  // namespace musubi::node
