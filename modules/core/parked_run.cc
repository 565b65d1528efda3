#include "core/pipeline_run.h"
#include "platform/base/deadline.h"
#include "platform/base/log.h"
#include "platform/base/metrics.h"

#include <semaphore>

namespace musubi::core {

Outbound Pipeline::run(Definition const& definition, Inbound const& inbound) {
    Started started = start(definition, inbound);
    while (!started.outbound) {
        auto const done = std::make_shared<std::binary_semaphore>(0);
        started.parked->errand().when_done([done] { done->release(); });
        done->acquire();
        started.outbound = started.parked->go_on();
    }
    return std::move(*started.outbound);
}

Started Pipeline::start(Definition const& definition, Inbound const& inbound) {
    LogTrace const trace(inbound.trace);
    if (!definition.set_out_) {
        Run run(*this, definition, inbound);
        return {advance(run), nullptr};
    }
    auto run = std::make_unique<Run>(*this, definition, inbound);
    if (auto outbound = advance(*run)) return {std::move(outbound), nullptr};
    std::unique_ptr<ParkedRun> parked(new ParkedRun);
    parked->errand_ = std::move(run->errand);
    parked->run_ = std::move(run);
    return {std::nullopt, std::move(parked)};
}

std::optional<Outbound> Pipeline::advance(Run& run) {
    auto outbound = guarded([&]() -> Result<std::optional<Outbound>> {
        // A transaction that settles waits for a neighbour, which has a limit of its own: what the
        // neighbour has done must still be written down.
        RequestDeadline const until(run.definition.settle_ ? RequestDeadline::Time{}
                                                           : run.deadline);
        if (!run.decided) TRY(prepare(run));
        run.errand = TRY(set_out(run));
        if (run.errand) return std::optional<Outbound>();
        auto response = act(run);
        if (!response) return std::move(response).error();
        return std::optional<Outbound>(TRY(succeed(run, *response)));
    });
    if (!outbound) return fail(run, std::move(outbound).error());
    return std::move(*outbound);
}

Result<std::shared_ptr<Errand>> Pipeline::set_out(Run& run) {
    Definition const& d = run.definition;
    if (!d.set_out_) return std::shared_ptr<Errand>();
    return d.set_out_(d.deps_, run.request.get(), *run.permit, *run.located, run.call());
}

ParkedRun::ParkedRun() { gauge("musubi_requests_parked").add(1); }
ParkedRun::~ParkedRun() { gauge("musubi_requests_parked").add(-1); }

std::optional<Outbound> ParkedRun::go_on() {
    LogTrace const trace(run_->inbound.trace);
    // The wait was not the node's own work: that has as long again as it had before.
    run_->deadline = std::chrono::steady_clock::now() + (run_->inbound.deadline - run_->started);
    auto outbound = run_->pipeline.advance(*run_);
    errand_ = std::move(run_->errand);
    return outbound;
}

}  // namespace musubi::core
