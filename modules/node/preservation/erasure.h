#pragma once
// The destruction of a member's data keys, and the certificate of it.
//
//   {"destroyed": {"at", "audit_record", "audit_hash", "root", "objects_sha256", "documents"},
//    "erasure": {"agreement", "agreement_hash", "approval", "backups", "clause", "decided_at",
//                "documents", "fragments", "keys": [{"fingerprint", "id", "made", "name",
//                "version"}], "member", "member_name", "node", "octets", "officers", "operator",
//                "patient_records", "reason", "region"},
//    "format": "musubi-erasure-1"}
//
// one line of canonical JSON (RFC 8785); the very octets are signed. `erasure` is decided and
// stored before the first key is gone, `destroyed` is added when the last one is. Pure.

#include "platform/base/bytes.h"
#include "platform/base/clock.h"
#include "platform/base/ids.h"
#include "platform/vault/key_ring.h"

#include <set>
#include <string>
#include <vector>

namespace musubi::node {

/// What becomes unreadable.
struct ErasureCounts {
    std::int64_t documents = 0, octets = 0;
    std::int64_t fragments = 0;        ///< of metadata: entries, sets, folders, associations
    std::int64_t patient_records = 0;  ///< what the member told about persons
};

struct Erasure {
    Uuid approval;
    std::string region, node;
    std::string member, member_name;
    std::set<std::string> names;       ///< of keys
    std::vector<vault::KeyInfo> keys;  ///< that are there
    std::string clause, agreement, agreement_hash;
    std::string reason, decided_by;
    std::vector<std::string> officers;  ///< subjects of their certificates
    WallTime decided_at{};
    ErasureCounts counts;
};
std::string erasure_facts(Erasure const& erasure);

struct ErasureEnd {
    WallTime at{};
    std::int64_t audit_record = 0;  ///< the trail stood here, the decision in it
    std::string audit_hash;         ///< hex
    std::int64_t root = 0;          ///< newest signed root; 0: none
    std::int64_t documents = 0;     ///< lines of the list of objects
    std::string objects_sha256;     ///< of that list
};
/// `facts` as erasure_facts() wrote them.
std::string erasure_certificate(std::string const& facts, ErasureEnd const& end);

}  // namespace musubi::node
