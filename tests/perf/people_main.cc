// musubi_people: makes the people of the made-up region known to a region's patient index, through
// the index itself: sealed, with tokens, linked by matching.
//
//   musubi_people --config FILE --persons N [--seed S] [--threads N]
//   musubi_people --config FILE --persons N [--seed S] --values K     what the statements of K
//   random
//       questions are given, and the statements: JSON, for pgbench
//   musubi_people --authorities                      of the hospitals, one a line

#include "mpi/match/record_file.h"
#include "mpi/match/search.h"
#include "mpi/sql.h"
#include "node/operator_tools.h"
#include "perf/corpus.h"
#include "perf/people.h"

#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <thread>

namespace musubi::perf {
namespace {

using std::chrono::steady_clock;

constexpr char const* kMember = kPublisher;
constexpr std::int16_t kTokenVersion = 1;
/// Only here: data that can be made again need not survive a crash.
constexpr pg::Statement kLazy{"perf.lazy", "select set_config('synchronous_commit', 'off', true)"};

core::PatientChange change_of(population::GeneratedRecord const& record,
                              std::string const& original) {
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
    change.message_key = "load|" + record.id.authority + "|" + record.id.id;
    change.original = as_bytes(original);
    return change;
}

class Loader {
public:
    Loader(node::OperatorTools& tools, People const& people) : tools_(tools), people_(people) {}

    Status load(int threads) {
        std::vector<std::thread> workers;
        for (int i = 0; i < threads; ++i) workers.emplace_back([this] { work(); });
        auto const start = steady_clock::now();
        int const ticks = isatty(2) ? 5 : 100;
        auto const total = people_.records().size();
        for (int tick = 1; done_ < total && !failed_; ++tick) {
            std::this_thread::sleep_for(std::chrono::milliseconds(100));
            if (tick % ticks == 0) show(start);
        }
        for (auto& worker : workers) worker.join();
        show(start);
        std::fprintf(stderr, "\n");
        return failure_;
    }

private:
    void show(steady_clock::time_point start) const {
        double const seconds = std::chrono::duration<double>(steady_clock::now() - start).count();
        auto const total = people_.records().size(), done = std::min(done_.load(), total);
        std::fprintf(stderr, "%s%zu of %zu records, %.0f/s%s", isatty(2) ? "\r" : "", done, total,
                     static_cast<double>(done) / seconds, isatty(2) ? "" : "\n");
    }

    void work() {
        for (;;) {
            std::size_t const index = next_.fetch_add(1);
            if (index >= people_.records().size() || failed_) return;
            auto const told = tell(people_.records()[index]);
            ++done_;
            if (told) continue;
            std::lock_guard const lock(mutex_);
            failure_ = told.error();
            failed_ = true;
        }
    }

    /// Somebody else may be busy with the same person; another time then.
    Status tell(population::GeneratedRecord const& record) {
        constexpr int kAttempts = 200;
        std::string const original = mpi::match::to_json_line({record.id, record.person});
        core::PatientChange const change = change_of(record, original);
        for (int attempt = 1;; ++attempt) {
            auto told =
                tools_.services->pool->run([&](pg::Tx& tx) -> Result<core::PatientChangeOutcome> {
                    tx.queue(kLazy, {});
                    return tools_.patients->apply(tx, change);
                });
            if (told) return {};
            if (told.error().code != Code::kBusy || attempt == kAttempts)
                return std::move(told).error();
            std::this_thread::sleep_for(std::chrono::milliseconds(5));
        }
    }

    node::OperatorTools& tools_;
    People const& people_;
    std::atomic<std::size_t> next_{0}, done_{0};
    std::atomic<bool> failed_{false};
    std::mutex mutex_;
    Status failure_;
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

/// The values as array literals of SQL, ready for JSON.
void print_values(node::OperatorTools& tools, People const& people, int count) {
    auto const& context = tools.patients->context();
    std::printf("{");
    print_quoted("pix", mpi::sql::kFamilyByToken.sql);
    std::printf(", ");
    print_quoted("pdq", mpi::sql::kSearch.sql);
    std::printf(", ");
    print_quoted("persons", mpi::sql::kRecordsOfPersons.sql);
    std::printf(", \"questions\": [");
    for (int i = 0; i < count; ++i) {
        std::size_t const pick = mixed(static_cast<std::uint64_t>(i)) % people.searchable().size();
        auto const& record = people.records()[people.searchable()[pick]];
        std::vector<std::string> tokens, groups;
        auto const lookups = mpi::match::lookup_keys(exact_question(record));
        for (std::size_t g = 0; g < lookups.size(); ++g) {
            for (auto const& key : lookups[g]) {
                tokens.push_back("\\\"" + std::string("\\\\") +
                                 hex_text(context.tokens.search(key, kTokenVersion)) + "\\\"");
                groups.push_back(std::to_string(g));
            }
        }
        std::printf(
            "%s{\"authority\": \"%s\", \"token\": \"%s\", \"tokens\": \"%s\", "
            "\"groups\": \"%s\", \"count\": %zu}",
            i == 0 ? "" : ", ", record.id.authority.c_str(),
            hex_text(context.token_of(record.id)).c_str(), array_of(tokens).c_str(),
            array_of(groups).c_str(), lookups.size());
    }
    std::printf("]}\n");
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
    int threads = 4, questions = 0;
    for (int i = 1; i + 1 < count; i += 2) {
        std::string const name = values[i], value = values[i + 1];
        if (name == "--config") config = value;
        if (name == "--persons") persons = std::atoll(value.c_str());
        if (name == "--seed") seed = std::strtoull(value.c_str(), nullptr, 10);
        if (name == "--threads") threads = std::atoi(value.c_str());
        if (name == "--values") questions = std::atoi(value.c_str());
    }
    auto tools = node::OperatorTools::open(config);
    Status done;
    if (!tools) {
        done = tools.error();
    } else {
        perf::People const people(persons, seed);
        if (questions > 0)
            perf::print_values(**tools, people, questions);
        else
            done = perf::Loader(**tools, people).load(threads);
    }
    if (done) return 0;
    std::fprintf(stderr, "musubi_people: %s\n", done.error().detail.c_str());
    return 1;
}
