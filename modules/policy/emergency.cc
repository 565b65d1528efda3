#include "policy/emergency.h"

#include "platform/base/log.h"
#include "platform/base/metrics.h"
#include "policy/emergency_alert.h"
#include "policy/emergency_parts.h"
#include "policy/emergency_sql.h"

namespace musubi::policy {
namespace {

class Announcer {
public:
    Announcer(EmergencyDeps const& deps, Agreement const& agreement, Question const& question,
              Facts const& facts, pg::Tx& tx)
        : deps_(deps), agreement_(agreement), question_(question), facts_(facts), tx_(tx) {}

    Status emergency(std::string const& patient, BrokenGlass const& glass) {
        domain::Subject const& subject = question_.subject;
        tx_.queue(sql::kLockEmergency,
                  pg::Params().text(subject.member.code + "|" + subject.user_id + "|" + patient));
        auto const open = TRY(tx_.exec(sql::kOpenEmergency, pg::Params()
                                                                .text(patient)
                                                                .text(subject.member.code)
                                                                .text(subject.user_id)
                                                                .timestamptz(question_.now)
                                                                .text(glass.reason)));
        if (!open.empty()) return {};
        if (agreement_.emergency.suspends_overdue) TRY(refuse_overdue());
        EmergencyAccess const access = access_for(question_, patient, glass, deps_.ids.uuid());
        insert(access);
        // Whoever uses an emergency account may not be whom its member would think of.
        std::string const silent = subject.member.emergency_account ? "" : access.member;
        for (auto const& member :
             recipients(agreement_, silent, patient, facts_, NoticeKind::kEmergency))
            notify(NoticeKind::kEmergency, member, access, access.id.to_string() + "|" + member);
        counter("policy_emergencies_total").add();
        return deps_.audit.record_in(
            tx_, {access_alert(deps_.audit_source_id, question_, kOverrideStarted, access)});
    }

    /// Once a day for the same looker, patient and clause.
    Status use(std::string const& patient, std::string const& clause) {
        EmergencyAccess const access = use_of(question_, patient, clause);
        std::vector<std::string> keys;
        auto const members =
            recipients(agreement_, access.member, patient, facts_, NoticeKind::kUse);
        for (auto const& member : members) keys.push_back(use_key(access, member));
        if (keys.empty()) return {};
        tx_.queue(sql::kLockEmergency, pg::Params().text(keys.front()));
        auto const rows = TRY(tx_.exec(
            sql::kWasNoticed, pg::Params().text_array(std::span<std::string const>(keys))));
        std::set<std::string> told;
        for (auto const row : rows) told.emplace(row.text(0));
        for (std::size_t i = 0; i < members.size(); ++i) {
            if (!told.contains(keys[i])) notify(NoticeKind::kUse, members[i], access, keys[i]);
        }
        return {};
    }

private:
    Status refuse_overdue() {
        domain::Subject const& subject = question_.subject;
        auto const rows = TRY(tx_.exec(sql::kOverdueOfPerson, pg::Params()
                                                                  .text(subject.member.code)
                                                                  .text(subject.user_id)
                                                                  .timestamptz(question_.now)));
        if (rows.front().int64(0) == 0) return {};
        return Error(Code::kDenied,
                     "an emergency access of this person was not reviewed in time: no new one");
    }

    void insert(EmergencyAccess const& access) {
        tx_.queue(sql::kInsertEmergency,
                  pg::Params()
                      .uuid(access.id)
                      .text(access.patient)
                      .text(access.member)
                      .text(access.person)
                      .text(access.role)
                      .text(access.purpose)
                      .text(access.reason)
                      .text(access.clause)
                      .timestamptz(access.opened_at)
                      .timestamptz(access.ends_at)
                      .timestamptz(access.review_by),
                  1);
    }
    void notify(NoticeKind kind, std::string const& recipient, EmergencyAccess const& access,
                std::string const& once) {
        queue_notice(tx_, deps_.ids, agreement_, notice_of(access, kind, recipient), once);
    }

    EmergencyDeps const& deps_;
    Agreement const& agreement_;
    Question const& question_;
    Facts const& facts_;
    pg::Tx& tx_;
};

EmergencyAccess access_of(pg::Row const& row) {
    EmergencyAccess out;
    out.id = row.uuid(0);
    out.patient = row.text(1);
    out.member = row.text(2);
    out.person = row.text(3);
    out.role = row.text(4);
    out.purpose = row.text(5);
    out.reason = row.text(6);
    out.clause = row.text(7);
    out.opened_at = row.time(8);
    out.ends_at = row.time(9);
    out.review_by = row.time(10);
    if (!row.is_null(11)) out.justified = row.boolean(11);
    out.reviewed_by = row.text(12);
    return out;
}

}  // namespace

Status announce_use(EmergencyDeps const& deps, Agreement const& agreement, Question const& question,
                    Facts const& facts, core::Decision const& decision) {
    auto const glass = decision.emergency ? broken_glass(agreement, question.subject)
                                          : std::optional<BrokenGlass>();
    return deps.pool.run([&](pg::Tx& tx) -> Status {
        Announcer announcer(deps, agreement, question, facts, tx);
        if (glass) {
            for (auto const& patient : question.query.patients)
                TRY(announcer.emergency(patient, *glass));
        }
        for (auto const& [patient, clause] : decision.announce) TRY(announcer.use(patient, clause));
        return {};
    });
}

Result<std::vector<EmergencyAccess>> emergency_accesses(pg::Pool& pool, Reviewed which) {
    return pool.read([&](pg::ReadTx& tx) -> Result<std::vector<EmergencyAccess>> {
        auto const rows = TRY(
            tx.exec(which == Reviewed::kNo ? sql::kUnreviewed : sql::kEmergencies, pg::Params()));
        std::vector<EmergencyAccess> out;
        for (auto const row : rows) out.push_back(access_of(row));
        return out;
    });
}

Status review(EmergencyDeps const& deps, Uuid const& id, bool justified,
              std::string const& reviewer, WallTime now) {
    return deps.pool.run([&](pg::Tx& tx) -> Status {
        tx.queue(sql::kLockEmergency, pg::Params().text(id.to_string()));
        auto const rows = TRY(tx.exec(sql::kEmergency, pg::Params().uuid(id)));
        if (rows.empty()) return Error(Code::kNotFound, "there is no such emergency access");
        auto const access = access_of(rows.front());
        if (access.justified) return Error(Code::kConflict, "this access was reviewed before");
        tx.queue(sql::kReview,
                 pg::Params().uuid(id).boolean(justified).text(reviewer).timestamptz(now), 1);
        domain::Subject subject;
        subject.user_id = reviewer;
        core::PolicyQuery const query;
        Question const question{subject, domain::Action::kOperate, query, now};
        auto event = access_alert(deps.audit_source_id, question, kOverrideStopped, access);
        event.transaction = "emergency-review";
        event.participants.front().user_id = reviewer;
        event.objects.front().details.push_back({"justified", justified ? "yes" : "no"});
        return deps.audit.record_in(tx, {std::move(event)});
    });
}

Result<std::int64_t> overdue_reviews(pg::Pool& pool, WallTime now) {
    return pool.read([&](pg::ReadTx& tx) -> Result<std::int64_t> {
        return TRY(tx.exec(sql::kOverdue, pg::Params().timestamptz(now))).front().int64(0);
    });
}

}  // namespace musubi::policy
