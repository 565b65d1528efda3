#pragma once
// What the requests to an archive over DICOMweb (WADO-RS, DICOM PS3.18 10.4) have in common.
// Internal to this room; stateless.

#include "imaging/image_fetch.h"

namespace musubi::imaging {

/// GET of `path` below the archive's address, within the time that the source and the request's
/// deadline leave. `syntax` empty: as it is stored. kPeerUnavailable: no time is left.
Result<core::FetchCall> wado_call(FetchTools const& tools, Source const& source,
                                  std::string const& path, std::string const& syntax);

/// The archive's answer is no images: what that means (see fetch_image()).
Status judge_answer(core::PeerReply const& head, bool converting);

/// What is wrong with a package that an archive has sent is wrong with the content, not with a
/// message to this node.
Status as_content(Status status);

}  // namespace musubi::imaging
