#include "policy/sealed_accounts.h"

#include "platform/base/digest.h"
#include "platform/base/log.h"
#include "platform/base/metrics.h"
#include "platform/base/text.h"
#include "platform/vault/cms.h"
#include "policy/canonical.h"
#include "policy/emergency_alert.h"
#include "policy/sealed_accounts_sql.h"

#include <algorithm>

namespace musubi::policy {
namespace {

constexpr std::size_t kCodeOctets = 16;  // nobody guesses it, so one digest is enough to keep
constexpr std::size_t kMaxCharacters = 256;

Error wrong(std::string what) {
    return Error(Code::kInvalidContent, "emergency account: " + std::move(what));
}

/// As people type it: groups, blanks and capitals do not count.
std::string plain_code(std::string_view typed) {
    std::string out;
    for (char const c : to_lower_ascii(typed)) {
        if (c != '-' && c != ' ' && c != '\n' && c != '\r' && c != '\t') out += c;
    }
    return out;
}
std::string digest_of(std::string const& plain) {
    return "sha256:" + to_hex(sha256(as_bytes(plain)));
}

/// What a seal says, if a keeper stands behind it.
Result<SealedAccount> account_of(Statement const& statement, Agreement const& agreement,
                                 WallTime now) {
    SealedAccount out;
    out.terms = agreement.emergency.account(statement.word("account"));
    if (!out.terms) return wrong("the agreement names none '" + statement.word("account") + "'");
    out.id = statement.id;
    out.seal = statement.word("seal");
    out.place = statement.word("place");
    out.fingerprint = statement.word("certificate");
    out.code_digest = statement.word("code");
    auto const until = statement.time("until");
    if (!until || out.fingerprint.size() != 64 || !out.code_digest.starts_with("sha256:"))
        return wrong("the seal does not say what it must");
    if (agreement.member_by_certificate(out.fingerprint, ""))
        return wrong("the certificate is one of a member's systems");
    out.until = *until;
    auto const behind = officers_behind(statement, agreement.emergency, out.terms->keepers, now);
    if (behind.empty())
        return Error(Code::kDenied, "emergency account: no keeper of '" + out.terms->code +
                                        "' has signed this seal");
    out.keeper = *behind.begin();
    return out;
}

/// Columns of PS_ACCOUNT behind the statement's own.
void take_row(pg::Row const& row, WallTime now, SealedAccount& out) {
    out.sealed_at = row.time(2);
    out.state = now < out.until ? AccountState::kSealed : AccountState::kExpired;
    auto const opened = row.time_if(6), ends = row.time_if(7), closed = row.time_if(8);
    if (!opened || !ends) return;
    // The code proves that somebody had the envelope.
    if (digest_of(std::string(row.text(3))) != out.code_digest) {
        log_warning("policy.account_opening_does_not_count", {{"account", out.terms->code}});
        out.state = AccountState::kUsed;
        return;
    }
    out.person = row.text(4);
    out.reason = row.text(5);
    out.opened_at = *opened;
    out.ends_at = std::min(*ends, *opened + std::chrono::minutes(out.terms->minutes));
    if (closed) out.ends_at = std::min(out.ends_at, *closed);
    bool const open = now >= out.opened_at && now < out.ends_at;
    out.state = open ? AccountState::kOpen : AccountState::kUsed;
}

Result<std::vector<SealedAccount>> accounts(pg::ReadTx& tx, Agreement const& agreement,
                                            std::vector<std::string> const& codes, WallTime now) {
    auto const rows =
        TRY(tx.exec(sql::kSeals, pg::Params().text_array(std::span<std::string const>(codes))));
    auto const statements = TRY(store::statements(tx, rows, StatementKind::kSeal, agreement));
    std::vector<SealedAccount> out;
    for (auto const& code : codes) {
        SealedAccount none;
        none.terms = agreement.emergency.account(code);
        if (none.terms) out.push_back(std::move(none));
    }
    for (auto const& statement : statements) {
        auto found = account_of(statement, agreement, now);
        if (!found) {
            log_warning("policy.seal_does_not_count", {{"why", found.error().detail}});
            continue;
        }
        for (auto const row : rows) {
            if (row.uuid(0) == statement.id) take_row(row, now, *found);
        }
        for (auto& one : out) {
            if (one.terms == found->terms) one = *found;
        }
    }
    return out;
}

domain::AuditEvent event_of(EmergencyDeps const& deps, SealedAccount const& account,
                            AlertFacts facts) {
    facts.clause = account.terms->clause;
    facts.organisation = account.terms->member;
    auto event = emergency_alert(facts, deps.audit_source_id);
    auto object = alert_object("emergency-account:" + account.terms->code);
    object.details = {{"seal", account.seal}, {"place", account.place}};
    if (!account.reason.empty()) object.details.push_back({"reason", account.reason});
    event.objects = {std::move(object)};
    return event;
}

Result<SealedAccount> account_named(pg::Pool& pool, Agreement const& agreement,
                                    std::string const& code, WallTime now) {
    if (!agreement.emergency.account(code)) {
        return Error(Code::kNotFound, "the agreement names no emergency account '" + code + "'");
    }
    auto const all =
        TRY(pool.read([&](pg::ReadTx& tx) { return accounts(tx, agreement, {code}, now); }));
    return all.front();
}

Status check_breaking(SealBreaking const& breaking, SealedAccount const& account) {
    if (breaking.person.empty() || length_in_characters(breaking.person) > kMaxCharacters)
        return wrong("who holds it must be named");
    if (!account.terms->reasons.contains(breaking.reason))
        return wrong("the reason is none that " + account.terms->clause + " names");
    if (account.state == AccountState::kSealed) return {};
    return Error(Code::kConflict, "emergency account '" + account.terms->code + "' is " +
                                      std::string(to_string(account.state)));
}

/// Somebody tried without the envelope.
Status refuse_code(EmergencyDeps const& deps, SealedAccount const& account,
                   SealBreaking const& breaking, WallTime now) {
    auto event =
        event_of(deps, account, {kOverrideStarted, "emergency-account", breaking.by, "", "", now});
    event.outcome = domain::AuditOutcome::kSeriousFailure;
    event.outcome_description = "wrong code";
    TRY(deps.audit.record({std::move(event)}));
    return Error(Code::kDenied, "this is not the code of the envelope with seal " + account.seal);
}

}  // namespace

std::string_view to_string(AccountState state) {
    switch (state) {
        case AccountState::kMissing: return "not prepared";
        case AccountState::kSealed: return "sealed";
        case AccountState::kOpen: return "open";
        case AccountState::kUsed: return "used";
        case AccountState::kExpired: return "expired";
    }
    return "not prepared";
}

Result<DraftedSeal> draft_seal(Agreement const& agreement, SealDraft const& draft, IdSource& ids,
                               WallTime now) {
    auto const* terms = agreement.emergency.account(draft.account);
    if (!terms) return wrong("the agreement names none '" + draft.account + "'");
    auto const facts = TRY(vault::read_certificate(draft.certificate_file));
    if (draft.seal.empty() || draft.place.empty()) return wrong("seal and place must be told");
    if (draft.until <= now) return wrong("the seal's last day has passed");
    if (agreement.member_by_certificate(facts.fingerprint_sha256, facts.subject))
        return wrong("the certificate is one of a member's systems");
    if (facts.not_after < draft.until) return wrong("the certificate ends before the seal");
    Bytes octets(kCodeOctets);
    ids.random(octets.data(), octets.size());
    std::string const code = to_hex(octets);
    Tree words = begin_statement(StatementKind::kSeal, agreement, ids);
    say(words, "account", terms->code);
    say(words, "certificate", facts.fingerprint_sha256);
    say(words, "code", digest_of(code));
    say(words, "seal", draft.seal);
    say(words, "place", draft.place);
    say(words, "until", to_rfc3339(draft.until).substr(0, 19) + "Z");
    DraftedSeal out;
    out.words = canonical_json(words);
    for (std::size_t i = 0; i < code.size(); i += 4)
        out.code += (i == 0 ? "" : "-") + code.substr(i, 4);
    return out;
}

Status seal_account(EmergencyDeps const& deps, Agreement const& agreement,
                    Statement const& statement, std::string const& by, WallTime now) {
    auto const account = TRY(account_of(statement, agreement, now));
    if (account.until <= now) return wrong("the seal's last day has passed");
    auto const before = TRY(account_named(deps.pool, agreement, account.terms->code, now));
    if (before.state == AccountState::kOpen)
        return Error(Code::kConflict, "this account is open: close it first");
    return deps.pool.run([&](pg::Tx& tx) -> Status {
        tx.queue(sql::kLockAccount, std::move(pg::Params().text(account.terms->code)));
        TRY(store::append_statement(
            tx, statement, {account.terms->code, account.fingerprint, account.until, by}, now));
        auto event = event_of(deps, account,
                              {kOverrideStopped, "emergency-account-sealed", by, "", "", now});
        event.objects.front().details.push_back({"keeper", account.keeper});
        event.objects.front().details.push_back({"replaces", std::string(to_string(before.state))});
        return deps.audit.record_in(tx, {std::move(event)});
    });
}

Result<SealedAccount> open_account(EmergencyDeps const& deps, Agreement const& agreement,
                                   SealBreaking const& breaking, WallTime now) {
    auto account = TRY(account_named(deps.pool, agreement, breaking.account, now));
    TRY(check_breaking(breaking, account));
    std::string const code = plain_code(breaking.code);
    if (digest_of(code) != account.code_digest) TRY(refuse_code(deps, account, breaking, now));
    account.person = breaking.person;
    account.reason = breaking.reason;
    account.opened_at = now;
    account.ends_at = now + std::chrono::minutes(account.terms->minutes);
    account.state = AccountState::kOpen;
    TRY(deps.pool.run([&](pg::Tx& tx) -> Status {
        tx.queue(sql::kLockAccount, std::move(pg::Params().text(account.terms->code)));
        auto const rows = TRY(tx.exec(sql::kOpenAccount, pg::Params()
                                                             .uuid(account.id)
                                                             .text(code)
                                                             .text(account.person)
                                                             .text(account.reason)
                                                             .text(breaking.by)
                                                             .timestamptz(now)
                                                             .timestamptz(account.ends_at)));
        if (rows.empty()) return Error(Code::kConflict, "this seal was broken before");
        Notice notice;
        notice.kind = NoticeKind::kSeal;
        notice.member = account.terms->member;
        notice.person = account.person;
        notice.clause = account.terms->clause;
        notice.reason = account.reason;
        notice.made_at = now;
        tell_everybody(tx, deps.ids, agreement, notice, "seal|" + account.id.to_string());
        return deps.audit.record_in(
            tx, {event_of(deps, account,
                          {kOverrideStarted, "emergency-account", account.person, "", "", now})});
    }));
    counter("policy_seals_broken_total").add();
    return account;
}

Status close_account(EmergencyDeps const& deps, Agreement const& agreement, std::string const& code,
                     std::string const& by, WallTime now) {
    auto const account = TRY(account_named(deps.pool, agreement, code, now));
    if (account.state != AccountState::kOpen)
        return Error(Code::kConflict, "emergency account '" + code + "' is not open");
    return deps.pool.run([&](pg::Tx& tx) -> Status {
        auto const rows = TRY(
            tx.exec(sql::kCloseAccount, pg::Params().uuid(account.id).text(by).timestamptz(now)));
        if (rows.empty()) return Error(Code::kConflict, "this account was closed before");
        return deps.audit.record_in(
            tx, {event_of(deps, account,
                          {kOverrideStopped, "emergency-account-closed", by, "", "", now})});
    });
}

Result<std::vector<SealedAccount>> sealed_accounts(pg::Pool& pool, Agreement const& agreement,
                                                   WallTime now) {
    std::vector<std::string> codes;
    for (auto const& one : agreement.emergency.accounts) codes.push_back(one.code);
    if (codes.empty()) return std::vector<SealedAccount>();
    return pool.read([&](pg::ReadTx& tx) { return accounts(tx, agreement, codes, now); });
}

Result<SealedAccount> account_of_certificate(pg::Pool& pool, Agreement const& agreement,
                                             std::string const& fingerprint, WallTime now) {
    auto const codes = TRY(pool.read([&](pg::ReadTx& tx) -> Result<std::vector<std::string>> {
        auto const rows = TRY(tx.exec(sql::kAccountOfCertificate, pg::Params().text(fingerprint)));
        std::vector<std::string> out;
        for (auto const row : rows) out.emplace_back(row.text(0));
        return out;
    }));
    Error const none(Code::kNotFound, "no emergency account has this certificate");
    if (codes.empty() || !agreement.emergency.account(codes.front())) return none;
    auto account = TRY(account_named(pool, agreement, codes.front(), now));
    // A certificate of an envelope before the newest: its account was replaced.
    if (account.fingerprint == fingerprint) return account;
    account.state = AccountState::kUsed;
    return account;
}

}  // namespace musubi::policy
