#pragma once
// What the patient index (module mpi) offers to the doors of identity: pix, pdq, xcpd. Authorities
// are resolved here (OIDs); everything is thread-safe and lives as long as the node.

#include "core/transaction.h"
#include "domain/patient_feed.h"
#include "platform/base/bytes.h"

namespace musubi::core {

/// An assigning authority of the region (configuration; OIDs may have arcs beyond 32 bits).
struct AssigningAuthority {
    std::string oid;
    std::string namespace_id;          ///< HD.1 that we emit; may be empty
    std::vector<std::string> aliases;  ///< further OIDs and namespace ids that senders use for it
    bool several_ids = false;          ///< one person may hold several active ids here
    bool direct = false;               ///< its ids are regional ids as they are
};

class AuthorityPort {
public:
    virtual ~AuthorityPort() = default;
    /// By OID, namespace id or alias. Null: not an authority of this region. An authority whose
    /// namespace and universal id denote different ones is kInvalidContent/kUnknownKeyIdentifier.
    virtual Result<AssigningAuthority const*> resolve(domain::SentAuthority const& sent) const = 0;
    virtual std::vector<AssigningAuthority> authorities() const = 0;
    /// HD.1 to write beside this OID; empty: it has none, or is no authority of this region.
    virtual std::string namespace_of(std::string const& oid) const {
        for (AssigningAuthority const& one : authorities()) {
            if (one.oid == oid) return one.namespace_id;
        }
        return {};
    }
};

/// A feed with its authorities resolved, by a sender who may feed them. kRelink: `ids` are the new
/// regional id and the local one, `prior_ids` the previous regional one (it may be the new one)
/// and, if there is one, the local id that goes into the other.
struct PatientChange {
    domain::FeedEvent event = domain::FeedEvent::kAdd;
    std::vector<domain::LocalId> ids, prior_ids, other_ids;
    domain::DemographicsChange demographics;
    domain::VisitChange visit = {};
    std::string member;       ///< code of the sending member
    std::string message_key;  ///< sender, facility and message id: for history and idempotency
    ByteView original;        ///< as received; kept encrypted
};

struct PatientChangeOutcome {
    std::string patient;                ///< surviving regional id (CX) of the record
    std::vector<std::string> subsumed;  ///< regional ids that stopped to be active
    std::string parted;  ///< kUnlink: regional id that the second record now stands under
    bool created = false;
};

/// Takes feeds inside the caller's transaction: stores, links, queues what follows from it.
class PatientIndexPort {
public:
    virtual ~PatientIndexPort() = default;
    /// Refusals are kUnknownKeyIdentifier (204) or kDuplicateKeyIdentifier (205) with "PID^1^3" or
    /// "MRG^1^1" (kRelink: and the repetition) as location; then nothing changed.
    virtual Result<PatientChangeOutcome> apply(pg::Tx& tx, PatientChange const& change) = 0;
};

/// ITI-9 / 45: the ids of one person in all domains.
class CrossReferencePort {
public:
    virtual ~CrossReferencePort() = default;
    struct Found {
        std::string patient;               ///< surviving regional id (CX)
        std::vector<domain::LocalId> ids;  ///< all active ids, the asked one included, by domain
    };
    /// kNotFound: the domain does not know this id (or it was merged away).
    virtual Result<Found> cross_references(domain::PatientId const& id) const = 0;
};

/// ITI-21 / 22 / 47 / 55.
class DemographicsPort {
public:
    virtual ~DemographicsPort() = default;
    /// What one domain knows of the person. The asker may see some domains and not others, so each
    /// record keeps its own demographics: what a hidden hospital wrote must not show elsewhere.
    struct Record {
        domain::LocalId id;
        domain::Demographics person;
        int degree = 0;  ///< 0..100 how well this record fits the query; 0: does not fit
        /// The surviving regional id (CX) of this record, where the person has several (ids that
        /// are regional ids as they are stay apart); empty: the candidate's.
        std::string patient = {};
        domain::Visit visit = {};  ///< told last with this record
    };
    struct Candidate {
        std::string patient;          ///< surviving regional id (CX) of the record that fits best
        std::vector<Record> records;  ///< active ones, best fit first, at least one fits
    };
    struct Search {
        domain::DemographicsQuery query;  ///< authorities resolved to OIDs by the caller
        std::vector<std::string>
            authorities;  ///< records of these domains may be searched; empty: all
        int limit = 100;  ///< more than this: kTooLarge
    };
    /// One candidate per person, best first. kTooLarge: more persons fit than `limit`, or the
    /// criteria select too many records to look at; the caller tells the protocol's error.
    virtual Result<std::vector<Candidate>> search(Search const& search) const = 0;
};

/// Told inside the feed's transaction whenever the set of ids of one person changed (ITI-10, 46).
/// Joined. A split tells each resulting set.
class CrossReferenceWatcherPort {
public:
    virtual ~CrossReferenceWatcherPort() = default;
    virtual Status ids_changed(pg::Tx& tx, std::string const& patient,
                               std::vector<domain::LocalId> const& ids) = 0;
};

}  // namespace musubi::core
