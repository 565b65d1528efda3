#include "policy/agreement.h"

#include "platform/base/digest.h"
#include "platform/base/pem.h"
#include "platform/base/text_file.h"

#include <map>

namespace musubi::policy {

std::string_view to_string(MemberStatus status) {
    switch (status) {
        case MemberStatus::kApplied: return "applied";
        case MemberStatus::kActive: return "active";
        case MemberStatus::kSuspended: return "suspended";
        case MemberStatus::kLeft: return "left";
    }
    return "left";
}

std::string Agreement::reference() const {
    // Twelve digits tell versions of one chain apart; the whole hash is in the table of agreements.
    constexpr std::size_t kPrefix = std::string_view("sha256:").size();
    return "v" + std::to_string(version) + ":" + (hash.empty() ? "" : hash.substr(kPrefix, 12));
}

AgreementMember const* Agreement::member(std::string_view code) const {
    for (auto const& one : members) {
        if (one.member.code == code) return &one;
    }
    return nullptr;
}

AgreementMember const* Agreement::member_by_certificate(std::string_view fingerprint,
                                                        std::string_view subject) const {
    for (auto const& one : members) {
        if (one.fingerprints.contains(std::string(fingerprint))) return &one;
    }
    if (subject.empty()) return nullptr;
    for (auto const& one : members) {
        if (one.subjects.contains(std::string(subject))) return &one;
    }
    return nullptr;
}

Role const* Agreement::role(std::string_view code) const {
    for (auto const& one : roles) {
        if (one.code == code) return &one;
    }
    return nullptr;
}

Connection const* Agreement::connection(std::string_view peer, std::string_view transaction) const {
    for (auto const& one : connections) {
        if (one.peer == peer && one.in.contains(transaction)) return &one;
    }
    return nullptr;
}

bool Agreement::may_send(std::string_view peer, std::string_view transaction) const {
    bool told = false;
    for (auto const& one : connections) {
        if (one.peer != peer || one.out.empty()) continue;
        told = true;
        if (one.out.contains(transaction)) return true;
    }
    return !told;
}

Result<std::string> certificate_fingerprint(std::string const& pem_file) {
    auto const read = read_text_file(pem_file);
    if (!read) return Error(read.error().code, "cannot read certificate file");
    Bytes const der = TRY(certificate_der(*read));
    return to_hex(sha256(der));
}

std::vector<std::string_view> transactions_of_group(std::string_view group) {
    static std::map<std::string_view, std::vector<std::string_view>> const groups = {
        {"feed", {"ITI-8", "ITI-30", "ITI-44", "ITI-64"}},
        {"identify", {"ITI-9", "ITI-21", "ITI-22", "ITI-45", "ITI-47"}},
        {"publish", {"ITI-41", "ITI-42", "ITI-61", "RAD-68"}},
        {"query", {"ITI-18", "ITI-51"}},
        {"retrieve", {"ITI-43", "RAD-69", "RAD-107", "RAD-55"}},
        {"neighbour", {"ITI-38", "ITI-39", "ITI-55", "ITI-56", "RAD-75"}},
        {"maintain", {"ITI-57", "ITI-62", "ITI-86", "ITI-92"}},
    };
    auto const found = groups.find(group);
    return found == groups.end() ? std::vector<std::string_view>{} : found->second;
}

}  // namespace musubi::policy
