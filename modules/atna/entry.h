#pragma once
// An audit record on its way: the DICOM message together with the columns it is found by, sealed as
// one.
//
// Columns in the clear: times, codes, member codes, rule, trace, document unique ids, and patient
// ids of the region's own authorities. Any other patient id, and every user, stands there as a
// keyed token: searchable by exact match only. Pure apart from the key ring. Thread-safe.

#include "domain/audit_event.h"
#include "platform/base/bytes.h"
#include "platform/base/ids.h"
#include "platform/vault/key_ring.h"

#include <set>
#include <string>
#include <vector>

namespace musubi::atna {

struct Columns {
    WallTime time{};
    std::string transaction;
    std::string event;       ///< EventID code
    std::string event_type;  ///< first EventTypeCode
    std::int16_t outcome = 0;
    std::string organisation;
    Bytes user_token;  ///< empty: no human known
    std::vector<std::string> patients;
    std::vector<std::string> documents;  ///< unique ids of documents and submission sets
    std::string rule;
    std::string trace;
    bool operator==(Columns const&) const = default;
};

struct Entry {
    Uuid id;
    Columns columns;
    std::string message;  ///< DICOM XML
};

/// The vault's name for the node's own key.
inline constexpr std::string_view kNodeKey = "node";

class EntrySealer {
public:
    /// `regional_authorities`: OIDs whose patient ids may stand in the clear.
    EntrySealer(vault::KeyRing& keys, std::vector<std::string> const& regional_authorities)
        : keys_(keys), regional_(regional_authorities.begin(), regional_authorities.end()) {}

    Entry entry_of(domain::AuditEvent const& event, Uuid const& id) const;
    Columns columns_of(domain::AuditEvent const& event) const;
    Result<Bytes> seal(Entry const& entry) const;
    /// The same as seal(entry_of(event, id)) in less time: what the message carries in base64 is
    /// not encoded only to be taken off again.
    Result<Bytes> seal(domain::AuditEvent const& event, Uuid const& id) const;
    Result<Entry> open(Uuid const& id, ByteView sealed) const;
    /// Opens and checks all of it, and puts no message together.
    Result<Columns> open_columns(Uuid const& id, ByteView sealed) const;

    Bytes user_token(std::string_view user_id) const;
    std::string patient_key(std::string const& cx) const;  ///< as it stands in the column
    std::vector<std::string> patient_search_keys(
        std::string const& cx) const;  ///< every form it may have there

private:
    std::string patient_token(std::string const& cx) const;
    Result<Bytes> seal(Uuid const& id, Columns const& columns,
                       std::vector<std::string> const& parts) const;
    Result<Bytes> open_packed(Uuid const& id, ByteView sealed) const;
    vault::KeyRing& keys_;
    std::set<std::string, std::less<>> regional_;
};

/// Columns in one unambiguous byte form: what is sealed, and what the hash chain covers.
Bytes pack(Columns const& columns);
/// kInvalidContent when the octets are not what pack() makes.
Result<Columns> unpack(ByteView packed);

/// The person who asked; empty when only machines are known.
std::string user_of(domain::AuditEvent const& event);
/// Network address of the other side: the one without a process id (AlternativeUserID is local
/// only).
std::string peer_of(domain::AuditEvent const& event);

}  // namespace musubi::atna
