#pragma once
// The subcommands that take records elsewhere; exit statuses as in command.h.

#include <string>
#include <vector>

namespace musubi::node {

int run_export(std::vector<std::string> const& arguments);
int run_import(std::vector<std::string> const& arguments);

}  // namespace musubi::node
