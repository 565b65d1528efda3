#pragma once
// What two officers sign before an operator may open a document or destroy a member's data keys: a
// few lines of text, so that people can read what they sign.
//
//   musubi-approval-1
//   region <name of the region>
//   document <unique id>              or: erase <names of the keys>, export everything
//   reason <in words without personal data>
//   until <RFC 3339, UTC>
//   nonce <uuid>
//
// Pure but for reading files.

#include "domain/audit_event.h"
#include "platform/base/clock.h"
#include "platform/base/ids.h"
#include "platform/vault/cms.h"

#include <filesystem>
#include <set>
#include <string>
#include <vector>

namespace musubi::node {

/// What is approved; also the word of the line that says it.
inline constexpr char const* kOpenDocument = "document";
inline constexpr char const* kEraseKeys = "erase";
inline constexpr char const* kExportRecords = "export";

struct Approval {
    std::string region, document, reason;  ///< `document`: whatever the act is about
    std::string until;                     ///< as written
    Uuid nonce;
    std::string act = kOpenDocument;
};

std::string write_approval(Approval const& approval);
Result<Approval> read_approval(std::string_view text);

struct ApprovalCheck {
    std::string region, document;
    std::set<std::string> officers;  ///< digests of their certificates
    WallTime now{};
    std::string act = kOpenDocument;
};
/// Subjects of the two who signed. kDenied: another region, act or document, over, signed by fewer
/// than two of the officers, by one twice, longer than a day ago, with a certificate out of its
/// time.
Result<std::vector<std::string>> check_approval(std::string const& text,
                                                std::vector<Bytes> const& signatures,
                                                ApprovalCheck const& check);
/// Who gave leave stands in the record of what was done: one detail "approver" each.
void add_approvers(domain::AuditObject& object, std::vector<std::string> const& signers);

}  // namespace musubi::node
