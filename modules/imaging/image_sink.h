#pragma once
// Takes the octets of one image as they come from an archive, however it sends them, and looks into
// them: an archive that sends another object than it was asked for, or another patient's, is not
// believed. Nothing of the object is changed. Belongs to one fetch.

#include "codec/dicomkos/instance_head.h"
#include "imaging/image_fetch.h"

namespace musubi::imaging {

/// With kUnsupported: the object is there, in a transfer syntax that was not asked for.
inline constexpr Reason kReasonOtherSyntax{0xFD01};

class ImageSink {
public:
    /// `accepted`: transfer syntaxes that were asked for; empty: as it is stored.
    ImageSink(FetchTools const& tools, ImageJob const& job,
              std::vector<std::string> const& accepted);

    Status take(ByteView piece);
    /// After the archive has ended its answer in order.
    Result<FetchedImage> finish();
    /// As soon as the object has told.
    std::string const& transfer_syntax() const { return head_.transfer_syntax; }

private:
    Status look(ByteView piece);
    Status decide();
    Status judge() const;

    ImageJob const& job_;
    std::vector<std::string> const& accepted_;
    blob::PassingReceiver place_;
    Bytes beginning_;
    std::size_t next_look_ = 2048;
    dicomkos::InstanceHead head_;
    bool known_ = false;
};

}  // namespace musubi::imaging
