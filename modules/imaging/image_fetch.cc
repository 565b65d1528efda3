#include "imaging/image_fetch.h"

#include "codec/dicomkos/uids.h"
#include "codec/mtom/content_type.h"
#include "codec/mtom/part_reader.h"
#include "imaging/image_sink.h"
#include "imaging/wado.h"
#include "platform/base/log.h"
#include "platform/base/metrics.h"

#include <algorithm>

namespace musubi::imaging {
namespace {

bool contains(std::vector<std::string> const& list, std::string_view one) {
    return std::find(list.begin(), list.end(), one) != list.end();
}

/// The answer of WADO-RS: a package with one object, or the object.
class ImageReceiver final : public core::FetchReader, public mtom::PartHandler {
public:
    ImageReceiver(ImageSink& sink, bool converting) : sink_(sink), converting_(converting) {}

    Status head(core::PeerReply const& head) override {
        TRY(judge_answer(head, converting_));
        auto const type = mtom::ContentType::parse(head.header("Content-Type"));
        if (!type) return Error(Code::kInvalidContent, "no content type");
        if (type->type() == "application/dicom") {
            // Without an end of its own what was cut off would look whole.
            bool const bounded =
                !head.header("Content-Length").empty() || !head.header("Transfer-Encoding").empty();
            if (!bounded) return Error(Code::kInvalidContent, "nothing tells the object's end");
            return {};
        }
        auto const package = mtom::package_type(*type);
        if (!package) return Error(Code::kInvalidContent, "neither an object nor a package");
        mtom::Limits limits;
        parts_ = std::make_unique<mtom::PartReader>(package->boundary, limits, *this);
        return {};
    }
    Status body(ByteView piece) override {
        return parts_ ? as_content(parts_->feed(piece)) : part_data(piece);
    }

    Status part_begin(mtom::PartHeaders const&) override {
        if (begun_) return Error(Code::kInvalidContent, "more than one object");
        begun_ = true;
        return {};
    }
    Status part_data(ByteView piece) override { return sink_.take(piece); }
    Status part_end() override { return {}; }
    Status done() override { return {}; }

    /// After the archive has ended its answer in order.
    Status finish() { return parts_ ? as_content(parts_->finish()) : Status(); }

private:
    ImageSink& sink_;
    bool const converting_;
    std::unique_ptr<mtom::PartReader> parts_;
    bool begun_ = false;  ///< the only part of a package
};

/// `syntax` empty: as it is stored. `found` tells in which it came, whatever became of it.
Result<FetchedImage> fetch_in(FetchTools const& tools, ImageJob const& job,
                              std::string const& syntax, std::string& found) {
    std::vector<std::string> accepted;
    if (!syntax.empty()) accepted.push_back(syntax);
    auto const call = TRY(wado_call(tools, *job.source,
                                    "/studies/" + job.name.study + "/series/" + job.name.series +
                                        "/instances/" + job.name.instance,
                                    syntax));
    ImageSink sink(tools, job, accepted);
    ImageReceiver receiver(sink, !accepted.empty());
    Status const got = tools.port.get(call, receiver);
    found = sink.transfer_syntax();
    if (!got) return got.error();
    TRY(receiver.finish());
    return sink.finish();
}

}  // namespace

std::vector<std::string> convertible_to(std::string const& stored,
                                        std::vector<std::string> const& accepted) {
    std::vector<std::string> out;
    for (std::string_view const plain :
         {dicomkos::kExplicitLittleEndian, dicomkos::kImplicitLittleEndian}) {
        if (contains(accepted, plain)) out.emplace_back(plain);
    }
    if (!dicomkos::is_lossless(stored)) return out;
    for (std::string const& one : accepted) {
        if (one != dicomkos::kDeflatedLittleEndian && one != dicomkos::kExplicitBigEndian &&
            dicomkos::is_lossless(one) && !contains(out, one))
            out.push_back(one);
    }
    return out;
}

void note_failure(ImageJob const& job, Error const& error) {
    if (error.code == Code::kInvalidContent) {
        counter("musubi_imaging_wrong_images_total", "source=\"" + job.source->id + "\"").add();
        log_warning("imaging.wrong_image", {{"source", job.source->id}, {"detail", error.detail}});
    } else if (error.code != Code::kNotFound && error.code != Code::kUnsupported) {
        log_warning("imaging.not_fetched", {{"source", job.source->id}, {"detail", error.detail}});
    }
}

Result<FetchedImage> fetch_image(FetchTools const& tools, ImageJob const& job) {
    std::string stored, came;
    auto image = fetch_in(tools, job, "", stored);
    if (!image && image.error().reason == kReasonOtherSyntax) {
        for (std::string const& syntax : convertible_to(stored, job.accepted)) {
            image = fetch_in(tools, job, syntax, came);
            if (image || image.error().code != Code::kUnsupported) break;
        }
    }
    if (!image) note_failure(job, image.error());
    return image;
}

}  // namespace musubi::imaging
