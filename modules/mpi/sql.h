#pragma once
// The statements of schema mpi. Executed in this room only.

#include "platform/pg/statement.h"

#include <cstdint>

namespace musubi::mpi::sql {

inline constexpr pg::Statement kInsertPatient{
    "mpi.insert_patient",
    "insert into mpi.patient (regional_id, issued) values ($1, $2) on conflict do nothing"};
// Never somebody else's: a clash fails the transaction.
inline constexpr pg::Statement kIssuePatient{
    "mpi.issue_patient", "insert into mpi.patient (regional_id, issued) values ($1, true)"};

// Feeds about one id, one block or one person happen one after the other. The keys come sorted, and
// are locked in their order.
inline constexpr pg::Statement kLock{"mpi.lock",
                                     "select pg_advisory_xact_lock(k) from unnest($1::bigint[]) k"};
// Feeds and decisions hold this one together; a batch of a load holds it alone, in place of the
// locks of all its ids, blocks and persons.
inline constexpr pg::Statement kLockIndexShared{"mpi.lock_index_shared",
                                                "select pg_advisory_xact_lock_shared($1::bigint)"};
inline constexpr pg::Statement kLockIndex{"mpi.lock_index",
                                          "select pg_advisory_xact_lock($1::bigint)"};
inline constexpr std::int64_t kIndexLock = 0x6D70692E696E6478;  // "mpi.indx"
inline constexpr pg::Statement kTryLock{
    "mpi.try_lock",
    "select coalesce(bool_and(pg_try_advisory_xact_lock(k)), true) from unnest($1::bigint[]) k"};

#define MPI_RECORD                                                                    \
    "r.record_key, r.authority, r.person_key, r.status, coalesce(r.survivor_key, 0)," \
    " coalesce(r.institution, ''), coalesce(r.sealed, ''), r.regional_id,"            \
    " r.token = sha256(convert_to(r.regional_id, 'UTF8')), p.issued,"                 \
    " (extract(epoch from p.known_at) * 1000000)::bigint, coalesce(p.survivor, '')"

inline constexpr pg::Statement kRecordsByToken{
    "mpi.records_by_token",
    "select i.n, " MPI_RECORD
    " from unnest($1::text[], $2::bytea[]) with ordinality i (authority, token, n)"
    " join mpi.identifier r on r.authority = i.authority and r.token = i.token"
    " join mpi.patient p on p.regional_id = r.regional_id"};
// A feed's ids, and (n = 0) what was answered when this very message was told before.
inline constexpr pg::Statement kOpenFeed{
    "mpi.open_feed",
    "select i.n, " MPI_RECORD
    ", false, '{}'::text[] from unnest($1::text[], $2::bytea[]) with ordinality i (authority, "
    "token, n)"
    " join mpi.identifier r on r.authority = i.authority and r.token = i.token"
    " join mpi.patient p on p.regional_id = r.regional_id"
    " union all (select 0::bigint, " MPI_RECORD
    ", h.created, h.subsumed from mpi.record_history h"
    " join mpi.identifier r on r.record_key = h.record_key"
    " join mpi.patient p on p.regional_id = r.regional_id"
    " where h.message_token = $3 and h.digest = $4 limit 1)"};
inline constexpr pg::Statement kRecordsByKey{
    "mpi.records_by_key",
    "select 0::bigint, " MPI_RECORD
    " from mpi.identifier r join mpi.patient p on p.regional_id = r.regional_id"
    " where r.record_key = any ($1::bigint[]) order by r.record_key"};
// One active id and all other active ones of its person; the asked one has 1 in front.
inline constexpr pg::Statement kFamilyByToken{
    "mpi.family_by_token",
    "select (r.record_key = i.record_key)::integer::bigint, " MPI_RECORD
    " from mpi.identifier i join mpi.identifier r on r.person_key = i.person_key"
    " join mpi.patient p on p.regional_id = r.regional_id"
    " where i.authority = $1 and i.token = $2 and i.status = 1 and r.status = 1"};
// The same for a question that wants ids alone: what opens a record, who stands for its home, and
// of a record to which nothing was told its id where that stands in the clear.
inline constexpr pg::Statement kIdsByToken{
    "mpi.ids_by_token",
    "select r.record_key = i.record_key, r.record_key, coalesce(r.institution, ''),"
    " coalesce(r.sealed, ''), coalesce(p.survivor, r.regional_id), case when r.sealed is null and"
    " r.token = sha256(convert_to(r.regional_id, 'UTF8')) then r.regional_id end"
    " from mpi.identifier i join mpi.identifier r on r.person_key = i.person_key"
    " join mpi.patient p on p.regional_id = r.regional_id"
    " where i.authority = $1 and i.token = $2 and i.status = 1 and r.status = 1"};
// The active records of the person for whom a regional id stands. An id that points to another one
// stands for nobody.
inline constexpr pg::Statement kFamilyByHome{
    "mpi.family_by_home",
    "select 0::bigint, " MPI_RECORD
    " from mpi.identifier r join mpi.patient p on p.regional_id = r.regional_id"
    " where r.status = 1 and r.person_key in (select i.person_key from mpi.identifier i"
    " where i.status = 1 and i.regional_id in (select o.regional_id from mpi.patient o"
    " where o.regional_id = $1 and o.survivor is null union all"
    " select o.regional_id from mpi.patient o where o.survivor = $1))"};
/// Of the patients $1 (surviving ids) those of whom an active record has one of the tokens $2.
inline constexpr pg::Statement kOfFamily{
    "mpi.of_family",
    "select w.patient from unnest($1::text[]) w (patient) where exists (select from mpi.identifier "
    "r join mpi.search_token t on t.record_key = r.record_key and t.token = any ($2::bytea[])"
    " where r.status = 1 and r.person_key in (select i.person_key from mpi.identifier i"
    " where i.status = 1 and i.regional_id in (select o.regional_id from mpi.patient o"
    " where o.regional_id = w.patient union all"
    " select o.regional_id from mpi.patient o where o.survivor = w.patient)))"};
inline constexpr pg::Statement kPersonsOf{
    "mpi.persons_of",
    "select distinct person_key from mpi.identifier where record_key = any ($1::bigint[])"};
// Whole persons with all that is known about pairs of their records, in one answer: records have 0
// in front, pairs 1. A pair with both ends here comes twice.
#define MPI_EDGE                                                                                \
    "e.a, e.b, e.state, e.verdict, e.score, e.held, e.levels, e.weights_version, e.decided_by," \
    " (extract(epoch from e.decided_at) * 1000000)::bigint"
#define MPI_NO_RECORD                                                                     \
    "0::bigint, '', 0::bigint, 0::smallint, 0::bigint, '', ''::bytea, '', false, false, " \
    "0::bigint, ''"
inline constexpr pg::Statement kWholePersons{
    "mpi.whole_persons",
    "select 0::bigint, " MPI_RECORD
    ", 0::bigint, 0::bigint, 0::smallint, 0::smallint, 0::float8, '', '', 0::smallint, '', "
    "0::bigint"
    " from mpi.identifier r join mpi.patient p on p.regional_id = r.regional_id"
    " where r.person_key = any ($1::bigint[])"
    " union all select 1::bigint, " MPI_NO_RECORD ", " MPI_EDGE
    " from mpi.identifier i join mpi.edge e on e.a = i.record_key"
    " where i.person_key = any ($1::bigint[])"
    " union all select 1::bigint, " MPI_NO_RECORD ", " MPI_EDGE
    " from mpi.identifier i join mpi.edge e on e.b = i.record_key"
    " where i.person_key = any ($1::bigint[])"};
inline constexpr pg::Statement kEdgesOf{
    "mpi.edges_of",
    "select e.a, e.b, e.state, e.verdict, e.score, e.held, e.levels, e.weights_version,"
    " e.decided_by, (extract(epoch from e.decided_at) * 1000000)::bigint"
    " from mpi.edge e where e.a = any ($1::bigint[]) or e.b = any ($1::bigint[])"};

inline constexpr pg::Statement kInsertRecordHistory{
    "mpi.insert_record_history",
    "insert into mpi.record_history (history_key, record_key, event, message_token, digest, "
    "institution, sealed, created, subsumed) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)"};

inline constexpr pg::Statement kInsertRecord{
    "mpi.insert_record",
    "insert into mpi.identifier (authority, token, regional_id, record_key, person_key, "
    "institution, sealed, weights_version) values ($1, $2, $3, $4, $4, $5, $6, $7)"};
inline constexpr pg::Statement kUpdateContent{
    "mpi.update_content",
    "update mpi.identifier set institution = $2, sealed = $3, weights_version = $4, changed_at = "
    "now() where record_key = $1"};
inline constexpr pg::Statement kUpdateRecords{
    "mpi.update_records",
    "update mpi.identifier r set person_key = u.person, status = u.status, survivor_key = "
    "nullif(u.survivor, 0), regional_id = u.home, changed_at = now()"
    " from unnest($1::bigint[], $2::bigint[], $3::smallint[], $4::bigint[], $5::text[])"
    " u (key, person, status, survivor, home) where r.record_key = u.key"};
inline constexpr pg::Statement kSetSurvivors{
    "mpi.set_survivors",
    "update mpi.patient p set survivor = nullif(u.survivor, '')"
    " from unnest($1::text[], $2::text[]) u (home, survivor) where p.regional_id = u.home"};
inline constexpr pg::Statement kPutEdges{
    "mpi.put_edges",
    "insert into mpi.edge (a, b, state, verdict, score, held, levels, weights_version, decided_by)"
    " select u.a, u.b, u.s, u.v, u.bits / 1000.0, u.h, u.l, u.w, u.d from unnest($1::bigint[], "
    "$2::bigint[], $3::smallint[], $4::smallint[], $5::bigint[], $6::text[], $7::text[], "
    "$8::smallint[], $9::text[]) u (a, b, s, v, bits, h, l, w, d)"
    " on conflict (a, b) do update set state = excluded.state, verdict = excluded.verdict, score = "
    "excluded.score, held = excluded.held, levels = excluded.levels, weights_version = "
    "excluded.weights_version, decided_by = excluded.decided_by, decided_at = now()"};

inline constexpr pg::Statement kHistory{
    "mpi.history", "insert into mpi.history (kind, regional_id, other_id) values ($1, $2, $3)"};

inline constexpr pg::Statement kHistories{
    "mpi.histories",
    "insert into mpi.history (kind, regional_id, other_id)"
    " select * from unnest($1::text[], $2::text[], $3::text[])"};

inline constexpr pg::Statement kDropBlocking{
    "mpi.drop_blocking",
    "delete from mpi.blocking where record_key = $1 and token <> all ($2::bytea[])"};
inline constexpr pg::Statement kDropSearch{
    "mpi.drop_search",
    "delete from mpi.search_token where record_key = $1 and token <> all ($2::bytea[])"};
inline constexpr pg::Statement kPutBlocking{
    "mpi.put_blocking",
    "insert into mpi.blocking (token, type, key_version, record_key)"
    " select u.t, u.y, u.v, u.r from unnest($1::bytea[], $2::smallint[], $3::smallint[], "
    "$4::bigint[]) u (t, y, v, r) on conflict do nothing"};
inline constexpr pg::Statement kPutSearch{
    "mpi.put_search",
    "insert into mpi.search_token (token, type, key_version, record_key)"
    " select u.t, u.y, u.v, u.r from unnest($1::bytea[], $2::smallint[], $3::smallint[], "
    "$4::bigint[]) u (t, y, v, r) on conflict do nothing"};

// What a load writes for many records at once.
inline constexpr pg::Statement kInsertPatients{
    "mpi.insert_patients",
    "with issued as (insert into mpi.patient (regional_id, issued)"
    " select u.cx, true from unnest($1::text[], $2::boolean[]) u (cx, issued) where u.issued),"
    " taken as (insert into mpi.patient (regional_id, issued)"
    " select u.cx, false from unnest($1::text[], $2::boolean[]) u (cx, issued) where not u.issued"
    " on conflict do nothing)"
    " insert into mpi.history (kind, regional_id) select k.kind, u.cx"
    " from unnest($1::text[], $2::boolean[]) u (cx, issued)"
    " cross join (values ('added'), ('linked')) k (kind) where k.kind = 'added' or u.issued"};
inline constexpr pg::Statement kInsertRecords{
    "mpi.insert_records",
    "insert into mpi.identifier (authority, token, regional_id, record_key, person_key, "
    "institution, sealed, weights_version)"
    " select u.a, u.t, u.h, u.k, u.k, u.i, u.s, $7 from unnest($1::text[], $2::bytea[], "
    "$3::text[], $4::bigint[], $5::text[], $6::bytea[]) u (a, t, h, k, i, s)"};
inline constexpr pg::Statement kInsertHistories{
    "mpi.insert_record_histories",
    "insert into mpi.record_history (history_key, record_key, event, digest, institution, sealed, "
    "created, subsumed) select u.h, u.k, 0, u.d, u.i, u.s, true, '{}'"
    " from unnest($1::bigint[], $2::bigint[], $3::bytea[], $4::text[], $5::bytea[]) u (h, k, d, i, "
    "s)"};
// Tokens of records that are new in this transaction: nothing of them can be there already.
inline constexpr pg::Statement kAddBlocking{
    "mpi.add_blocking",
    "insert into mpi.blocking (token, type, key_version, record_key)"
    " select u.t, u.y, u.v, u.r from unnest($1::bytea[], $2::smallint[], $3::smallint[], "
    "$4::bigint[]) u (t, y, v, r)"};
inline constexpr pg::Statement kAddSearch{
    "mpi.add_search",
    "insert into mpi.search_token (token, type, key_version, record_key)"
    " select u.t, u.y, u.v, u.r from unnest($1::bytea[], $2::smallint[], $3::smallint[], "
    "$4::bigint[]) u (t, y, v, r)"};
// A load begins with small tables and ends with large ones: its plans must not stay those of the
// beginning, and it looks up by index alone: without the other joins off, a batch of persons reads
// every patient there is.
inline constexpr pg::Statement kLoadPlans{
    "mpi.load_plans",
    "select set_config('plan_cache_mode', 'force_custom_plan', true),"
    " set_config('enable_seqscan', 'off', true),"
    " set_config('enable_hashjoin', 'off', true), set_config('enable_mergejoin', 'off', true),"
    " set_config('max_parallel_workers_per_gather', '0', true)"};
// Who is in each block; of a block that is too large, one more than $2.
inline constexpr pg::Statement kBlockMembers{
    "mpi.block_members",
    "select t.n, b.record_key from unnest($1::bytea[]) with ordinality t (token, n)"
    " cross join lateral (select c.record_key from mpi.blocking c where c.token = t.token"
    " order by c.record_key limit $2::bigint + 1) b"};

// Blocks that are larger than $2 say nothing about who is who: skipped, and counted in n = 0.
inline constexpr pg::Statement kCandidates{
    "mpi.candidates",
    "with hit as (select t.n, b.record_key from unnest($1::bytea[]) with ordinality t (token, n)"
    " cross join lateral (select c.record_key from mpi.blocking c where c.token = t.token"
    " order by c.record_key limit $2::bigint + 1) b),"
    " fit as (select n from hit group by n having count(*) <= $2)"
    " select 0::bigint, " MPI_RECORD
    " from mpi.identifier r join mpi.patient p on p.regional_id = r.regional_id"
    " where r.record_key in (select record_key from hit join fit using (n))"
    " and r.record_key <> all ($3::bigint[]) and r.status = 1"};

// The active records of whoever has a record with one token of every group. One group ($1) is
// looked up whole, in the others only what it gave: a family name of thousands costs nothing where
// a birth date is told too. $3 numbers the groups of $2, from 0; $4 has a bit for each. Always at
// least one row: how many records the first group has, looked at up to $5 of each token, and how
// many of them have all, up to $6; one more than these says that there are more, and then no record
// follows (null). $7: records of these authorities; empty: any.
inline constexpr pg::Statement kSearch{
    "mpi.search",
    "with few as materialized (select c.record_key from unnest($1::bytea[]) t (token)"
    " cross join lateral (select s.record_key from mpi.search_token s where s.token = t.token"
    " order by s.record_key limit $5::bigint + 1) c),"
    " found as materialized (select distinct d.record_key from few d"
    " where (select count(*) from few) <= $5 and (select coalesce(bit_or(1::bigint << t.g), 0)"
    " from unnest($2::bytea[], $3::integer[]) t (token, g) join mpi.search_token s"
    " on s.token = t.token and s.record_key = d.record_key) = $4::bigint limit $6::bigint + 1)"
    " select c.few, c.found, x.* from (select (select count(*) from few) as few,"
    " (select count(*) from found) as found) c left join lateral (select " MPI_RECORD
    " from (select distinct i.person_key from found f join mpi.identifier i"
    " on i.record_key = f.record_key where i.status = 1"
    " and (cardinality($7::text[]) = 0 or i.authority = any ($7))) q"
    " join mpi.identifier r on r.person_key = q.person_key"
    " join mpi.patient p on p.regional_id = r.regional_id where r.status = 1) x"
    " on c.few <= $5 and c.found <= $6"};
// Whether the live version of the tokens has those of numbers for every record.
inline constexpr pg::Statement kNumbersKept{
    "mpi.numbers_kept",
    "select coalesce(bool_and(numbers), false) from mpi.token_version where state = 2"};
inline constexpr pg::Statement kVersions{
    "mpi.token_versions", "select version from mpi.token_version where state in (1, 2)"};

// A new version of the tokens (reindex.h). done_to: filled, or swept, up to this record; -1: all of
// a version that is over is gone.
inline constexpr pg::Statement kVersionStates{
    "mpi.version_states",
    "select version, state, done_to, (select greatest(reltuples, 0)::bigint from pg_class"
    " where oid = 'mpi.identifier'::regclass) from mpi.token_version order by version"};
inline constexpr pg::Statement kBeginVersion{
    "mpi.begin_version",
    "insert into mpi.token_version (version, state)"
    " select max(version) + 1, 1 from mpi.token_version returning version"};
inline constexpr pg::Statement kVersionDoneTo{
    "mpi.version_done_to", "select done_to from mpi.token_version where version = $1"};
inline constexpr pg::Statement kSetVersionDoneTo{
    "mpi.set_version_done_to", "update mpi.token_version set done_to = $2 where version = $1"};
inline constexpr pg::Statement kSwitchVersion{
    "mpi.switch_version",
    "update mpi.token_version set state = case when version = $1 then 2 else 3 end,"
    " done_to = 0 where version = $1 or state = 2"};
inline constexpr pg::Statement kRecordsAfter{
    "mpi.records_after",
    "select 0::bigint, " MPI_RECORD
    " from mpi.identifier r join mpi.patient p on p.regional_id = r.regional_id"
    " where r.record_key > $1 order by r.record_key limit $2"};
inline constexpr pg::Statement kSweepBlocking{
    "mpi.sweep_blocking",
    "delete from mpi.blocking where record_key = any ($1::bigint[]) and key_version = $2"};
inline constexpr pg::Statement kSweepSearch{
    "mpi.sweep_search",
    "delete from mpi.search_token where record_key = any ($1::bigint[]) and key_version = $2"};

inline constexpr pg::Statement kInsertDecision{
    "mpi.insert_decision",
    "insert into mpi.decision (decision_key, kind, a, b, previous, undoes, state, decided_by, "
    "confirmed_by) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)"};

// A merge keeps the subsumed record first (a); the others keep the smaller key first.
inline constexpr pg::Statement kNewestDecision{
    "mpi.newest_decision",
    "select decision_key, kind, a, previous from mpi.decision where state = 'done' and kind <> "
    "'undo' and ((a = $1 and b = $2) or (a = $2 and b = $1)) order by decided_at desc, "
    "decision_key "
    "desc limit 1"};
inline constexpr pg::Statement kUndone{
    "mpi.decision_undone",
    "update mpi.decision set state = 'undone' where decision_key = $1 and state = 'done'"};
inline constexpr pg::Statement kProposal{
    "mpi.proposal",
    "select decision_key, decided_by from mpi.decision where kind = $1 and a = $2 and b = $3 and "
    "state = 'proposed' limit 1"};
inline constexpr pg::Statement kConfirmProposal{
    "mpi.confirm_proposal",
    "update mpi.decision set state = 'confirmed', confirmed_by = $2 where decision_key = $1 and "
    "state "
    "= 'proposed'"};
inline constexpr pg::Statement kReviewQueue{
    "mpi.review_queue",
    "select e.a, e.b, e.state, e.verdict, e.score, e.held, e.levels, e.weights_version,"
    " e.decided_by, (extract(epoch from e.decided_at) * 1000000)::bigint"
    " from mpi.edge e join mpi.identifier x on x.record_key = e.a and x.status = 1"
    " join mpi.identifier y on y.record_key = e.b and y.status = 1"
    " where e.state = 4 order by e.score desc, e.a, e.b limit $1"};

// Nearly everybody is his own survivor; aliases are a flat star.
inline constexpr pg::Statement kSurvivorOf{
    "mpi.survivor_of",
    "select coalesce(survivor, regional_id) from mpi.patient where regional_id = $1"};

// Authorities that fed a record whose regional id is this one or an alias of it. A regional id that
// we issued was fed by nobody.
inline constexpr pg::Statement kAuthoritiesOf{
    "mpi.authorities_of",
    "select distinct r.authority from mpi.patient p join mpi.identifier r using (regional_id)"
    " where p.regional_id = $1 or p.survivor = $1"
    " union select split_part(split_part(p.regional_id, '^', 4), '&', 2)"
    " from mpi.patient p where (p.regional_id = $1 or p.survivor = $1) and not p.issued"};
// Both of these at once: the surviving id on every row, an authority or null beside it.
inline constexpr pg::Statement kStandingOf{
    "mpi.standing_of",
    "select s.id, f.authority from (select coalesce(survivor, regional_id) as id from mpi.patient"
    " where regional_id = $1) s left join lateral ("
    "select r.authority from mpi.patient p join mpi.identifier r using (regional_id)"
    " where p.regional_id = s.id or p.survivor = s.id"
    " union select split_part(split_part(p.regional_id, '^', 4), '&', 2)"
    " from mpi.patient p where (p.regional_id = s.id or p.survivor = s.id) and not p.issued"
    ") f on true"};

}  // namespace musubi::mpi::sql
