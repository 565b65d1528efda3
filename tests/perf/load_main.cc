// musubi_load: one scenario against one port; the result as JSON on standard output. Exit 1 when an
// answer was wrong.
//
//   musubi_load SCENARIO --port N --cert F --key F --ca F [--connections 16] [--seconds 10]
//   [--warmup 1] [--rate R]
//               [--patients N] [--contents N] [--size N] [--path P] [--document ID]
//               [--inspect-every 100] [--seed 1] [--persons N] [--population-seed 1]
//               [--provider PATH --organisation URN [--assertion-every 100]]
//   musubi_load hold --port ... --connections N --seconds S     opens N connections and keeps them
//   idle
//   musubi_load handshakes --port ... [--resume yes]     full or resumed handshakes
//   musubi_load messages --port ... [--size N]     audit messages over TLS (RFC 5425)
//   musubi_load large --port ... --size N --patients N [--path P]     one document of N octets,
//   made while it is sent: ITI-41, or a POST to P

#include "perf/connection_load.h"
#include "perf/large_transfer.h"
#include "perf/run.h"

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <thread>

namespace musubi::perf {
namespace {

class Arguments {
public:
    Arguments(int count, char** values) {
        for (int i = 2; i + 1 < count; i += 2) values_[values[i]] = values[i + 1];
    }
    std::string text(std::string const& name) const {
        auto const found = values_.find(name);
        return found == values_.end() ? std::string() : found->second;
    }
    double number(std::string const& name, double otherwise) const {
        std::string const value = text(name);
        return value.empty() ? otherwise : std::strtod(value.c_str(), nullptr);
    }
    std::int64_t integer(std::string const& name, std::int64_t otherwise) const {
        std::string const value = text(name);
        return value.empty() ? otherwise : std::strtoll(value.c_str(), nullptr, 10);
    }

private:
    std::map<std::string, std::string> values_;
};

std::string quoted(std::string const& text) {
    std::string out = "\"";
    for (char const c : text) {
        if (c == '"' || c == '\\') out.push_back('\\');
        out.push_back(static_cast<unsigned char>(c) < 0x20 ? ' ' : c);
    }
    return out + "\"";
}

void print(RunResult const& r) {
    Latency const& l = r.latency;
    std::printf(
        "{\"requests\": %llu, \"seconds\": %.3f, \"per_second\": %.1f, \"errors\": %llu, "
        "\"inspected\": %llu,"
        " \"p50_us\": %llu, \"p90_us\": %llu, \"p99_us\": %llu, \"p999_us\": %llu, \"max_us\": "
        "%llu,"
        " \"bytes_in\": %llu, \"bytes_out\": %llu, \"client_cpu_s\": %.3f, \"first_error\": %s}\n",
        static_cast<unsigned long long>(l.total()), r.seconds,
        static_cast<double>(l.total()) / r.seconds, static_cast<unsigned long long>(r.errors),
        static_cast<unsigned long long>(r.inspected),
        static_cast<unsigned long long>(l.percentile(0.5)),
        static_cast<unsigned long long>(l.percentile(0.9)),
        static_cast<unsigned long long>(l.percentile(0.99)),
        static_cast<unsigned long long>(l.percentile(0.999)),
        static_cast<unsigned long long>(l.max()), static_cast<unsigned long long>(r.bytes_in),
        static_cast<unsigned long long>(r.bytes_out), r.client_cpu_s,
        quoted(r.first_error).c_str());
}

Status hold(RunOptions const& options) {
    auto client = TRY(TlsClient::make(options.tls));
    std::vector<std::unique_ptr<TlsStream>> streams;
    for (int i = 0; i < options.connections; ++i)
        streams.push_back(TRY(TlsStream::connect(client, options.port)));
    std::printf("holding %zu\n", streams.size());
    std::fflush(stdout);
    std::this_thread::sleep_for(std::chrono::duration<double>(options.seconds));
    return {};
}

Status connections(std::string const& name, RunOptions const& run, Arguments const& arguments) {
    ConnectionLoad load;
    load.tls = run.tls;
    load.port = run.port;
    load.connections = run.connections;
    load.seconds = run.seconds;
    load.size = static_cast<std::size_t>(arguments.integer("--size", 2'200));
    load.resume = arguments.text("--resume") == "yes";
    auto const r = TRY(name == "messages" ? load_messages(load) : load_handshakes(load));
    std::printf(
        "{\"requests\": %llu, \"seconds\": %.3f, \"per_second\": %.1f, \"errors\": %llu, "
        "\"resumed\": %llu, \"client_cpu_s\": %.3f}\n",
        static_cast<unsigned long long>(r.done), r.seconds, static_cast<double>(r.done) / r.seconds,
        static_cast<unsigned long long>(r.errors), static_cast<unsigned long long>(r.resumed),
        r.client_cpu_s);
    return r.errors == 0 ? Status() : wrong(std::to_string(r.errors) + " connections failed");
}

Status large(RunOptions const& run, Arguments const& arguments) {
    LargeOptions options;
    options.tls = run.tls;
    options.port = run.port;
    options.size = static_cast<std::uint64_t>(arguments.integer("--size", 1 << 30));
    options.path = arguments.text("--path");
    options.patients = arguments.integer("--patients", 1);
    LargeResult const result = TRY(transfer_large(options));
    std::printf(
        "{\"bytes\": %llu, \"seconds\": %.3f, \"MB_per_s\": %.1f, \"client_cpu_s\": %.3f}\n",
        static_cast<unsigned long long>(options.size), result.seconds,
        static_cast<double>(options.size) / 1e6 / result.seconds, result.client_cpu_s);
    return {};
}

Status load(std::string const& name, Arguments const& arguments) {
    RunOptions options;
    options.tls = {arguments.text("--cert"), arguments.text("--key"), arguments.text("--ca")};
    options.port = static_cast<std::uint16_t>(arguments.integer("--port", 0));
    options.connections = static_cast<int>(arguments.integer("--connections", 16));
    options.seconds = arguments.number("--seconds", 10);
    options.warmup_s = arguments.number("--warmup", 1);
    options.rate = arguments.number("--rate", 0);
    options.inspect_every = static_cast<std::uint64_t>(arguments.integer("--inspect-every", 100));
    options.seed = static_cast<std::uint64_t>(arguments.integer("--seed", 1));
    if (name == "hold") return hold(options);
    if (name == "handshakes" || name == "messages") return connections(name, options, arguments);
    if (name == "large") return large(options, arguments);
    ScenarioOptions scenario;
    scenario.name = name;
    scenario.port = options.port;
    scenario.patients = arguments.integer("--patients", 1);
    scenario.contents = arguments.integer("--contents", 1);
    scenario.size = static_cast<std::size_t>(arguments.integer("--size", 40'000));
    scenario.persons = arguments.integer("--persons", 0);
    scenario.population_seed =
        static_cast<std::uint64_t>(arguments.integer("--population-seed", 1));
    scenario.path = arguments.text("--path");
    scenario.document = arguments.text("--document");
    scenario.provider = arguments.text("--provider");
    scenario.organisation = arguments.text("--organisation");
    scenario.assertion_every =
        static_cast<std::uint64_t>(arguments.integer("--assertion-every", 100));
    RunResult const result = TRY(run(*TRY(make_scenario(scenario)), options));
    print(result);
    return result.errors == 0 ? Status() : wrong(std::to_string(result.errors) + " wrong answers");
}

}  // namespace
}  // namespace musubi::perf

int main(int count, char** values) {
    std::signal(SIGPIPE, SIG_IGN);  // a peer that closed is an error of one write
    if (count < 2) {
        std::fprintf(stderr, "usage: musubi_load SCENARIO --port N --cert F --key F --ca F ...\n");
        return 2;
    }
    auto const done = musubi::perf::load(values[1], musubi::perf::Arguments(count, values));
    if (done) return 0;
    std::fprintf(stderr, "musubi_load: %s\n", done.error().detail.c_str());
    return 1;
}
