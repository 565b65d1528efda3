// musubi policy explain | simulate: why somebody may or may not do something, and what another
// version of the agreement would have changed.

#include "node/command.h"
#include "node/operator_tools.h"
#include "node/options.h"
#include "node/statement_files.h"
#include "policy/disaster.h"
#include "policy/explain.h"
#include "policy/facts.h"
#include "registry/labels.h"
#include "registry/single_documents.h"
#include "registry/sql.h"

#include <charconv>
#include <cstdio>
#include <set>

namespace musubi::node {
namespace {

struct DocumentAt {
    std::string patient;
    domain::Label label;
};

/// Where the document of this unique id stands in this node's registry.
Result<DocumentAt> find_document(pg::Pool& pool, std::string const& unique_id) {
    registry::LabelBook book;
    return pool.read([&](pg::ReadTx& tx) -> Result<DocumentAt> {
        TRY(book.refresh(tx));
        auto const rows = TRY(tx.exec(registry::sql::kSingleDocuments,
                                      registry::single_documents_params({unique_id})));
        if (rows.empty()) return Error(Code::kNotFound, "no document of this unique id");
        auto const* label = book.table()->find(rows.front().int32(3));
        if (!label) return Error(Code::kInternal, "the label of the document is not known");
        return DocumentAt{std::string(rows.front().text(1)), *label};
    });
}

Result<domain::Action> action_of(std::string const& word) {
    if (word == "query") return domain::Action::kQuery;
    if (word == "retrieve") return domain::Action::kRetrieve;
    if (word == "publish") return domain::Action::kPublish;
    if (word == "identify") return domain::Action::kIdentify;
    return Error(Code::kInvalidContent, "--action is none of query, retrieve, publish, identify");
}

domain::Subject subject_of(policy::AgreementMember const& member, Options const& options) {
    domain::Subject out;
    out.member = member.member;
    out.role = options.has("role") ? options["role"] : member.member.default_role;
    out.user_id = options["user"];
    out.purpose_of_use = options["purpose"];
    if (options.has("reason")) {
        auto assertion = std::make_shared<domain::UserAssertion>();
        domain::ClaimCode reason;
        reason.code = options["reason"];
        assertion->purposes = {reason};
        out.assertion = std::move(assertion);
    }
    return out;
}

Status explain(Options const& options) {
    auto tools = TRY(OperatorTools::open(options["config"]));
    auto const agreement =
        TRY(options.has("agreement") ? policy::load_agreement(options["agreement"])
                                     : agreement_of(*tools));
    auto const* member = agreement->member(options["as"]);
    if (!member) return Error(Code::kInvalidContent, "--as names no member of the agreement");
    auto const action = TRY(action_of(options["action"]));
    std::optional<DocumentAt> document;
    if (options.has("document"))
        document = TRY(find_document(*tools->services->pool, options["document"]));
    core::PolicyQuery query;
    if (document) {
        query.patients = {document->patient};
    } else if (options.has("patient")) {
        query.patients = {TRY(tools->regional_id(options["patient"]))};
    } else {
        return Error(Code::kInvalidContent, "say --patient or --document");
    }
    TRY(tools->record_look("policy-explain", query.patients.front()));
    auto const subject = subject_of(*member, options);
    policy::DisasterWatch const disasters(*tools->services->pool, system_clock());
    auto const disaster = disasters.now(*agreement);
    policy::Question const question{subject, action, query, system_clock().now(), disaster.get()};
    auto const facts = TRY(policy::find_facts({*tools->services->pool, tools->patients.get()},
                                              policy::needs(*agreement, question), question));
    auto const told = policy::explain(*agreement, question, facts);
    for (auto const& line : told.lines) std::printf("%s\n", line.c_str());
    std::printf("rules of the role:\n");
    for (auto const& line : policy::rows_considered(*agreement, question, facts))
        std::printf("  %s\n", line.c_str());
    std::printf("%s by %s\n", told.decision.permitted ? "permitted" : "denied",
                told.decision.rule_id.c_str());
    if (!document || !told.decision.permitted || told.decision.scopes.empty()) return {};
    std::printf("document %s:\n", options["document"].c_str());
    auto const verdict = policy::judge_document(told.decision.scopes.front().second,
                                                document->label, options["document"]);
    for (auto const& line : verdict.lines) std::printf("  %s\n", line.c_str());
    return {};
}

/// One access of the past, decided again.
struct Access {
    domain::Subject subject;
    domain::Action action = domain::Action::kQuery;
    core::PolicyQuery query;
    std::set<std::string> documents;
};

std::optional<domain::Action> action_of_transaction(std::string const& id) {
    if (id == "ITI-18" || id == "ITI-51") return domain::Action::kQuery;
    if (id == "ITI-43") return domain::Action::kRetrieve;
    if (id == "ITI-9" || id == "ITI-21" || id == "ITI-22" || id == "ITI-45" || id == "ITI-47" ||
        id == "ITI-55")
        return domain::Action::kIdentify;
    return std::nullopt;
}

std::optional<Access> access_of(domain::AuditEvent const& event, policy::Agreement const& now) {
    auto const action = action_of_transaction(event.transaction);
    auto const* member = now.member(event.organisation);
    if (!action || !member || event.outcome != domain::AuditOutcome::kSuccess) return std::nullopt;
    Access out;
    out.action = *action;
    out.subject.member = member->member;
    out.subject.role = member->member.default_role;
    for (auto const& person : event.participants) {
        if (!person.is_requestor) continue;
        out.subject.user_id = person.user_id;
        for (auto const& role : person.roles) {
            if (member->roles.contains(role.code)) out.subject.role = role.code;
        }
    }
    if (!event.purposes_of_use.empty())
        out.subject.purpose_of_use = event.purposes_of_use.front().code;
    for (auto const& object : event.objects) {
        if (object.type == 1) out.query.patients.push_back(object.id);
        if (object.type == 2 && object.role == 3) out.documents.insert(object.id);
    }
    if (out.query.patients.empty()) return std::nullopt;
    return out;
}

class Simulation {
public:
    Simulation(OperatorTools& tools, policy::Agreement const& before,
               policy::Agreement const& after)
        : tools_(tools), before_(before), after_(after) {}

