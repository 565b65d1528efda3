#include "mpi/review.h"

#include "domain/reason.h"
#include "mpi/linking.h"
#include "mpi/record_index.h"
#include "mpi/rows.h"
#include "mpi/sql.h"
#include "platform/base/fault.h"

namespace musubi::mpi {
namespace {

Error unknown_id() {
    return Error(Code::kNotFound, Reason::kUnknownKeyIdentifier, "this id is not known");
}

std::string stands_for(Record const& record) {
    return record.home_survivor.empty() ? record.home : record.home_survivor;
}

pg::Params pair_params(Context const& context, domain::PatientId const& a,
                       domain::PatientId const& b) {
    pg::Params params;
    params.text_array(std::vector<std::string>{a.authority, b.authority});
    params.bytea_array(std::vector<Bytes>{context.token_of(a), context.token_of(b)});
    return params;
}

Result<std::vector<Record>> both(pg::Rows const& rows) {
    std::vector<Record> out(2);
    for (pg::Row const row : rows)
        out[static_cast<std::size_t>(row.int64(0) - 1)] = read_record(row);
    if (rows.size() != 2) return unknown_id();
    return out;
}

}  // namespace

Result<std::vector<ReviewItem>> Review::list(int limit) const {
    return context_.pool.read([&](pg::ReadTx& tx) -> Result<std::vector<ReviewItem>> {
        std::vector<Edge> edges;
        std::vector<std::int64_t> keys;
        for (pg::Row const row : TRY(tx.exec(sql::kReviewQueue, pg::Params().int8(limit)))) {
            edges.push_back(read_edge(row));
            keys.insert(keys.end(), {edges.back().a, edges.back().b});
        }
        std::map<RecordKey, domain::LocalId> ids;
        for (Record const& record :
             read_records(TRY(tx.exec(sql::kRecordsByKey, pg::Params().int8_array(keys)))))
            ids[record.key] = TRY(context_.open(record)).id;
        std::vector<ReviewItem> out;
        for (Edge const& edge : edges)
            out.push_back({ids[edge.a], ids[edge.b], edge.score, edge.held, edge.levels});
        return out;
    });
}

Result<PairView> Review::show(domain::PatientId const& a, domain::PatientId const& b) const {
    return context_.pool.read([&](pg::ReadTx& tx) -> Result<PairView> {
        auto const records =
            TRY(both(TRY(tx.exec(sql::kRecordsByToken, pair_params(context_, a, b)))));
        PairView out;
        RecordContent const one = TRY(context_.open(records[0]));
        RecordContent const other = TRY(context_.open(records[1]));
        out.a = {a, one.id.type_code};
        out.b = {b, other.id.type_code};
        out.patient_a = stands_for(records[0]);
        out.patient_b = stands_for(records[1]);
        std::vector<std::int64_t> const keys{records[0].key};
        auto const [low, high] = ends(records[0].key, records[1].key);
        for (pg::Row const row : TRY(tx.exec(sql::kEdgesOf, pg::Params().int8_array(keys)))) {
            Edge const edge = read_edge(row);
            if (edge.a != low || edge.b != high) continue;
            out.state = edge.state;
            out.decided_by = edge.decided_by;
            out.held = edge.held;
        }
        if (context_.matching && !records[0].sealed.empty() && !records[1].sealed.empty()) {
            out.evidence = context_.matching->compare(*context_.matching->prepare(one.person),
                                                      *context_.matching->prepare(other.person));
        }
        return out;
    });
}

Result<std::vector<Record>> Review::pair(pg::Tx& tx, domain::PatientId const& a,
                                         domain::PatientId const& b) const {
    if (a == b) return Error(Code::kInvalidContent, "both ids are the same");
    std::set<std::int64_t> const locks{lock_key(context_.token_of(a), 'i'),
                                       lock_key(context_.token_of(b), 'i')};
    std::vector<std::int64_t> const keys(locks.begin(), locks.end());
    tx.queue(sql::kLockIndexShared, pg::Params().int8(sql::kIndexLock));
    tx.queue(sql::kLock, pg::Params().int8_array(keys));
    return both(TRY(tx.exec(sql::kRecordsByToken, pair_params(context_, a, b))));
}

Result<bool> Review::agreed(pg::Tx& tx, std::string const& kind, RecordKey a, RecordKey b,
                            std::string const& by) const {
    if (!context_.settings.four_eyes) return true;
    pg::Rows const rows = TRY(tx.exec(sql::kProposal, pg::Params().text(kind).int8(a).int8(b)));
    if (!rows.empty() && rows.front().text(1) == by)
        return Error(Code::kConflict, "a second operator must confirm this");
    if (!rows.empty()) {
        tx.queue(sql::kConfirmProposal, pg::Params().int8(rows.front().int64(0)).text(by), 1);
        return true;
    }
    pg::Params params;
    params.int8(context_.ids.key()).text(kind).int8(a).int8(b).int2(0).null();
    params.text("proposed").text(by).null();
    tx.queue(sql::kInsertDecision, std::move(params), 1);
    return false;
}

Result<Decided> Review::decide(pg::Tx& tx, Decision decision, domain::PatientId const& a,
                               domain::PatientId const& b, std::string const& by) {
    auto const records = TRY(pair(tx, a, b));
    if (!records[0].active() || !records[1].active())
        return Error(Code::kConflict, "one of the ids was merged away");
    auto const [low, high] = ends(records[0].key, records[1].key);
    std::string const kind = decision == Decision::kLink ? "link" : "separate";
    if (!TRY(agreed(tx, kind, low, high, by))) return Decided{true, stands_for(records[0])};
    Linking linking(context_, tx);
    TRY(linking.load({low, high}));
    Edge& edge = linking.edge(low, high);
    pg::Params params;
    params.int8(context_.ids.key()).text(kind).int8(low).int8(high);
    params.int2(static_cast<std::int16_t>(edge.state)).null().text("done").text(by).null();
    tx.queue(sql::kInsertDecision, std::move(params), 1);
    edge.state = decision == Decision::kLink ? EdgeState::kConfirmed : EdgeState::kRejected;
    edge.held.clear();
    edge.decided_by = by;
    edge.decided_at = 0;
    TRY(linking.settle());
    TRY(FAULT("mpi.after_decision"));
    return Decided{false, linking.stands_for(records[0].key)};
}

Result<Decided> Review::undo(pg::Tx& tx, domain::PatientId const& a, domain::PatientId const& b,
                             std::string const& by) {
    auto const records = TRY(pair(tx, a, b));
    auto const [low, high] = ends(records[0].key, records[1].key);
    pg::Rows const rows = TRY(tx.exec(sql::kNewestDecision, pg::Params().int8(low).int8(high)));
    if (rows.empty()) return Error(Code::kNotFound, "nothing was decided about this pair");
    std::int64_t const undone = rows.front().int64(0);
    std::string const kind(rows.front().text(1));
    RecordKey const subsumed = rows.front().int64(2);
    auto const previous = static_cast<EdgeState>(rows.front().int16(3));
    if (kind == "change id")
        return Error(Code::kUnsupported, "a corrected id is corrected again by its hospital");
    if (!TRY(agreed(tx, "undo", low, high, by))) return Decided{true, stands_for(records[0])};
    Linking linking(context_, tx);
    TRY(linking.load({low, high}));
    Edge& edge = linking.edge(low, high);
    if (kind == "merge") {
        Record& record = *linking.find(subsumed);
        record.status = RecordStatus::kActive;
        record.survivor = 0;
        // They are two: nothing but people may say otherwise.
        edge.state = EdgeState::kRejected;
        edge.decided_by = by;
        auto const content = TRY(linking.content(subsumed));
        if (!record.sealed.empty())
            write_tokens(tx, subsumed, tokens_of(context_, TRY(store_.versions(tx)), *content));
    } else {
        bool const by_people =
            previous == EdgeState::kConfirmed || previous == EdgeState::kRejected;
        edge.state = by_people ? previous : EdgeState::kNone;
        edge.decided_by = by_people ? by : "matching";
    }
    edge.decided_at = 0;
    tx.queue(sql::kUndone, pg::Params().int8(undone), 1);
    pg::Params params;
    params.int8(context_.ids.key()).text("undo").int8(low).int8(high);
    params.int2(0).int8(undone).text("done").text(by).null();
    tx.queue(sql::kInsertDecision, std::move(params), 1);
    if (!edge.decided_by_people()) TRY(linking.judge(low, high));
    TRY(linking.settle());
    TRY(FAULT("mpi.after_undo"));
    return Decided{false, linking.stands_for(records[0].key)};
}

}  // namespace musubi::mpi
