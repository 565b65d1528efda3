#pragma once
// The patient's word as decisions use it: what stands for the one who asks. Pure.

#include "policy/asker.h"
#include "policy/consent.h"

namespace musubi::policy {

/// Of one patient's words (entries of others are passed over) and the agreement's models. Words
/// about publishing hide what they withhold, unless the agreement refuses it at the door.
domain::ConsentRules consent_of(std::string const& patient,
                                std::vector<ConsentEntry> const& entries, Asker const& asker,
                                ConsentTerms const& terms, WallTime now);

/// Whether the patient lets `member` publish a document of this label. Nothing said: yes.
bool lets_publish(std::string const& patient, std::vector<ConsentEntry> const& entries,
                  domain::Label const& label, WallTime now);

/// Adds `id` unless it is there already.
void add_once(std::vector<std::string>& ids, std::string const& id);

}  // namespace musubi::policy
