#include "perf/run.h"

#include <sys/resource.h>

#include <atomic>
#include <mutex>
#include <thread>

namespace musubi::perf {
namespace {

using Time = std::chrono::steady_clock::time_point;
using std::chrono::steady_clock;

double cpu_seconds() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    auto const of = [](timeval const& t) {
        return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
    };
    return of(usage.ru_utime) + of(usage.ru_stime);
}

Time after(Time from, double seconds) {
    return from + std::chrono::duration_cast<steady_clock::duration>(
                      std::chrono::duration<double>(seconds));
}

/// What the connections share.
struct Shared {
    Scenario const& scenario;
    RunOptions const& options;
    std::shared_ptr<TlsClient> client;
    Time measure_from, end;
    std::atomic<std::uint64_t> arrivals{0};
    std::mutex mutex;
    RunResult result;
};

class Worker {
public:
    Worker(Shared& shared, int number, std::unique_ptr<Connection> connection, Request request)
        : shared_(shared),
          connection_(std::move(connection)),
          request_(std::move(request)),
          random_(mixed(shared.options.seed * 1000 + static_cast<std::uint64_t>(number))) {}

    void work() {
        while (step()) {
        }
        std::lock_guard const lock(shared_.mutex);
        RunResult& all = shared_.result;
        all.latency.merge(mine_.latency);
        all.errors += mine_.errors;
        all.inspected += mine_.inspected;
        all.bytes_in += mine_.bytes_in;
        all.bytes_out += mine_.bytes_out;
        if (all.first_error.empty()) all.first_error = mine_.first_error;
    }

private:
    bool step() {
        Time due = steady_clock::now();
        if (shared_.options.rate > 0) {
            double const place = static_cast<double>(shared_.arrivals.fetch_add(1));
            due = after(shared_.measure_from,
                        place / shared_.options.rate - shared_.options.warmup_s);
            if (due >= shared_.end) return false;
            std::this_thread::sleep_until(due);
        }
        if (due >= shared_.end) return false;
        shared_.scenario.next(request_, random_);
        auto const answer =
            request_.mllp ? connection_->mllp(request_.bytes) : connection_->http(request_.bytes);
        Time const now = steady_clock::now();
        Status judged =
            answer ? shared_.scenario.glance(request_, *answer) : Status(answer.error());
        if (judged && ++count_ % shared_.options.inspect_every == 0) {
            judged = shared_.scenario.inspect(request_, *answer);
            ++mine_.inspected;
        }
        if (!judged) {
            ++mine_.errors;
            if (mine_.first_error.empty()) mine_.first_error = judged.error().detail;
        } else if (due >= shared_.measure_from && now <= shared_.end) {
            auto const us =
                std::chrono::duration_cast<std::chrono::microseconds>(now - due).count();
            mine_.latency.add(static_cast<std::uint64_t>(us));
            mine_.bytes_in += answer->bytes;
            mine_.bytes_out += request_.bytes.size();
        }
        return answer.ok() || reconnect();
    }

    bool reconnect() {
        auto stream = TlsStream::connect(shared_.client, shared_.options.port);
        if (!stream) return false;
        connection_ = std::make_unique<Connection>(std::move(*stream));
        return true;
    }

    Shared& shared_;
    std::unique_ptr<Connection> connection_;
    Request request_;
    Random random_;
    std::uint64_t count_ = 0;
    RunResult mine_;
};

}  // namespace

Result<RunResult> run(Scenario const& scenario, RunOptions const& options) {
    Shared shared{scenario, options, TRY(TlsClient::make(options.tls)), {}, {}, {}, {}, {}};
    std::vector<std::unique_ptr<Worker>> workers;
    for (int i = 0; i < options.connections; ++i) {
        auto connection =
            std::make_unique<Connection>(TRY(TlsStream::connect(shared.client, options.port)));
        workers.push_back(
            std::make_unique<Worker>(shared, i, std::move(connection), TRY(scenario.begin(i))));
    }
    Time const start = steady_clock::now();
    shared.measure_from = after(start, options.warmup_s);
    shared.end = after(shared.measure_from, options.seconds);
    double const cpu = cpu_seconds();
    std::vector<std::thread> threads;
    for (auto& worker : workers) threads.emplace_back([&worker] { worker->work(); });
    for (auto& thread : threads) thread.join();
    double const share = options.seconds / (options.seconds + options.warmup_s);
    shared.result.client_cpu_s = (cpu_seconds() - cpu) * share;
    shared.result.seconds = options.seconds;
    return std::move(shared.result);
}

}  // namespace musubi::perf
