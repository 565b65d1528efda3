#pragma once
// The tokens under which one record is found by matching and by searches. Used by one thread.

#include "mpi/context.h"

namespace musubi::mpi {

struct RecordTokens {
    std::vector<Bytes> blocking, search;
    std::vector<std::int16_t> blocking_types, search_types, blocking_versions, search_versions;
};

/// Nothing when matching is off.
RecordTokens tokens_of(Context const& context, std::vector<std::int16_t> const& versions,
                       RecordContent const& content);
/// Of a person who is prepared already, without the numbers of a record; there is matching then.
RecordTokens tokens_of(Context const& context, std::vector<std::int16_t> const& versions,
                       Matching::Subject const& subject);
/// number_keys() of one record, to the others.
void add_numbers(RecordTokens& tokens, Context const& context,
                 std::vector<std::int16_t> const& versions, std::vector<match::Key> const& numbers);
/// Queued: beside what stands there.
void add_tokens(pg::Tx& tx, RecordKey record, RecordTokens const& tokens);
/// Queued: of a record that this transaction made.
void add_new_tokens(pg::Tx& tx, RecordKey record, RecordTokens const& tokens);
/// Queued: replaces what stood there.
void write_tokens(pg::Tx& tx, RecordKey record, RecordTokens const& tokens);

}  // namespace musubi::mpi
