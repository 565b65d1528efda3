#include "node/consent_import.h"

#include "node/transfer/patient_ids.h"
#include "policy/consent_file.h"
#include "policy/consent_names.h"

#include <algorithm>
#include <cstdio>
#include <fstream>

namespace musubi::node {
namespace {

constexpr std::size_t kTogether = 200;
/// Evidence of a word that a registered form said: the registry's own name for its entry.
constexpr char const* kByForm = "entry:";

class Import {
public:
    Import(OperatorTools& tools, Options const& options, ConsentImport const& how)
        : tools_(tools), how_(how), file_(options["file"]), ids_file_(options["patients"]) {}

    Status run() {
        std::ifstream in(file_, std::ios::binary);
        if (!in) return Error(Code::kNotFound, "cannot read " + file_);
        auto lines = TRY(policy::read_consent_file(in, file_, how_.defaults));
        // What another node no longer counted is its history, and stays there.
        std::erase_if(lines, [](auto const& line) { return line.ended; });
        auto const before = TRY(leave_out_known(lines));
        TRY(judge(lines));
        for (std::size_t first = 0; first < lines.size(); first += kTogether)
            TRY(enter(lines, first, std::min(lines.size(), first + kTogether)));
        if (before > 0) std::printf("%zu words were here before\n", before);
        std::printf("%zu words entered\n", lines.size());
        return {};
    }

private:
    using Lines = std::vector<policy::ConsentLine>;

    Result<std::size_t> leave_out_known(Lines& lines) const {
        std::vector<Uuid> ids;
        for (auto const& line : lines)
            if (line.change.id) ids.push_back(*line.change.id);
        auto const known = TRY(policy::known_words(how_.deps.pool, ids));
        return std::erase_if(lines, [&](auto const& line) {
            return line.change.id && known.contains(*line.change.id);
        });
    }

    Status judge(Lines& lines) const {
        auto const ids = TRY(read_patient_ids(ids_file_));
        std::vector<Issue> issues;
        for (auto& line : lines) {
            auto const here = ids.find(line.change.patient);
            if (here != ids.end()) line.change.patient = here->second;
            auto const judged = judge_one(line);
            if (judged) continue;
            if (judged.error().issues.empty()) return judged.error();
            for (auto const& issue : judged.error().issues)
                issues.push_back({Severity::kError, kNoReason,
                                  file_ + ":" + std::to_string(line.line) + ": " + issue.context,
                                  ""});
        }
        return issues.empty() ? Status() : Status(Error(Code::kInvalidContent, std::move(issues)));
    }

    static Error wrong(char const* what) {
        return Error(Code::kInvalidContent, {{Severity::kError, kNoReason, what, ""}});
    }

    Status judge_one(policy::ConsentLine& line) const {
        auto regional = tools_.regional_id(line.change.patient);
        if (!regional) return wrong("patient is not known");
        line.change.patient = *std::move(regional);
        if (line.change.id && line.change.evidence.starts_with(kByForm)) TRY(find_form(line));
        // What was said elsewhere, under the agreement there, is taken over as it was said.
        if (!line.change.id) TRY(policy::check_names(line.change.scope, how_.agreement));
        return policy::check(line.change, line.granted, how_.deps.terms);
    }

    /// A form that is replaced takes its words with it, so the word must rest on the form as it is
    /// registered here.
    Status find_form(policy::ConsentLine& line) const {
        auto const words = TRY(policy::show(how_.deps.pool, line.change.patient));
        auto const counting = TRY(policy::counting(how_.deps.pool, line.change.patient));
        auto const same = std::find_if(words.rbegin(), words.rend(), [&](auto const& one) {
            return one.evidence.starts_with(kByForm) && one.about == line.change.about &&
                   one.scope == line.change.scope && one.granted == line.granted &&
                   counting.contains(one.position);
        });
        if (same == words.rend())
            return wrong(
                "the consent form that says this is not registered here: import the documents "
                "first");
        line.change.evidence = same->evidence;
        return {};
    }

    Status enter(Lines const& lines, std::size_t first, std::size_t end) const {
        return tools_.services->pool->run([&](pg::Tx& tx) -> Status {
            for (std::size_t i = first; i < end; ++i)
                TRY(policy::record_in(how_.deps, tx, lines[i].change, lines[i].granted));
            return {};
        });
    }

    OperatorTools& tools_;
    ConsentImport const& how_;
    std::string const file_, ids_file_;
};

}  // namespace

Status import_consents(OperatorTools& tools, Options const& options, ConsentImport const& how) {
    return Import(tools, options, how).run();
}

}  // namespace musubi::node
