// musubi patient reindex: new tokens for every record, beside serving nodes.

#include "mpi/reindex.h"
#include "node/command.h"
#include "node/operator_tools.h"
#include "node/options.h"
#include "node/progress.h"

#include <cstdio>
#include <thread>

namespace musubi::node {
namespace {

Status reindex(OperatorTools& tools) {
    mpi::Reindex const work(*tools.patients);
    pg::Pool& pool = *tools.services->pool;
    TRY(tools.record_look("patient-reindex", ""));
    auto const version = TRY(pool.run([&](pg::Tx& tx) { return work.begin(tx); }));
    auto const before = TRY(pool.run([&](pg::Tx& tx) { return work.state(tx); }));
    auto const total = static_cast<std::uint64_t>(before.records);
    std::printf("version %d: waiting until every node has seen it\n", version);
    std::this_thread::sleep_for(mpi::Reindex::kSeen);
    Progress progress("reindex", total);
    std::size_t records = 0;
    for (bool done = false; !done;) {
        auto const step = TRY(pool.run([&](pg::Tx& tx) { return work.fill(tx, version); }));
        records += step.records;
        done = step.done;
        progress.show(records, records);
    }
    progress.done(records);
    TRY(pool.run([&](pg::Tx& tx) -> Status {
        work.switch_over(tx, version);
        return {};
    }));
    std::this_thread::sleep_for(mpi::Reindex::kSeen);
    for (std::int16_t const over : TRY(pool.run([&](pg::Tx& tx) { return work.state(tx); })).over) {
        for (bool done = false; !done;)
            done = TRY(pool.run([&](pg::Tx& tx) { return work.sweep(tx, over); })).done;
    }
    std::printf("every record has tokens of version %d; older ones are gone\n", version);
    return {};
}

}  // namespace

int run_patient_reindex(std::vector<std::string> const& arguments) {
    Options options;
    if (auto exit = Options::parse(
            "patient reindex",
            "Makes new tokens for all records, under which matching and searches find them, and "
            "removes the old ones. Nodes go on serving. When stopped, start it again.",
            {{"config", "configuration file", "", true}}, {arguments.begin() + 1, arguments.end()},
            options)) {
        return *exit;
    }
    auto tools = OperatorTools::open_with_modules(options["config"]);
    if (!tools) return failed(tools.error());
    auto const done = reindex(**tools);
    return done ? 0 : failed(done.error());
}

}  // namespace musubi::node
