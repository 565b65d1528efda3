#include "imaging/ports.h"

#include "core/inner_run.h"

namespace musubi::imaging {
namespace {

AskedImage asked_here(core::AskedImage&& asked) {
    return {{std::move(asked.study), std::move(asked.series),
             std::move(asked.document.document_unique_id)},
            std::move(asked.document.home),
            std::move(asked.document.repository_unique_id)};
}

core::AskedImage asked_there(AskedImage&& asked) {
    return {std::move(asked.name.study),
            std::move(asked.name.series),
            {std::move(asked.home), std::move(asked.repository_unique_id),
             std::move(asked.name.instance)}};
}

class UnderWay final : public core::ImagesUnderWay {
public:
    explicit UnderWay(std::unique_ptr<core::InnerRun> run) : run_(std::move(run)) {}
    core::Errand* errand() override { return run_->errand(); }
    Result<core::ImageFindings> finish(core::CallContext const& call) override {
        Delivery delivery = TRY(run_->finish<Rad69>(call));
        core::ImageFindings out;
        for (FoundImage& one : delivery.found) {
            out.delivered.push_back({asked_there(std::move(one.asked)),
                                     std::move(one.image.content), std::move(one.patient),
                                     std::move(one.label), std::move(one.manifest)});
        }
        for (MissedImage& one : delivery.missed) {
            out.missed.push_back(
                {asked_there(std::move(one.asked)), std::move(one.patient), std::move(one.why)});
        }
        return out;
    }

private:
    std::unique_ptr<core::InnerRun> const run_;
};

}  // namespace

LocalImages::LocalImages(core::Pipeline& pipeline, Deps& deps)
    : pipeline_(pipeline), deps_(deps), definition_(core::define<Rad69>(deps)) {}

Result<core::Located> LocalImages::locate(std::vector<core::AskedImage> const& images) const {
    std::vector<std::string> studies;
    for (core::AskedImage const& one : images) studies.push_back(one.study);
    return locate_studies(deps_, studies);
}

Result<std::unique_ptr<core::ImagesUnderWay>> LocalImages::set_out(
    core::CallContext const& call, std::vector<core::AskedImage> images,
    std::vector<std::string> transfer_syntaxes) {
    ImagesAsked request;
    for (core::AskedImage& one : images) request.images.push_back(asked_here(std::move(one)));
    request.transfer_syntaxes = std::move(transfer_syntaxes);
    auto run = TRY(core::InnerRun::start<Rad69>(pipeline_, definition_, call, std::move(request)));
    return std::unique_ptr<core::ImagesUnderWay>(std::make_unique<UnderWay>(std::move(run)));
}

}  // namespace musubi::imaging
