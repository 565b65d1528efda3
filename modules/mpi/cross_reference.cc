// ITI-9 / 45 and ITI-21 / 22 / 47 / 55: what the index answers.

#include "domain/reason.h"
#include "mpi/rows.h"
#include "mpi/sql.h"
#include "mpi/store.h"

#include <algorithm>

namespace musubi::mpi {
namespace {

/// Records that a search looks at, at most: more criteria are asked for.
constexpr std::int64_t kMaxLookedAt = 2'000;

std::string stands_for(Record const& record) {
    return record.home_survivor.empty() ? record.home : record.home_survivor;
}

struct Reader {
    Context const& context;
    pg::ReadTx& tx;

    Result<std::vector<Record>> persons(std::set<std::int64_t> const& persons) {
        std::vector<std::int64_t> const keys(persons.begin(), persons.end());
        return read_records(TRY(tx.exec(sql::kRecordsOfPersons, pg::Params().int8_array(keys))));
    }

    /// Candidates by what can be looked up: ids exactly, else keyed tokens.
    Result<std::vector<Record>> looked_up(core::DemographicsPort::Search const& search,
                                          std::vector<std::int16_t> const& versions) {
        for (domain::IdCriterion const& criterion : search.query.ids) {
            if (criterion.id.id.ends_with('*') || criterion.id.authority.universal_id.empty())
                continue;
            domain::PatientId const id{criterion.id.id, criterion.id.authority.universal_id};
            auto fed = read_records(TRY(tx.exec(
                sql::kRecordsByToken, pg::Params()
                                          .text_array(std::vector<std::string>{id.authority})
                                          .bytea_array(std::vector<Bytes>{context.token_of(id)}))));
            if (!fed.empty() || id.authority != context.settings.regional_authority) return fed;
            // Not fed by anybody: issued here, or nobody's.
            return read_records(TRY(tx.exec(sql::kFamilyByHome, pg::Params().text(id.to_cx()))));
        }
        if (!context.matching)
            return Error(Code::kUnsupported, "searches by demographics need matching");
        auto const groups = context.matching->lookups(search.query);
        if (groups.empty())
            return Error(Code::kTooLarge, "the criteria select too many records to look at");
        std::vector<Bytes> tokens;
        std::vector<std::int32_t> numbers;
        for (std::size_t g = 0; g < groups.size(); ++g) {
            for (match::Key const& key : groups[g]) {
                for (std::int16_t const version : versions) {
                    tokens.push_back(context.tokens.search(key, version));
                    numbers.push_back(static_cast<std::int32_t>(g));
                }
            }
        }
        pg::Rows const rows = TRY(tx.exec(
            sql::kSearch, pg::Params()
                              .bytea_array(std::span<Bytes const>(tokens))
                              .int4_array(numbers)
                              .int8(static_cast<std::int64_t>(groups.size()))
                              .int8(kMaxLookedAt)
                              .text_array(std::span<std::string const>(search.authorities))));
        if (rows.size() > kMaxLookedAt)
            return Error(Code::kTooLarge, "the criteria select too many records to look at");
        return read_records(rows);
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
        if (!prefix && whole.to_cx() == candidate.patient) return true;
        return std::any_of(records.begin(), records.end(), [&](auto const& record) {
            domain::PatientId const& id = record.id.id;
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
        pg::Rows rows = TRY(tx.exec(sql::kFamilyByToken,
                                    pg::Params().text(id.authority).bytea(context_.token_of(id))));
        Found found;
        if (rows.empty() && id.authority == context_.settings.regional_authority) {
            // Issued here and fed by nobody: it names the person, and is none of its records.
            rows = TRY(tx.exec(sql::kFamilyByHome, pg::Params().text(id.to_cx())));
            found.patient = id.to_cx();
        }
        if (rows.empty())
            return Error(Code::kNotFound, Reason::kUnknownKeyIdentifier, "this id is not known");
        for (pg::Row const row : rows) {
            mpi::Record const record = read_record(row);
            domain::LocalId local = TRY(context_.open(record)).id;
            if (row.int64(0) == 1) {
                found.patient = stands_for(record);
                local.id = id;  // also where nothing was told since records keep their ids
            }
            if (!local.id.id.empty()) found.ids.push_back(std::move(local));
        }
        std::sort(found.ids.begin(), found.ids.end(), [](auto const& x, auto const& y) {
            return std::tie(x.id.authority, x.id.id) < std::tie(y.id.authority, y.id.id);
        });
        return found;
    });
}

Result<std::vector<core::DemographicsPort::Candidate>> Store::search(Search const& search) const {
    return context_.pool.read([&](pg::ReadTx& tx) -> Result<std::vector<Candidate>> {
        Reader reader{context_, tx};
        auto const versions_now = TRY(versions(tx));
        std::set<std::int64_t> hit;
        for (mpi::Record const& record : TRY(reader.looked_up(search, versions_now))) {
            if (record.active()) hit.insert(record.person);
        }
        if (hit.empty()) return std::vector<Candidate>();
        std::map<std::int64_t, Candidate> persons;
        std::set<std::int64_t> fitting;
        for (mpi::Record const& record : TRY(reader.persons(hit))) {
            if (!record.active()) continue;
            RecordContent content = TRY(context_.open(record));
            if (content.id.id.id.empty()) continue;
            DemographicsPort::Record answer{std::move(content.id), std::move(content.person), 0};
            if (context_.matching && may_search(search, record.authority)) {
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
