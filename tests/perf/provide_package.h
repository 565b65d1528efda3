#pragma once
// ITI-41 with one document, as a source sends it: the metadata of a corpus submission under the
// names that a request uses. Pure; the document is streamed by whoever sends the segments.

#include "codec/mtom/package.h"
#include "domain/metadata.h"

#include <cstdint>

namespace musubi::perf {

/// Takes unique ids, hash and size as they are; wsa:MessageID is kMessageIdSample.
mtom::Package provide_package(domain::Submission submission, std::shared_ptr<Content const> content,
                              std::uint16_t port);

}  // namespace musubi::perf
