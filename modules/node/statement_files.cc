#include "node/statement_files.h"

#include "platform/base/text.h"
#include "platform/vault/durable_file.h"
#include "policy/acceptance.h"
#include "policy/module.h"

#include <cstdio>

namespace musubi::node {

Status write_new_file(std::string const& file, std::string const& text) {
    auto out = TRY(vault::File::create(file));
    TRY(out.write(as_bytes(text)));
    return out.sync();
}

int sign_statement_file(std::string const& file, Options const& options) {
    for (char const* name : {"as", "certificate", "key"}) {
        if (options.has(name)) continue;
        std::fprintf(stderr, "musubi: sign: --%s is missing\n", name);
        return 2;
    }
    auto const done =
        policy::sign_statement(file, options["as"], options["certificate"], options["key"]);
    return done ? 0 : failed(done.error());
}

std::set<std::string> words_of(std::string const& list) {
    std::set<std::string> out;
    std::string word;
    for (char const c : list + ",") {
        if (c != ',') {
            word += c;
        } else if (!word.empty()) {
            out.insert(std::move(word));
            word.clear();
        }
    }
    return out;
}

policy::EmergencyDeps emergency_deps(OperatorTools& tools) {
    return {*tools.services->pool, *tools.audit, system_ids(),
            tools.config().text("node.audit_source_id")};
}

Result<std::shared_ptr<policy::Agreement const>> agreement_of(OperatorTools const& tools) {
    return policy::agreement_in_force(policy::agreement_source(tools.config()),
                                      *tools.services->pool, system_clock().now());
}

std::string operator_named(Options const& options) {
    return options.has("by") ? options["by"] : account();
}

}  // namespace musubi::node
