#pragma once
// What the imaging document source offers other modules: its images without the wire. Thread-safe;
// lives as long as the module.

#include "core/image_ports.h"
#include "core/pipeline.h"
#include "imaging/rad69.h"

namespace musubi::imaging {

class LocalImages final : public core::ImageRetrievePort {
public:
    LocalImages(core::Pipeline& pipeline, Deps& deps);
    std::size_t most_images() const override { return deps_.settings.most_images; }
    Result<core::Located> locate(std::vector<core::AskedImage> const& images) const override;
    Result<std::unique_ptr<core::ImagesUnderWay>> set_out(
        core::CallContext const& call, std::vector<core::AskedImage> images,
        std::vector<std::string> transfer_syntaxes) override;

private:
    core::Pipeline& pipeline_;
    Deps& deps_;
    core::Definition definition_;
};

}  // namespace musubi::imaging