    Status take(atna::FoundRecord const& record) {
        if (record.damaged) return {};  // musubi audit verify tells of it
        auto const access = access_of(record.event, before_);
        if (!access) return {};
        ++looked_at_;
        auto const old_word = TRY(decide(before_, *access));
        auto const new_word = TRY(decide(after_, *access));
        std::string change;
        if (old_word.permitted != new_word.permitted) {
            change = new_word.permitted ? "would be permitted" : "would be denied";
        } else {
            change = TRY(documents_changed(*access, old_word, new_word));
        }
        if (change.empty()) return {};
        ++changed_;
        std::printf("%lld  %s  %s  %s as %s  %s: %s (%s -> %s)\n",
                    static_cast<long long>(record.seq), to_rfc3339(record.event.time).c_str(),
                    record.event.transaction.c_str(), access->subject.member.code.c_str(),
                    access->subject.role.c_str(), access->query.patients.front().c_str(),
                    change.c_str(), old_word.rule_id.c_str(), new_word.rule_id.c_str());
        return {};
    }
    void sum_up() const {
        std::printf("%zu accesses looked at, %zu would change\n", looked_at_, changed_);
    }

private:
    /// Under the consent that stands today: it is the agreement that is compared.
    Result<core::Decision> decide(policy::Agreement const& agreement, Access const& access) {
        policy::Question const question{access.subject, access.action, access.query,
                                        agreement.region.begins};
        policy::Question today = question;
        today.now = system_clock().now();
        auto const facts = TRY(policy::find_facts({*tools_.services->pool, tools_.patients.get()},
                                                  policy::needs(agreement, question), today));
        return policy::decide(agreement, agreement.in_force(today.now) ? today : question, facts);
    }
    Result<std::string> documents_changed(Access const& access, core::Decision const& old_word,
                                          core::Decision const& new_word) {
        int lost = 0, won = 0;
        for (auto const& id : access.documents) {
            auto const document = find_document(*tools_.services->pool, id);
            if (!document && document.error().code == Code::kNotFound) continue;
            if (!document) return document.error();
            bool const was = sees(old_word, *document, id), is = sees(new_word, *document, id);
            lost += was && !is ? 1 : 0;
            won += is && !was ? 1 : 0;
        }
        if (lost > 0) return std::to_string(lost) + " documents would be hidden";
        if (won > 0) return std::to_string(won) + " documents would be shown";
        // What no document tells: the clauses that open anything at all.
        if (access.documents.empty() && old_word.rule_id != new_word.rule_id)
            return std::string("other clauses would open it");
        return std::string();
    }
    static bool sees(core::Decision const& decision, DocumentAt const& document,
                     std::string const& id) {
        if (decision.everything) return true;
        for (auto const& [patient, scope] : decision.scopes) {
            if (patient == document.patient) return scope.allows(document.label, id);
        }
        return false;
    }

