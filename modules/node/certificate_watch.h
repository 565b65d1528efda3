#pragma once
// Certificates whose end comes near: the node's own, its authorities, and those that the agreement
// rests on (members' connections and signatures, providers of assertions). Looked at at the start,
// at each reload and every hour; told when 60, 30 and 7 days are left and when the end has come: in
// the log, in the audit trail (DCM 110113, 110129), as
// musubi_certificate_days_left{owner,use} and in the node's health.

#include "core/config.h"
#include "core/module.h"
#include "core/pipeline.h"

#include <condition_variable>
#include <mutex>
#include <thread>

namespace musubi::node {

/// How near: 0 far, 1 within 60 days, 2 within 30, 3 within 7, 4 over. Pure.
int nearness(WallTime not_after, WallTime now);

/// Of the files tls.certificate, tls.second_certificate and tls.ca; what cannot be read is left
/// out, since reloading has told of it.
std::vector<core::NamedCertificate> own_certificates(core::Config const& config);

class CertificateWatch {
public:
    /// The pipeline writes the records. Nothing runs before start().
    CertificateWatch(core::Config const& config, core::PolicyPort const& policy,
                     core::Pipeline& pipeline, Clock const& clock);
    ~CertificateWatch();
    void start();
    void stop();
    /// Looks now, in the caller's thread: after a reload.
    void look();
    /// Degraded from 60 days on, bad when a certificate of the node itself is over.
    core::HealthReport health() const;

private:
    void tell(core::NamedCertificate const& one, int nearness, WallTime now);

    core::Config const& config_;
    core::PolicyPort const& policy_;
    core::Pipeline& pipeline_;
    Clock const& clock_;
    mutable std::mutex mutex_;
    std::map<std::string, int> told_;  ///< owner, use and end -> how near when it was told of
    core::HealthReport health_;
    std::condition_variable changed_;
    bool ending_ = false;
    std::thread thread_;
};

}  // namespace musubi::node
