#pragma once
// A call of this node to itself that waits for neighbours: decided and under way when it is made,
// carried out when its errand is done. Meanwhile the request that made it is parked, with the call
// in its notes. Only reads.
//
// Ownership: of the request that made it. Let go of before its end: recorded as a failure. One
// thread at a time.

#include "core/pipeline.h"

namespace musubi::core {

class InnerRun {
public:
    /// Decides and sets out. A failure is recorded before it is told. `Request` as T has it.
    template <class T>
    static Result<std::unique_ptr<InnerRun>> start(Pipeline& pipeline, Definition const& definition,
                                                   CallContext const& context,
                                                   typename T::Request request) {
        return start_erased(pipeline, definition, context,
                            std::make_shared<typename T::Request>(std::move(request)));
    }
    ~InnerRun();
    InnerRun(InnerRun const&) = delete;
    InnerRun& operator=(InnerRun const&) = delete;

    /// Null: nothing is awaited.
    Errand* errand() const { return errand_.get(); }
    /// Acts, withholds, records. Once, after the errand is done. kInternal when the transaction
    /// wants to set out a second time: that is not foreseen inside another one.
    template <class T>
    Result<typename T::Response> finish(CallContext const& context) {
        auto response = finish_erased(context);
        if (!response) return std::move(response).error();
        return std::move(*std::static_pointer_cast<typename T::Response>(*response));
    }

private:
    InnerRun(Pipeline& pipeline, Definition const& definition, CallContext const& context);
    static Result<std::unique_ptr<InnerRun>> start_erased(Pipeline& pipeline,
                                                          Definition const& definition,
                                                          CallContext const& context,
                                                          Erased request);
    Result<Erased> finish_erased(CallContext const& context);

    std::string const local_address_;
    Inbound const inbound_;
    std::unique_ptr<Pipeline::Run> run_;  ///< refers to the two above
    std::shared_ptr<Errand> errand_;
};

}  // namespace musubi::core
