// musubi_generate: fills the database of a region with the corpus.
//
//   musubi_generate --config FILE --documents N [--contents N] [--threads N] [--order time|patient]
//   musubi_generate --config FILE --large ID SIZE      one document in the blob store
//   musubi_generate --sql objectref|leafclass          the statement that answers FindDocuments

#include "perf/bulk.h"
#include "registry/query_sql.h"

#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <thread>

namespace musubi::perf {
namespace {

using std::chrono::steady_clock;

/// One line that is rewritten on a terminal; without one, a line every ten seconds.
class Progress {
public:
    Progress(std::atomic<std::int64_t> const& done, std::int64_t total)
        : done_(done), total_(total) {}
    void show() const {
        double const seconds = std::chrono::duration<double>(steady_clock::now() - start_).count();
        auto const done = static_cast<double>(done_.load());
        auto const total = static_cast<double>(total_);
        int const width = 30, filled = static_cast<int>(width * done / total);
        std::fprintf(stderr, "%s[%.*s%*s] %3.0f %%  %.0f of %.0f documents, %.0f/s%s",
                     isatty(2) ? "\r" : "", filled, "##############################",
                     width - filled, "", 100 * done / total, done, total, done / seconds,
                     isatty(2) ? "" : "\n");
    }

private:
    std::atomic<std::int64_t> const& done_;
    std::int64_t const total_;
    steady_clock::time_point const start_ = steady_clock::now();
};

Status generate(node::PlatformServices& services, BulkOptions const& options) {
    std::fprintf(stderr, "%lld patients\n", static_cast<long long>(options.patients));
    TRY(write_patients(services, options));
    std::atomic<std::int64_t> done{0};
    std::atomic<bool> finished{false};
    Progress const progress(done, options.patients * kDocumentsPerPatient);
    auto const start = steady_clock::now();
    std::thread watcher([&] {
        int const ticks = isatty(2) ? 5 : 100;
        for (int tick = 1; !finished; ++tick) {
            std::this_thread::sleep_for(std::chrono::milliseconds(100));
            if (tick % ticks == 0) progress.show();
        }
    });
    auto const written = write_documents(services, options, done);
    finished = true;
    watcher.join();
    progress.show();
    std::fprintf(stderr, "\n");
    TRY(written);
    double const seconds = std::chrono::duration<double>(steady_clock::now() - start).count();
    std::printf("{\"documents\": %lld, \"seconds\": %.1f, \"per_second\": %.0f}\n",
                static_cast<long long>(done.load()), seconds,
                static_cast<double>(done.load()) / seconds);
    return {};
}

}  // namespace
}  // namespace musubi::perf

int main(int count, char** values) {
    using namespace musubi;
    std::string config, sql, large;
    std::size_t large_size = 0;
    std::int64_t documents = 0;
    perf::BulkOptions options;
    for (int i = 1; i + 1 < count; i += 2) {
        std::string const name = values[i], value = values[i + 1];
        if (name == "--config") config = value;
        if (name == "--documents") documents = std::atoll(value.c_str());
        if (name == "--contents") options.contents = std::atoll(value.c_str());
        if (name == "--threads") options.threads = std::atoi(value.c_str());
        if (name == "--order")
            options.order = value == "patient" ? perf::Order::kPatient : perf::Order::kTime;
        if (name == "--sql") sql = value;
        if (name == "--large" && i + 2 < count) {
            large = value;
            large_size = static_cast<std::size_t>(std::atoll(values[++i + 1]));
        }
    }
    if (!sql.empty()) {
        auto const& both = registry::sql::kFindDocuments;
        std::printf("%s\n", sql == "objectref" ? both.object_ref.sql : both.leaf_class.sql);
        return 0;
    }
    options.patients = documents / perf::kDocumentsPerPatient;
    auto services = node::PlatformServices::open(config);
    Status done;
    if (!services)
        done = services.error();
    else if (!large.empty())
        done = perf::write_large(**services, large, large_size);
    else
        done = perf::generate(**services, options);
    if (done) return 0;
    std::fprintf(stderr, "musubi_generate: %s\n", done.error().detail.c_str());
    return 1;
}
