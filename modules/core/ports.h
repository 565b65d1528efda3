#pragma once
// What modules offer each other, in domain terms. A module never includes another module: it asks
// for a port. All ports are thread-safe and live as long as the node.

#include "core/doors.h"
#include "core/transaction.h"

#include <algorithm>
#include <map>
#include <memory>

namespace musubi::core {

struct Decision {
    bool permitted = false;
    std::string rule_id;  ///< the clause that decided; "default" when none did
    bool everything = false;
    std::vector<std::pair<std::string, domain::Scope>> scopes;  ///< patient (CX) -> scope
    bool told = false;  ///< a denial: the agreement wants it answered with an error of its own
    /// For the records about a patient (CX): what the decision rests on.
    std::vector<std::pair<std::string, domain::AuditDetail>> details = {};
    std::vector<std::string> shadow_rules = {};  ///< clauses that would have had a word
    bool emergency = false;                      ///< somebody has broken the glass
    /// Patient (CX) and clause: uses that are to be announced to the members with records of him.
    std::vector<std::pair<std::string, std::string>> announce = {};
    std::string agreement = {};  ///< which version of the agreement it stands in; for the records
};

/// With kUnauthenticated: the connection's terms demand a user's assertion, and none came.
inline constexpr Reason kReasonAssertionMissing{0xFE03};
/// With kBusy: the member calls more often than was agreed.
inline constexpr Reason kReasonTooOften{0xFE04};

/// A certificate that the agreement rests on, and when it ends.
struct NamedCertificate {
    std::string owner;  ///< member code, or issuer of assertions
    std::string use;    ///< "connection", "signature", "assertions"
    WallTime not_after{};
};

/// The regional agreement (module policy). Every failure to decide is a denial.
class PolicyPort {
public:
    virtual ~PolicyPort() = default;
    /// The member behind a verified certificate; kDenied when there is none.
    virtual Result<domain::Member> member_of(PeerCertificate const& certificate) const = 0;
    /// By its code, whatever its status: what operators do in the name of a member. kNotFound.
    virtual Result<domain::Member> member_named(std::string const& code) const {
        return Error(Code::kNotFound, "no member '" + code + "' in the agreement");
    }
    virtual bool may_call(domain::Member const& member, std::string_view transaction_id) const = 0;
    virtual Result<Decision> decide(domain::Subject const& subject, TransactionSpec const& spec,
                                    PolicyQuery const& query) const = 0;
    /// Whether a call is looked at at all, asked once for each, before it is decoded. kDenied: the
    /// transaction is not for this member; kUnauthenticated: its connection demands a user, or one
    /// who was authenticated better; kBusy with kReasonTooOften.
    virtual Status admit(domain::Subject const& subject, std::string_view transaction_id) const {
        if (may_call(subject.member, transaction_id)) return {};
        return Error(Code::kDenied,
                     "member " + subject.member.code + " may not call this transaction");
    }
    /// Whether this node may call that member with a transaction.
    virtual bool may_send(std::string_view member_code, std::string_view transaction_id) const {
        static_cast<void>(member_code), static_cast<void>(transaction_id);
        return true;
    }
    /// As far as their end is known.
    virtual std::vector<NamedCertificate> named_certificates() const { return {}; }
    virtual std::string source_name() const = 0;  ///< region name for records and health
    /// What the agreement in force asks of questions by demographics. Default: all are refused.
    virtual domain::DemographicsRules demographics_rules() const { return {}; }
    /// Every assigning authority (OID) that the agreement gives a member.
    virtual std::vector<std::string> member_authorities() const { return {}; }
    /// The same, sorted: one list for as long as an agreement is in force, so that whoever keeps
    /// something made of it can tell by the pointer when that is out of date.
    virtual std::shared_ptr<std::vector<std::string> const> member_authority_list() const {
        auto list = std::make_shared<std::vector<std::string>>(member_authorities());
        std::sort(list->begin(), list->end());
        return list;
    }
    /// Whether insurance numbers may serve as a key for matching (off unless the agreement says
    /// so).
    virtual bool insurance_is_key() const { return false; }
    /// Whether anything passes between this region and its neighbours now (XCA, XCPD): a declared
    /// disaster may close the gateways. `may_call` refuses what comes in; initiators ask here.
    virtual bool gateways_open() const { return true; }
    /// Whether messages of this member must, may or need not name their user. Default: users are
    /// not looked at.
    virtual domain::AssertionRules assertion_rules(domain::Member const& member) const {
        static_cast<void>(member);
        return {};
    }
    /// The same for one transaction: a connection may have terms of its own.
    virtual domain::AssertionRules assertion_rules_for(domain::Member const& member,
                                                       std::string_view transaction_id) const {
        static_cast<void>(transaction_id);
        return assertion_rules(member);
    }
    /// The subject acting for the user of a verified assertion: name, role, purpose. Asked for
    /// each message. kUnauthenticated when the agreement does not believe that this member may
    /// speak for this user; a user whom nothing entitles gets a role that permits nothing.
    virtual Result<domain::Subject> with_user(
        domain::Subject subject, std::shared_ptr<domain::UserAssertion const> assertion) const {
        static_cast<void>(subject), static_cast<void>(assertion);
        return Error(Code::kUnauthenticated, "users are not known here");
    }
};

/// The audit trail (module atna).
class AuditPort {
public:
    virtual ~AuditPort() = default;
    /// Durable when it returns success (group commit). For reads, refusals and events.
    virtual Status record(std::vector<domain::AuditEvent> events) = 0;
    /// Joins the caller's transaction: durable with its commit, gone with its rollback.
    virtual Status record_in(pg::Tx& tx, std::vector<domain::AuditEvent> events) = 0;
};

/// Patients of the region (module mpi).
class PatientIdentityPort {
public:
    virtual ~PatientIdentityPort() = default;
    /// Surviving regional id of an id that was fed; kNotFound when it is unknown. CX form in and
    /// out.
    virtual Result<std::string> survivor_of(std::string const& cx) const = 0;
    /// OIDs of the authorities that fed an identifier of this patient; kNotFound when it is
    /// unknown.
    virtual Result<std::vector<std::string>> authorities_of(std::string const& cx) const = 0;

