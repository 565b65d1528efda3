#include "node/options.h"

#include <boost/program_options.hpp>

#include <cstdio>
#include <sstream>

namespace musubi::node {

namespace po = boost::program_options;

std::optional<int> Options::parse(std::string const& command, std::string const& summary,
                                  std::vector<Option> const& table,
                                  std::vector<std::string> const& arguments, Options& into,
                                  std::string const& positional_help) {
    // Never broken by the library, which would break characters of several octets.
    constexpr unsigned kWidth = 4000;
    po::options_description description("options", kWidth);
    description.add_options()("help,h", "this text");
    for (Option const& option : table) {
        if (option.flag) {
            description.add_options()(option.name.c_str(), option.doc.c_str());
        } else {
            std::string const doc =
                option.doc +
                (option.default_value.empty() ? "" : " (default " + option.default_value + ")");
            description.add_options()(option.name.c_str(), po::value<std::string>(), doc.c_str());
        }
    }
    po::options_description all;
    all.add(description).add_options()("positional", po::value<std::vector<std::string>>());
    po::positional_options_description positions;
    positions.add("positional", -1);
    po::variables_map found;
    try {
        po::store(po::command_line_parser(arguments).options(all).positional(positions).run(),
                  found);
    } catch (po::error const& e) {
        std::fprintf(stderr, "musubi %s: %s\n", command.c_str(), e.what());
        return 2;
    }
    std::ostringstream help;
    help << "usage: musubi " << command << " " << positional_help << "\n"
         << summary << "\n\n"
         << description;
    if (found.count("help")) {
        std::fputs(help.str().c_str(), stdout);
        return 0;
    }
    for (Option const& option : table) {
        bool const given = found.count(option.name) > 0;
        if (option.required && !given) {
            std::fprintf(stderr, "musubi %s: --%s is required\n", command.c_str(),
                         option.name.c_str());
            return 2;
        }
        into.values_[option.name] = option.flag ? (given ? "yes" : "")
                                    : given     ? found[option.name].as<std::string>()
                                                : option.default_value;
    }
    if (found.count("positional"))
        into.positional_ = found["positional"].as<std::vector<std::string>>();
    if (positional_help.empty() && !into.positional_.empty()) {
        std::fprintf(stderr, "musubi %s: unexpected '%s'\n", command.c_str(),
                     into.positional_.front().c_str());
        return 2;
    }
    return std::nullopt;
}

int failed(Error const& error) {
    std::string text = error.detail.empty() ? std::string(to_string(error.code)) : error.detail;
    for (Issue const& issue : error.issues) text += "\n  " + issue.context;
    std::fprintf(stderr, "musubi: %s\n", text.c_str());
    // What begins with an option's name is about how the command was called.
    return error.code == Code::kInvalidContent && text.starts_with("--") ? 2 : 1;
}

}  // namespace musubi::node
