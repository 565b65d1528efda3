// musubi patient evaluate: how well the matching would link records whose truth is known. Reads
// files alone: no configuration, no database, no keys.
#include "mpi/match/evaluate.h"
#include "node/command.h"
#include "node/options.h"
#include "platform/base/text.h"

#include <cstdio>
#include <fstream>

namespace musubi::node {
namespace {

namespace match = mpi::match;

Result<std::ifstream> open(std::string const& name) {
    std::ifstream file(name);
    if (!file) return Error(Code::kNotFound, "cannot read '" + name + "'");
    return file;
}

Result<std::map<std::string, std::string>> read_changes(std::string const& text) {
    std::map<std::string, std::string> changes;
    if (text.empty()) return changes;
    for (std::string_view change : split(text, ',')) {
        auto const parts = split(change, '=');
        if (parts.size() != 2) return Error(Code::kInvalidContent, "--weights: NAME=BITS,...");
        changes[std::string(trim(parts[0]))] = trim(parts[1]);
    }
    return changes;
}

Status evaluate(Options const& options) {
    auto changes = TRY(read_changes(options["weights"]));
    auto record_file = TRY(open(options["records"]));
    auto truth_file = TRY(open(options["truth"]));
    auto const records = TRY(match::read_records(record_file));
    auto const truth = TRY(match::read_truth(truth_file));
    std::string out = "{";
    for (bool const insurance : {true, false}) {
        changes["use_insurance"] = insurance ? "true" : "false";
        auto const weights = TRY(match::weights_from(changes));
        auto const evaluation = TRY(match::evaluate(records, truth, weights));
        out += insurance ? "\"with_insurance\": " : ",\n \"without_insurance\": ";
        out += match::to_json(evaluation.quality);
    }
    std::printf("%s}\n", out.c_str());
    return {};
}

}  // namespace

int run_patient_evaluate(std::vector<std::string> const& arguments) {
    Options options;
    if (auto exit = Options::parse(
            "patient", "Measures matching on records whose truth is known; prints JSON.",
            {{"records", "NDJSON: authority, id and person of each record", "", true},
             {"truth", "one line a record: authority|id, tabulator, person", "", true},
             {"weights", "changes to the defaults: NAME=BITS,... (link=20,given.4=3)", ""}},
            arguments, options, "evaluate")) {
        return *exit;
    }
    auto const done = evaluate(options);
    return done ? 0 : failed(done.error());
}

}  // namespace musubi::node
