#include "mpi/store.h"

#include "domain/reason.h"
#include "mpi/sql.h"

namespace musubi::mpi {
namespace {

Error unknown_key(char const* location, std::string rule) {
    return Error(Code::kConflict,
                 {{Severity::kError, Reason::kUnknownKeyIdentifier, std::move(rule), location}});
}

}  // namespace

Store::Store(pg::Pool& pool, vault::KeyRing const& keys, IdSource& ids, core::Ports& ports,
             StoreSettings settings)
    : pool_(pool), keys_(keys), ids_(ids), ports_(ports), settings_(std::move(settings)) {
    settings_.direct_authorities.insert(settings_.regional_authority);
}

bool Store::is_direct(domain::PatientId const& id) const {
    return settings_.direct_authorities.contains(id.authority);
}

vault::Token Store::token_of(domain::PatientId const& id) const {
    return keys_.blind_token("patient-identifier", id.authority + "|" + id.id);
}

std::string Store::authority_of_namespace(std::string const& namespace_id) const {
    auto const found = settings_.namespaces.find(namespace_id);
    return found == settings_.namespaces.end() ? std::string() : found->second;
}

Result<std::string> Store::survivor_of(std::string const& cx) const {
    return pool_.read([&](pg::ReadTx& tx) -> Result<std::string> {
        pg::Rows rows = TRY(tx.exec(sql::kSurvivorOfOne, pg::Params().text(cx)));
        if (rows.empty())
            return Error(Code::kNotFound, Reason::kUnknownPatientId, "patient id is not known");
        if (rows.front().is_null(0)) return cx;
        rows = TRY(tx.exec(sql::kSurvivorOf, pg::Params().text(cx)));
        if (rows.empty()) return Error(Code::kInternal, "a chain of merges without end");
        return std::string(rows.front().text(0));
    });
}

Result<std::vector<std::string>> Store::authorities_of(std::string const& cx) const {
    return pool_.read([&](pg::ReadTx& tx) -> Result<std::vector<std::string>> {
        pg::Rows const rows = TRY(tx.exec(sql::kAuthoritiesOf, pg::Params().text(cx)));
        std::vector<std::string> authorities;
        for (pg::Row const row : rows) authorities.emplace_back(row.text(0));
        if (rows.empty())
            return Error(Code::kNotFound, Reason::kUnknownPatientId, "patient id is not known");
        return authorities;
    });
}

Result<std::optional<Store::Known>> Store::find(pg::Tx& tx, domain::PatientId const& id) const {
    if (is_direct(id)) {
        pg::Rows const rows = TRY(tx.exec(sql::kLockPatient, pg::Params().text(id.to_cx())));
        if (rows.empty()) return std::optional<Known>();
        return std::optional(Known{id.to_cx(), !rows.front().is_null(0)});
    }
    pg::Rows const rows =
        TRY(tx.exec(sql::kFindIdentifier, pg::Params().text(id.authority).bytea(token_of(id))));
    if (rows.empty()) return std::optional<Known>();
    return std::optional(Known{std::string(rows.front().text(0)), rows.front().boolean(1)});
}

void Store::lock(pg::Tx& tx, std::vector<domain::PatientId> const& ids) const {
    std::set<std::int64_t> keys;  // in one order for everybody: two feeds never wait for each other
    for (domain::PatientId const& id : ids) {
        std::uint64_t key = 0;
        vault::Token const token = token_of(id);
        for (std::size_t i = 0; i < sizeof key; ++i) key = key << 8 | token[i];
        keys.insert(static_cast<std::int64_t>(key));
    }
    for (std::int64_t const key : keys) tx.queue(sql::kLockId, pg::Params().int8(key));
}

Result<std::string> Store::make_patient(pg::Tx& tx, std::string const& cx, Origin origin) {
    tx.queue(sql::kInsertPatient, pg::Params().text(cx).boolean(origin == Origin::kIssued), 1);
    tx.queue(sql::kHistory, pg::Params().text("added").text(cx).null());
    for (auto* watcher : ports_.all<core::PatientWatcherPort>())
        TRY(watcher->patient_known(tx, cx));
    return cx;
}

Result<std::string> Store::add(pg::Tx& tx, std::vector<domain::PatientId> const& ids) {
    lock(tx, ids);
    // The affinity domain's own id comes first: it is the regional id, whatever else is listed
    // beside it.
    std::string direct;
    std::string linked;
    std::vector<domain::PatientId const*> fresh;
    for (domain::PatientId const& id : ids) {
        auto const known = TRY(find(tx, id));
        if (known && known->retired)
            return unknown_key("PID^1^3", "this id was merged into another one");
        std::string& found = is_direct(id) ? direct : linked;
        if (known && found.empty())
            found = is_direct(id) ? known->regional_id : TRY(surviving(tx, known->regional_id));
        if (!known && is_direct(id)) {
            std::string const made = TRY(make_patient(tx, id.to_cx(), Origin::kFed));
            if (found.empty()) found = made;
        } else if (!known) {
            fresh.push_back(&id);
        }
    }
    std::string regional = direct.empty() ? linked : direct;
    if (regional.empty()) {
        domain::PatientId const issued{std::to_string(ids_.key()), settings_.regional_authority};
        regional = TRY(make_patient(tx, issued.to_cx(), Origin::kIssued));
    }
    for (domain::PatientId const* id : fresh) {
        tx.queue(sql::kInsertIdentifier,
                 pg::Params().text(id->authority).bytea(token_of(*id)).text(regional), 1);
        tx.queue(sql::kHistory, pg::Params().text("linked").text(regional).null());
    }
    return regional;
}

Result<std::string> Store::active_id_of(pg::Tx& tx, domain::PatientId const& id,
                                        char const* location) const {
    auto const known = TRY(find(tx, id));
    if (!known) return unknown_key(location, "this id is not known");
    if (known->retired) return unknown_key(location, "this id was merged into another one");
    // The id itself is active; another hospital may have merged the record that it belongs to.
    return surviving(tx, known->regional_id);
}

Result<std::string> Store::surviving(pg::Tx& tx, std::string cx) const {
    for (;;) {
        pg::Rows const rows = TRY(tx.exec(sql::kLockPatient, pg::Params().text(cx)));
        if (rows.empty()) return Error(Code::kInternal, "an identifier points to no patient");
        if (rows.front().is_null(0)) return cx;
        cx = rows.front().text(0);
    }
}

Result<core::PatientFeedPort::Merged> Store::merge(pg::Tx& tx, domain::PatientId const& subsumed,
                                                   domain::PatientId const& surviving) {
    if (subsumed == surviving)
        return unknown_key("MRG^1^1", "subsumed and surviving id are the same");
    if (subsumed.authority != surviving.authority) {
        return unknown_key("MRG^1^1",
                           "subsumed and surviving id must be of one assigning authority");
    }
    lock(tx, {subsumed, surviving});
    Merged merged;
    merged.subsumed_cx = TRY(active_id_of(tx, subsumed, "MRG^1^1"));
    merged.surviving_cx = TRY(active_id_of(tx, surviving, "PID^1^3"));
    if (!is_direct(subsumed)) {
        tx.queue(sql::kRetireIdentifier,
                 pg::Params().text(subsumed.authority).bytea(token_of(subsumed)), 1);
    }
    tx.queue(sql::kHistory,
             pg::Params().text("merged").text(merged.subsumed_cx).text(merged.surviving_cx));
    // Two ids of one hospital may stand for one regional patient already.
    if (merged.subsumed_cx == merged.surviving_cx) return merged;
    tx.queue(sql::kSetSurvivor, pg::Params().text(merged.subsumed_cx).text(merged.surviving_cx), 1);
    for (auto* watcher : ports_.all<core::PatientWatcherPort>()) {
        TRY(watcher->patient_merged(tx, merged.subsumed_cx, merged.surviving_cx));
    }
    return merged;
}

Result<std::string> Store::regional_id_of(domain::PatientId const& id) const {
    if (is_direct(id)) return survivor_of(id.to_cx());
    std::string const regional = TRY(pool_.read([&](pg::ReadTx& tx) -> Result<std::string> {
        pg::Rows const rows =
            TRY(tx.exec(sql::kFindIdentifier, pg::Params().text(id.authority).bytea(token_of(id))));
        if (rows.empty())
            return Error(Code::kNotFound, Reason::kUnknownPatientId, "patient id is not known");
        return std::string(rows.front().text(0));
    }));
    return survivor_of(regional);
}

}  // namespace musubi::mpi
