#pragma once
// The section `mpi` of the configuration. Plain values.

#include "core/config.h"
#include "core/patient_ports.h"

#include <map>
#include <set>

namespace musubi::mpi {

enum class UnknownUpdate : std::uint8_t { kAccept, kRefuse };

struct StoreSettings {
    std::string regional_authority;  ///< OID under which regional ids are issued (XAD-PID)
    std::set<std::string> direct_authorities;  ///< their ids are regional ids as they are
    std::map<std::string, std::string>
        namespaces;  ///< namespace id -> OID, for senders that give no OID
    std::map<std::string, core::AssigningAuthority>
        authorities{};                                      ///< by OID, from mpi.authorities
    UnknownUpdate unknown_update = UnknownUpdate::kAccept;  ///< A08 for an id nobody fed
    std::size_t max_person_records = 64;
    bool four_eyes = false;  ///< an operator's decision counts when a second one confirms it
    std::map<std::string, std::string> weights{};  ///< changes to the defaults of match/weights.h
};

/// kInvalidContent names the key.
Result<StoreSettings> store_settings(core::Config const& config);
std::vector<core::ConfigKey> store_config_keys();

}  // namespace musubi::mpi
