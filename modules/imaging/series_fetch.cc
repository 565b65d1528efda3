#include "imaging/series_fetch.h"

#include "codec/dicomkos/instance_head.h"
#include "codec/mtom/content_type.h"
#include "codec/mtom/part_reader.h"
#include "imaging/image_sink.h"
#include "imaging/wado.h"

#include <map>

namespace musubi::imaging {
namespace {

/// Octets of objects that nobody asked for, beyond as many as were wanted, before images are asked
/// for one by one.
constexpr std::uint64_t kMostUnwanted = 16 << 20;

/// The rest of a series is not worth having: its own code, so that nobody takes it for a failure.
constexpr Reason kReasonEnough{0xFD03};
Error enough(char const* why) { return Error(Code::kUnsupported, kReasonEnough, why); }

class SeriesReceiver final : public core::FetchReader, public mtom::PartHandler {
public:
    SeriesReceiver(FetchTools const& tools, std::span<ImageJob const* const> jobs,
                   ImageTaker const& take)
        : tools_(tools), jobs_(jobs), take_(take), progress_(std::chrono::steady_clock::now()) {
        for (std::size_t i = 0; i < jobs.size(); ++i) missing_.emplace(jobs[i]->name.instance, i);
    }

    Status head(core::PeerReply const& head) override {
        TRY(judge_answer(head, false));
        auto const type = mtom::ContentType::parse(head.header("Content-Type"));
        if (!type) return enough("no content type");
        auto const package = mtom::package_type(*type);
        if (!package) return enough("no package");
        mtom::Limits limits;
        limits.parts = 2 * jobs_.size() + 16;
        parts_ = std::make_unique<mtom::PartReader>(package->boundary, limits, *this);
        return {};
    }
    Status body(ByteView piece) override { return parts_->feed(piece); }

    Status part_begin(mtom::PartHeaders const&) override {
        beginning_.clear();
        next_look_ = 2048;
        unwanted_part_ = false;
        return {};
    }
    Status part_data(ByteView piece) override {
        if (unwanted_part_) return throw_away(piece.size());
        if (sink_) return give(piece);
        std::size_t const room = dicomkos::kMaxHead - beginning_.size();
        if (piece.size() > room) return not_wanted(piece.size());
        beginning_.insert(beginning_.end(), piece.begin(), piece.end());
        if (beginning_.size() < next_look_) return {};
        next_look_ = beginning_.size() * 2;
        return recognise();
    }
    Status part_end() override {
        if (!sink_ && !unwanted_part_) TRY(recognise());
        if (!sink_) return {};
        auto const sink = std::move(sink_);
        auto image = sink->finish();
        if (!image) return refuse(image.error());
        tell(std::move(image));
        return {};
    }
    Status done() override { return {}; }

    /// Whether it has been too long since an image came. Asked by the thread that fetches.
    bool stuck() const {
        return std::chrono::steady_clock::now() - progress_ > jobs_.front()->source->timeout;
    }
    bool answered() const { return parts_ != nullptr; }

private:
    /// Which of the images it is, as soon as it has told.
    Status recognise() {
        dicomkos::InstanceHead head;
        switch (dicomkos::read_head(beginning_, head)) {
            case dicomkos::HeadState::kRead: break;
            case dicomkos::HeadState::kNeedsMore: return {};
            case dicomkos::HeadState::kBroken: return not_wanted(0);
        }
        auto const found = missing_.find(head.sop_instance);
        if (found == missing_.end()) return not_wanted(0);
        job_ = found->second;
        ImageJob const& job = *jobs_[job_];
        if (head.study != job.name.study || head.series != job.name.series) return not_wanted(0);
        sink_ = std::make_unique<ImageSink>(tools_, job, as_stored_);
        Bytes const beginning = std::move(beginning_);
        beginning_.clear();
        return give(beginning);
    }
    Status give(ByteView piece) {
        Status taken = sink_->take(piece);
        if (taken) {
            wanted_ += piece.size();
            return {};
        }
        sink_.reset();
        unwanted_part_ = true;
        return refuse(taken.error());
    }
    /// What is wrong with this very object is told; whatever else it is, would be so of the next
    /// one as well.
    Status refuse(Error const& error) {
        if (error.code != Code::kInvalidContent) return error;
        note_failure(*jobs_[job_], error);
        tell(error);
        return {};
    }
    void tell(Result<FetchedImage> image) {
        missing_.erase(jobs_[job_]->name.instance);
        progress_ = std::chrono::steady_clock::now();
        take_(job_, std::move(image));
    }
    Status not_wanted(std::size_t octets) {
        unwanted_part_ = true;
        octets += beginning_.size();
        Bytes().swap(beginning_);
        return throw_away(octets);
    }
    Status throw_away(std::size_t octets) {
        unwanted_ += octets;
        if (missing_.empty()) return enough("all there");
        if (unwanted_ > kMostUnwanted + wanted_) return enough("much that was not asked for");
        return {};
    }

    FetchTools const& tools_;
    std::span<ImageJob const* const> const jobs_;
    ImageTaker const& take_;
    std::vector<std::string> const as_stored_;
    std::map<std::string_view, std::size_t> missing_;  ///< jobs by SOP instance
    std::chrono::steady_clock::time_point progress_;
    std::unique_ptr<mtom::PartReader> parts_;
    Bytes beginning_;  ///< of an object that has not told yet what it is
    std::size_t next_look_ = 2048;
    bool unwanted_part_ = false;
    std::unique_ptr<ImageSink> sink_;  ///< of jobs_[job_]
    std::size_t job_ = 0;
    std::uint64_t wanted_ = 0, unwanted_ = 0;
};

}  // namespace

Status fetch_series(FetchTools const& tools, std::span<ImageJob const* const> jobs,
                    ImageTaker const& take) {
    ImageJob const& first = *jobs.front();
    auto call = TRY(wado_call(tools, *first.source,
                              "/studies/" + first.name.study + "/series/" + first.name.series, ""));
    // The source's time is for an image, and held by stuck().
    call.timeout = std::chrono::duration_cast<std::chrono::milliseconds>(
                       tools.deadline - std::chrono::steady_clock::now()) +
                   std::chrono::milliseconds(1);
    SeriesReceiver receiver(tools, jobs, take);
    bool stuck = false;
    call.cancelled = [&] {
        stuck = stuck || receiver.stuck();
        return stuck || (tools.cancelled && tools.cancelled());
    };
    Status const got = tools.port.get(call, receiver);
    if (got || got.error().code != Code::kPeerUnavailable || got.error().reason == kReasonAnswered)
        return {};
    bool const given_up = stuck || tools.deadline <= std::chrono::steady_clock::now() ||
                          (tools.cancelled && tools.cancelled());
    // Broken off in the middle: it may be one image that the archive cannot read.
    if (receiver.answered() && !given_up) return {};
    return got.error();
}

}  // namespace musubi::imaging
