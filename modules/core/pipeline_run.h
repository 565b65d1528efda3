#pragma once
// Inside the room: one request's state on its way through the pipeline.

#include "core/pipeline.h"

#include <type_traits>

namespace musubi::core {

/// The one place where exceptions end.
template <class Fn>
auto guarded(Fn&& fn) -> std::invoke_result_t<Fn&> {
    try {
        return fn();
    } catch (std::exception const& e) {
        return Error(Code::kInternal, std::string("exception: ") + e.what());
    } catch (...) {
        return Error(Code::kInternal, "unknown exception");
    }
}

/// The door of a transaction, on the host of the caller's (node.public_url has no path). What came
/// by another protocol, or is offered at no door, keeps the caller's.
inline std::string door_of(TransactionSpec const& spec, std::string const& caller) {
    std::size_t const scheme = caller.find("://");
    if (scheme == std::string::npos || spec.soap.empty()) return caller;
    return caller.substr(0, caller.find('/', scheme + 3)) + std::string(spec.soap.front().path);
}

/// A call of the node to itself, in the caller's name.
inline Inbound inbound_of(CallContext const& context, TransactionSpec const& spec) {
    return {context.subject,
            nullptr,
            door_of(spec, context.endpoint),
            context.endpoint,
            "",
            context.trace,
            WireRef{typeid(void), nullptr},
            context.deadline};
}

/// One request's state. Its end without a record is itself recorded: no exit skips the audit.
struct Pipeline::Run {
    Run(Pipeline& p, Definition const& d, Inbound const& i)
        : pipeline(p),
          definition(d),
          inbound(i),
          started(std::chrono::steady_clock::now()),
          deadline(i.deadline) {}
    ~Run();
    CallContext call() const {
        std::string_view const local =
            inbound.peer ? std::string_view(inbound.peer->local_address) : local_address;
        return {inbound.subject, tx.get(), inbound.trace, inbound.endpoint,
                deadline,        local,    &*decided,     &notes};
    }
    double seconds() const {
        return std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count();
    }

    Pipeline& pipeline;
    Definition const& definition;
    Inbound const& inbound;
    std::chrono::steady_clock::time_point started;
    std::chrono::steady_clock::time_point deadline;  ///< of the stretch between two waits
    std::shared_ptr<Errand> errand;
    mutable std::any notes;
    Erased request;
    std::optional<Located> located;
    std::optional<Permit> permit;
    std::optional<Decided> decided;
    std::string_view local_address;  ///< of an inner call, which has no peer
    std::string rule;
    std::unique_ptr<AuditedTx> tx;
    bool audited = false;
};

}  // namespace musubi::core
