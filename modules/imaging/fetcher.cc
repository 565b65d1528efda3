#include "imaging/fetcher.h"

#include "imaging/series_fetch.h"
#include "platform/base/log.h"
#include "platform/base/metrics.h"

#include <algorithm>
#include <system_error>
#include <tuple>
#include <utility>

namespace musubi::imaging {
namespace {

/// Images that one thread fetches before others have their turn.
constexpr std::size_t kMostOfAssociation = 16;
/// Beyond it archives share threads.
constexpr int kMostThreads = 256;
/// Fewer are asked for one by one.
constexpr std::size_t kLeastOfSeries = 3;

Error request_full() { return {Code::kTooLarge, blob::kReasonRequestFull, "no more is asked for"}; }

Error node_stops() { return {Code::kPeerUnavailable, "the node stops"}; }

void count(ImageJob const& job, Result<FetchedImage> const& image) {
    std::string const outcome(image ? "delivered" : to_string(image.error().code));
    counter("musubi_imaging_fetches_total",
            "source=\"" + job.source->id + "\",outcome=\"" + outcome + "\"")
        .add();
}

}  // namespace

/// What the threads fill and the waiting request reads.
struct Fetcher::Batch {
    std::vector<ImageJob> jobs;
    std::string trace;
    std::chrono::steady_clock::time_point deadline;
    std::shared_ptr<blob::StagingBudget> of_request;
    std::atomic<bool> abandoned{false};
    std::atomic<bool> full{false};  ///< what else it asks for would find no room either

    std::mutex mutex;
    std::vector<Result<FetchedImage>> images;  // guarded by mutex until left is 0
    std::map<std::string, Error> silent;       // guarded by mutex; sources that do not answer
    std::size_t left = 0;                      // guarded by mutex
    std::function<void()> done;                // guarded by mutex

