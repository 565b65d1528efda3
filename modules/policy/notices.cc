#include "policy/notices.h"

#include "platform/pg/outbox.h"
#include "policy/emergency_sql.h"
#include "policy/notice_message.h"

#include <algorithm>

namespace musubi::policy {
namespace {

bool has_address(Agreement const& agreement, std::string const& member) {
    auto const& all = agreement.emergency.addresses;
    return std::any_of(all.begin(), all.end(),
                       [&](auto const& one) { return one.first == member; });
}

}  // namespace

std::string_view to_string(NoticeKind kind) {
    switch (kind) {
        case NoticeKind::kEmergency: return "emergency";
        case NoticeKind::kUse: return "use";
        case NoticeKind::kSeal: return "seal-broken";
        case NoticeKind::kDisaster: return "disaster";
        case NoticeKind::kDisasterEnd: return "disaster-end";
    }
    return "use";
}

void queue_notice(pg::Tx& tx, IdSource& ids, Agreement const& agreement, Notice const& notice,
                  std::string const& once) {
    Uuid const id = ids.uuid();
    tx.queue(sql::kInsertNotice,
             std::move(pg::Params()
                           .uuid(id)
                           .int2(static_cast<std::int16_t>(notice.kind))
                           .text(notice.recipient)
                           .text(notice.patient)
                           .text(notice.member)
                           .text(notice.person)
                           .text(notice.clause)
                           .text(notice.reason)
                           .text(once)
                           .timestamptz(notice.made_at)),
             1);
    if (!has_address(agreement, notice.recipient)) return;
    std::string const text = notice_message(id, notice);
    pg::Outbox::queue(tx, {kNoticeTopic, notice.recipient, Bytes(text.begin(), text.end())});
}

void tell_everybody(pg::Tx& tx, IdSource& ids, Agreement const& agreement, Notice notice,
                    std::string const& once) {
    for (auto const& member : agreement.members) {
        auto const* role = agreement.role(member.member.default_role);
        if (member.status != MemberStatus::kActive || (role && role->exempt)) continue;
        notice.recipient = member.member.code;
        queue_notice(tx, ids, agreement, notice, once + "|" + notice.recipient);
    }
}

Result<std::vector<Notice>> notices(pg::Pool& pool, std::string const& recipient,
                                    std::int64_t after) {
    return pool.read([&](pg::ReadTx& tx) -> Result<std::vector<Notice>> {
        auto const rows = TRY(tx.exec(sql::kNotices, pg::Params().text(recipient).int8(after)));
        std::vector<Notice> out;
        for (auto const row : rows) {
            Notice one;
            one.position = row.int64(0);
            one.kind = static_cast<NoticeKind>(row.int16(1));
            one.recipient = row.text(2);
            one.patient = row.text(3);
            one.member = row.text(4);
            one.person = row.text(5);
            one.clause = row.text(6);
            one.reason = row.text(7);
            one.made_at = row.time(8);
            out.push_back(std::move(one));
        }
        return out;
    });
}

}  // namespace musubi::policy
