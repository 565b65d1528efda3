#pragma once
// Everything of a node into a folder (guideline control LK-1; the form: docs/export.md). Readable
// by whoever gets it: the caller has seen the officers' approval and written it down. Memory does
// not grow with what is stored. After an interruption the same folder is completed: submission sets
// that are whole there are not written again. Used by one thread.

#include "node/operator_tools.h"
#include "node/transfer/export_folder.h"

#include <filesystem>

namespace musubi::node {

class Exporter {
public:
    Exporter(OperatorTools& tools, std::filesystem::path folder)
        : tools_(tools), folder_(std::move(folder)) {}

    /// What cannot be taken along (damaged, destroyed) is named in the summary and leaves the rest
    /// whole.
    Status run(ExportSummary& summary);

private:
    Status sets();
    Status one_set(std::filesystem::path const& at, std::string const& objects,
                   std::string const& member);
    Status document(std::filesystem::path const& path, std::string const& unique_id,
                    std::string const& hash);
    Status patients();
    Status consents();
    Status words_of(std::string const& patient,
                    std::function<Status(std::string const&)> const& add) const;
    Status agreements();
    Status trail();
    Status roots();
    Status codes();

    OperatorTools& tools_;
    std::filesystem::path const folder_;
    ExportSummary* summary_ = nullptr;
};

}  // namespace musubi::node
