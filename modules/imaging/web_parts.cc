#include "imaging/web_parts.h"

#include "codec/dicomparts/metadata.h"
#include "domain/reason.h"
#include "platform/base/log.h"
#include "platform/base/metrics.h"

namespace musubi::imaging {
namespace {

/// As a wrong image: what an archive has and nobody can read is for its people to look at.
void note_unreadable(FoundImage const& image, Error const& error) {
    if (error.code != Code::kInvalidContent) return;
    std::string const& source = image.asked.repository_unique_id;
    counter("musubi_imaging_wrong_images_total", "source=\"" + source + "\"").add();
    log_warning("imaging.wrong_image", {{"source", source}, {"detail", error.detail}});
}

std::string address_of(std::string const& service, ImageName const& name) {
    if (service.empty()) return "";
    return service + "/studies/" + name.study + "/series/" + name.series + "/instances/" +
           name.instance;
}

}  // namespace

Status turn_into_metadata(Delivery& delivery, std::string const& service) {
    std::vector<FoundImage> told;
    std::size_t octets = 0;
    for (FoundImage& one : delivery.found) {
        auto json =
            dicomparts::read_metadata(*one.image.content, address_of(service, one.asked.name));
        if (!json) {
            note_unreadable(one, json.error());
            delivery.missed.push_back(missed_image(std::move(one), json.error()));
            continue;
        }
        octets += json->size();
        if (octets > kMostMetadata)
            return Error(
                Code::kTooLarge,
                {{Severity::kError, Reason::kOutOfResources,
                  "too much metadata for one answer; ask for a series or an instance", ""}});
        ByteView const text = as_bytes(*json);
        one.image.content = std::make_shared<MemoryContent>(Bytes(text.begin(), text.end()));
        told.push_back(std::move(one));
    }
    delivery.found = std::move(told);
    return {};
}

CutFrames cut_frames(Delivery& delivery, std::vector<std::uint32_t> const& numbers,
                     dicomweb::AcceptableFrames const& acceptable) {
    if (delivery.found.empty()) return {};
    FoundImage& image = delivery.found.front();
    CutFrames out{{}, acceptable.content_type(image.image.transfer_syntax)};
    Result<std::vector<dicomparts::Frame>> frames = Error(Code::kUnsupported, "no frames");
    if (!out.content_type.empty()) frames = dicomparts::find_frames(*image.image.content, numbers);
    if (frames) {
        out.frames = std::move(*frames);
        return out;
    }
    note_unreadable(image, frames.error());
    delivery.missed.push_back(missed_image(std::move(image), frames.error()));
    delivery.found.clear();
    return {};
}

}  // namespace musubi::imaging
