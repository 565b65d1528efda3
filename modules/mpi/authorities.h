#pragma once
// The assigning authorities of the region: those of the configuration, and those that the agreement
// gives a member. Thread-safe. Source: ITI TF-2 E.3; pix-pdq 2.1.

#include "mpi/settings.h"

#include <functional>
#include <mutex>

namespace musubi::mpi {

class AuthorityTable final : public core::AuthorityPort {
public:
    /// `member_oids`: authorities of the agreement in force; asked when an OID is not configured.
    AuthorityTable(StoreSettings const& settings,
                   std::function<std::vector<std::string>()> member_oids);

    Result<core::AssigningAuthority const*> resolve(
        domain::SentAuthority const& sent) const override;
    std::vector<core::AssigningAuthority> authorities() const override;

private:
    core::AssigningAuthority const* by_word(std::string const& word) const;
    core::AssigningAuthority const* by_oid(std::string const& oid) const;
    void take_members() const;

    std::function<std::vector<std::string>()> member_oids_;
    std::map<std::string, core::AssigningAuthority> configured_;
    std::map<std::string, std::string> words_;  ///< namespace or alias -> OID
    mutable std::mutex mutex_;
    mutable std::map<std::string, core::AssigningAuthority> members_;  ///< only ever grows
};

}  // namespace musubi::mpi
