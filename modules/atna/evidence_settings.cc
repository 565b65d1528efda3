#include "atna/evidence_settings.h"

#include "platform/vault/cms.h"

namespace musubi::atna {
namespace {

constexpr char const* kCertificate = "atna.evidence_certificate";
constexpr char const* kKey = "atna.evidence_key";
constexpr char const* kFormer = "atna.evidence_former";
constexpr char const* kFolder = "atna.evidence_folder";
constexpr char const* kInterval = "atna.root_interval";
constexpr char const* kUrls = "atna.tsa_urls";
constexpr char const* kAuthorities = "atna.tsa_authorities";
constexpr char const* kTls = "atna.tsa_tls_authorities";
constexpr char const* kAlarm = "atna.stamp_alarm_after";

core::ConfigKey made(char const* name, core::ConfigType type, char const* default_value,
                     char const* doc) {
    core::ConfigKey out;
    out.key = name;
    out.type = type;
    out.default_value = default_value;
    out.doc = doc;
    return out;
}

core::ConfigKey duration(char const* name, char const* default_value, std::int64_t min_ms,
                         char const* doc) {
    auto out = made(name, core::ConfigType::kDurationMs, default_value, doc);
    out.min = min_ms;
    out.max = 604'800'000;
    return out;
}

}  // namespace

std::vector<core::ConfigKey> evidence_keys() {
    using core::ConfigType;
    return {
        made(kCertificate, ConfigType::kPath, "",
             "Certificate (PEM) of the node's evidence key, which signs the roots of the audit "
             "trail and reports, and nothing else. Empty: nothing is signed."),
        made(kKey, ConfigType::kPath, "", "Its private key (PEM)."),
        made(kFormer, ConfigType::kPathList, "",
             "Certificates of evidence keys that signed earlier and are no longer used."),
        made(kFolder, ConfigType::kPath, "evidence",
             "Folder where signed roots are published: fetch them from there, or with `musubi "
             "audit roots export`, and keep them elsewhere."),
        duration(kInterval, "1h", 1'000, "How often a root is signed over the newest records."),
        made(kUrls, ConfigType::kTextList, "",
             "Time stamping authorities (RFC 3161), http or https, tried in this order. Empty: "
             "roots are signed, but not stamped."),
        made(kAuthorities, ConfigType::kPath, "",
             "Certificates (PEM) to which the chain of a stamp must lead."),
        made(kTls, ConfigType::kPath, "",
             "Certificates (PEM) to which the chain of an https authority must lead; empty: those "
             "of tls.ca."),
        duration(kAlarm, "2h", 1'000,
                 "The node reports itself degraded when a root waits for its stamp longer than "
                 "this."),
    };
}

EvidenceSettings evidence_settings(core::Config const& config) {
    EvidenceSettings out;
    out.roots.certificate = config.text(kCertificate);
    out.roots.key = config.text(kKey);
    out.roots.former = config.list(kFormer);
    out.roots.folder = config.text(kFolder);
    out.roots.node = config.text("node.audit_source_id");
    out.stamps.urls = config.list(kUrls);
    out.stamps.authorities = config.text(kAuthorities);
    out.stamps.tls_authorities = config.text(kTls);
    out.interval = std::chrono::milliseconds(config.integer(kInterval));
    out.stamp_alarm = std::chrono::milliseconds(config.integer(kAlarm));
    return out;
}

Status check_evidence(EvidenceSettings const& settings, WallTime now) {
    if (!settings.enabled()) {
        if (settings.stamps.urls.empty()) return {};
        return Error(Code::kInvalidContent, std::string(kUrls) + ": needs " + kCertificate);
    }
    auto const facts = TRY(vault::read_certificate(settings.roots.certificate));
    if (now < facts.not_before || now > facts.not_after) {
        return Error(Code::kInvalidContent,
                     std::string(kCertificate) + ": the certificate is not valid now");
    }
    TRY(vault::sign_detached(as_bytes("probe"), settings.roots.certificate, settings.roots.key));
    for (auto const& former : settings.roots.former) TRY(vault::read_certificate(former));
    for (auto const& url : settings.stamps.urls) {
        if (!url.starts_with("http://") && !url.starts_with("https://"))
            return Error(Code::kInvalidContent, std::string(kUrls) + ": http:// or https://");
    }
    if (!settings.stamps.urls.empty()) {
        if (settings.stamps.authorities.empty())
            return Error(Code::kInvalidContent, std::string(kUrls) + ": needs " + kAuthorities);
        TRY(vault::read_certificate(settings.stamps.authorities));
    }
    return {};
}

}  // namespace musubi::atna
