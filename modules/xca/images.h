#pragma once
// What both imaging gateways (XCA-I, IHE RAD TF-1 29) do alike: the last look, the records and the
// answer of RAD-69 and RAD-75. Pure, thread-safe.

#include "codec/ebxml/errors.h"
#include "codec/ebxml/imaging.h"
#include "codec/soap/exchange.h"
#include "core/image_ports.h"

namespace musubi::xca {

/// Images in one request, where no imaging source says how many it takes.
inline constexpr std::size_t kMostImages = 1000;
/// One text for absent and hidden, so that nobody can tell them apart.
inline constexpr char const* kNoImage = "no image of this SOP Instance UID is available";

core::AskedImage asked_image(ebxml::ImageRequest&& request);
core::MissedImage missed_image(core::AskedImage const& asked, Reason reason, std::string context,
                               std::string patient = {});
/// XDSRepositoryOutOfResources for the whole request.
Error too_many_images(std::size_t most);

/// As Iti39::withhold().
int withhold_images(core::Permit const& permit, core::ImageFindings& findings);

/// A record for each patient whose images went out, one for each whose did not, one for what
/// belongs to nobody known. Without findings: of what was asked. `home_detail`: ImageRecords.
std::vector<core::AuditDraft> image_drafts(std::vector<core::AskedImage> const& asked,
                                           core::ImageFindings const* findings,
                                           char const* home_detail);

/// RetrieveDocumentSetResponse; `rows` are the errors of `findings`, placed.
soap::Outgoing image_answer(core::ImageFindings&& findings,
                            std::vector<ebxml::RegistryErrorRow> const& rows);
std::vector<ebxml::RegistryErrorRow> image_rows(core::ImageFindings const& findings);

}  // namespace musubi::xca
