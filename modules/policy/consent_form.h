#pragma once
// What consents by document have in common, whatever language they speak (bppc.h, appc.h). Pure,
// thread-safe.

#include "core/ports.h"
#include "policy/consent.h"

namespace musubi::policy {

/// A word that an entry's metadata alone begin: patient, basis, evidence, who sent it, and the
/// service start and stop time as its period. kInvalidContent (XDSRegistryMetadataError) when those
/// are no period.
Result<ConsentChange> change_by_form(ConsentTerms const& terms, domain::Subject const& subject,
                                     core::RegisteredDocument const& form);

/// Why a form is not taken; shown to the sender.
Error form_refused(std::string context);

}  // namespace musubi::policy
