// musubi patient map: by which regional ids the persons of an export (docs/export.md) stand here,
// once their hospitals' records are.

#include "node/command.h"
#include "node/operator_tools.h"
#include "node/options.h"
#include "platform/base/text.h"
#include "platform/vault/durable_file.h"

#include <cstdio>
#include <fstream>

namespace musubi::node {
namespace {

constexpr std::size_t kMostProblemsTold = 20;

class PatientMap {
public:
    explicit PatientMap(OperatorTools const& tools) : tools_(tools) {}

    Status read(std::string const& file) {
        std::ifstream in(file);
        if (!in) return Error(Code::kNotFound, file + ": cannot be read");
        std::string line;
        std::getline(in, line);  // the header
        while (std::getline(in, line)) {
            auto const cells = split(line, '\t');
            if (cells.size() != 6)
                return Error(Code::kInvalidContent, file + ": a line without six values");
            std::string const own(cells[2]), person(cells[3]);
            if (cells[4] != "active") {
                // Whose record is gone stands under whom it was merged into.
                gone_.emplace_back(own, person);
                continue;
            }
            domain::PatientId id;
            id.id = cells[1];
            id.authority = cells[0];
            auto const here = tools_.regional_id(id.to_cx());
            if (!here && here.error().code != Code::kNotFound) return here.error();
            if (!here) {
                problem("an id of " + id.authority + " is not known here: load its record first");
                continue;
            }
            put(own, *here);
            put(person, *here);
        }
        for (auto const& [own, person] : gone_) {
            auto const found = ids_.find(person);
            if (found != ids_.end()) put(own, std::string(found->second));
        }
        return {};
    }
    Status write(std::string const& file) const {
        std::string text;
        for (auto const& [old_id, here] : ids_) text += old_id + "\t" + here + "\n";
        return vault::write_atomically(file, as_bytes(text));
    }
    std::size_t size() const { return ids_.size(); }
    std::size_t problems() const { return problems_; }

private:
    void problem(std::string const& what) {
        if (++problems_ <= kMostProblemsTold) std::fprintf(stderr, "%s\n", what.c_str());
        if (problems_ == kMostProblemsTold) std::fprintf(stderr, "the rest is only counted\n");
    }
    void put(std::string const& old_id, std::string const& here) {
        auto const [at, fresh] = ids_.try_emplace(old_id, here);
        if (fresh || at->second == here) return;
        problem(old_id + " was one person and is several here: link them first (musubi patient " +
                "review)");
    }

    OperatorTools const& tools_;
    std::map<std::string, std::string> ids_;  ///< CX to CX
    std::vector<std::pair<std::string, std::string>> gone_;
    std::size_t problems_ = 0;
};

Status make(Options const& options) {
    auto tools = TRY(OperatorTools::open(options["config"]));
    TRY(tools->record_look("patient-map", ""));
    PatientMap map(*tools);
    TRY(map.read(options.positional().front() + "/patients/references.tsv"));
    TRY(map.write(options["out"]));
    std::printf("%zu regional ids, %zu problems: %s\n", map.size(), map.problems(),
                options["out"].c_str());
    if (map.problems() > 0) return Error(Code::kConflict, "not every person of the export is here");
    return {};
}

}  // namespace

int run_patient_map(std::vector<std::string> const& arguments) {
    Options options;
    if (auto exit = Options::parse(
            "patient map",
            "Writes which regional id of an export (docs/export.md) is which one here: for musubi "
            "import and musubi consent import. The hospitals' records must be here before (musubi "
            "patient load); who is missing, or was one person there and is several here, is told.",
            {{"config", "configuration file", "", true},
             {"out", "file: old regional id, tab, the one here, a line each", "", true}},
            {arguments.begin() + 1, arguments.end()}, options, "DIR")) {
        return *exit;
    }
    if (options.positional().size() != 1) {
        std::fprintf(stderr, "musubi patient map: name the folder of the export\n");
        return 2;
    }
    auto const done = make(options);
    return done ? 0 : failed(done.error());
}

}  // namespace musubi::node
