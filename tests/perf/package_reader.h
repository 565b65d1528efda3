#pragma once
// An MTOM answer, whole, in memory.

#include "perf/exchange.h"
#include "platform/base/bytes.h"

#include <map>

namespace musubi::perf {

struct WholePackage {
    Bytes root;
    std::map<std::string, Bytes> parts;  ///< by Content-ID
};
Result<WholePackage> read_whole_package(Answer const& answer);

}  // namespace musubi::perf
