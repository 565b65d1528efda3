#pragma once
// A transaction with its types erased, so that the router and the pipeline can hold any of them.
// Made only by define<T>(): there is no other way to get a handler called.

#include "core/transaction.h"

#include <memory>

namespace musubi::core {

/// Points at a value of a type that both ends know: the binding that delivers and the transaction
/// that decodes.
struct WireRef {
    std::type_index type;
    void const* value;
    template <class W>
    static WireRef of(W const& wire) {
        return {std::type_index(typeid(W)), &wire};
    }
};

/// A value that the pipeline carries without knowing it.
using Erased = std::shared_ptr<void>;

struct ErasedAuditInput {
    void const* request;
    void const* response;
    Located const* located;
    Error const* error;
};

class Definition {
public:
    TransactionSpec const& spec() const { return *spec_; }

private:
    friend class Pipeline;
    friend class InnerRun;
    template <class T>
    friend struct DefinitionOf;
    Definition() = default;

    TransactionSpec const* spec_ = nullptr;
    void* deps_ = nullptr;
    std::type_index wire_type_ = typeid(void);
    Result<Erased> (*decode_)(void*, WireRef, DecodeContext const&) = nullptr;
    Result<Located> (*locate_)(void*, void const*, domain::Subject const&) = nullptr;
    PolicyQuery (*policy_query_)(void const*, Located const&) = nullptr;
    Result<Erased> (*handle_)(void*, void const*, Permit const&, Located const&,
                              CallContext const&) = nullptr;
    Result<std::shared_ptr<Errand>> (*set_out_)(void*, void const*, Permit const&, Located const&,
                                                CallContext const&) = nullptr;
    Status (*settle_)(void*, void const*,
                      AuditedTx&) = nullptr;  ///< null: the transaction begins before handle_
    int (*withhold_)(Permit const&, void*) = nullptr;
    std::vector<AuditDraft> (*audit_)(void*, ErasedAuditInput const&) = nullptr;
    Result<std::any> (*encode_)(void*, void*, void const*) = nullptr;
    std::any (*encode_error_)(void*, Error const&, void const*) = nullptr;
};

template <class T>
struct DefinitionOf {
    using Request = typename T::Request;
    using Response = typename T::Response;
    static typename T::Deps& deps(void* erased) { return *static_cast<typename T::Deps*>(erased); }
    static Request const& request(void const* erased) {
        return *static_cast<Request const*>(erased);
    }

    static Result<Erased> decode(void* d, WireRef wire, DecodeContext const& context) {
        if (wire.type != std::type_index(typeid(typename T::Wire))) {
            return Error(Code::kInternal,
                         "wire type of the binding differs from the transaction's");
        }
        auto decoded =
            T::decode(deps(d), *static_cast<typename T::Wire const*>(wire.value), context);
        if (!decoded) return std::move(decoded).error();
        return Erased(std::make_shared<Request>(std::move(*decoded)));
    }
    static Result<Erased> handle(void* d, void const* r, Permit const& permit,
                                 Located const& located, CallContext const& call) {
        auto response = T::handle(deps(d), Authorized<Request>(request(r), permit, located, call));
        if (!response) return std::move(response).error();
        return Erased(std::make_shared<Response>(std::move(*response)));
    }
    static std::vector<AuditDraft> audit(void* d, ErasedAuditInput const& input) {
        return T::audit(deps(d),
                        AuditInput<Request, Response>{static_cast<Request const*>(input.request),
                                                      static_cast<Response const*>(input.response),
                                                      input.located, input.error});
    }
    static Result<std::any> encode(void* d, void* response, void const* r) {
        auto reply = T::encode(deps(d), std::move(*static_cast<Response*>(response)), request(r));
        if (!reply) return std::move(reply).error();
        return std::any(std::move(*reply));
    }

    static Definition make(typename T::Deps& deps) {
        Definition d;
        d.spec_ = &T::spec();
        d.deps_ = &deps;
        d.wire_type_ = typeid(typename T::Wire);
        d.decode_ = decode;
        d.locate_ = [](void* p, void const* r, domain::Subject const& s) {
            return T::locate(DefinitionOf::deps(p), request(r), s);
        };
        d.policy_query_ = [](void const* r, Located const& located) {
            return T::policy_query(request(r), located);
        };
        d.handle_ = handle;
        if constexpr (requires(typename T::Deps& own, Response const& response, AuditedTx& tx) {
                          T::settle(own, response, tx);
                      }) {
            d.settle_ = [](void* p, void const* response, AuditedTx& tx) -> Status {
                return T::settle(DefinitionOf::deps(p), *static_cast<Response const*>(response),
                                 tx);
            };
        }
        if constexpr (requires(typename T::Deps& own, Authorized<Request> const& request) {
                          T::set_out(own, request);
                      }) {
            d.set_out_ = [](void* p, void const* r, Permit const& permit, Located const& located,
                            CallContext const& call) -> Result<std::shared_ptr<Errand>> {
                return T::set_out(DefinitionOf::deps(p),
                                  Authorized<Request>(request(r), permit, located, call));
            };
        }
        d.withhold_ = [](Permit const& permit, void* response) {
            return T::withhold(permit, *static_cast<Response*>(response));
        };
        d.audit_ = audit;
        d.encode_ = encode;
        d.encode_error_ = [](void* p, Error const& error, void const* r) {
            return std::any(
                T::encode_error(DefinitionOf::deps(p), error, static_cast<Request const*>(r)));
        };
        return d;
    }
};

/// `deps` must live as long as the router.
template <Transaction T>
Definition define(typename T::Deps& deps) {
    return DefinitionOf<T>::make(deps);
}

}  // namespace musubi::core
