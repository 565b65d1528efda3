#pragma once
// One feed, inside the caller's transaction: adds, updates, merges, changes of ids, links of the
// source. Used by one thread, once. Source: ITI TF-2 3.8, 3.30; pix-pdq 2.1, 2.2, 7.

#include "core/patient_ports.h"
#include "mpi/linking.h"

namespace musubi::mpi {

class Feeding {
public:
    /// `versions`: of the tokens to write and look up.
    Feeding(Context const& context, pg::Tx& tx, std::vector<std::int16_t> versions)
        : context_(context), tx_(tx), versions_(std::move(versions)), linking_(context, tx) {}

    Result<core::PatientChangeOutcome> apply(core::PatientChange const& change);

private:
    /// An id of the message, with its record once there is one.
    struct Named {
        domain::LocalId id;
        char const* location;
        Bytes token;
        std::optional<Record> record;
        std::vector<match::Key> numbers = {};  ///< of what its record tells now
    };

    Status name_all(core::PatientChange const& change);
    Result<core::PatientChangeOutcome> put(core::PatientChange const& change);
    Result<core::PatientChangeOutcome> merge(core::PatientChange const& change);
    Result<core::PatientChangeOutcome> change_id(core::PatientChange const& change);
    Result<core::PatientChangeOutcome> relate(core::PatientChange const& change, EdgeState state);
    Result<core::PatientChangeOutcome> relink(core::PatientChange const& change);
    Status check_relink();
    /// The local record's and those merged into it.
    std::set<RecordKey> moving_with(RecordKey local);
    void part(std::set<RecordKey> const& moving, core::PatientChange const& change);
    void join(std::set<RecordKey> const& moving, core::PatientChange const& change);
    Status tell_followers(std::string const& from, std::string const& to);

    Status refuse_retired() const;
    Status make_record(Named& named, core::PatientChange const& change, std::string const& home);
    Result<bool> update_record(Named& named, core::PatientChange const& change);
    Result<std::string> home_for(Named const& named, std::string const& direct_home);
    Status make_patient(std::string const& home, bool issued);
    Status drop_tokens(RecordKey key);
    /// Writes the tokens of these records, and judges who may be the same person.
    Status find_candidates(std::vector<Named const*> const& of, domain::Demographics const& person);
    Status link(std::vector<RecordKey> const& keys);
    void decide(char const* kind, RecordKey a, RecordKey b, EdgeState before,
                std::string const& who);
    Status remember(core::PatientChange const& change, RecordKey record,
                    core::PatientChangeOutcome const& outcome);

    Context const& context_;
    pg::Tx& tx_;
    std::vector<std::int16_t> versions_;
    Linking linking_;
    std::vector<Named> ids_, prior_, other_;
    std::vector<Record> candidates_;
    std::vector<std::pair<RecordKey, match::Evidence>> evidence_;
    std::optional<core::PatientChangeOutcome> told_before_;  ///< to this very message
    bool created_ = false;
};

}  // namespace musubi::mpi
