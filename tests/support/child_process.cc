#include "support/child_process.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <stdexcept>

#include "support/node_fixture.h"

namespace musubi::test {
namespace {

/// Only what is safe between fork and exec: all memory is prepared before.
pid_t fork_exec(std::vector<std::string> const& words, std::vector<std::string> environment,
                int output) {
    for (char** entry = environ; *entry; ++entry) environment.emplace_back(*entry);
    std::vector<char*> arguments, variables;
    for (auto const& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
    for (auto const& entry : environment) variables.push_back(const_cast<char*>(entry.c_str()));
    arguments.push_back(nullptr);
    variables.push_back(nullptr);
    pid_t const parent = ::getpid();
    pid_t const pid = ::fork();
    if (pid < 0) throw std::runtime_error("fork");
    if (pid > 0) return pid;
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent) ::_exit(126);
    int const null = ::open("/dev/null", O_RDONLY);
    ::dup2(null, 0);
    ::dup2(output, 1);
    ::dup2(output, 2);
    ::execve(arguments[0], arguments.data(), variables.data());
    ::_exit(127);
}

}  // namespace

pid_t spawn_child(std::vector<std::string> const& words, ChildSetup const& setup) {
    int const log = ::open(setup.log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (log < 0) throw std::runtime_error("cannot open " + setup.log.string());
    pid_t const pid = fork_exec(words, setup.environment, log);
    ::close(log);
    return pid;
}

CommandOutcome run_command(std::vector<std::string> const& words,
                           std::vector<std::string> const& environment) {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("pipe");
    pid_t const pid = fork_exec(words, environment, ends[1]);
    ::close(ends[1]);
    CommandOutcome outcome;
    char buffer[4096];
    for (ssize_t n = 0; (n = ::read(ends[0], buffer, sizeof buffer)) > 0;) {
        outcome.output.append(buffer, static_cast<std::size_t>(n));
    }
    ::close(ends[0]);
    int status = 0;
    ::waitpid(pid, &status, 0);
    outcome.status = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
    return outcome;
}

std::string http_get(std::uint16_t port, std::string const& path) {
    int const socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    std::string answer;
    std::string const request =
        "GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    if (::connect(socket, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0 &&
        ::send(socket, request.data(), request.size(), MSG_NOSIGNAL) ==
            static_cast<ssize_t>(request.size())) {
        char buffer[4096];
        for (ssize_t n = 0; (n = ::recv(socket, buffer, sizeof buffer, 0)) > 0;) {
            answer.append(buffer, static_cast<std::size_t>(n));
        }
    }
    ::close(socket);
    std::size_t const body = answer.find("\r\n\r\n");
    return body == std::string::npos ? "" : answer.substr(body + 4);
}

std::vector<pid_t> children_of(pid_t parent) {
    std::vector<pid_t> found;
    for (auto const& entry : std::filesystem::directory_iterator("/proc")) {
        std::string const name = entry.path().filename();
        if (name.find_first_not_of("0123456789") != std::string::npos) continue;
        std::ifstream in(entry.path() / "status");
        for (std::string line; std::getline(in, line);) {
            if (!line.starts_with("PPid:")) continue;
            if (std::stoi(line.substr(5)) == parent) found.push_back(std::stoi(name));
            break;
        }
    }
    return found;
}

}  // namespace musubi::test
