// musubi keys erase: the data keys of a member that has left are destroyed by two officers' word,
// and a signed certificate says what cannot be read any more.

#include "node/erase_command.h"

#include "atna/evidence_settings.h"
#include "atna/report_facts.h"
#include "node/operator_records.h"
#include "node/preservation/erasure_store.h"
#include "node/preservation/records.h"
#include "platform/base/digest.h"
#include "platform/base/fault.h"
#include "platform/vault/durable_file.h"
#include "policy/module.h"

#include <algorithm>
#include <cstdio>

namespace musubi::node {
namespace {

namespace fs = std::filesystem;

constexpr char const* kWhat = "keys-erase";

/// A member as all versions of the agreement know it.
struct Whose {
    std::string code, name;
    std::set<std::string> oids;
    std::set<std::string> names;  ///< of keys that are, or were, there
    std::set<std::string> known;
    std::string subject() const {
        std::string out;
        for (auto const& one : names) out += (out.empty() ? "" : " ") + one;
        return out;
    }
};

struct InForce {
    std::shared_ptr<policy::Agreement const> agreement;
    std::vector<std::shared_ptr<policy::Agreement const>> all;  ///< newest last
};

Result<InForce> in_force(OperatorTools& tools) {
    auto const chain = TRY(policy::stored_agreements(*tools.services->pool));
    auto chosen =
        TRY(policy::choose(policy::agreement_source(tools.config()), chain, system_clock().now()));
    if (chosen.accepted.fresh)
        return Error(Code::kConflict,
                     "this version of the agreement is not in force yet: start or reload the node");
    InForce out{std::move(chosen.agreement), {}};
    for (auto const& one : chain)
        out.all.push_back(TRY(policy::parse_agreement(one.canonical, "agreement in the database")));
    return out;
}

Result<Whose> whose(OperatorTools& tools, InForce const& agreements, std::string const& word) {
    Whose out;
    for (auto const& version : agreements.all) {
        for (policy::AgreementMember const& one : version->members) {
            domain::Member const& member = one.member;
            out.known.insert({member.code, member.institution_oid});
            if (member.code != word && member.institution_oid != word) continue;
            if (!out.code.empty() && out.code != member.code)
                return Error(Code::kConflict, word + " was of several members: name one by code");
            out.code = member.code;
            out.name = member.name;
        }
    }
    if (out.code.empty())
        return Error(Code::kNotFound, "no version of the agreement knows a member " + word);
    for (auto const& version : agreements.all) {
        if (auto const* member = version->member(out.code))
            out.oids.insert(member->member.institution_oid);
    }
    for (vault::KeyInfo const& key : TRY(tools.services->keys->list())) {
        if (key.institution == out.code || out.oids.contains(key.institution))
            out.names.insert(key.institution);
    }
    if (out.names.empty()) return Error(Code::kNotFound, out.code + " never had a data key");
    return out;
}

/// Counting walks through whole tables.
pg::Pool unhurried_pool(core::Config const& config) {
    pg::PoolConfig pool;
    pool.name = "erasure";
    pool.conninfo = config.text("database.serving");
    pool.size = 2;
    pool.statement_timeout = std::chrono::minutes(30);
    return pg::Pool(std::move(pool));
}

Status check_terms(OperatorTools& tools, pg::Pool& pool, InForce const& agreements,
                   Whose const& member) {
    DisposalCase about;
    about.member = member.code;
    about.names = member.oids;
    about.holds = tools.config().list("keys.holds");
    about.known = member.known;
    about.kinds = TRY(kept_kinds(pool, member.names));
    about.now = system_clock().now();
    auto const faults = disposal_faults(*agreements.agreement, about);
    if (faults.empty()) return {};
    std::string text;
    for (auto const& fault : faults) text += "\n  " + fault;
    return Error(Code::kConflict, "the keys of " + member.code + " must not be destroyed:" + text);
}

domain::AuditEvent decision_event(OperatorTools& tools, std::string const& text) {
    return operator_event(tools, kWhat, "urn:musubi:keys", text);
}

/// Somebody tried: that is on record too.
Error refused(OperatorTools& tools, Error why) {
    auto event = decision_event(tools, "destruction of data keys refused");
    event.outcome = domain::AuditOutcome::kMinorFailure;
    event.outcome_description = why.code == Code::kDenied ? why.detail : "terms forbid it";
    if (auto const recorded = tools.audit->record({event}); !recorded) return recorded.error();
    return why;
}

Status decide(OperatorTools& tools, pg::Pool& pool, InForce const& agreements, Whose const& member,
              SignedApproval const& approved) {
    WallTime const now = system_clock().now();
    Approval const approval = TRY(read_approval(approved.text));
    ApprovalCheck const check{tools.config().text("node.region"), member.subject(),
                              TRY(officers_of(tools.config())), now, kEraseKeys};
    auto signers = check_approval(approved.text, approved.signatures, check);
    if (!signers) return refused(tools, signers.error());
    if (auto const terms = check_terms(tools, pool, agreements, member); !terms)
        return refused(tools, terms.error());
    Erasure erasure;
    erasure.approval = approval.nonce;
    erasure.region = check.region;
    erasure.node = tools.config().text("node.audit_source_id");
    erasure.member = member.code;
    erasure.member_name = member.name;
    erasure.names = member.names;
    for (vault::KeyInfo& key : TRY(tools.services->keys->list())) {
        if (key.erased_at.empty() && member.names.contains(key.institution))
            erasure.keys.push_back(std::move(key));
    }
    if (erasure.keys.empty())
        return Error(Code::kNotFound, "all keys of " + member.code + " were destroyed before");
    erasure.clause = disposal_clause(*agreements.agreement);
    erasure.agreement = agreements.agreement->reference();
    erasure.agreement_hash = agreements.agreement->hash;
    erasure.reason = approval.reason;
    erasure.decided_by = account();
    erasure.officers = std::move(*signers);
    erasure.decided_at = now;
    erasure.counts = TRY(count_erasure(pool, member.names));
    auto const done = tools.services->pool->run([&](pg::Tx& tx) -> Status {
        queue_decision(tx, erasure, erasure_facts(erasure));
        auto event =
            decision_event(tools, "data keys of " + member.code + " are destroyed, clause " +
                                      erasure.clause + ", approval " + approval.nonce.to_string());
        add_approvers(event.objects.front(), erasure.officers);
        return tools.audit->record_in(tx, {std::move(event)});
    });
    TRY(done);
    return FAULT("keys.erase_decided");
}

Status destroy(OperatorTools& tools, std::set<std::string> const& names) {
    for (auto const& name : names) {
        auto const count = tools.services->keys->erase(name);
        if (!count && count.error().code != Code::kNotFound) return count.error();
        TRY(FAULT("keys.erase_destroyed"));
    }
    return {};
}

/// The list of what became unreadable, into a file; its digest.
Result<ErasureEnd> write_objects(pg::Pool& pool, std::set<std::string> const& names,
                                 fs::path const& path) {
    fs::path const part = path.string() + ".part";
    std::error_code none;
    fs::remove(part, none);
    auto file = TRY(vault::File::create(part));
    Digest digest(DigestKind::kSha256);
    std::string waiting;
    auto const flush = [&]() -> Status {
        digest.update(as_bytes(waiting));
        TRY(file.write(as_bytes(waiting)));
        waiting.clear();
        return {};
    };
    ErasureEnd out;
    out.documents = TRY(list_objects(pool, names, [&](ByteView line) -> Status {
        waiting += as_text(line);
        return waiting.size() < 64 * 1024 ? Status() : flush();
    }));
    TRY(flush());
    TRY(file.sync());
    fs::rename(part, path, none);
    if (none) return Error(Code::kStorageUnavailable, "cannot write " + path.string());
    out.objects_sha256 = to_hex(digest.finish());
    return out;
}

Result<DecidedErasure> certify(OperatorTools& tools, DecidedErasure decided, Uuid const& approval,
                               ErasureEnd end) {
    auto const settings = atna::evidence_settings(tools.config());
    auto const position = TRY(atna::chain_position(tools.archive()));
    end.at = system_clock().now();
    end.audit_record = position.last;
    end.audit_hash = to_hex(position.hash);
    end.root = position.root;
    decided.certificate = erasure_certificate(decided.facts, end);
    decided.signature = TRY(vault::sign_detached(as_bytes(decided.certificate),
                                                 settings.roots.certificate, settings.roots.key));
    PreservationRun run;
    run.kind = "key erasure";
    run.began = decided.decided_at;
    run.good = true;
    run.place = decided.member;
    run.summary = "data keys of " + decided.member + " are destroyed, " +
                  std::to_string(end.documents) + " documents cannot be read any more";
    TRY(tools.services->pool->run([&](pg::Tx& tx) -> Status {
        queue_end(tx, approval, decided, end.at);
        return record_run_in(tx, tools, run);
    }));
    TRY(FAULT("keys.erase_certified"));
    return decided;
}

}  // namespace

Status write_erasure_approval(OperatorTools& tools, std::string const& member,
                              std::string const& reason, std::string const& out) {
    auto const agreements = TRY(in_force(tools));
    auto const found = TRY(whose(tools, agreements, member));
    pg::Pool pool = unhurried_pool(tools.config());
    TRY(check_terms(tools, pool, agreements, found));
    return write_approval_file(tools.config(), {kEraseKeys, found.subject(), reason, out});
}

Status erase_keys(OperatorTools& tools, std::string const& member, ErasureRequest const& request) {
    if (request.out.empty())
        return Error(Code::kInvalidContent, "erase needs --out FILE for the certificate");
    auto const evidence = atna::evidence_settings(tools.config());
    if (!evidence.enabled())
        return Error(Code::kInvalidContent,
                     "the certificate must be signed: configure atna.evidence_certificate");
    TRY(atna::check_evidence(evidence, system_clock().now()));
    auto const approved = TRY(read_approval_files(request.files));
    Uuid const approval = TRY(read_approval(approved.text)).nonce;
    auto const agreements = TRY(in_force(tools));
    auto const found = TRY(whose(tools, agreements, member));
    pg::Pool pool = unhurried_pool(tools.config());
    auto decided = TRY(find_erasure(pool, approval));
    if (decided && decided->member != found.code)
        return Error(Code::kConflict, "this approval was used for another member");
    if (!decided) {
        TRY(decide(tools, pool, agreements, found, approved));
        decided = TRY(find_erasure(pool, approval));
        if (!decided) return Error(Code::kInternal, "the decision is not there");
    }
    TRY(destroy(tools, decided->names));
    auto const end = TRY(write_objects(pool, decided->names, request.out + ".objects"));
    if (decided->certificate.empty())
        decided = TRY(certify(tools, std::move(*decided), approval, end));
    TRY(vault::write_atomically(request.out, as_bytes(decided->certificate)));
    TRY(vault::write_atomically(request.out + ".p7s", decided->signature));
    std::printf(
        "the data keys of %s are destroyed: %lld documents cannot be read any more\n%s\nsigned "
        "%s.p7s, list of documents %s.objects\nRunning nodes have let go of the keys within "
        "seconds; restart them to clear their memory. Then run `musubi backup`: it removes the "
        "keys from the generations that lie there.\n",
        found.code.c_str(), static_cast<long long>(end.documents), request.out.c_str(),
        request.out.c_str(), request.out.c_str());
    return {};
}

}  // namespace musubi::node
