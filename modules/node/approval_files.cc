#include "node/approval_files.h"

#include "platform/vault/durable_file.h"
#include "platform/vault/revocation_list.h"

#include <cstdio>

namespace musubi::node {
namespace {

constexpr std::size_t kMaxFile = 64 * 1024;
constexpr std::size_t kMaxSignatures = 16;
constexpr auto kGoodFor = std::chrono::hours(8);

}  // namespace

Result<SignedApproval> read_approval_files(ApprovalFiles const& files) {
    if (files.signatures.size() > kMaxSignatures)
        return Error(Code::kTooLarge, "more signatures than officers could give");
    SignedApproval out;
    out.text = as_text(TRY(vault::read_small_file(files.approval, kMaxFile)));
    for (std::string const& file : files.signatures)
        out.signatures.push_back(TRY(vault::read_small_file(file, kMaxFile)));
    return out;
}

Result<std::set<std::string>> officers_of(core::Config const& config) {
    std::set<std::string> out;
    std::string const& lists = config.text("tls.crl");
    for (std::string const& file : config.list("keys.officers")) {
        // A key that was lost must not go on to open what it could.
        if (!lists.empty() && TRY(vault::is_withdrawn(file, lists))) continue;
        out.insert(TRY(vault::read_certificate(file)).fingerprint_sha256);
    }
    if (out.size() < 2)
        return Error(Code::kInvalidContent,
                     "keys.officers must name the certificates of two, none of them withdrawn");
    return out;
}

Status write_approval_file(core::Config const& config, ApprovalRequest const& request) {
    if (request.reason.empty() || request.reason.find('\n') != std::string::npos ||
        request.out.empty())
        return Error(Code::kInvalidContent, "approval needs --reason, one line, and --out FILE");
    Approval approval;
    approval.region = config.text("node.region");
    approval.act = request.act;
    approval.document = request.subject;
    approval.reason = request.reason;
    approval.until = to_rfc3339(system_clock().now() + kGoodFor);
    approval.nonce = system_ids().uuid();
    auto file = TRY(vault::File::create(request.out));
    TRY(file.write(as_bytes(write_approval(approval))));
    std::printf(
        "Two officers read %s, and each signs it:\n  openssl cms -sign -binary -outform DER "
        "-md sha256 -in %s -signer CERTIFICATE -inkey KEY -out NAME.p7s\n",
        request.out.c_str(), request.out.c_str());
    return file.sync();
}

}  // namespace musubi::node
