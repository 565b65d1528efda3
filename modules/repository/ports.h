#pragma once
// What the repository offers other modules: its documents without the wire. Thread-safe; lives as
// long as the module.

#include "core/document_ports.h"
#include "core/pipeline.h"
#include "repository/iti43.h"

namespace musubi::repository {

class LocalDocuments final : public core::DocumentRetrievePort {
public:
    LocalDocuments(core::Pipeline& pipeline, Deps& deps);
    std::string const& repository_unique_id() const override { return deps_.unique_id; }
    std::size_t most_documents() const override { return kMaxDocuments; }
    Result<core::Located> locate(
        std::vector<domain::DocumentRequest> const& requests) const override;
    Result<core::RetrieveFindings> retrieve(core::CallContext const& call,
                                            core::Located const& located,
                                            std::vector<domain::DocumentRequest> requests) override;

private:
    core::Pipeline& pipeline_;
    Deps& deps_;
    core::Definition definition_;
};

}  // namespace musubi::repository
