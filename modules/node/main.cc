#include "node/command.h"
#include "node/operator_tools.h"

#include <csignal>
#include <cstdio>
#include <exception>

namespace {

void print_usage(std::FILE* out) {
    std::fputs("usage: musubi COMMAND [OPTIONS]      (musubi COMMAND --help tells more)\n\n", out);
    for (auto const& command : musubi::node::commands()) {
        std::fprintf(out, "  %-14s %s\n", std::string(command.name).c_str(),
                     std::string(command.summary).c_str());
    }
}

}  // namespace

int main(int argc, char** argv) {
    std::signal(
        SIGPIPE,
        SIG_IGN);  // a peer that went away is an error of one write, not the end of the node
    std::signal(SIGXFSZ, SIG_IGN);  // a file at its size limit likewise
    std::vector<std::string> const arguments(argv + 1, argv + argc);
    if (arguments.empty()) {
        print_usage(stderr);
        return 2;
    }
    if (arguments[0] == "--help" || arguments[0] == "-h" || arguments[0] == "help") {
        print_usage(stdout);
        return 0;
    }
    for (auto const& command : musubi::node::commands()) {
        if (command.name != arguments[0]) continue;
        musubi::node::remember_command(arguments);
        try {
            return command.run({arguments.begin() + 1, arguments.end()});
        } catch (std::exception const& e) {  // of a library, from where nobody expected it
            std::fprintf(stderr, "musubi %s: %s\n", arguments[0].c_str(), e.what());
            return 1;
        }
    }
    std::fprintf(stderr, "musubi: unknown command '%s'\n", arguments[0].c_str());
    print_usage(stderr);
    return 2;
}