    void put(std::size_t job, Result<FetchedImage> image) {
        std::function<void()> call;
        // One image that is larger than everything together says nothing of the others.
        if (!image && image.error().reason == blob::kReasonRequestFull &&
            of_request->held() >= of_request->most() / 2)
            full = true;
        {
            std::lock_guard const lock(mutex);
            if (!image && image.error().code == Code::kPeerUnavailable &&
                image.error().reason != kReasonAnswered)
                silent.try_emplace(jobs[job].source->id, image.error());
            images[job] = std::move(image);
            if (--left == 0) call.swap(done);
        }
        if (call) call();
    }
    void put_all(std::vector<std::size_t> const& these, Error const& error) {
        for (std::size_t const job : these) put(job, error);
    }
    std::optional<Error> silence_of(std::string const& source) {
        std::lock_guard const lock(mutex);
        auto const found = silent.find(source);
        if (found == silent.end()) return std::nullopt;
        return found->second;
    }
};

/// The request's end of a batch.
class Fetcher::Handle final : public ImageBatch {
public:
    explicit Handle(std::shared_ptr<Batch> batch) : batch_(std::move(batch)) {}
    ~Handle() override { batch_->abandoned = true; }
    void when_done(std::function<void()> done) override {
        {
            std::lock_guard const lock(batch_->mutex);
            if (batch_->left != 0) {
                batch_->done = std::move(done);
                return;
            }
        }
        done();
    }
    std::vector<Result<FetchedImage>>& images() override { return batch_->images; }

private:
    std::shared_ptr<Batch> const batch_;
};

Fetcher::Fetcher(core::FetchPort& port, core::DimsePort* dimse, blob::PassingSpool& spool,
                 FetcherSettings settings)
    : port_(port),
      dimse_(dimse),
      spool_(spool),
      settings_(settings),
      of_all_(std::make_shared<blob::StagingBudget>(settings.most_of_all)) {}

Fetcher::~Fetcher() { stop(); }

void Fetcher::start() { make_room(settings_.threads); }

void Fetcher::make_room(int connections) {
    int const wanted = std::clamp(connections, settings_.threads, kMostThreads);
    std::lock_guard const lock(mutex_);
    while (!stopping_ && threads_.size() < static_cast<std::size_t>(wanted)) {
        try {
            threads_.emplace_back([this] { run(); });
        } catch (std::system_error const& e) {  // those that are there do it
            log_warning("imaging.few_threads", {{"threads", std::to_string(threads_.size())},
                                                {"wanted", std::to_string(wanted)},
                                                {"detail", e.what()}});
            return;
        }
    }
}

void Fetcher::stop() {
    std::vector<Waiting> left;
    {
        std::lock_guard const lock(mutex_);
        stopping_ = true;
        for (auto& [source, lane] : lanes_) {
            for (Waiting& one : lane.waiting) left.push_back(std::move(one));
            lane.waiting.clear();
        }
    }
    changed_.notify_all();
    for (Waiting const& one : left) {
        for (auto const& series : one.series) one.batch->put_all(series, node_stops());
        one.batch->put_all({one.jobs.begin(), one.jobs.end()}, node_stops());
    }
    for (std::thread& thread : threads_) thread.join();
    threads_.clear();
}

std::shared_ptr<ImageBatch> Fetcher::send(std::vector<ImageJob> jobs,
                                          std::chrono::steady_clock::time_point deadline) {
    auto batch = std::make_shared<Batch>();
    batch->jobs = std::move(jobs);
    batch->trace = LogTrace::current();
    batch->deadline = deadline;
    batch->of_request = std::make_shared<blob::StagingBudget>(settings_.most_of_request);
    batch->images.assign(batch->jobs.size(), Error(Code::kPeerUnavailable, "not fetched"));
    batch->left = batch->jobs.size();
    auto by_source = sorted(batch);
    auto handle = std::make_shared<Handle>(batch);
    {
        std::lock_guard const lock(mutex_);
        if (stopping_ || threads_.empty()) {
            batch->left = 0;
            return handle;
        }
        for (auto& [source, waiting] : by_source)
            lanes_[source].waiting.push_back(std::move(waiting));
    }
    changed_.notify_all();
    return handle;
}

/// By source: which series are worth asking for as a whole, and what is asked for one by one. With
/// one connection a series would keep others of the archive waiting.
std::map<std::string, Fetcher::Waiting> Fetcher::sorted(std::shared_ptr<Batch> const& batch) {
    std::map<std::string, Waiting> out;
    std::map<std::tuple<std::string_view, std::string_view, std::string_view>,
             std::map<std::string_view, std::size_t>>
        series;  // images by instance
    for (std::size_t i = 0; i < batch->jobs.size(); ++i) {
        ImageJob const& job = batch->jobs[i];
        Waiting& waiting = out[job.source->id];
        waiting.batch = batch;
        bool const alone = job.source->dimse || job.source->connections < 2 ||
                           !series[{job.source->id, job.name.study, job.name.series}]
                                .emplace(job.name.instance, i)
                                .second;
        if (alone) waiting.jobs.push_back(i);
    }
    for (auto const& [name, images] : series) {
        Waiting& waiting = out[std::string(std::get<0>(name))];
        std::vector<std::size_t> jobs;
        for (auto const& [instance, job] : images) jobs.push_back(job);
        std::size_t const all = batch->jobs[jobs.front()].of_series;
        std::sort(jobs.begin(), jobs.end());
        if (jobs.size() >= kLeastOfSeries && jobs.size() * 4 >= all * 3)
            waiting.series.push_back(std::move(jobs));
        else
            waiting.jobs.insert(waiting.jobs.end(), jobs.begin(), jobs.end());
    }
    return out;
}

/// One image, or over DIMSE as many of one kind as make an association worth it, so that all the
/// connections that the archive allows have something to do.
Fetcher::Turn Fetcher::first_jobs(std::string const& source, Waiting& waiting) {
    Turn turn{source, waiting.batch, {waiting.jobs.front()}, false};
    waiting.jobs.pop_front();
    ImageJob const& first = waiting.batch->jobs[turn.jobs.front()];
    if (!first.source->dimse) return turn;
    auto const connections = static_cast<std::size_t>(first.source->connections);
    std::size_t const most = std::min(kMostOfAssociation, waiting.jobs.size() / connections + 1);
    while (turn.jobs.size() < most && !waiting.jobs.empty() &&
           waiting.batch->jobs[waiting.jobs.front()].sop_class == first.sop_class) {
        turn.jobs.push_back(waiting.jobs.front());
        waiting.jobs.pop_front();
    }
    return turn;
}

/// Of the batch that has waited longest for its turn and can have one.
std::optional<Fetcher::Turn> Fetcher::first_of(std::string const& source, Lane& lane) {
    for (auto at = lane.waiting.begin(); at != lane.waiting.end(); ++at) {
        ImageJob const& any =
            at->batch->jobs[at->jobs.empty() ? at->series.front().front() : at->jobs.front()];
        if (lane.active >= any.source->connections) return std::nullopt;
        bool const series = !at->series.empty() && lane.series + 1 < any.source->connections;
        if (!series && at->jobs.empty()) continue;
        Waiting waiting = std::move(*at);
        lane.waiting.erase(at);
        Turn turn{source, waiting.batch, {}, true};
        if (series) {
            turn.jobs = std::move(waiting.series.front());
            waiting.series.pop_front();
            ++lane.series;
        } else {
            turn = first_jobs(source, waiting);
        }
        ++lane.active;
        if (!waiting.empty()) lane.waiting.push_back(std::move(waiting));
        return turn;
    }
    return std::nullopt;
}

/// Sources in turn, and in each the batches in turn.
std::optional<Fetcher::Turn> Fetcher::next() {
    auto at = lanes_.upper_bound(last_);
    for (std::size_t looked = 0; looked < lanes_.size(); ++looked, ++at) {
        if (at == lanes_.end()) at = lanes_.begin();
        auto turn = first_of(at->first, at->second);
        if (!turn) continue;
        last_ = at->first;
        return turn;
    }
    return std::nullopt;
}

void Fetcher::run() {
    std::unique_lock lock(mutex_);
    for (;;) {
        std::optional<Turn> turn;
        changed_.wait(lock, [&] { return stopping_ || (turn = next()).has_value(); });
        if (!turn) return;
        lock.unlock();
        Waiting left;
        if (turn->series)
            left = carry_out_series(*turn);
        else
            carry_out(*turn);
        std::string const source = turn->source;
        bool const series = turn->series;
        turn.reset();
        lock.lock();
        Lane& lane = lanes_[source];
        if (series) --lane.series;
        bool const more = !left.empty();
        if (more && !stopping_) lane.waiting.push_front(std::exchange(left, {}));
        if (--lane.active == 0 && lane.waiting.empty()) lanes_.erase(source);
        // One connection is free again, and this thread takes one turn.
        more ? changed_.notify_all() : changed_.notify_one();
        if (left.empty()) continue;
        lock.unlock();  // stop() has looked already
        left.batch->put_all({left.jobs.begin(), left.jobs.end()}, node_stops());
        lock.lock();
    }
}

void Fetcher::carry_out(Turn const& turn) {
    Batch& batch = *turn.batch;
    LogTrace const trace(batch.trace);
    std::optional<DimseFetch> lines;  // released before the lane is another's
    for (std::size_t const job : turn.jobs) {
        if (batch.abandoned) {
            batch.put(job, Error(Code::kPeerUnavailable, "nobody waits for it"));
            continue;
        }
        if (auto silence = batch.silence_of(turn.source)) {
            batch.put(job, *std::move(silence));
            continue;
        }
        if (batch.full) {
            batch.put(job, request_full());
            continue;
        }
        auto image = carry_out(batch, job, lines);
        count(batch.jobs[job], image);
        // The last one may let the request go on, which does not wait for a release.
        batch.put(job, std::move(image));
    }
}

FetchTools Fetcher::tools_for(Batch& batch) {
    return {port_,          spool_,
            of_all_,        batch.of_request,
            batch.deadline, [this, &batch] {
                return batch.abandoned || stopping_; }};
}

/// What has to be asked for one by one.
Fetcher::Waiting Fetcher::carry_out_series(Turn const& turn) {
    Batch& batch = *turn.batch;
    LogTrace const trace(batch.trace);
    std::vector<bool> told(turn.jobs.size());
    std::vector<ImageJob const*> jobs;
    for (std::size_t const job : turn.jobs) jobs.push_back(&batch.jobs[job]);
    auto const take = [&](std::size_t i, Result<FetchedImage> image) {
        told[i] = true;
        count(*jobs[i], image);
        batch.put(turn.jobs[i], std::move(image));
    };
    Status done;
    if (batch.abandoned) done = Error(Code::kPeerUnavailable, "nobody waits for it");
    if (auto silence = batch.silence_of(turn.source)) done = *std::move(silence);
    if (batch.full) done = request_full();
    try {
        if (done) done = fetch_series(tools_for(batch), jobs, take);
    } catch (std::exception const&) {  // out of memory: one by one takes less
    }
    Waiting left;
    left.batch = turn.batch;
    for (std::size_t i = 0; i < jobs.size(); ++i) {
        if (!told[i]) left.jobs.push_back(turn.jobs[i]);
    }
    if (done || left.empty()) return left;
    // Who does not answer is told of once.
    if (!batch.abandoned) note_failure(batch.jobs[left.jobs.front()], done.error());
    batch.put_all({left.jobs.begin(), left.jobs.end()}, done.error());
    return {};
}

Result<FetchedImage> Fetcher::carry_out(Batch& batch, std::size_t index,
                                        std::optional<DimseFetch>& lines) {
    ImageJob const& job = batch.jobs[index];
    FetchTools const tools = tools_for(batch);
    try {
        if (!job.source->dimse) return fetch_image(tools, job);
        if (dimse_ == nullptr) return Error(Code::kInternal, "no way to DIMSE");
        if (!lines) lines.emplace(*dimse_);
        return lines->fetch(tools, job);
    } catch (std::exception const&) {  // out of memory
        return Error(Code::kInternal, "exception while an image was fetched");
    }
}

}  // namespace musubi::imaging
