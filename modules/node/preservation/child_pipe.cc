#include "node/preservation/child_pipe.h"

#include "platform/vault/durable_file.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>

extern char** environ;

namespace musubi::node {
namespace {

constexpr std::size_t kPiece = 64 * 1024;

class Descriptor {
public:
    explicit Descriptor(int fd = -1) : fd_(fd) {}
    ~Descriptor() { close(); }
    Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    Descriptor& operator=(Descriptor&&) = delete;
    void close() {
        if (fd_ >= 0) ::close(std::exchange(fd_, -1));
    }
    int get() const { return fd_; }

private:
    int fd_;
};

Status write_all(int fd, ByteView bytes) {
    while (!bytes.empty()) {
        ssize_t const n = ::write(fd, bytes.data(), bytes.size());
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return Error(Code::kStorageUnavailable, "the program reads no more");
        bytes = bytes.subspan(static_cast<std::size_t>(n));
    }
    return {};
}

Status read_all(int fd, ByteSink const& sink) {
    Bytes piece(kPiece);
    for (;;) {
        ssize_t const n = ::read(fd, piece.data(), piece.size());
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return vault::system_error("read from", "the program", errno);
        if (n == 0) return {};
        if (sink) TRY(sink(ByteView(piece).first(static_cast<std::size_t>(n))));
    }
}

std::string first_line(int said) {
    std::array<char, 300> text{};
    ssize_t const n = ::pread(said, text.data(), text.size(), 0);
    std::string_view const view(text.data(), n > 0 ? static_cast<std::size_t>(n) : 0);
    return std::string(view.substr(0, view.find('\n')));
}

/// The child's end first.
Result<std::pair<Descriptor, Descriptor>> make_pipe(bool child_reads) {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) return vault::system_error("make", "a pipe", errno);
    return std::pair(Descriptor(ends[child_reads ? 0 : 1]), Descriptor(ends[child_reads ? 1 : 0]));
}

Result<pid_t> spawn(ChildProgram const& program, std::array<int, 3> const& streams) {
    std::vector<std::string> words = program.words, variables = program.environment;
    std::vector<char*> argv, env;
    for (auto& word : words) argv.push_back(word.data());
    for (auto& variable : variables) env.push_back(variable.data());
    for (char** variable = environ; *variable; ++variable) env.push_back(*variable);
    argv.push_back(nullptr);
    env.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    for (int stream = 0; stream < 3; ++stream)
        posix_spawn_file_actions_adddup2(&actions, streams[static_cast<std::size_t>(stream)],
                                         stream);
    pid_t pid = -1;
    int const failed =
        ::posix_spawnp(&pid, argv.front(), &actions, nullptr, argv.data(), env.data());
    posix_spawn_file_actions_destroy(&actions);
    if (failed != 0) return vault::system_error("run", program.words.front(), failed);
    return pid;
}

}  // namespace

Status run_child(ChildProgram const& program) {
    auto input = TRY(make_pipe(true));
    auto output = TRY(make_pipe(false));
    Descriptor const said(::memfd_create("said", MFD_CLOEXEC));
    pid_t const pid = TRY(spawn(program, {input.first.get(), output.first.get(), said.get()}));
    input.first.close();
    output.first.close();
    Status done;
    if (program.input)
        done = program.input([&](ByteView bytes) { return write_all(input.second.get(), bytes); });
    input.second.close();
    if (done) done = read_all(output.second.get(), program.output);
    output.second.close();
    int status = 0;
    while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
        std::string const& name = program.words.front();
        return Error(Code::kStorageUnavailable,
                     name.substr(name.rfind('/') + 1) + " failed: " + first_line(said.get()));
    }
    return done;
}

}  // namespace musubi::node
