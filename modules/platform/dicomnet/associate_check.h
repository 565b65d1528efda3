#pragma once
// A-ASSOCIATE-RQ and -AC (DICOM PS3.8 9.3.2, 9.3.3) looked through before a library parses them:
// every length within what holds it, every text and list as short as the standard has it. Pure,
// thread-safe, linear.

#include "platform/base/bytes.h"

#include <string>

namespace musubi::dicomnet {

struct AssociateFacts {
    std::string called, calling;  ///< AE titles without the blanks around them
    int contexts = 0;             ///< presentation contexts
};

/// `body`: what stands behind the six octets of type and length. Null: sound; else what is wrong,
/// in our words.
char const* check_associate(ByteView body, AssociateFacts& into);

}  // namespace musubi::dicomnet
