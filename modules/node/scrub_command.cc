// musubi scrub: everything that is stored, read through.

#include "node/command.h"
#include "node/options.h"
#include "node/preservation/records.h"
#include "node/progress.h"
#include "repository/stock.h"

#include <charconv>
#include <cstdio>

namespace musubi::node {
namespace {

constexpr std::uint64_t kMegabyte = 1'000'000;

Result<std::uint64_t> read_rate(std::string const& text) {
    std::uint64_t rate = 0;
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), rate);
    if (error != std::errc() || end != text.data() + text.size() || rate > 100'000)
        return Error(Code::kInvalidContent, "--rate: megabytes a second, 0 to 100000");
    return rate * kMegabyte;
}

std::string sentence(repository::ScrubReport const& report) {
    return std::to_string(report.documents) + " documents with " + std::to_string(report.octets) +
           " octets read: " + std::to_string(report.damaged) + " damaged, " +
           std::to_string(report.missing) + " missing, " + std::to_string(report.destroyed) +
           " of institutions whose keys were destroyed; " + std::to_string(report.orphans) +
           " contents without a document";
}

Status scrub(Options const& options) {
    auto tools = TRY(OperatorTools::open(options["config"], OperatorTools::Touches::kNobody));
    PlatformServices& services = *tools->services;
    std::string const& folder = services.config.text("blob.folder");
    blob::SegmentStore const segments({.folder = std::filesystem::path(folder) / "segments"});
    repository::StockDeps const deps{*services.pool, *services.keys, *services.blobs, segments};
    auto const count = TRY(repository::stock_count(deps.pool));
    Progress progress("scrub", static_cast<std::uint64_t>(count.documents));
    repository::ScrubSettings settings;
    settings.octets_per_second = TRY(read_rate(options["rate"]));
    settings.orphans_before =
        system_clock().now() -
        std::chrono::milliseconds(services.config.integer("repository.grace_time"));
    settings.progress = [&](std::int64_t documents) {
        progress.show(static_cast<std::uint64_t>(documents), static_cast<std::size_t>(documents));
    };
    PreservationRun run;
    run.kind = "scrub";
    run.began = system_clock().now();
    run.place = folder;
    auto const report = repository::scrub(deps, settings);
    run.good = report && report->wrong() == 0;
    run.findings = report ? report->wrong() : 1;
    run.summary = report ? sentence(*report) : "failed";
    TRY(record_run(*tools, run));
    if (!report) return report.error();
    progress.done(static_cast<std::size_t>(report->documents));
    std::printf("%s\n", run.summary.c_str());
    for (std::string const& finding : report->findings) std::printf("  %s\n", finding.c_str());
    if (report->wrong() > 0) return Error(Code::kConflict, "not everything is as it was stored");
    return {};
}

}  // namespace

int run_scrub(std::vector<std::string> const& arguments) {
    Options options;
    if (auto exit = Options::parse(
            "scrub",
            "Reads every document, opens it and compares it with its row; tells what is damaged, "
            "missing or belongs to nothing. Beside a running node; the result is on record.",
            {{"config", "configuration file", "", true},
             {"rate", "megabytes a second at most; 0: no limit", "50"}},
            arguments, options)) {
        return *exit;
    }
    auto const done = scrub(options);
    return done ? 0 : failed(done.error());
}

}  // namespace musubi::node
