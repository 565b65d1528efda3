// musubi patient load: the patients that hospitals have, at once, matching included.

#include "binding/mllp/hl7v2_endpoint.h"
#include "mpi/loading.h"
#include "node/command.h"
#include "node/operator_tools.h"
#include "node/options.h"
#include "node/patient_files.h"
#include "node/progress.h"
#include "platform/base/digest.h"

#include <cstdio>
#include <future>
#include <thread>

namespace musubi::node {
namespace {

constexpr std::size_t kBatch = 1'000;
constexpr int kMostRefusalsTold = 20;
constexpr int kAttempts = 5;

struct Totals {
    std::size_t added = 0, changed = 0, unchanged = 0, refused = 0, undeclared = 0;
};

/// A batch as read: sealed, with what could not be read.
struct Read {
    mpi::LoadBatch batch;
    std::vector<std::size_t> numbers;  ///< of each item in the file
    std::vector<std::pair<std::size_t, std::string>> bad;
    std::uint64_t octets = 0;
};

class Loader {
public:
    Loader(OperatorTools& tools, PatientFile::Source source)
        : tools_(tools), source_(std::move(source)) {}

    Status load(std::string const& name) {
        auto file = TRY(PatientFile::open(name, source_, tools_.patients->authorities()));
        Progress progress(name, file.size());
        Read now = TRY(read(file));
        while (!now.batch.items.empty() || !now.bad.empty()) {
            // While one batch is written, the next is read and sealed.
            auto ahead = std::async(std::launch::async, [&] { return read(file); });
            auto const done = write(name, now);
            auto next = ahead.get();
            TRY(done);
            progress.show(now.octets, totals_.added + totals_.changed + totals_.unchanged);
            now = TRY(std::move(next));
        }
        totals_.undeclared += file.undeclared();
        progress.done(totals_.added + totals_.changed + totals_.unchanged);
        return {};
    }
    Totals const& totals() const { return totals_; }

private:
    Result<std::vector<std::int16_t>> versions() {
        return tools_.services->pool->read(
            [&](pg::ReadTx& tx) { return tools_.patients->versions(tx); });
    }

    Result<Read> read(PatientFile& file) {
        Read out;
        std::vector<mpi::LoadItem> items;
        while (items.size() < kBatch && out.bad.size() < kBatch) {
            auto next = file.next();
            if (!next && next.error().code == Code::kInvalidMessage) return next.error();
            if (!next) {
                out.bad.emplace_back(file.records(), reason_of(next.error()));
                continue;
            }
            if (!*next) break;
            items.push_back(std::move(**next));
            out.numbers.push_back(file.records());
        }
        out.octets = file.octets();
        out.batch =
            TRY(mpi::prepare(tools_.patients->context(), TRY(versions()), std::move(items)));
        return out;
    }

    static std::string reason_of(Error const& error) {
        return error.issues.empty() ? error.detail : error.issues.front().context;
    }
    void refuse(std::string const& file, std::size_t record, std::string const& why) {
        ++totals_.refused;
        if (totals_.refused <= kMostRefusalsTold)
            std::fprintf(stderr, "%s: record %zu: %s\n", file.c_str(), record, why.c_str());
        if (totals_.refused == kMostRefusalsTold)
            std::fprintf(stderr, "further refusals are only counted\n");
    }

    /// One record for a batch: which octets were loaded can be proved from the file.
    Status record(pg::Tx& tx, std::vector<mpi::LoadItem> const& items, std::size_t count) {
        std::string all;
        for (auto const& item : items) all += item.original + '\n';
        domain::AuditEvent event = tools_.patient_event("patient-load", "");
        event.action = 'C';
        domain::AuditObject object;
        object.id = "urn:sha256:" + to_hex(sha256(as_bytes(all)));
        object.role = 3;
        object.id_type = {"12", "RFC-3881", "URI"};
        object.details = {{"records", std::to_string(count)}};
        event.objects = {std::move(object)};
        return tools_.audit->record_in(tx, {std::move(event)});
    }

    /// A node that is busy with the same persons has them in a moment.
    template <class F>
    auto run(F const& action) {
        for (int attempt = 1;; ++attempt) {
            auto done = tools_.services->pool->run(action);
            if (done || done.error().code != Code::kBusy || attempt == kAttempts) return done;
            std::this_thread::sleep_for(std::chrono::milliseconds(200 * attempt));
        }
    }

