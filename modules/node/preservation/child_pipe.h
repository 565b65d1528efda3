#pragma once
// Running another program with our octets going in or its octets coming out. Used by one thread.

#include "node/preservation/sealed_store.h"

#include <string>
#include <vector>

namespace musubi::node {

struct ChildProgram {
    std::vector<std::string> words;        ///< nothing secret: everybody sees them
    std::vector<std::string> environment;  ///< NAME=value, before our own
    Source input = {};
    ByteSink output = {};  ///< empty: thrown away
};
/// kStorageUnavailable with the first line that it said on standard error when it did not end well;
/// kNotFound when there is no such program.
Status run_child(ChildProgram const& program);

}  // namespace musubi::node