    OperatorTools& tools_;
    policy::Agreement const& before_;
    policy::Agreement const& after_;
    std::size_t looked_at_ = 0, changed_ = 0;
};

Status simulate(std::string const& file, Options const& options) {
    int days = 0;
    std::string const& since = options["since"];
    auto const [end, error] = std::from_chars(since.data(), since.data() + since.size(), days);
    if (error != std::errc() || end != since.data() + since.size() || days < 1 || days > 3660)
        return Error(Code::kInvalidContent, "--since is a number of days");
    auto tools = TRY(OperatorTools::open(options["config"]));
    auto const before = TRY(agreement_of(*tools));
    auto const after = TRY(policy::load_agreement(file));
    TRY(tools->record_log_used("policy simulate"));
    atna::SearchQuery query;
    query.from = system_clock().now() - std::chrono::hours(24 * days);
    query.limit = 10'000;
    auto const records = TRY(atna::search(tools->archive(), query));
    Simulation simulation(*tools, *before, *after);
    for (auto const& record : records) TRY(simulation.take(record));
    simulation.sum_up();
    if (records.size() == 10'000)
        std::printf("the newest 10,000 records were looked at; older ones were not\n");
    return {};
}

}  // namespace

int run_policy_explain(std::vector<std::string> const& arguments) {
    Options options;
    if (auto exit = Options::parse(
            "policy",
            "Tells why a member's user may or may not do something about a patient or with a "
            "document: every rule with its clause. Recorded in the audit trail.",
            {{"config", "configuration file", "", true},
             {"as", "member code", "", true},
             {"role", "role; default: the member's", ""},
             {"user", "user id", ""},
             {"purpose", "purpose of use; default: treatment", ""},
             {"reason", "reason of an emergency, as an assertion would name it", ""},
             {"action", "query, retrieve, publish or identify", "query"},
             {"patient", "patient id, CX", ""},
             {"document", "unique id of a document", ""},
             {"agreement", "another agreement file; default: the one in force", ""}},
            arguments, options, "explain")) {
        return *exit;
    }
    auto const done = explain(options);
    return done ? 0 : failed(done.error());
}

int run_policy_simulate(std::vector<std::string> const& arguments) {
    Options options;
    if (auto exit = Options::parse(
            "policy",
            "Decides the accesses of the audit trail again under another agreement, with the "
            "consent of today, and tells those that would come out differently.",
            {{"config", "configuration file", "", true}, {"since", "how many days back", "30"}},
            arguments, options, "simulate FILE")) {
        return *exit;
    }
    if (options.positional().size() != 2) {
        std::fprintf(stderr, "musubi policy simulate: say the agreement file\n");
        return 2;
    }
    auto const done = simulate(options.positional()[1], options);
    return done ? 0 : failed(done.error());
}

}  // namespace musubi::node
