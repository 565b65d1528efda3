// ITI-9 / 45 and ITI-21 / 22 / 47 / 55: what the index answers.

#include "domain/reason.h"
#include "mpi/number_keys.h"
#include "mpi/rows.h"
#include "mpi/sql.h"
#include "mpi/store.h"

#include <algorithm>

namespace musubi::mpi {
namespace {

/// Records that fit by their tokens, at most, unless the caller wants more persons than half of
/// them: more criteria are asked for.
constexpr std::int64_t kMaxLookedAt = 2'000;
/// And records of the criterion that tells most: beyond kFew it is worth finding out which that is.
constexpr std::int64_t kFew = 500, kMaxListed = 10'000;
/// Criteria of one search: more than any question has.
constexpr std::size_t kMaxGroups = 32;
/// Columns in front of a record's in sql::kSearch, besides the one that every statement has.
constexpr int kRecord = 1;

std::string stands_for(Record const& record) {
    return record.home_survivor.empty() ? record.home : record.home_survivor;
}

Error too_wide() {
    return Error(Code::kTooLarge, "the criteria select too many records to look at");
}

/// Whole persons, active records only, in one statement.
struct Reader {
    Context const& context;
    pg::ReadTx& tx;

    using Groups = std::vector<std::vector<Bytes>>;

    Groups tokens_of(std::vector<std::vector<match::Key>> const& keys,
                     std::vector<std::int16_t> const& versions) const {
        Groups out;
        for (auto const& group : keys) {
            out.emplace_back();
            for (match::Key const& key : group) {
                for (std::int16_t const version : versions)
                    out.back().push_back(context.tokens.search(key, version));
            }
        }
        return out;
    }

    static pg::Params search_params(Groups const& groups, std::size_t first, std::int64_t listed,
                                    std::vector<std::string> const& authorities) {
        std::vector<Bytes> others;
        std::vector<std::int32_t> numbers;
        std::int32_t number = 0;
        for (std::size_t g = 0; g < groups.size(); ++g) {
            if (g == first) continue;
            others.insert(others.end(), groups[g].begin(), groups[g].end());
            numbers.insert(numbers.end(), groups[g].size(), number++);
        }
        pg::Params out;
        out.bytea_array(std::span<Bytes const>(groups[first]))
            .bytea_array(std::span<Bytes const>(others))
            .int4_array(numbers)
            .int8((std::int64_t{1} << number) - 1)
            .int8(listed)
            .int8(kMaxLookedAt)
            .text_array(std::span<std::string const>(authorities));
        return out;
    }

    Result<pg::Rows> of_home(domain::PatientId const& id) {
        return tx.exec(sql::kFamilyByHome, pg::Params().text(id.to_cx()));
    }

    /// Candidates by what can be looked up: ids exactly, else keyed tokens.
    Result<std::vector<Record>> look_up(core::DemographicsPort::Search const& search,
                                        std::vector<std::int16_t> const& versions) {
        for (domain::IdCriterion const& criterion : search.query.ids) {
            if (criterion.id.id.ends_with('*') || criterion.id.authority.universal_id.empty())
                continue;
            domain::PatientId const id{criterion.id.id, criterion.id.authority.universal_id};
            auto rows = TRY(tx.exec(sql::kFamilyByToken,
                                    pg::Params().text(id.authority).bytea(context.token_of(id))));
            // Not fed by anybody: issued here, or nobody's.
            if (rows.empty() && id.authority == context.settings.regional_authority)
                rows = TRY(of_home(id));
            return read_records(rows);
        }
        if (!context.matching)
            return Error(Code::kUnsupported, "searches by demographics need matching");
        auto keys = context.matching->lookups(search.query);
        auto numbers = number_lookups(search.query);
        auto beginnings = beginning_lookups(search.query);
        if ((!numbers.empty() || !beginnings.empty()) && !TRY(numbers_kept())) {
            numbers.clear();
            beginnings.clear();
        }
        std::move(numbers.begin(), numbers.end(), std::back_inserter(keys));
        auto found = TRY(by_tokens(tokens_of(keys, versions), search.authorities));
        if (found) return *std::move(found);
        for (Beginning const& one : beginnings) {
            found = TRY(by_tokens(tokens_of({one.keys}, versions), search.authorities));
            // What was issued here and fed by nobody has no tokens: it is asked for whole.
            bool const issued = one.authority == context.settings.regional_authority;
            if (found && !(found->empty() && issued)) return *std::move(found);
        }
        return too_wide();
    }

    /// False: records of before were not indexed by their numbers yet (a reindex does it).
    Result<bool> numbers_kept() {
        pg::Rows const rows = TRY(tx.exec(sql::kNumbersKept));
        return rows.front().boolean(0);
    }

