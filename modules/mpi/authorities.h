#pragma once
// The assigning authorities of the region: those of the configuration, and those that the agreement
// gives a member. Thread-safe. Source: ITI TF-2 E.3; pix-pdq 2.1.

#include "mpi/settings.h"

#include <functional>
#include <memory>
#include <mutex>

namespace musubi::mpi {

class AuthorityTable final : public core::AuthorityPort {
public:
    using Oids = std::shared_ptr<std::vector<std::string> const>;
    /// `member_oids`: authorities of the agreement in force, sorted; asked when an OID is not
    /// configured. Another list is told by another pointer.
    AuthorityTable(StoreSettings const& settings, std::function<Oids()> member_oids);

    Result<core::AssigningAuthority const*> resolve(
        domain::SentAuthority const& sent) const override;
    std::vector<core::AssigningAuthority> authorities() const override;
    std::string namespace_of(std::string const& oid) const override;

private:
    core::AssigningAuthority const* by_word(std::string const& word) const;
    core::AssigningAuthority const* by_oid(std::string const& oid) const;
    /// What the agreement in force gives its members; takes in what is new.
    Oids members_now() const;

    std::function<Oids()> member_oids_;
    std::map<std::string, core::AssigningAuthority> configured_;
    std::map<std::string, std::string> words_;  ///< namespace or alias -> OID
    mutable std::mutex mutex_;
    mutable Oids taken_;  ///< all of it is in `members_`
    mutable std::map<std::string, core::AssigningAuthority> members_;  ///< only ever grows
};

}  // namespace musubi::mpi
