#pragma once
// Disasters that are declared at a node which cannot write (agreement: emergency.stand_in): what
// the officers signed lies in a folder, each statement a file with its signatures beside it, as
// `musubi disaster prepare` and `sign` leave them. The same words and signatures count as in a row,
// and nothing else; a declaration is on record (DCM 110127) before it opens anything, and again
// after each start. An end in the same folder ends it.
//
// Thread-safe. At most kMostFiles files are looked at.

#include "policy/disaster.h"

#include <filesystem>

namespace musubi::policy {

inline constexpr std::size_t kMostFiles = 32;

class DisasterFiles {
public:
    /// `audit` null: nothing can be put on record, so nothing is opened. It outlives this object.
    DisasterFiles(std::filesystem::path folder, core::AuditPort* audit, std::string source_id)
        : folder_(std::move(folder)), audit_(audit), source_id_(std::move(source_id)) {}

    /// What is in force; null: nothing, or what there is cannot be put on record.
    std::shared_ptr<Disaster const> now(Agreement const& agreement, WallTime at);

private:
    struct Read {
        std::vector<Disaster> declared;
        std::map<std::string, Disaster> ended;  ///< by the declaration's URN
    };
    Read read(Agreement const& agreement, WallTime at);
    void complain(std::string const& file, std::string const& why);
    /// False: it is not on record.
    bool record_once(Agreement const& agreement, Disaster const& disaster, bool begins,
                     WallTime at);

    std::filesystem::path const folder_;
    core::AuditPort* const audit_;
    std::string const source_id_;
    std::mutex mutex_;                  ///< guards what follows
    std::set<std::string> recorded_;    ///< "begin" or "end" and the id
    std::set<std::string> complained_;  ///< file and reason, each told once
};

}  // namespace musubi::policy
