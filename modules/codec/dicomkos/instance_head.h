#pragma once
// What a DICOM file says about itself before its pixels (PS3.10 chapter 7): enough to know whether
// it is the instance that was asked for. Pure, thread-safe.

#include "platform/base/bytes.h"

#include <string>

namespace musubi::dicomkos {

/// All of it lies within the first octets of any sensible file.
inline constexpr std::size_t kMaxHead = 4 << 20;

struct InstanceHead {
    std::string transfer_syntax;
    std::string sop_class, sop_instance;
    std::string study, series;
    std::string patient_id;  ///< may be empty
};

enum class HeadState : std::uint8_t {
    kRead,
    kNeedsMore,
    kBroken,  ///< no such file, or of a transfer syntax that cannot be looked into
};

/// `beginning`: the file's first octets, however many there are yet. Until kRead nothing of `into`
/// counts.
HeadState read_head(ByteView beginning, InstanceHead& into);

}  // namespace musubi::dicomkos
