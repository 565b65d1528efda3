#pragma once
// Source records, what is known about pairs of them, and what is sealed in one. Plain values.

#include "domain/demographics.h"
#include "domain/visit.h"
#include "platform/base/bytes.h"
#include "platform/base/result.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace musubi::mpi {

using RecordKey = std::int64_t;

enum class RecordStatus : std::int16_t {
    kActive = 1,
    kSubsumed = 2,  ///< merged away (A40); its id is never accepted again
    kInactive = 3,  ///< its id was corrected (A47)
};

struct Record {
    RecordKey key = 0;
    std::string authority;
    std::int64_t person = 0;
    RecordStatus status = RecordStatus::kActive;
    RecordKey survivor = 0;  ///< the record that it was merged into; 0: none
    std::string institution;
    Bytes sealed;            ///< empty: nothing was ever told
    std::string home;        ///< its regional id (CX)
    bool owns_home = false;  ///< its own id is its regional id
    bool home_issued = false;
    std::int64_t home_age = 0;  ///< microseconds since 1970
    std::string home_survivor;  ///< empty: the home stands for itself

    bool active() const { return status == RecordStatus::kActive; }
    bool operator==(Record const&) const = default;
};

enum class EdgeState : std::int16_t {
    kNone = 0,
    kAuto = 1,       ///< matching linked them
    kConfirmed = 2,  ///< a person or the source says: one person
    kRejected = 3,   ///< a person or the source says: two. Sticky
    kReview = 4,     ///< for people to decide
};
/// As match::Verdict, numbered for the database.
enum class EdgeVerdict : std::int16_t { kSeparate = 0, kReview = 1, kLink = 2 };

struct Edge {
    RecordKey a = 0, b = 0;  ///< a < b
    EdgeState state = EdgeState::kNone;
    EdgeVerdict verdict = EdgeVerdict::kSeparate;
    double score = 0;    ///< bits
    std::string held;    ///< why a verdict of link was not followed: domain, rejected, chain, size
    std::string levels;  ///< "given exact kana=4.9;..."
    std::int16_t weights_version = 0;
    std::string decided_by;
    std::int64_t decided_at = 0;  ///< microseconds since 1970; 0: now

    bool decided_by_people() const {
        return state == EdgeState::kConfirmed || state == EdgeState::kRejected;
    }
    bool operator==(Edge const&) const = default;
};

/// What is sealed in a record.
struct RecordContent {
    domain::LocalId id;
    domain::Demographics person;
    domain::Visit visit = {};  ///< told last
    bool operator==(RecordContent const&) const = default;
};

/// Compact binary with a leading version; fields are only ever added at the end.
Bytes pack(RecordContent const& content);
/// kStorageUnavailable when the octets are not ours.
Result<RecordContent> unpack(ByteView packed);
/// Of the same octets the id alone, which stands first; the rest is not looked at.
Result<domain::LocalId> unpack_id(ByteView packed);

}  // namespace musubi::mpi
