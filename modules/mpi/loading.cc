#include "mpi/loading.h"

#include "mpi/number_keys.h"
#include "mpi/rows.h"
#include "mpi/sql.h"
#include "platform/base/fault.h"

#include <algorithm>
#include <cstring>
#include <map>

namespace musubi::mpi {
namespace {

/// Of one statement, so that none comes near the limit of its time.
constexpr std::size_t kTokensAtOnce = 20'000;

std::string institution_of(core::PatientChange const& change) {
    return change.member.empty() ? "region" : change.member;
}

bool can_be_loaded(Context const& context, core::PatientChange const& change) {
    bool const told = change.event == domain::FeedEvent::kAdd ||
                      (change.event == domain::FeedEvent::kUpdate &&
                       context.settings.unknown_update == UnknownUpdate::kAccept);
    return told && change.ids.size() == 1;
}

Result<LoadBatch::Fresh> make_fresh(Context const& context,
                                    std::vector<std::int16_t> const& versions, LoadItem const& item,
                                    std::size_t position) {
    LoadBatch::Fresh out;
    out.item = position;
    domain::LocalId const& id = item.change.ids.front();
    out.content.id = id;
    item.change.demographics.apply_to(out.content.person);
    item.change.visit.apply_to(out.content.visit);
    out.token = context.token_of(id.id);
    Record& record = out.record;
    record.key = context.ids.key();
    record.person = record.key;
    record.authority = id.id.authority;
    record.institution = institution_of(item.change);
    record.owns_home = context.is_direct(record.authority);
    record.home_issued = !record.owns_home;
    record.home = record.owns_home ? id.id.to_cx() : context.new_regional_id();
    record.sealed = TRY(context.seal(record.institution, record.key, out.content));
    if (context.matching) {
        out.subject = context.matching->prepare(out.content.person);
        out.tokens = tokens_of(context, versions, *out.subject);
        add_numbers(out.tokens, context, versions, number_keys(out.content));
    }
    out.history_key = context.ids.key();
    out.history = TRY(
        context.keys.seal(vault::Purpose::kMetadata, record.institution, as_bytes(item.original),
                          as_bytes("mpi.message:" + std::to_string(out.history_key))));
    return out;
}

}  // namespace

Result<LoadBatch> prepare(Context const& context, std::vector<std::int16_t> const& versions,
                          std::vector<LoadItem> items) {
    LoadBatch batch;
    batch.versions = versions;
    batch.items = std::move(items);
    std::set<std::pair<std::string, std::string>> seen;
    for (std::size_t i = 0; i < batch.items.size(); ++i) {
        LoadItem& item = batch.items[i];
        item.change.original = as_bytes(item.original);
        bool loadable = can_be_loaded(context, item.change);
        // An id told twice: the second time is a change of what the first one told.
        for (domain::LocalId const& id : item.change.ids)
            loadable = seen.emplace(id.id.authority, id.id.id).second && loadable;
        if (loadable)
            batch.fresh.push_back(TRY(make_fresh(context, versions, item, i)));
        else
            batch.left.push_back(i);
    }
    return batch;
}

Result<LoadOutcome> Loading::apply(LoadBatch const& batch) {
    tx_.queue(sql::kLoadPlans, {});
    tx_.queue(sql::kLockIndex, pg::Params().int8(sql::kIndexLock));
    TRY(sort_out(batch));
    if (!fresh_.empty()) {
        TRY(write_records(batch));
        TRY(FAULT("mpi.load_after_records"));
        TRY(find_pairs());
        write_tokens();
        TRY(FAULT("mpi.load_after_tokens"));
        TRY(link());
        TRY(FAULT("mpi.load_after_links"));
    }
    outcome_.left.insert(outcome_.left.end(), batch.left.begin(), batch.left.end());
    std::sort(outcome_.left.begin(), outcome_.left.end());
    outcome_.added = fresh_.size();
    return std::move(outcome_);
}

/// What the index knows already is no load: told the same, nothing is to be done.
Status Loading::sort_out(LoadBatch const& batch) {
    std::vector<std::string> authorities;
    std::vector<Bytes> tokens;
    for (Fresh const& fresh : batch.fresh) {
        authorities.push_back(fresh.record.authority);
        tokens.push_back(fresh.token);
    }
    std::map<std::size_t, Record> known;
    pg::Rows const rows = TRY(
        tx_.exec(sql::kRecordsByToken, pg::Params()
                                           .text_array(std::span<std::string const>(authorities))
                                           .bytea_array(std::span<Bytes const>(tokens))));
    for (pg::Row const row : rows)
        known.emplace(static_cast<std::size_t>(row.int64(0) - 1), read_record(row));
    for (std::size_t i = 0; i < batch.fresh.size(); ++i) {
        Fresh const& fresh = batch.fresh[i];
        auto const found = known.find(i);
        if (found == known.end()) {
            fresh_.push_back(&fresh);
            continue;
        }
        if (!found->second.active()) {
            outcome_.refused.push_back(fresh.item);
            continue;
        }
        RecordContent const before = TRY(context_.open(found->second));
        RecordContent after = before;
        after.id.id = fresh.content.id.id;
        if (!fresh.content.id.type_code.empty()) after.id.type_code = fresh.content.id.type_code;
        batch.items[fresh.item].change.demographics.apply_to(after.person);
        batch.items[fresh.item].change.visit.apply_to(after.visit);
        if (after == before && !found->second.sealed.empty())
            ++outcome_.unchanged;
        else
            outcome_.left.push_back(fresh.item);
    }
    return {};
}

Status Loading::write_records(LoadBatch const& batch) {
    std::vector<std::string> authorities, homes, institutions;
    std::vector<std::int64_t> keys, history_keys;
    std::vector<ByteView> tokens, sealed, originals;
    std::vector<Bytes> digests;
    auto const issued = std::make_unique<bool[]>(fresh_.size());
    for (std::size_t i = 0; i < fresh_.size(); ++i) {
        Record const& record = fresh_[i]->record;
        authorities.push_back(record.authority);
        homes.push_back(record.home);
        institutions.push_back(record.institution);
        keys.push_back(record.key);
        tokens.emplace_back(fresh_[i]->token);
        sealed.emplace_back(record.sealed);
        issued[i] = record.home_issued;
        history_keys.push_back(fresh_[i]->history_key);
        originals.emplace_back(fresh_[i]->history);
        digests.push_back(context_.tokens.digest(as_bytes(batch.items[fresh_[i]->item].original)));
        linking_.set_fresh(record.key);
    }
    std::int16_t const weights = context_.matching ? context_.matching->version() : std::int16_t{0};
    tx_.queue(sql::kInsertPatients, pg::Params()
                                        .text_array(std::span<std::string const>(homes))
                                        .bool_array({issued.get(), fresh_.size()}));
    auto const watchers = context_.ports.all<core::PatientWatcherPort>();
    for (std::size_t i = 0; i < homes.size(); ++i) {
        if (issued[i]) {
            linking_.add_home(homes[i]);
            continue;
        }
        for (auto* watcher : watchers) TRY(watcher->patient_known(tx_, homes[i]));
    }
    pg::Params records;
    records.text_array(std::span<std::string const>(authorities)).bytea_array(tokens);
    records.text_array(std::span<std::string const>(homes)).int8_array(keys);
    records.text_array(std::span<std::string const>(institutions))
        .bytea_array(sealed)
        .int2(weights);
    tx_.queue(sql::kInsertRecords, std::move(records));
    pg::Params histories;
    histories.int8_array(history_keys).int8_array(keys);
    histories.bytea_array(std::span<Bytes const>(digests));
    histories.text_array(std::span<std::string const>(institutions)).bytea_array(originals);
    tx_.queue(sql::kInsertHistories, std::move(histories));
    return {};
}

/// In the order of the tokens: those that lie in one page of the index come one after the other.
void Loading::write_tokens() {
    struct Written {
        ByteView token;
        std::int16_t type, version;
        RecordKey record;
    };
    for (bool const blocking : {true, false}) {
        std::vector<Written> all;
        for (Fresh const* fresh : fresh_) {
            RecordTokens const& from = fresh->tokens;
            auto const& values = blocking ? from.blocking : from.search;
            auto const& kinds = blocking ? from.blocking_types : from.search_types;
            auto const& made = blocking ? from.blocking_versions : from.search_versions;
            for (std::size_t i = 0; i < values.size(); ++i)
                all.push_back({values[i], kinds[i], made[i], fresh->record.key});
        }
        std::sort(all.begin(), all.end(), [](Written const& x, Written const& y) {
            return std::memcmp(x.token.data(), y.token.data(), kShortToken) < 0;
        });
        for (std::size_t at = 0; at < all.size(); at += kTokensAtOnce) {
            std::vector<ByteView> tokens;
            std::vector<std::int16_t> types, versions;
            std::vector<std::int64_t> records;
            for (std::size_t i = at; i < std::min(all.size(), at + kTokensAtOnce); ++i) {
                tokens.push_back(all[i].token);
                types.push_back(all[i].type);
                versions.push_back(all[i].version);
                records.push_back(all[i].record);
            }
            pg::Params params;
            params.bytea_array(tokens).int2_array(types).int2_array(versions).int8_array(records);
            tx_.queue(blocking ? sql::kAddBlocking : sql::kAddSearch, std::move(params));
        }
    }
}

}  // namespace musubi::mpi
