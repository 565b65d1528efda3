#include "policy/signatures.h"

#include "platform/base/text.h"
#include "platform/vault/cms.h"
#include "platform/vault/durable_file.h"
#include "policy/agreement_file.h"
#include "policy/canonical.h"

#include <algorithm>
#include <filesystem>
#include <optional>

namespace musubi::policy {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxSignature = 64 * 1024;
constexpr std::size_t kMaxFiles = 1'000;
constexpr auto kClockTolerance = std::chrono::minutes(5);
constexpr std::string_view kSuffix = ".p7s";

std::set<std::string> digests(Tree const& certificates) {
    std::set<std::string> out;
    for (auto const& one : certificates.items) {
        auto const digest = to_lower_ascii(one.shown("fingerprint"));
        if (digest.size() == 64) out.insert(digest);
    }
    return out;
}

}  // namespace

std::optional<std::string> signature_fault(std::string const& content, Bytes const& signature,
                                           std::set<std::string> const& allowed, WallTime now) {
    auto const verified = vault::verify_detached(signature, as_bytes(content));
    if (!verified) return verified.error().detail;
    auto const& signer = verified->signer;
    if (!allowed.contains(signer.fingerprint_sha256))
        return "signed with a certificate that may not sign for this member";
    if (verified->signed_at < signer.not_before || verified->signed_at > signer.not_after)
        return "the certificate was not valid when it signed";
    if (verified->signed_at > now + kClockTolerance) return "signed in the future";
    return std::nullopt;
}

Signers signers_of(Tree const& agreement) {
    Signers out;
    for (auto const& member : agreement.list("members")) {
        auto const code = member.shown("code");
        auto const* certificates = member.find("signing_certificates");
        auto const status = member.shown("status");
        if (status == "left" || status == "suspended") out.released.insert(code);
        if (code.empty() || !certificates) continue;
        out.certificates[code] = digests(*certificates);
        bool const active = status.empty() || status == "active";
        if (active && member.shown("must_sign") != "false") out.required.insert(code);
    }
    return out;
}

Result<Signers> signers_of_canonical(std::string const& canonical) {
    Problems problems("stored agreement");
    try {
        auto const tree = tree_of(YAML::Load(canonical), problems);
        if (!problems.none()) return std::move(problems).error();
        return signers_of(tree);
    } catch (YAML::Exception const& e) {
        return Error(Code::kInvalidContent, "stored agreement: " + e.msg);
    }
}

Result<Signers> load_pinned_signers(std::string const& file) {
    auto const text = TRY(read_agreement_text(file));
    Problems problems(file);
    try {
        auto const root = YAML::Load(text);
        YamlMap const top(root, "signers", {"signers"}, problems);
        Tree tree = tree_of(root, problems);
        name_certificates_by_digest(tree, fs::path(file).parent_path().string(), problems);
        Signers out;
        for (auto const& one : tree.list("signers")) {
            auto const member = one.shown("member");
            auto const* certificates = one.find("certificates");
            auto const known = certificates ? digests(*certificates) : std::set<std::string>{};
            if (member.empty() || known.empty() || one.entries.size() != 2) {
                problems.add(one.line,
                             "signers: each entry needs 'member' and 'certificates' and nothing "
                             "else");
            } else if (!out.certificates.emplace(member, known).second) {
                problems.add(one.line, "signers: '" + member + "' stands twice");
            }
            out.required.insert(member);
        }
        if (out.certificates.empty()) problems.add(1, "signers: nobody is named");
        if (!problems.none()) return std::move(problems).error();
        return out;
    } catch (YAML::Exception const& e) {
        problems.add(e.mark.line + 1, "no YAML: " + e.msg);
        return std::move(problems).error();
    }
}

std::string signature_folder(std::string const& agreement_file) {
    return agreement_file + ".signatures";
}

Result<Signatures> read_signatures(std::string const& agreement_file) {
    Signatures out;
    std::error_code error;
    auto const folder = signature_folder(agreement_file);
    for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
        auto const& path = at->path();
        if (path.extension() != kSuffix) continue;
        if (out.size() == kMaxFiles) return Error(Code::kTooLarge, "too many signature files");
        out[path.stem().string()] = TRY(vault::read_small_file(path, kMaxSignature));
    }
    if (error && error != std::errc::no_such_file_or_directory)
        return Error(Code::kStorageUnavailable, "read " + folder + ": " + error.message());
    return out;
}

std::vector<std::string> signature_faults(std::string const& canonical, Signers const& before,
                                          Signers const& own, Signatures const& signatures,
                                          WallTime now) {
    std::vector<std::string> faults;
    std::set<std::string> required = own.required;
    for (auto const& member : before.required) {
        if (!own.released.contains(member)) required.insert(member);
    }
    std::set<std::string> good;
    for (auto const& [member, signature] : signatures) {
        auto known = before.certificates.find(member);
        if (known == before.certificates.end()) {
            known = own.certificates.find(member);
            if (known == own.certificates.end()) {
                faults.push_back(member + ": nobody of this code signs the agreement");
                continue;
            }
        }
        if (auto const fault = signature_fault(canonical, signature, known->second, now))
            faults.push_back(member + ": " + *fault);
        else
            good.insert(member);
    }
    for (auto const& member : required) {
        if (!signatures.contains(member)) faults.push_back(member + ": has not signed");
    }
    auto const agreed = std::count_if(before.required.begin(), before.required.end(),
                                      [&](auto const& member) { return good.contains(member); });
    if (faults.empty() && static_cast<std::size_t>(agreed) * 2 <= before.required.size()) {
        faults.push_back("signed by " + std::to_string(agreed) + " of the " +
                         std::to_string(before.required.size()) +
                         " who had to sign before: more than half of them must");
    }
    return faults;
}

Status sign_agreement(std::string const& agreement_file, std::string const& member,
                      std::string const& certificate_pem_file, std::string const& key_pem_file) {
    auto const canonical = TRY(canonical_of_file(agreement_file));
    auto const own = TRY(signers_of_canonical(canonical));
    // The code becomes the name of a file.
    if (member.find('/') != std::string::npos || !own.certificates.contains(member)) {
        return Error(Code::kInvalidContent,
                     "the agreement names no signing certificate for '" + member + "'");
    }
    return sign_beside(agreement_file, canonical, member, certificate_pem_file, key_pem_file);
}

Status sign_beside(std::string const& file, std::string const& content, std::string const& signer,
                   std::string const& certificate_pem_file, std::string const& key_pem_file) {
    if (signer.empty() || signer.starts_with('.') || signer.find('/') != std::string::npos)
        return Error(Code::kInvalidContent, "who signs is named by a plain word");
    auto const signature =
        TRY(vault::sign_detached(as_bytes(content), certificate_pem_file, key_pem_file));
    fs::path const folder = signature_folder(file);
    fs::path const written = folder / (signer + std::string(kSuffix));
    TRY(vault::make_folder(folder));
    TRY(vault::write_atomically(written, signature));
    // A signature is no secret: who signs has another account than the node that reads it.
    std::error_code failed;
    fs::permissions(written, fs::perms{0644}, failed);
    if (!failed) fs::permissions(folder, fs::perms{0755}, failed);
    if (failed && failed != std::errc::operation_not_permitted)  // a folder of somebody else's
        return Error(Code::kStorageUnavailable, written.string() + ": " + failed.message());
    return {};
}

}  // namespace musubi::policy
