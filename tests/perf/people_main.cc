// musubi_people: makes the people of the made-up region known to a region's patient index, through
// the index itself: sealed, with tokens, linked by matching.
//
//   musubi_people --config FILE --persons N [--seed S]
//   musubi_people --config FILE --persons N [--seed S] --values K     what the statements of K
//   random
//       questions are given, and the statements: JSON, for pgbench
//   musubi_people --authorities                      of the hospitals, one a line

#include "mpi/loading.h"
#include "mpi/match/record_file.h"
#include "mpi/match/search.h"
#include "mpi/sql.h"
#include "node/operator_tools.h"
#include "node/progress.h"
#include "perf/corpus.h"
#include "perf/people.h"
#include "policy/sql.h"

#include <cstdio>
#include <cstdlib>
#include <future>

namespace musubi::perf {
namespace {

constexpr char const* kMember = kPublisher;
constexpr std::int16_t kTokenVersion = 1;
/// Only here: data that can be made again need not survive a crash.
constexpr pg::Statement kLazy{"perf.lazy", "select set_config('synchronous_commit', 'off', true)"};

core::PatientChange change_of(population::GeneratedRecord const& record) {
    domain::Demographics const& person = record.person;
    core::PatientChange change;
    change.ids.push_back({record.id, "PI"});
    auto& sent = change.demographics;
    sent.names = person.names;
    sent.mothers_maiden_names = person.mothers_maiden_names;
    sent.birth_time = person.birth_time;
    sent.sex = person.sex;
    sent.addresses = person.addresses;
    sent.home_phones = person.home_phones;
    sent.business_phones = person.business_phones;
    sent.insurances = person.insurances;
    sent.multiple_birth = person.multiple_birth;
    sent.birth_order = person.birth_order;
    sent.death_indicator = person.death_indicator;
    change.member = kMember;
    return change;
}

/// As `musubi patient load` does it, but without waiting for the disk.
class Loader {
public:
    Loader(node::OperatorTools& tools, People const& people) : tools_(tools), people_(people) {}

    Status load() {
        std::size_t const total = people_.records().size();
        node::Progress progress("people", total);
        mpi::LoadBatch now = TRY(prepare(0));
        for (std::size_t at = 0; at < total; at += kBatch) {
            auto ahead = std::async(std::launch::async, [&] { return prepare(at + kBatch); });
            auto const done = write(now);
            auto next = ahead.get();
            TRY(done);
            now = TRY(std::move(next));
            progress.show(std::min(at + kBatch, total), std::min(at + kBatch, total));
        }
        progress.done(total);
        return {};
    }

private:
    Result<mpi::LoadBatch> prepare(std::size_t from) const {
        std::vector<mpi::LoadItem> items;
        auto const& records = people_.records();
        for (std::size_t at = from; at < std::min(from + kBatch, records.size()); ++at) {
            mpi::LoadItem item;
            item.original = mpi::match::to_json_line({records[at].id, records[at].person});
            item.change = change_of(records[at]);
            items.push_back(std::move(item));
        }
        return mpi::prepare(tools_.patients->context(), {kTokenVersion}, std::move(items));
    }

    Status write(mpi::LoadBatch const& batch) {
        return tools_.services->pool->run([&](pg::Tx& tx) -> Status {
            tx.queue(kLazy, {});
            auto const done = TRY(mpi::Loading(tools_.patients->context(), tx).apply(batch));
            if (done.added == batch.items.size()) return {};
            return Error(Code::kInternal, "people who are no plain new records");
        });
    }

    static constexpr std::size_t kBatch = 1'000;
    node::OperatorTools& tools_;
    People const& people_;
};

std::string array_of(std::vector<std::string> const& values) {
    std::string out = "{";
    for (auto const& value : values) out += (out.size() > 1 ? "," : "") + value;
    return out + "}";
}

std::string hex_text(Bytes const& token) { return "\\\\x" + to_hex(token); }

void print_quoted(char const* name, std::string_view text) {
    std::printf("\"%s\": \"", name);
    for (char const c : text) {
        if (c == '"' || c == '\\') std::putchar('\\');
        std::putchar(c);
    }
    std::printf("\"");
}

/// The values as array literals of SQL, ready for JSON; `patient` is whose consent is looked up.
Status print_values(node::OperatorTools& tools, People const& people, int count) {
    auto const& context = tools.patients->context();
    std::printf("{");
    print_quoted("pix", mpi::sql::kIdsByToken.sql);
    std::printf(", ");
    print_quoted("pdq", mpi::sql::kSearch.sql);
    std::printf(", ");
    print_quoted("consent", policy::sql::kStateOfOne.sql);
    std::printf(", \"questions\": [");
    for (int i = 0; i < count; ++i) {
        std::size_t const pick = mixed(static_cast<std::uint64_t>(i)) % people.searchable().size();
        auto const& record = people.records()[people.searchable()[pick]];
        std::vector<std::string> first, others, groups;
        auto const lookups = mpi::match::lookup_keys(exact_question(record));
        for (std::size_t g = 0; g < lookups.size(); ++g) {
            for (auto const& key : lookups[g]) {
                (g == 0 ? first : others)
                    .push_back("\\\"" + std::string("\\\\") +
                               hex_text(context.tokens.search(key, kTokenVersion)) + "\\\"");
                if (g > 0) groups.push_back(std::to_string(g - 1));
            }
        }
        auto const known = TRY(tools.patients->cross_references(record.id));
        std::printf(
            "%s{\"authority\": \"%s\", \"token\": \"%s\", \"patient\": \"%s\", \"first\": \"%s\", "
            "\"others\": \"%s\", \"groups\": \"%s\", \"mask\": %d}",
            i == 0 ? "" : ", ", record.id.authority.c_str(),
            hex_text(context.token_of(record.id)).c_str(), known.patient.c_str(),
            array_of(first).c_str(), array_of(others).c_str(), array_of(groups).c_str(),
            (1 << (lookups.size() - 1)) - 1);
    }
    std::printf("]}\n");
    return {};
}

}  // namespace
}  // namespace musubi::perf

int main(int count, char** values) {
    using namespace musubi;
    if (count == 2 && std::string(values[1]) == "--authorities") {
        for (int hospital = 0; hospital < population::kHospitals; ++hospital)
            std::printf("%s\n", population::authority_of(hospital).c_str());
        return 0;
    }
    std::string config;
    std::int64_t persons = 0;
    std::uint64_t seed = 1;
    int questions = 0;
    for (int i = 1; i + 1 < count; i += 2) {
        std::string const name = values[i], value = values[i + 1];
        if (name == "--config") config = value;
        if (name == "--persons") persons = std::atoll(value.c_str());
        if (name == "--seed") seed = std::strtoull(value.c_str(), nullptr, 10);
        if (name == "--values") questions = std::atoi(value.c_str());
    }
    auto tools = node::OperatorTools::open(config);
    Status done;
    if (!tools) {
        done = tools.error();
    } else {
        perf::People const people(persons, seed);
        if (questions > 0)
            done = perf::print_values(**tools, people, questions);
        else
            done = perf::Loader(**tools, people).load();
    }
    if (done) return 0;
    std::fprintf(stderr, "musubi_people: %s\n", done.error().detail.c_str());
    return 1;
}
