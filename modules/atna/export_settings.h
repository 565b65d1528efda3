#pragma once
// Where the audit trail is sent (atna.export): any number of repositories (ITI-20). Pure.
//
//   name;tls=HOST:PORT[;server_name=NAME][;what=own|received|all][;bom=yes]
//   name;udp=HOST:PORT[;what=...][;bom=yes]

#include "core/audit_exchange.h"

#include <string>
#include <vector>

namespace musubi::atna {

enum class ExportedRecords : std::uint8_t {
    kOwn,       ///< what this node recorded
    kReceived,  ///< what others sent to it: a forwarder, unchanged
    kAll,
};

struct ExportDestination {
    core::SyslogDestination to;
    ExportedRecords what = ExportedRecords::kOwn;
    bool byte_order_mark = false;  ///< of own messages; received ones pass as they came
};

/// Every problem names the entry. Names: lower-case letters, digits and '-', each only once.
Result<std::vector<ExportDestination>> read_destinations(std::vector<std::string> const& entries);

}  // namespace musubi::atna
