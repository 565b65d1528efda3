#include "policy/statement.h"

#include "platform/base/date_time.h"
#include "platform/vault/durable_file.h"
#include "policy/canonical.h"

namespace musubi::policy {
namespace {

constexpr std::size_t kMaxStatement = 64 * 1024;
constexpr char const* kKinds[] = {"", "seal", "disaster", "disaster-end"};

Tree text_tree(std::string value) {
    Tree out;
    out.kind = Tree::Kind::kText;
    out.text = std::move(value);
    return out;
}

char const* word_for(StatementKind kind) { return kKinds[static_cast<int>(kind)]; }

constexpr pg::Statement kAppend{
    "policy.append_statement",
    "INSERT INTO policy.statement (statement_uuid, kind, about, fingerprint, canonical, ends_at, "
    "registered_by, registered_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING "
    "RETURNING position"};
constexpr pg::Statement kAppendSignature{
    "policy.append_statement_signature",
    "INSERT INTO policy.statement_signature (statement_uuid, officer, signature) VALUES ($1, $2, "
    "$3)"};
constexpr pg::Statement kSignatures{
    "policy.statement_signatures",
    "SELECT statement_uuid, officer, signature FROM policy.statement_signature WHERE "
    "statement_uuid = ANY ($1::uuid[])"};

}  // namespace

std::set<std::string> Statement::list(std::string_view key) const {
    std::set<std::string> out;
    for (auto const& one : words.list(key)) out.insert(one.shown());
    return out;
}

std::optional<WallTime> Statement::time(std::string_view key) const {
    return parse_date_time(word(key));
}

Tree begin_statement(StatementKind kind, Agreement const& agreement, IdSource& ids) {
    Tree out;
    out.kind = Tree::Kind::kMap;
    say(out, "kind", std::string(word_for(kind)));
    say(out, "id", ids.uuid().to_urn());
    say(out, "agreement", agreement.id);
    return out;
}

void say(Tree& statement, std::string key, std::string value) {
    statement.entries.push_back({std::move(key), text_tree(std::move(value))});
}

void say(Tree& statement, std::string key, std::set<std::string> const& values) {
    Tree list;
    list.kind = Tree::Kind::kList;
    for (auto const& value : values) list.items.push_back(text_tree(value));
    statement.entries.push_back({std::move(key), std::move(list)});
}

Result<Statement> read_statement(std::string const& canonical, StatementKind kind,
                                 Agreement const& agreement) {
    Error const none(Code::kInvalidContent,
                     std::string("this is no ") + word_for(kind) + " under this agreement");
    Problems problems("statement");
    Statement out;
    try {
        out.words = tree_of(YAML::Load(canonical), problems);
    } catch (YAML::Exception const&) {
        return none;
    }
    if (!problems.none() || canonical_json(out.words) != canonical) return none;
    auto const id = Uuid::parse(out.word("id"));
    if (!id || out.word("kind") != word_for(kind) || out.word("agreement") != agreement.id)
        return none;
    out.kind = kind;
    out.id = *id;
    out.canonical = canonical;
    return out;
}

Result<Statement> statement_of_file(std::string const& file, StatementKind kind,
                                    Agreement const& agreement) {
    auto const bytes = TRY(vault::read_small_file(file, kMaxStatement));
    auto out = TRY(read_statement(std::string(as_text(bytes)), kind, agreement));
    out.signatures = TRY(read_signatures(file));
    return out;
}

Status sign_statement(std::string const& file, std::string const& officer,
                      std::string const& certificate_pem_file, std::string const& key_pem_file) {
    auto const bytes = TRY(vault::read_small_file(file, kMaxStatement));
    return sign_beside(file, std::string(as_text(bytes)), officer, certificate_pem_file,
                       key_pem_file);
}

std::set<std::string> officers_behind(Statement const& statement, EmergencyTerms const& terms,
                                      std::set<std::string> const& among, WallTime now) {
    std::set<std::string> out;
    for (auto const& [code, signature] : statement.signatures) {
        auto const* officer = terms.officer(code);
        if (!officer || !among.contains(code)) continue;
        if (!signature_fault(statement.canonical, signature, officer->fingerprints, now))
            out.insert(code);
    }
    return out;
}

namespace store {

Status append_statement(pg::Tx& tx, Statement const& statement, StatementRow const& row,
                        WallTime now) {
    auto const rows = TRY(tx.exec(kAppend, pg::Params()
                                               .uuid(statement.id)
                                               .int2(static_cast<std::int16_t>(statement.kind))
                                               .text(row.about)
                                               .text(row.fingerprint)
                                               .text(statement.canonical)
                                               .timestamptz(row.ends_at)
                                               .text(row.registered_by)
                                               .timestamptz(now)));
    if (rows.empty())
        return Error(Code::kConflict,
                     statement.kind == StatementKind::kSeal
                         ? "this seal, or its certificate, was registered before: a certificate "
                           "that was sealed once never serves again"
                         : "this statement was registered before");
    for (auto const& [officer, signature] : statement.signatures) {
        tx.queue(kAppendSignature,
                 std::move(pg::Params().uuid(statement.id).text(officer).bytea(signature)), 1);
    }
    return {};
}

Result<std::vector<Statement>> statements(pg::ReadTx& tx, pg::Rows const& rows, StatementKind kind,
                                          Agreement const& agreement) {
    std::vector<Statement> out;
    std::vector<Uuid> ids;
    for (auto const row : rows) {
        auto one = read_statement(std::string(row.text(1)), kind, agreement);
        if (!one || one->id != row.uuid(0)) continue;
        ids.push_back(one->id);
        out.push_back(*std::move(one));
    }
    if (ids.empty()) return out;
    auto const signatures =
        TRY(tx.exec(kSignatures, pg::Params().uuid_array(std::span<Uuid const>(ids))));
    for (auto const row : signatures) {
        for (auto& one : out) {
            if (one.id != row.uuid(0)) continue;
            auto const bytes = row.bytes(2);
            one.signatures[std::string(row.text(1))].assign(bytes.begin(), bytes.end());
        }
    }
    return out;
}

}  // namespace store
}  // namespace musubi::policy
