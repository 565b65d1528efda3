#include "node/approval.h"

#include "platform/base/text.h"

namespace musubi::node {
namespace {

constexpr std::string_view kMagic = "musubi-approval-1";
constexpr std::size_t kNeeded = 2;
constexpr auto kValid = std::chrono::hours(24);

Error denied(std::string const& why) { return {Code::kDenied, "approval: " + why}; }

bool take(std::string_view line, std::string_view name, std::string& out) {
    if (!line.starts_with(name) || line.size() < name.size() + 2 || line[name.size()] != ' ')
        return false;
    out = line.substr(name.size() + 1);
    return true;
}

bool take_act(std::string_view line, Approval& out) {
    for (char const* act : {kOpenDocument, kEraseKeys, kExportRecords}) {
        out.act = act;
        if (take(line, act, out.document)) return true;
    }
    return false;
}

Status check_text(Approval const& approval, ApprovalCheck const& check) {
    if (approval.region != check.region) return denied("of another region");
    if (approval.act != check.act) return denied("of another act");
    if (approval.document != check.document)
        return denied(check.act == kOpenDocument ? "of another document" : "of other keys");
    // Both are written alike, so the texts sort as the times do.
    if (approval.until <= to_rfc3339(check.now)) return denied("its time is over");
    if (approval.until > to_rfc3339(check.now + kValid)) return denied("longer than a day");
    return {};
}

Result<vault::CertificateFacts> check_signature(Bytes const& signature, std::string const& text,
                                                ApprovalCheck const& check) {
    auto const found = vault::verify_detached(signature, as_bytes(text));
    if (!found) return denied("a signature that does not verify: " + found.error().detail);
    if (!check.officers.contains(found->signer.fingerprint_sha256))
        return denied("signed by somebody who is no officer");
    if (found->signed_at > check.now + std::chrono::minutes(5) ||
        found->signed_at < check.now - kValid)
        return denied("signed longer than a day ago, or in the future");
    if (check.now < found->signer.not_before || check.now >= found->signer.not_after)
        return denied("an officer's certificate is out of its time");
    return found->signer;
}

}  // namespace

std::string write_approval(Approval const& approval) {
    return std::string(kMagic) + "\nregion " + approval.region + "\n" + approval.act + " " +
           approval.document + "\nreason " + approval.reason + "\nuntil " + approval.until +
           "\nnonce " + approval.nonce.to_string() + "\n";
}

Result<Approval> read_approval(std::string_view text) {
    auto const lines = split(text, '\n');
    Approval out;
    std::string nonce;
    if (lines.size() != 7 || lines[0] != kMagic || !lines[6].empty() ||
        !take(lines[1], "region", out.region) || !take_act(lines[2], out) ||
        !take(lines[3], "reason", out.reason) || !take(lines[4], "until", out.until) ||
        !take(lines[5], "nonce", nonce) || out.until.size() != to_rfc3339({}).size() ||
        !out.until.ends_with('Z'))
        return Error(Code::kInvalidContent, "this is no approval");
    out.nonce = TRY(Uuid::parse(nonce));
    return out;
}

Result<std::vector<std::string>> check_approval(std::string const& text,
                                                std::vector<Bytes> const& signatures,
                                                ApprovalCheck const& check) {
    TRY(check_text(TRY(read_approval(text)), check));
    std::set<std::string> signers;
    std::vector<std::string> subjects;
    for (Bytes const& signature : signatures) {
        auto const signer = TRY(check_signature(signature, text, check));
        if (!signers.insert(signer.fingerprint_sha256).second)
            return denied("the same officer signed twice");
        subjects.push_back(signer.subject);
    }
    if (subjects.size() < kNeeded) return denied("two officers must sign");
    return subjects;
}

void add_approvers(domain::AuditObject& object, std::vector<std::string> const& signers) {
    for (std::string const& one : signers) object.details.push_back({"approver", one});
}

}  // namespace musubi::node
