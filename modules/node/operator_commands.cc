// Commands of the region's operators on the node's own data: patients.

#include "node/command.h"
#include "node/operator_tools.h"
#include "node/options.h"

#include <cstdio>

namespace musubi::node {
int run_patient(std::vector<std::string> const& arguments) {
    if (!arguments.empty() && arguments.front() == "evaluate") {
        return run_patient_evaluate(arguments);
    }
    if (!arguments.empty() && arguments.front() == "review") return run_patient_review(arguments);
    if (!arguments.empty() && arguments.front() == "load") return run_patient_load(arguments);
    if (!arguments.empty() && arguments.front() == "map") return run_patient_map(arguments);
    if (!arguments.empty() && arguments.front() == "reindex") return run_patient_reindex(arguments);
    if (!arguments.empty() && arguments.front() == "explain") return run_patient_explain(arguments);
    Options options;
    if (auto exit =
            Options::parse("patient",
                           "Shows the regional id of a patient. With a --help of their own: "
                           "review (decide about pairs of records), explain (why two records are "
                           "one person, or not), load (many patients at once), reindex (new tokens "
                           "for all records), evaluate (measure matching).",
                           {{"config", "configuration file", "", true},
                            {"patient", "any id that was fed, CX: id^^^&oid&ISO", "", true}},
                           arguments, options, "show|review|explain|load|map|reindex|evaluate")) {
        return *exit;
    }
    if (options.positional() != std::vector<std::string>{"show"}) {
        std::fprintf(stderr,
                     "musubi patient: say show, review, explain, load, map, reindex or evaluate\n");
        return 2;
    }
    auto tools = OperatorTools::open(options["config"]);
    if (!tools) return failed(tools.error());
    auto const regional = (*tools)->regional_id(options["patient"]);
    if (!regional) return failed(regional.error());
    if (auto const recorded = (*tools)->record_look("patient-show", *regional); !recorded) {
        return failed(recorded.error());
    }
    std::printf("%s\n", regional->c_str());
    return 0;
}

}  // namespace musubi::node
