#pragma once
// What operators do about pairs of records: the queue of possible matches, evidence, decisions. The
// caller audits. Every decision is kept; with four eyes it counts when a second operator makes the
// same one. Thread-safe. Source: pix-pdq 7, 10.5.

#include "mpi/store.h"

namespace musubi::mpi {

struct ReviewItem {
    domain::LocalId a, b;
    double score = 0;    ///< bits
    std::string held;    ///< why a link was not followed: domain, rejected, chain, size; or empty
    std::string levels;  ///< what was compared, never values
};

struct PairView {
    domain::LocalId a, b;
    std::string patient_a, patient_b;  ///< who stands for each (CX)
    EdgeState state = EdgeState::kNone;
    std::string decided_by, held;
    std::optional<match::Evidence> evidence;  ///< by the weights of today
};

enum class Decision : std::uint8_t { kLink, kSeparate };

struct Decided {
    bool waits_for_second = false;  ///< four eyes: noted, nothing changed yet
    std::string patient;            ///< who stands for `a` now (CX)
};

class Review {
public:
    explicit Review(Store& store) : context_(store.context()), store_(store) {}

    /// Strongest first.
    Result<std::vector<ReviewItem>> list(int limit) const;
    /// kNotFound: an id nobody fed.
    Result<PairView> show(domain::PatientId const& a, domain::PatientId const& b) const;
    /// Within the caller's transaction, so that the audit record commits with it.
    Result<Decided> decide(pg::Tx& tx, Decision decision, domain::PatientId const& a,
                           domain::PatientId const& b, std::string const& by);
    /// Takes the newest decision about the pair back: a merge (A40), a link, a separation.
    Result<Decided> undo(pg::Tx& tx, domain::PatientId const& a, domain::PatientId const& b,
                         std::string const& by);

private:
    Result<std::vector<Record>> pair(pg::Tx& tx, domain::PatientId const& a,
                                     domain::PatientId const& b) const;
    /// True: a second operator now says the same, or one is enough.
    Result<bool> agreed(pg::Tx& tx, std::string const& kind, RecordKey a, RecordKey b,
                        std::string const& by) const;

    Context const& context_;
    Store& store_;
};

}  // namespace musubi::mpi
