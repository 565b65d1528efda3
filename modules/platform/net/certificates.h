#pragma once
// What certificates in files say about themselves. Pure but for reading the file.

#include "core/doors.h"
#include "platform/base/clock.h"

#include <string>
#include <vector>

namespace musubi::net {

struct CertificateFile {
    core::PeerCertificate facts;
    WallTime not_before{}, not_after{};
};

/// Every certificate of a PEM file. kInvalidContent: unreadable, or none in it.
Result<std::vector<CertificateFile>> read_certificates(std::string const& pem_file);

}  // namespace musubi::net
