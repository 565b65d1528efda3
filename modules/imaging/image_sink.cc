#include "imaging/image_sink.h"

#include <algorithm>

namespace musubi::imaging {
namespace {

bool contains(std::vector<std::string> const& list, std::string_view one) {
    return std::find(list.begin(), list.end(), one) != list.end();
}

}  // namespace

ImageSink::ImageSink(FetchTools const& tools, ImageJob const& job,
                     std::vector<std::string> const& accepted)
    : job_(job), accepted_(accepted), place_(tools.spool, tools.of_all, tools.of_request) {}

Status ImageSink::take(ByteView piece) {
    if (!known_) TRY(look(piece));
    return place_.write(piece);
}

Result<FetchedImage> ImageSink::finish() {
    if (!known_) TRY(decide());
    if (!known_) return Error(Code::kInvalidContent, "no DICOM object, or cut short");
    auto content = TRY(place_.finish());
    return FetchedImage{std::move(content), head_.transfer_syntax};
}

Status ImageSink::look(ByteView piece) {
    std::size_t const room = dicomkos::kMaxHead - beginning_.size();
    beginning_.insert(beginning_.end(), piece.begin(),
                      piece.begin() + static_cast<std::ptrdiff_t>(std::min(room, piece.size())));
    // Each look begins anew: only when there is twice as much it is worth it.
    if (beginning_.size() < next_look_ && beginning_.size() < dicomkos::kMaxHead) return {};
    next_look_ = beginning_.size() * 2;
    return decide();
}

Status ImageSink::decide() {
    switch (dicomkos::read_head(beginning_, head_)) {
        case dicomkos::HeadState::kRead: break;
        case dicomkos::HeadState::kNeedsMore:
            if (beginning_.size() < dicomkos::kMaxHead) return {};
            return Error(Code::kInvalidContent, "the object does not say what it is");
        case dicomkos::HeadState::kBroken:
            return Error(Code::kInvalidContent, "no DICOM object that can be looked into");
    }
    known_ = true;
    Bytes().swap(beginning_);
    return judge();
}

Status ImageSink::judge() const {
    if (head_.study != job_.name.study || head_.series != job_.name.series ||
        head_.sop_instance != job_.name.instance)
        return Error(Code::kInvalidContent, "another object than was asked for");
    if (!job_.patient_id.empty() && head_.patient_id != job_.patient_id)
        return Error(Code::kInvalidContent, "another patient's than the manifest says");
    if (!accepted_.empty() && !contains(accepted_, head_.transfer_syntax))
        return Error(Code::kUnsupported, kReasonOtherSyntax, "in another transfer syntax");
    if (accepted_.empty() && !job_.accepted.empty() &&
        !contains(job_.accepted, head_.transfer_syntax))
        return Error(Code::kUnsupported, kReasonOtherSyntax, "stored in another syntax");
    return {};
}

}  // namespace musubi::imaging
