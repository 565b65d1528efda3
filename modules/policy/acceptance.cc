#include "policy/acceptance.h"

#include "platform/base/log.h"
#include "policy/agreement_store.h"
#include "policy/tree.h"

#include <algorithm>

#include <unistd.h>

namespace musubi::policy {
namespace {

/// Gathers what is wrong, so that all of it is told at once.
class Faults {
public:
    void add(std::string text) {
        Issue issue;
        issue.context = std::move(text);
        error_.detail += (error_.detail.empty() ? "" : "\n") + issue.context;
        error_.issues.push_back(std::move(issue));
    }
    void add(Status const& status) {
        if (!status) add(status.error().detail);
    }
    bool none() const { return error_.issues.empty(); }
    Error error() && { return std::move(error_); }

private:
    Error error_{Code::kInvalidContent, ""};
};

/// Who may sign what comes after the chain.
Result<Signers> verified_end(std::vector<StoredAgreement> const& chain, Signers pinned,
                             WallTime now) {
    Signers before = std::move(pinned);
    for (auto const& one : chain) {
        auto own = TRY(signers_of_canonical(one.canonical));
        auto const faults = signature_faults(one.canonical, before, own, one.signatures, now);
        if (!faults.empty()) {
            return Error(
                Code::kInvalidContent,
                "stored agreement, version " + std::to_string(one.version) + ": " + faults.front());
        }
        before = std::move(own);
    }
    return before;
}

Status check_turn(Agreement const& candidate, StoredAgreement const& newest) {
    auto const at = candidate.file + ": version " + std::to_string(candidate.version);
    auto const last = std::to_string(newest.version);
    if (candidate.id != newest.id)
        return Error(Code::kConflict, at + ": another agreement than the one in force");
    if (candidate.version <= newest.version) {
        return Error(Code::kConflict, at + ": version " + last +
                                          " has been in force already, with other contents; a "
                                          "change is version " +
                                          std::to_string(newest.version + 1));
    }
    if (candidate.version != newest.version + 1 || candidate.previous != newest.hash) {
        return Error(Code::kConflict, at + " does not follow version " + last + " (" + newest.hash +
                                          "), which is in force");
    }
    return {};
}

Status check_term(Agreement const& candidate, WallTime now) {
    if (candidate.in_force(now)) return {};
    return Error(Code::kConflict, candidate.file + ": in force from " +
                                      candidate.region.valid_from + " to " +
                                      candidate.region.valid_to + ", not today");
}

Status check_place(Agreement const& candidate, std::string const& country) {
    auto const* countries = candidate.tree->at("location.countries");
    if (!countries) return {};
    bool const allowed = std::any_of(countries->items.begin(), countries->items.end(),
                                     [&](Tree const& one) { return one.shown() == country; });
    if (allowed) return {};
    return Error(Code::kInvalidContent,
                 candidate.file + ":" + std::to_string(countries->line) +
                     ": location: this node stands in '" + country +
                     "' (policy.country), which the agreement does not allow");
}

domain::AuditEvent event_of(AgreementAudit const& audit, WallTime now) {
    domain::AuditEvent event;
    event.event_id = domain::dcm("110113", "Security Alert");
    event.event_types = {domain::dcm("110129", "Security Configuration")};
    event.time = now;
    event.transaction = "agreement";
    event.source_id = audit.source_id;
    event.enterprise_site_id = audit.site;
    domain::AuditParticipant process;
    process.user_id = audit.source_id;
    process.alternative_user_id = std::to_string(::getpid());
    process.is_requestor = true;
    process.roles = {domain::dcm("110150", "Application")};
    event.participants = {std::move(process)};
    return event;
}

domain::AuditObject object_of(std::string id) {
    domain::AuditObject object;
    object.id = std::move(id);
    object.role = 13;  // security resource
    object.id_type = {"12", "RFC-3881", "URI"};
    return object;
}

}  // namespace

Result<Accepted> accept(Agreement const& candidate, AgreementSource const& source,
                        std::vector<StoredAgreement> const& chain, WallTime now) {
    auto pinned = load_pinned_signers(source.signers);
    if (!pinned) {
        if (pinned.error().code == Code::kNotFound)
            pinned.error().detail = "policy.signers: cannot read " + source.signers;
        return std::move(pinned).error();
    }
    auto const same = std::find_if(chain.begin(), chain.end(), [&](StoredAgreement const& one) {
        return one.hash == candidate.hash;
    });
    bool const again = same != chain.end() && same + 1 == chain.end();
    auto const past = again ? std::vector<StoredAgreement>(chain.begin(), same) : chain;
    auto const before = TRY(verified_end(past, std::move(*pinned), now));
    Accepted out;
    out.fresh = !again;
    out.signatures = TRY(read_signatures(source.agreement));
    Faults faults;
    if (!again && !chain.empty()) faults.add(check_turn(candidate, chain.back()));
    for (auto const& fault : signature_faults(candidate.canonical, before,
                                              signers_of(*candidate.tree), out.signatures, now)) {
        faults.add(signature_folder(source.agreement) + ": " + fault);
    }
    faults.add(check_term(candidate, now));
    faults.add(check_place(candidate, source.country));
    if (!faults.none()) return std::move(faults).error();
    return out;
}

namespace {

AgreementSource source_of_next(AgreementSource source) {
    source.agreement = source.next;
    return source;
}

/// The next version as it will be on its first day, after `current`.
Status would_be_accepted(Agreement const& next, AgreementSource const& source,
                         Chosen const& current, std::vector<StoredAgreement> chain) {
    if (current.accepted.fresh) {
        StoredAgreement one;
        one.version = current.agreement->version;
        one.hash = current.agreement->hash;
        one.id = current.agreement->id;
        one.canonical = current.agreement->canonical;
        one.signatures = current.accepted.signatures;
        chain.push_back(std::move(one));
    }
    auto const accepted = accept(next, source_of_next(source), chain, next.region.begins);
    return accepted ? Status() : Status(accepted.error());
}

}  // namespace

Result<Chosen> choose(AgreementSource const& source, std::vector<StoredAgreement> const& chain,
                      WallTime now) {
    Chosen out;
    std::shared_ptr<Agreement const> next;
    if (!source.next.empty()) {
        auto loaded = load_agreement(source.next);
        if (loaded) {
            next = std::move(*loaded);
        } else {
            out.next_refused = std::move(loaded).error();
        }
    }
    if (next && next->region.begins <= now) {
        auto accepted = accept(*next, source_of_next(source), chain, now);
        if (accepted) {
            out.agreement = std::move(next);
            out.accepted = std::move(*accepted);
            return out;
        }
        out.next_refused = std::move(accepted).error();
        next = nullptr;
    }
    out.agreement = TRY(load_agreement(source.agreement));
    out.accepted = TRY(accept(*out.agreement, source, chain, now));
    if (!next) return out;
    if (auto fits = would_be_accepted(*next, source, out, chain); fits) {
        out.next_begins = next->region.begins;
    } else {
        out.next_refused = fits.error();
    }
    return out;
}

std::string file_in_force(AgreementSource const& source, WallTime now) {
    if (source.next.empty()) return source.agreement;
    auto const next = load_agreement(source.next);
    return next && (*next)->region.begins <= now ? source.next : source.agreement;
}

Result<std::vector<StoredAgreement>> stored_agreements(pg::Pool& pool) {
    return pool.read([](pg::ReadTx& tx) { return store::agreements(tx); });
}

Result<std::shared_ptr<Agreement const>> agreement_in_force(AgreementSource const& source,
                                                            pg::Pool& pool, WallTime now) {
    auto const chain = TRY(stored_agreements(pool));
    if (chain.empty()) return TRY(choose(source, chain, now)).agreement;
    TRY(verified_end(chain, TRY(load_pinned_signers(source.signers)), now));
    return parse_agreement(chain.back().canonical, "the agreement in force");
}

Status activate(pg::Pool& pool, AgreementAudit const& audit, Agreement const& agreement,
                Signatures const& signatures, WallTime now) {
    if (!audit.port) return Error(Code::kInternal, "no audit trail to tell of the agreement");
    domain::AuditEvent event = event_of(audit, now);
    event.outcome_description = "agreement in force";
    auto object = object_of(agreement.id);
    object.details = {{"version", std::to_string(agreement.version)},
                      {"hash", agreement.hash},
                      {"previous", agreement.previous}};
    for (auto const& [member, signature] : signatures) object.details.push_back({"signed", member});
    event.objects = {std::move(object)};
    bool stored = false;
    TRY(pool.run([&](pg::Tx& tx) -> Status {
        stored = TRY(store::append_agreement(tx, agreement, signatures, now));
        if (!stored) return {};
        return audit.port->record_in(tx, {event});
    }));
    if (stored) {
        log_info("policy.agreement_in_force",
                 {{"version", std::to_string(agreement.version)}, {"hash", agreement.hash}});
        return {};
    }
    auto const chain = TRY(stored_agreements(pool));
    if (!chain.empty() && chain.back().hash == agreement.hash) return {};
    return Error(Code::kConflict, "another version of the agreement came into force meanwhile");
}

void record_refused(AgreementAudit const& audit, std::string const& file, Error const& why,
                    WallTime now) {
    log_warning("policy.agreement_refused",
                {{"problems", std::to_string(std::max<std::size_t>(1, why.issues.size()))}});
    if (!audit.port) return;
    domain::AuditEvent event = event_of(audit, now);
    event.outcome = domain::AuditOutcome::kSeriousFailure;
    event.outcome_description = "agreement refused";
    auto object = object_of("file:" + file);
    object.details = {{"reason", why.detail.substr(0, 1024)}};
    event.objects = {std::move(object)};
    if (auto const done = audit.port->record({std::move(event)}); !done)
        log_error("audit.failed", {{"detail", done.error().detail}});
}

}  // namespace musubi::policy