    struct Standing {
        std::string survivor;                  ///< as survivor_of()
        std::vector<std::string> authorities;  ///< of the survivor; empty: nobody fed it
    };
    /// Both at once; kNotFound when the id is unknown.
    virtual Result<Standing> standing_of(std::string const& cx) const {
        Standing out{TRY(survivor_of(cx)), {}};
        auto fed = authorities_of(out.survivor);
        if (!fed && fed.error().code != Code::kNotFound) return std::move(fed).error();
        if (fed) out.authorities = std::move(*fed);
        return out;
    }
};

/// Told when regional ids become known, merge or part, inside the feed's own transaction (registry,
/// policy). Joined, not provided: everybody who keeps something by patient listens. Merges are told
/// flat: the surviving id stands for itself.
class PatientWatcherPort {
public:
    virtual ~PatientWatcherPort() = default;
    virtual Status patient_known(pg::Tx& tx, std::string const& cx) = 0;
    virtual Status patient_merged(pg::Tx& tx, std::string const& subsumed_cx,
                                  std::string const& surviving_cx) = 0;
    /// Ids that this very transaction issued, each with who stands for it: nothing can be kept
    /// under them yet. By default each is told as known, then as merged.
    struct Added {
        std::string cx;
        std::string survivor;  ///< empty: itself
    };
    virtual Status patients_added(pg::Tx& tx, std::vector<Added> const& added) {
        for (Added const& one : added) TRY(patient_known(tx, one.cx));
        for (Added const& one : added) {
            if (!one.survivor.empty()) TRY(patient_merged(tx, one.cx, one.survivor));
        }
        return {};
    }
    /// The two are not, or no longer, one person: what was said of the merge is taken back.
    virtual Status patient_unmerged(pg::Tx& tx, std::string const& subsumed_cx,
                                    std::string const& surviving_cx) {
        static_cast<void>(tx), static_cast<void>(subsumed_cx), static_cast<void>(surviving_cx);
        return {};
    }
    /// After a person fell apart: what was published under `from_cx` itself with one of these ids
    /// of the source belongs to `to_cx`.
    virtual Status source_ids_moved(pg::Tx& tx, std::vector<domain::PatientId> const& ids,
                                    std::string const& from_cx, std::string const& to_cx) {
        static_cast<void>(tx), static_cast<void>(ids);
        static_cast<void>(from_cx), static_cast<void>(to_cx);
        return {};
    }
};

/// A document as its registration tells about it.
struct RegisteredDocument {
    std::string const& patient;  ///< regional id (CX)
    std::string key;             ///< the registry's name for the entry, unique and for ever
    domain::DocumentEntry const& entry;
};

/// Told inside the registration's own transaction (policy: consent by document). Joined. An Error
/// refuses the whole submission, and is its answer.
class DocumentWatcherPort {
public:
    virtual ~DocumentWatcherPort() = default;
    virtual Status document_registered(CallContext const& call,
                                       RegisteredDocument const& document) = 0;
    /// By their keys: replaced, or no longer valid because of something that was.
    virtual Status documents_deprecated(CallContext const& call,
                                        std::vector<std::string> const& keys) = 0;
};

/// With an Error: whether a registry elsewhere registered is not known yet. Without it nothing was
/// registered.
inline constexpr Reason kReasonOutcomeUnknown{0xFE02};

/// By what a registry elsewhere is asked for a submission that it may have registered.
struct SentSubmission {
    struct Document {
        std::string unique_id;
        std::string sha1_hex;
    };
    std::string set_unique_id;
    std::vector<Document> documents;
};

/// Registers a document set (ITI-42) inside the caller's transaction (module registry), or over the
/// wire (module registry_link).
class DocumentRegistryPort {
public:
    virtual ~DocumentRegistryPort() = default;
    /// Warnings on success; an Error carries every issue of the refusal.
    virtual Result<std::vector<Issue>> register_document_set(CallContext const& call,
                                                             domain::Submission submission) = 0;
    /// True: registration is another node's, does not join `call.tx` and is not undone by a
    /// rollback. The caller makes its content durable first, and keeps it while the outcome is
    /// unknown.
    virtual bool is_remote() const { return false; }
    /// Remote only: whether exactly these documents are registered with this submission set, asked
    /// in the name of the subject's member. An Error when that cannot be told now.
    virtual Result<bool> is_registered(CallContext const&, SentSubmission const&) {
        return Error(Code::kUnsupported, "this registry shares the caller's transaction");
    }
};

/// Typed look-up of what modules provide. Filled during composition, read-only afterwards.
class Ports {
public:
    template <class P>
    void provide(P& port) {
        ports_[std::type_index(typeid(P))] = &port;
    }
    /// Null when nobody provides it.
    template <class P>
    P* find() const {
        auto const found = ports_.find(std::type_index(typeid(P)));
        return found == ports_.end() ? nullptr : static_cast<P*>(found->second);
    }
    /// For ports that several modules provide and all are told (PatientWatcherPort).
    template <class P>
    void join(P& port) {
        joined_[std::type_index(typeid(P))].push_back(&port);
    }
    template <class P>
    std::vector<P*> all() const {
        std::vector<P*> ports;
        auto const found = joined_.find(std::type_index(typeid(P)));
        if (found == joined_.end()) return ports;
        for (void* port : found->second) ports.push_back(static_cast<P*>(port));
        return ports;
    }
    template <class P>
    P& require() const {
        return *find<P>();  // composition has checked provides/requires before create() runs
    }

private:
    std::map<std::type_index, void*> ports_;
    std::map<std::type_index, std::vector<void*>> joined_;
};

}  // namespace musubi::core
