#include "core/inner_run.h"

#include "core/pipeline_run.h"

namespace musubi::core {

InnerRun::InnerRun(Pipeline& pipeline, Definition const& definition, CallContext const& context)
    : local_address_(context.local_address),
      inbound_(inbound_of(context, definition.spec())),
      run_(std::make_unique<Pipeline::Run>(pipeline, definition, inbound_)) {
    run_->local_address = local_address_;
}

InnerRun::~InnerRun() = default;

Result<std::unique_ptr<InnerRun>> InnerRun::start_erased(Pipeline& pipeline,
                                                         Definition const& definition,
                                                         CallContext const& context,
                                                         Erased request) {
    std::unique_ptr<InnerRun> inner(new InnerRun(pipeline, definition, context));
    Pipeline::Run& run = *inner->run_;
    run.request = std::move(request);
    Status begun = guarded([&]() -> Status {
        if (definition.spec().changes_data)
            return Error(Code::kInternal, "a change cannot wait inside another request");
        run.located = TRY(definition.locate_(definition.deps_, run.request.get(), context.subject));
        TRY(pipeline.permit(run, context.decided));
        inner->errand_ = TRY(pipeline.set_out(run));
        return {};
    });
    if (begun) return inner;
    TRY(pipeline.record_failure(run, begun.error()));
    return std::move(begun).error();
}

Result<Erased> InnerRun::finish_erased(CallContext const& context) {
    Pipeline::Run& run = *run_;
    Pipeline& pipeline = run.pipeline;
    Definition const& d = run.definition;
    run.deadline = context.deadline;
    auto response = guarded([&]() -> Result<Erased> {
        auto const again = TRY(pipeline.set_out(run));
        if (again) return Error(Code::kInternal, "an inner call sets out once");
        auto done =
            TRY(d.handle_(d.deps_, run.request.get(), *run.permit, *run.located, run.call()));
        pipeline.withhold(run, done.get());
        auto events = TRY(pipeline.events_of(run, nullptr, done.get()));
        TRY(pipeline.ports_.require<AuditPort>().record(std::move(events)));
        run.audited = true;
        return done;
    });
    if (!response) TRY(pipeline.record_failure(run, response.error()));
    return response;
}

}  // namespace musubi::core
