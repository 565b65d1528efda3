#include "node/preservation/erasure_store.h"

namespace musubi::node {
namespace {

constexpr std::int64_t kPage = 1'000;

constexpr pg::Statement kTableThere{"preservation.table_there",
                                    "select to_regclass($1) is not null"};
constexpr pg::Statement kCountDocuments{
    "preservation.count_documents",
    "select count(*), coalesce(sum(size), 0)::bigint from repository.document where owner_oid = "
    "any($1)"};
constexpr pg::Statement kCountFragments{
    "preservation.count_fragments",
    "select count(*) from registry.fragment where institution = any($1)"};
constexpr pg::Statement kCountRecords{
    "preservation.count_records",
    "select count(*) from mpi.identifier where institution = any($1)"};
constexpr pg::Statement kKinds{
    "preservation.kinds",
    "select class_code, type_code, count(*), max(stored_at) from repository.document where "
    "owner_oid = any($1) group by class_code, type_code order by class_code, type_code"};
constexpr pg::Statement kObjects{
    "preservation.objects",
    "select unique_id, document_key from repository.document where owner_oid = any($1) and "
    "(unique_id, document_key) > ($2, $3) order by unique_id, document_key limit $4"};
constexpr pg::Statement kFind{
    "preservation.find_erasure",
    "select e.member, e.facts, e.names, e.decided_at, d.certificate, d.signature from "
    "preservation.key_erasure e left join preservation.key_erasure_end d using (approval) where "
    "e.approval = $1"};
constexpr pg::Statement kDecide{
    "preservation.decide_erasure",
    "insert into preservation.key_erasure (approval, member, names, facts, decided_by, decided_at) "
    "values ($1, $2, $3, $4, $5, $6)"};
constexpr pg::Statement kEnd{
    "preservation.end_erasure",
    "insert into preservation.key_erasure_end (approval, certificate, signature, ended_at) values "
    "($1, $2, $3, $4)"};

std::vector<std::string> listed(std::set<std::string> const& names) {
    return {names.begin(), names.end()};
}

pg::Params of_names(std::set<std::string> const& names) {
    auto const list = listed(names);
    return std::move(pg::Params().text_array(std::span<std::string const>(list)));
}

/// Modules of this node that are switched off have no tables.
Result<bool> is_there(pg::ReadTx& tx, char const* table) {
    return TRY(tx.exec(kTableThere, pg::Params().text(table))).front().boolean(0);
}

}  // namespace

Result<ErasureCounts> count_erasure(pg::Pool& pool, std::set<std::string> const& names) {
    return pool.read([&](pg::ReadTx& tx) -> Result<ErasureCounts> {
        ErasureCounts out;
        if (TRY(is_there(tx, "repository.document"))) {
            auto const rows = TRY(tx.exec(kCountDocuments, of_names(names)));
            out.documents = rows.front().int64(0);
            out.octets = rows.front().int64(1);
        }
        if (TRY(is_there(tx, "registry.fragment")))
            out.fragments = TRY(tx.exec(kCountFragments, of_names(names))).front().int64(0);
        if (TRY(is_there(tx, "mpi.identifier")))
            out.patient_records = TRY(tx.exec(kCountRecords, of_names(names))).front().int64(0);
        return out;
    });
}

Result<std::vector<KeptKind>> kept_kinds(pg::Pool& pool, std::set<std::string> const& names) {
    return pool.read([&](pg::ReadTx& tx) -> Result<std::vector<KeptKind>> {
        std::vector<KeptKind> out;
        if (!TRY(is_there(tx, "repository.document"))) return out;
        auto const rows = TRY(tx.exec(kKinds, of_names(names)));
        for (pg::Row const row : rows)
            out.push_back(
                {std::string(row.text(0)), std::string(row.text(1)), row.int64(2), row.time(3)});
        return out;
    });
}

Result<std::int64_t> list_objects(pg::Pool& pool, std::set<std::string> const& names,
                                  ByteSink const& sink) {
    if (!TRY(pool.read([](pg::ReadTx& tx) { return is_there(tx, "repository.document"); })))
        return std::int64_t{0};
    std::int64_t count = 0, key = 0;
    std::string after;
    for (bool more = true; more;) {
        auto params = of_names(names);
        params.text(after).int8(key).int8(kPage);
        auto const rows = TRY(pool.read([&](pg::ReadTx& tx) { return tx.exec(kObjects, params); }));
        for (pg::Row const row : rows) {
            after = row.text(0);
            key = row.int64(1);
            TRY(sink(as_bytes(after + "\n")));
            ++count;
        }
        more = rows.size() == kPage;
    }
    return count;
}

Result<std::optional<DecidedErasure>> find_erasure(pg::Pool& pool, Uuid const& approval) {
    return pool.read([&](pg::ReadTx& tx) -> Result<std::optional<DecidedErasure>> {
        auto const rows = TRY(tx.exec(kFind, pg::Params().uuid(approval)));
        if (rows.empty()) return std::optional<DecidedErasure>();
        pg::Row const row = rows.front();
        DecidedErasure out;
        out.member = row.text(0);
        out.facts = row.text(1);
        for (auto& name : row.text_array(2)) out.names.insert(std::move(name));
        out.decided_at = row.time(3);
        if (auto const certificate = row.text_if(4)) {
            out.certificate = *certificate;
            ByteView const signature = row.bytes(5);
            out.signature.assign(signature.begin(), signature.end());
        }
        return std::optional(std::move(out));
    });
}

void queue_decision(pg::Tx& tx, Erasure const& erasure, std::string const& facts) {
    auto const names = listed(erasure.names);
    tx.queue(kDecide,
             std::move(pg::Params()
                           .uuid(erasure.approval)
                           .text(erasure.member)
                           .text_array(std::span<std::string const>(names))
                           .text(facts)
                           .text(erasure.decided_by)
                           .timestamptz(erasure.decided_at)),
             1);
}

void queue_end(pg::Tx& tx, Uuid const& approval, DecidedErasure const& ended, WallTime now) {
    tx.queue(kEnd,
             std::move(pg::Params()
                           .uuid(approval)
                           .text(ended.certificate)
                           .bytea(ended.signature)
                           .timestamptz(now)),
             1);
}

}  // namespace musubi::node
