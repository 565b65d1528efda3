#pragma once
// A named SQL statement. Modules keep theirs as constants in sql.h and execute them only in
// store.cc.

namespace musubi::pg {

/// `name` is the prepared statement's name on every connection and its label in the metrics: unique
/// in the whole program, at most 60 characters of [a-z0-9_.]. `sql` holds one statement without a
/// trailing semicolon. Both must live for ever (string literals). The parameter types are those of
/// the Params it is first executed with.
struct Statement {
    char const* name;
    char const* sql;
};

}  // namespace musubi::pg