    Status write(std::string const& name, Read& read) {
        for (auto const& [number, why] : read.bad) refuse(name, number, why);
        mpi::LoadBatch& batch = read.batch;
        if (batch.items.empty()) return {};
        if (TRY(versions()) != batch.versions) {
            batch = TRY(
                mpi::prepare(tools_.patients->context(), TRY(versions()), std::move(batch.items)));
        }
        auto const outcome = TRY(load(batch));
        totals_.added += outcome.added;
        totals_.unchanged += outcome.unchanged;
        for (std::size_t const item : outcome.refused)
            refuse(name, read.numbers[item], "this id was merged into another one or corrected");
        return feed(name, read, outcome.left);
    }

    /// Keys that another process made too, or an id that a feed made known a moment ago, are met
    /// with a batch made anew.
    Result<mpi::LoadOutcome> load(mpi::LoadBatch& batch) {
        for (int attempt = 1;; ++attempt) {
            auto outcome = run([&](pg::Tx& tx) -> Result<mpi::LoadOutcome> {
                auto done = TRY(mpi::Loading(tools_.patients->context(), tx).apply(batch));
                if (done.added > 0) TRY(record(tx, batch.items, done.added));
                return done;
            });
            if (outcome || outcome.error().code != Code::kConflict || attempt == kAttempts)
                return outcome;
            batch = TRY(
                mpi::prepare(tools_.patients->context(), TRY(versions()), std::move(batch.items)));
        }
    }

    /// What is no plain new record: fed as if it had come alone, but in one transaction as long as
    /// none is refused.
    Status feed(std::string const& name, Read const& read, std::vector<std::size_t> const& left) {
        if (left.empty()) return {};
        auto const all = run([&](pg::Tx& tx) { return feed_in(tx, read, left); });
        if (all) {
            totals_.changed += left.size();
            return {};
        }
        if (all.error().code != Code::kConflict) return all.error();
        for (std::size_t const item : left) {
            auto const one = run([&](pg::Tx& tx) { return feed_in(tx, read, {item}); });
            if (one)
                ++totals_.changed;
            else if (one.error().code == Code::kConflict)
                refuse(name, read.numbers[item], reason_of(one.error()));
            else
                return one.error();
        }
        return {};
    }
    Result<int> feed_in(pg::Tx& tx, Read const& read, std::vector<std::size_t> const& items) {
        std::vector<mpi::LoadItem> fed;
        for (std::size_t const item : items) {
            mpi::LoadItem one = read.batch.items[item];
            one.change.original = as_bytes(one.original);
            TRY(tools_.patients->apply(tx, one.change));
            fed.push_back(std::move(one));
        }
        TRY(record(tx, fed, fed.size()));
        return 0;
    }

    OperatorTools& tools_;
    PatientFile::Source const source_;
    Totals totals_;
};

/// The agreement tells in which character set a member's messages come.
Result<PatientFile::Source> source_of(OperatorTools& tools, std::string const& member) {
    PatientFile::Source source{member};
    auto const* policy = tools.modules->ports().find<core::PolicyPort>();
    if (!member.empty() && policy)
        source.reading = binding::reading_of(TRY(policy->member_named(member)));
    return source;
}

}  // namespace

int run_patient_load(std::vector<std::string> const& arguments) {
    Options options;
    if (auto exit = Options::parse(
            "patient load",
            "Loads patients from files, matching included: NDJSON (one record a line) or HL7 v2 "
            "feeds in MLLP frames. What is known already is left as it is, so a load that was "
            "stopped is simply started again.",
            {{"config", "configuration file", "", true},
             {"member", "code of the member whose patients they are; default: the region", ""}},
            {arguments.begin() + 1, arguments.end()}, options, "FILE...")) {
        return *exit;
    }
    if (options.positional().empty()) {
        std::fprintf(stderr, "musubi patient load: name at least one file\n");
        return 2;
    }
    auto tools = OperatorTools::open_with_modules(options["config"]);
    if (!tools) return failed(tools.error());
    auto source = source_of(**tools, options["member"]);
    if (!source) return failed(source.error());
    Loader loader(**tools, *std::move(source));
    Status done;
    for (std::string const& file : options.positional()) {
        done = loader.load(file);
        if (!done) break;
    }
    Totals const& totals = loader.totals();
    std::printf("%zu added, %zu changed, %zu unchanged, %zu refused\n", totals.added,
                totals.changed, totals.unchanged, totals.refused);
    if (totals.undeclared > 0)
        std::printf("%zu messages were read in a character set that they did not declare\n",
                    totals.undeclared);
    if (!done) return failed(done.error());
    return totals.refused > 0 ? 1 : 0;
}

}  // namespace musubi::node
