#pragma once
// Inside the room: the fragments of compressed pixel data (PS3.5 A.4), found in one reading.

#include "codec/dicomparts/frames.h"

namespace musubi::dicomparts {

struct Fragments {
    Extent offset_table;           ///< the first item
    std::vector<Extent> of_image;  ///< the octets of the others
};

/// `begin`: where the first item begins. Errors as find_frames().
Result<Fragments> find_fragments(Content const& object, std::uint64_t begin);

}  // namespace musubi::dicomparts
