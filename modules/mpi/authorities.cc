#include "mpi/authorities.h"

#include "domain/reason.h"
#include "platform/base/ids.h"

#include <algorithm>

namespace musubi::mpi {
namespace {

Error unknown(domain::SentAuthority const& sent, char const* rule) {
    return Error(Code::kInvalidContent,
                 {{Severity::kError, Reason::kUnknownKeyIdentifier, rule, sent.location}});
}

}  // namespace

AuthorityTable::AuthorityTable(StoreSettings const& settings, std::function<Oids()> member_oids)
    : member_oids_(std::move(member_oids)), configured_(settings.authorities) {
    auto const add = [&](std::string const& oid) -> core::AssigningAuthority& {
        core::AssigningAuthority& authority = configured_[oid];
        authority.oid = oid;
        return authority;
    };
    add(settings.regional_authority).direct = true;
    for (std::string const& oid : settings.direct_authorities) add(oid).direct = true;
    for (auto const& [name, oid] : settings.namespaces) {
        core::AssigningAuthority& authority = add(oid);
        if (authority.namespace_id.empty())
            authority.namespace_id = name;
        else if (authority.namespace_id != name)
            authority.aliases.push_back(name);
    }
    for (auto const& [oid, authority] : configured_) {
        if (!authority.namespace_id.empty()) words_.emplace(authority.namespace_id, oid);
        for (std::string const& alias : authority.aliases) words_.emplace(alias, oid);
    }
}

AuthorityTable::Oids AuthorityTable::members_now() const {
    static Oids const kNone = std::make_shared<std::vector<std::string>>();
    Oids now = member_oids_ ? member_oids_() : kNone;
    std::lock_guard const lock(mutex_);
    if (now == taken_) return now;
    for (std::string const& oid : *now) {
        if (configured_.contains(oid) || words_.contains(oid)) continue;
        core::AssigningAuthority authority;
        authority.oid = oid;
        members_.emplace(oid, std::move(authority));
    }
    taken_ = now;
    return now;
}

core::AssigningAuthority const* AuthorityTable::by_oid(std::string const& oid) const {
    auto const found = configured_.find(oid);
    if (found != configured_.end()) return &found->second;
    if (auto const* other = by_word(oid)) return other;
    // What the agreement no longer gives a member is nobody's, even if it was once.
    Oids const now = members_now();
    if (!std::binary_search(now->begin(), now->end(), oid)) return nullptr;
    std::lock_guard const lock(mutex_);
    auto const member = members_.find(oid);
    return member == members_.end() ? nullptr : &member->second;
}

core::AssigningAuthority const* AuthorityTable::by_word(std::string const& word) const {
    auto const found = words_.find(word);
    return found == words_.end() ? nullptr : &configured_.at(found->second);
}

Result<core::AssigningAuthority const*> AuthorityTable::resolve(
    domain::SentAuthority const& sent) const {
    core::AssigningAuthority const* const by_name =
        sent.namespace_id.empty() ? nullptr : by_word(sent.namespace_id);
    if (sent.universal_id.empty()) return by_name;
    if (!sent.universal_id_type.empty() && sent.universal_id_type != "ISO")
        return unknown(sent, "the assigning authority must be an OID of type ISO");
    core::AssigningAuthority const* const found = by_oid(sent.universal_id);
    if (by_name && by_name != found)
        return unknown(sent, "namespace and OID of the assigning authority name different domains");
    return found;
}

std::vector<core::AssigningAuthority> AuthorityTable::authorities() const {
    std::vector<core::AssigningAuthority> out;
    for (auto const& [oid, authority] : configured_) out.push_back(authority);
    Oids const now = members_now();
    std::lock_guard const lock(mutex_);
    for (auto const& [oid, authority] : members_) {
        if (std::binary_search(now->begin(), now->end(), oid)) out.push_back(authority);
    }
    return out;
}

/// Only configured ones have any.
std::string AuthorityTable::namespace_of(std::string const& oid) const {
    auto const found = configured_.find(oid);
    return found == configured_.end() ? std::string() : found->second.namespace_id;
}

}  // namespace musubi::mpi