    /// Whoever has one token of every group; nothing: too many have.
    Result<std::optional<std::vector<Record>>> by_tokens(
        Groups const& groups, std::vector<std::string> const& authorities) {
        if (groups.empty() || groups.size() > kMaxGroups)
            return std::optional<std::vector<Record>>();
        // Where a criterion turns out to be a wide one, another one may be less so.
        for (std::int64_t const listed : {kFew, kMaxListed}) {
            for (std::size_t first = 0; first < groups.size(); ++first) {
                pg::Rows const rows =
                    TRY(tx.exec(sql::kSearch, search_params(groups, first, listed, authorities)));
                if (rows.front().int64(0) > listed) continue;
                if (rows.front().int64(1) > kMaxLookedAt)
                    return std::optional<std::vector<Record>>();
                return std::optional(rows.front().is_null(kRecord + 1)
                                         ? std::vector<Record>()
                                         : read_records(rows, kRecord));
            }
        }
        return std::optional<std::vector<Record>>();
    }
};

/// Every id asked for must be one of the person's.
bool has_ids(core::DemographicsPort::Candidate const& candidate,
             std::vector<domain::IdCriterion> const& criteria) {
    auto const& records = candidate.records;
    return std::all_of(criteria.begin(), criteria.end(), [&](domain::IdCriterion const& wanted) {
        std::string const& oid = wanted.id.authority.universal_id;
        std::string_view text = wanted.id.id;
        bool const prefix = text.ends_with('*');
        if (prefix) text.remove_suffix(1);
        domain::PatientId const whole{std::string(text), oid};
        return std::any_of(records.begin(), records.end(), [&](auto const& record) {
            domain::PatientId const& id = record.id.id;
            if (!prefix && whole.to_cx() == record.patient) return true;
            return (oid.empty() || id.authority == oid) &&
                   (prefix ? id.id.starts_with(text) : id.id == text);
        });
    });
}

bool may_search(core::DemographicsPort::Search const& search, std::string const& authority) {
    return search.authorities.empty() ||
           std::find(search.authorities.begin(), search.authorities.end(), authority) !=
               search.authorities.end();
}

}  // namespace

Result<core::CrossReferencePort::Found> Store::cross_references(domain::PatientId const& id) const {
    return context_.pool.read([&](pg::ReadTx& tx) -> Result<Found> {
        Found found;
        pg::Rows const rows = TRY(tx.exec(
            sql::kIdsByToken, pg::Params().text(id.authority).bytea(context_.token_of(id))));
        for (pg::Row const row : rows) {
            domain::LocalId local;
            if (auto const in_clear = row.text_if(5))
                local.id = TRY(domain::PatientId::parse(*in_clear));
            else if (!row.bytes(3).empty())
                local = TRY(context_.open_id({row.int64(1), row.text(2), row.bytes(3)}));
            if (row.boolean(0)) {
                found.patient = row.text(4);
                local.id = id;  // also where nothing was told since records keep their ids
            }
            if (!local.id.id.empty()) found.ids.push_back(std::move(local));
        }
        if (rows.empty() && id.authority == context_.settings.regional_authority) {
            // Issued here and fed by nobody: it names the person, and is none of its records.
            for (mpi::Record const& record : read_records(TRY(Reader{context_, tx}.of_home(id)))) {
                found.patient = id.to_cx();
                domain::LocalId local = TRY(context_.open(record)).id;
                if (!local.id.id.empty()) found.ids.push_back(std::move(local));
            }
        }
        if (found.patient.empty())
            return Error(Code::kNotFound, Reason::kUnknownKeyIdentifier, "this id is not known");
        std::sort(found.ids.begin(), found.ids.end(), [](auto const& x, auto const& y) {
            return std::tie(x.id.authority, x.id.id) < std::tie(y.id.authority, y.id.id);
        });
        return found;
    });
}

Result<std::vector<core::DemographicsPort::Candidate>> Store::search(Search const& search) const {
    return context_.pool.read([&](pg::ReadTx& tx) -> Result<std::vector<Candidate>> {
        Reader reader{context_, tx};
        auto const found = TRY(reader.look_up(search, TRY(versions(tx))));
        std::map<std::int64_t, Candidate> persons;
        std::set<std::int64_t> fitting;
        for (mpi::Record const& record : found) {
            RecordContent content = TRY(context_.open(record));
            if (content.id.id.id.empty()) continue;
            DemographicsPort::Record answer{std::move(content.id), std::move(content.person), 0,
                                            stands_for(record), std::move(content.visit)};
            if (context_.matching && may_search(search, record.authority) &&
                domain::fits(answer.visit, search.query.visit)) {
                auto const subject = context_.matching->prepare(answer.person);
                auto const degree = context_.matching->fit(search.query, answer.person, *subject);
                answer.degree = degree.value_or(0);
            }
            Candidate& candidate = persons[record.person];
            // The person is named by the id that stands for the record that fits best.
            auto const best =
                std::max_element(candidate.records.begin(), candidate.records.end(),
                                 [](auto const& x, auto const& y) { return x.degree < y.degree; });
            if (best == candidate.records.end() || best->degree < answer.degree)
                candidate.patient = stands_for(record);
            if (answer.degree > 0) fitting.insert(record.person);
            candidate.records.push_back(std::move(answer));
        }
        std::vector<Candidate> out;
        for (auto& [person, candidate] : persons) {
            if (!fitting.contains(person) || !has_ids(candidate, search.query.ids)) continue;
            std::stable_sort(candidate.records.begin(), candidate.records.end(),
                             [](auto const& x, auto const& y) { return x.degree > y.degree; });
            if (candidate.records.front().degree < search.query.minimum_degree.value_or(0))
                continue;
            out.push_back(std::move(candidate));
        }
        if (static_cast<int>(out.size()) > search.limit)
            return Error(Code::kTooLarge, "more persons fit than may be told");
        std::stable_sort(out.begin(), out.end(), [](Candidate const& x, Candidate const& y) {
            return x.records.front().degree > y.records.front().degree;
        });
        return out;
    });
}

}  // namespace musubi::mpi
