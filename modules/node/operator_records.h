#pragma once
// What operators did to the node itself, for the audit trail: DICOM PS3.15 A.5.3.11, Security
// Alert. Pure.

#include "domain/audit_event.h"
#include "node/operator_tools.h"

namespace musubi::node {

/// 110129 Security Configuration by the account that runs the command. `resource` is a URI of ours
/// ("urn:musubi:keys"), `text` in our words: no personal data.
domain::AuditEvent operator_event(OperatorTools const& tools, std::string const& what,
                                  std::string const& resource, std::string const& text);

}  // namespace musubi::node
