#include "mpi/record_index.h"

#include "mpi/number_keys.h"
#include "mpi/sql.h"

namespace musubi::mpi {

RecordTokens tokens_of(Context const& context, std::vector<std::int16_t> const& versions,
                       RecordContent const& content) {
    if (!context.matching) return {};
    RecordTokens out = tokens_of(context, versions, *context.matching->prepare(content.person));
    add_numbers(out, context, versions, number_keys(content));
    return out;
}

void add_numbers(RecordTokens& tokens, Context const& context,
                 std::vector<std::int16_t> const& versions,
                 std::vector<match::Key> const& numbers) {
    for (std::int16_t const version : versions) {
        for (match::Key const& key : numbers) {
            tokens.search.push_back(context.tokens.search(key, version));
            tokens.search_types.push_back(key.type);
            tokens.search_versions.push_back(version);
        }
    }
}

RecordTokens tokens_of(Context const& context, std::vector<std::int16_t> const& versions,
                       Matching::Subject const& subject) {
    RecordTokens out;
    auto const blocking = context.matching->blocking_keys(subject);
    auto const search = context.matching->search_keys(subject);
    for (std::int16_t const version : versions) {
        for (match::Key const& key : blocking) {
            out.blocking.push_back(context.tokens.blocking(key, version));
            out.blocking_types.push_back(key.type);
            out.blocking_versions.push_back(version);
        }
        for (match::Key const& key : search) {
            out.search.push_back(context.tokens.search(key, version));
            out.search_types.push_back(key.type);
            out.search_versions.push_back(version);
        }
    }
    return out;
}

namespace {

void put(pg::Tx& tx, pg::Statement const& insert, RecordKey record,
         std::vector<Bytes> const& values, std::vector<std::int16_t> const& types,
         std::vector<std::int16_t> const& versions) {
    if (values.empty()) return;
    std::vector<std::int64_t> const records(values.size(), record);
    tx.queue(insert, pg::Params()
                         .bytea_array(std::span<Bytes const>(values))
                         .int2_array(types)
                         .int2_array(versions)
                         .int8_array(records));
}

}  // namespace

void add_tokens(pg::Tx& tx, RecordKey record, RecordTokens const& tokens) {
    put(tx, sql::kPutBlocking, record, tokens.blocking, tokens.blocking_types,
        tokens.blocking_versions);
    put(tx, sql::kPutSearch, record, tokens.search, tokens.search_types, tokens.search_versions);
}

void add_new_tokens(pg::Tx& tx, RecordKey record, RecordTokens const& tokens) {
    put(tx, sql::kAddBlocking, record, tokens.blocking, tokens.blocking_types,
        tokens.blocking_versions);
    put(tx, sql::kAddSearch, record, tokens.search, tokens.search_types, tokens.search_versions);
}

void write_tokens(pg::Tx& tx, RecordKey record, RecordTokens const& tokens) {
    tx.queue(sql::kDropBlocking,
             pg::Params().int8(record).bytea_array(std::span<Bytes const>(tokens.blocking)));
    tx.queue(sql::kDropSearch,
             pg::Params().int8(record).bytea_array(std::span<Bytes const>(tokens.search)));
    add_tokens(tx, record, tokens);
}

}  // namespace musubi::mpi
