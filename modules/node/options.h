#pragma once
// Command-line options of a subcommand, with --help made from the table.

#include "platform/base/result.h"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace musubi::node {

struct Option {
    std::string name;  ///< without dashes
    std::string doc;
    std::string default_value;
    bool required = false;
    bool flag = false;
};

class Options {
public:
    /// Prints help or the fault itself; the int is then the exit status.
    static std::optional<int> parse(std::string const& command, std::string const& summary,
                                    std::vector<Option> const& table,
                                    std::vector<std::string> const& arguments, Options& into,
                                    std::string const& positional_help = "");

    std::string const& operator[](std::string const& name) const { return values_.at(name); }
    bool has(std::string const& name) const { return !values_.at(name).empty(); }
    std::vector<std::string> const& positional() const { return positional_; }

private:
    std::map<std::string, std::string> values_;
    std::vector<std::string> positional_;
};

/// Says why on standard error. Exit status 1; 2 for kInvalidContent whose detail begins with "--".
int failed(Error const& error);

}  // namespace musubi::node
