#pragma once
// What officers of the agreement sign beside it: the seal of an emergency account, the declaration
// of a disaster, its end. One byte form (canonical.h), detached CMS signatures as for the agreement
// (signatures.h), in files for people and in rows for the node. A row counts only with its
// signatures, checked each time with the officers whom the agreement in force names.
//
// Values and functions without state. Limits: 64 KiB a statement, 64 KiB a signature.

#include "platform/base/ids.h"
#include "platform/pg/tx.h"
#include "policy/agreement.h"
#include "policy/signatures.h"
#include "policy/tree.h"

#include <optional>

namespace musubi::policy {

enum class StatementKind : std::int16_t { kSeal = 1, kDisaster = 2, kDisasterEnd = 3 };

struct Statement {
    StatementKind kind = StatementKind::kSeal;
    Uuid id{};
    Tree words;
    std::string canonical;
    Signatures signatures;  ///< by officer
    WallTime registered_at{};

    std::string word(std::string_view key) const { return words.shown(key); }
    std::set<std::string> list(std::string_view key) const;
    std::optional<WallTime> time(std::string_view key) const;
};

/// A new statement under this agreement; say() adds to it, canonical_json() gives what is signed.
Tree begin_statement(StatementKind kind, Agreement const& agreement, IdSource& ids);
void say(Tree& statement, std::string key, std::string value);
void say(Tree& statement, std::string key, std::set<std::string> const& values);

/// kInvalidContent: no statement of this kind, not in canonical form, or of another agreement.
Result<Statement> read_statement(std::string const& canonical, StatementKind kind,
                                 Agreement const& agreement);
/// The same from a file, with the signatures beside it.
Result<Statement> statement_of_file(std::string const& file, StatementKind kind,
                                    Agreement const& agreement);
Status sign_statement(std::string const& file, std::string const& officer,
                      std::string const& certificate_pem_file, std::string const& key_pem_file);

/// Which of these officers have signed. Signatures that do not count are left out.
std::set<std::string> officers_behind(Statement const& statement, EmergencyTerms const& terms,
                                      std::set<std::string> const& among, WallTime now);

namespace store {
struct StatementRow {
    std::string about, fingerprint;
    WallTime ends_at{};
    std::string registered_by;
};
/// kConflict when it, or the certificate that it seals, is there already.
Status append_statement(pg::Tx& tx, Statement const& statement, StatementRow const& row,
                        WallTime now);
/// Of rows that hold uuid and canonical form first: the statements with their signatures, in this
/// order. Rows that are no statement of this agreement are left out.
Result<std::vector<Statement>> statements(pg::ReadTx& tx, pg::Rows const& rows, StatementKind kind,
                                          Agreement const& agreement);
}  // namespace store

}  // namespace musubi::policy
