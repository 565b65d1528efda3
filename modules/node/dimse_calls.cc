#include "node/dimse_calls.h"

#include "platform/base/fault.h"
#include "platform/base/log.h"
#include "platform/dicomnet/archive.h"

namespace musubi::node {
namespace {

static_assert(core::kReasonArchiveAnswered == dicomnet::kReasonAnswered);

dicomnet::Patience patience_of(core::DimseTimes const& times) {
    return {times.deadline, times.silence, times.cancelled};
}

class Line final : public core::DimseLine {
public:
    Line(std::shared_ptr<dicomnet::StorageListener> listener,
         std::unique_ptr<dicomnet::Retrieval> retrieval)
        : listener_(std::move(listener)), retrieval_(std::move(retrieval)) {}
    Status fetch(core::DimseObject const& object, core::DimseTimes const& times,
                 core::DimseReader& reader) override {
        class Handing final : public dicomnet::ObjectReader {
        public:
            explicit Handing(core::DimseReader& to) : to_(to) {}
            Status piece(ByteView octets) override { return to_.piece(octets); }

        private:
            core::DimseReader& to_;
        };
        Handing handing(reader);
        return retrieval_->fetch({object.study, object.series, object.instance}, patience_of(times),
                                 handing);
    }
    bool usable() const override { return retrieval_->usable(); }

private:
    std::shared_ptr<dicomnet::StorageListener> const listener_;  ///< lives as long as we need it
    std::unique_ptr<dicomnet::Retrieval> const retrieval_;
};

/// With authorities of its own, which publish no lists for us.
net::TlsConfig trusting(net::TlsConfig own, std::string const& ca_file) {
    if (ca_file.empty()) return own;
    own.ca_file = ca_file;
    own.pinned_file.clear();
    own.crl_file.clear();
    own.revocation.reset();
    return own;
}

/// Who we are there, and whom we believe.
net::TlsConfig tls_for(net::TlsConfig const& own, core::DimseArchive const& archive) {
    net::TlsConfig out = trusting(own, archive.ca_file);
    if (!archive.ca_file.empty()) out.identities.clear();
    if (!archive.certificate_file.empty())
        out.identities = {{archive.certificate_file, archive.key_file}};
    return out;
}

}  // namespace

std::vector<std::string> const& DimseCalls::transfer_syntaxes() const {
    return dicomnet::known_transfer_syntaxes();
}

Status DimseCalls::receive(core::DimseReception const& place,
                           std::vector<core::DimseArchive> const& archives) {
    std::vector<dicomnet::Sender> senders;
    for (core::DimseArchive const& one : archives)
        senders.push_back(
            {one.name, one.addresses, one.ae_title, one.our_ae_title, one.certificate_sha256});
    auto listener = this->listener();
    std::shared_ptr<net::TlsContext> tls;
    if (!senders.empty() && !listener) {
        dicomnet::ListenerConfig config;
        config.address = place.address;
        config.port = place.port;
        config.most_associations = place.most_associations;
        if (place.tls) tls = TRY(net::TlsContext::server(trusting(tls_, place.ca_file)));
        config.tls = tls;
        listener = TRY(dicomnet::StorageListener::start(std::move(config)));
    }
    if (listener) listener->know(senders);
    if (senders.empty()) listener.reset();
    std::lock_guard const lock(mutex_);
    listener_.swap(listener);
    if (tls) listener_tls_ = std::move(tls);
    return {};
}

void DimseCalls::forget_connections() {
    std::shared_ptr<net::TlsContext> tls;
    {
        std::lock_guard const lock(mutex_);
        tls = listener_tls_;
    }
    if (!tls) return;
    if (Status const done = tls->reload(); !done)
        log_error("dimse.tls_not_reloaded", {{"detail", done.error().detail}});
}

Result<std::unique_ptr<core::DimseLine>> DimseCalls::open(
    core::DimseArchive const& archive, std::string const& sop_class,
    std::vector<std::string> const& transfer_syntaxes, core::DimseTimes const& times) {
    if (auto fault = FAULT("fetch.before_dimse"); !fault)
        return Error(Code::kPeerUnavailable, fault.error().detail);
    dicomnet::Peer peer{archive.host,         archive.port, archive.ae_title,
                        archive.our_ae_title, nullptr,      ""};
    if (archive.tls) {
        peer.tls = TRY(net::TlsContext::client(tls_for(tls_, archive)));
        // A system of the house with an authority of its own: its name is checked, whatever the
        // region's events allow.
        if (check_names_ || !archive.ca_file.empty()) peer.server_name = archive.host;
    }
    dicomnet::Offer const offer{{sop_class}, transfer_syntaxes};
    auto place = archive.method == core::DimseMethod::kMove ? listener() : nullptr;
    if (archive.method == core::DimseMethod::kMove && !place)
        return Error(Code::kPeerUnavailable, "nothing listens for what C-MOVE brings");
    auto retrieval =
        TRY(place ? dicomnet::open_move(peer, offer, patience_of(times), *place, archive.name)
                  : dicomnet::open_get(peer, offer, patience_of(times)));
    return std::unique_ptr<core::DimseLine>(
        std::make_unique<Line>(std::move(place), std::move(retrieval)));
}

}  // namespace musubi::node
