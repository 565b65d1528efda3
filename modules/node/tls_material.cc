#include "node/tls_material.h"

#include "node/ocsp_settings.h"

#include <map>

namespace musubi::node {
namespace {

template <class T>
Result<T> named(Result<T> result, char const* key) {
    if (!result) result.error().detail = std::string(key) + ": " + result.error().detail;
    return result;
}

}  // namespace

Result<net::OcspConfig> ocsp_of(core::Config const& config) {
    net::OcspConfig ocsp;
    ocsp.mode = TRY(named(net::ocsp_mode_from(config.text("tls.ocsp")), "tls.ocsp"));
    ocsp.responder = config.text("tls.ocsp_responder");
    ocsp.hosts = config.list("tls.ocsp_hosts");
    ocsp.timeout_ms = static_cast<int>(config.integer("tls.ocsp_timeout"));
    return ocsp;
}

Result<std::shared_ptr<net::RevocationChecker>> revocation_of(core::Config const& config) {
    return named(net::RevocationChecker::make(TRY(ocsp_of(config))), "tls.ocsp");
}

Result<net::TlsConfig> tls_config(core::Config const& config,
                                  std::shared_ptr<net::RevocationChecker> revocation) {
    net::TlsConfig tls;
    tls.profile = TRY(net::tls_profile_from(config.text("tls.profile")));
    tls.identities = {{config.text("tls.certificate"), config.text("tls.key")}};
    // Of another kind of key than the first; without one the setting is empty.
    if (!config.text("tls.second_certificate").empty()) {
        tls.identities.push_back(
            {config.text("tls.second_certificate"), config.text("tls.second_key")});
    }
    tls.ca_file = config.text("tls.ca");
    tls.crl_file = config.text("tls.crl");
    tls.revocation = std::move(revocation);
    return tls;
}

Result<TlsMaterial> TlsMaterial::make(core::Config const& config, net::TlsConfig const& common) {
    TlsMaterial out;
    out.common_ = common;
    std::map<net::TlsProfile, std::shared_ptr<net::TlsContext>> made;
    auto const door = [&](char const* key) -> Result<std::shared_ptr<net::TlsContext>> {
        net::TlsConfig own = common;
        if (std::string const& word = config.text(key); !word.empty()) {
            auto const profile = net::tls_profile_from(word);
            if (!profile)
                return Error(Code::kInvalidContent,
                             std::string(key) + ": " + profile.error().detail);
            own.profile = *profile;
        }
        auto& context = made[own.profile];
        if (!context) {
            context = TRY(net::TlsContext::server(own));
            out.all_.push_back(context);
        }
        return context;
    };
    out.https_ = TRY(door("listen.https_profile"));
    out.mllp_ = TRY(door("listen.mllp_profile"));
    out.syslog_ = TRY(door("listen.syslog_profile"));
    return out;
}

Status TlsMaterial::reload() {
    // All read the same files, so what one can use all can: a try spoils nothing.
    static_cast<void>(TRY(net::TlsContext::server(common_)));
    for (auto const& context : all_) TRY(context->reload());
    // A new list of authorities or a new revocation list: whoever is known is looked at anew.
    if (common_.revocation) common_.revocation->forget();
    return {};
}

}  // namespace musubi::node
