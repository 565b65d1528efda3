#include "imaging/dimse_fetch.h"

#include "codec/dicomkos/uids.h"
#include "imaging/image_sink.h"
#include "platform/base/ids.h"

#include <algorithm>

namespace musubi::imaging {
namespace {

constexpr std::chrono::milliseconds kSilence{10'000};
constexpr std::size_t kMostLines = 2;

class SinkReader final : public core::DimseReader {
public:
    explicit SinkReader(ImageSink& sink) : sink_(sink) {}
    Status piece(ByteView octets) override {
        touched_ = true;
        return sink_.take(octets);
    }
    bool touched() const { return touched_; }

private:
    ImageSink& sink_;
    bool touched_ = false;
};

core::DimseTimes times_of(FetchTools const& tools, Source const& source) {
    auto const end = std::chrono::steady_clock::now() + source.timeout;
    return {std::min(tools.deadline, end),
            std::min<std::chrono::milliseconds>(kSilence, source.timeout), tools.cancelled};
}

bool is_silence(Error const& error) {
    return error.code == Code::kPeerUnavailable && error.reason != core::kReasonArchiveAnswered;
}

/// In the words that the fetcher knows.
Error told(Error error, bool as_stored) {
    bool const answered = error.reason == core::kReasonArchiveAnswered;
    // It has been offered every syntax: that it cannot send is its own trouble, not the asker's.
    if (as_stored && answered && error.code == Code::kUnsupported)
        error.code = Code::kPeerUnavailable;
    if (answered) error.reason = kReasonAnswered;
    return error;
}

}  // namespace

Result<FetchedImage> DimseFetch::fetch(FetchTools const& tools, ImageJob const& job) {
    auto image = fetch_as(tools, job);
    if (!image) note_failure(job, image.error());
    return image;
}

Result<FetchedImage> DimseFetch::fetch_as(FetchTools const& tools, ImageJob const& job) {
    std::string stored, came;
    // An archive converts into what it is offered. Where nothing lossy is, it may choose; else it
    // is offered everything first, so that it has no reason to convert.
    bool const lossless = !job.accepted.empty() &&
                          std::all_of(job.accepted.begin(), job.accepted.end(),
                                      [](auto const& one) { return dicomkos::is_lossless(one); });
    if (lossless) return fetch_in(tools, job, job.accepted, stored);
    auto image = fetch_in(tools, job, {}, stored);
    if (image || image.error().reason != kReasonOtherSyntax) return image;
    for (std::string const& syntax : convertible_to(stored, job.accepted)) {
        image = fetch_in(tools, job, {syntax}, came);
        if (image || image.error().code != Code::kUnsupported) break;
    }
    return image;
}

Result<FetchedImage> DimseFetch::fetch_in(FetchTools const& tools, ImageJob const& job,
                                          Syntaxes const& accepted, std::string& found) {
    Offer offer{job.source->id, job.sop_class, {}};
    for (std::string const& known : port_.transfer_syntaxes()) {
        if (accepted.empty() ||
            std::find(accepted.begin(), accepted.end(), known) != accepted.end())
            offer.syntaxes.push_back(known);
    }
    if (offer.syntaxes.empty())
        return Error(Code::kUnsupported, "in none of the transfer syntaxes that can be received");
    if (!is_oid(job.sop_class))
        return Error(Code::kInvalidContent, "the manifest does not say what class it is of");
    core::DimseTimes const times = times_of(tools, *job.source);
    for (bool again = false;; again = true) {
        bool const kept = std::any_of(lines_.begin(), lines_.end(), [&](Open const& one) {
            return one.offer == offer && one.line->usable();
        });
        auto open = line_for(job, offer, times);
        if (!open) return told(std::move(open).error(), accepted.empty());
        ImageSink sink(tools, job, accepted);
        SinkReader reader(sink);
        Status const got = (*open)->line->fetch(
            {job.name.study, job.name.series, job.name.instance}, times, reader);
        found = sink.transfer_syntax();
        if (got) return sink.finish();
        // Some archives end an association behind each request.
        if (kept && !again && !reader.touched() && is_silence(got.error()) &&
            !(tools.cancelled && tools.cancelled()))
            continue;
        return told(got.error(), accepted.empty());
    }
}

Result<DimseFetch::Open*> DimseFetch::line_for(ImageJob const& job, Offer offer,
                                               core::DimseTimes const& times) {
    std::erase_if(lines_, [](Open const& one) { return !one.line->usable(); });
    for (Open& one : lines_) {
        if (one.offer == offer) return &one;
    }
    if (lines_.size() >= kMostLines) lines_.erase(lines_.begin());
    auto line = TRY(port_.open(*job.source->dimse, offer.sop_class, offer.syntaxes, times));
    lines_.push_back({std::move(offer), std::move(line)});
    return &lines_.back();
}

}  // namespace musubi::imaging
