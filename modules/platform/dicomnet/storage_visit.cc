// One association of an archive that stores with us.

#include "platform/dicomnet/dcmtk_transport.h"
#include "platform/dicomnet/storage_listener_impl.h"
#include "platform/dicomnet/store_receive.h"

#include <dcmtk/config/osconfig.h>

#include <dcmtk/dcmnet/assoc.h>
#include <dcmtk/dcmnet/dimse.h>
#include <dcmtk/dcmnet/dul.h>

#include <algorithm>

namespace musubi::dicomnet {
namespace {

using Clock = std::chrono::steady_clock;

/// From the connection to the whole request; and how long an association may idle.
constexpr std::chrono::seconds kOpeningTime{10}, kIdleTime{30};
constexpr int kLongSeconds = 3600;

/// A-ASSOCIATE-RJ (PS3.8 9.3.4): the service user's reasons.
enum class Refusal : char { kCalling = 3, kCalled = 7, kNothingExpected = 1 };

void refuse(Line& line, Refusal reason) {
    constexpr char kRejectedPermanent = 1, kRejectedTransient = 2;
    char const result =
        reason == Refusal::kNothingExpected ? kRejectedTransient : kRejectedPermanent;
    char const octets[] = {3, 0, 0, 0, 0, 4, 0, result, 1, static_cast<char>(reason)};
    line.write({octets, sizeof octets});
    line.finish();
}

/// The first PDU, whole. Empty: none came, or something else.
Bytes opening_pdu(Line& line) {
    Bytes out(6);
    for (std::size_t have = 0; have < out.size();) {
        std::size_t const got = line.read(std::span(out).subspan(have));
        if (got == 0) return {};
        have += got;
        if (have != 6 || out.size() != 6) continue;
        if (out[0] != 1) return {};
        // The scanner has bounded it.
        out.resize(6 + (static_cast<std::size_t>(out[3]) << 16 |
                        static_cast<std::size_t>(out[4]) << 8 | out[5]));
    }
    return out;
}

class Visit {
public:
    Visit(StorageListener::Impl& listener, std::shared_ptr<Line> line, std::string const& address)
        : listener_(listener), line_(std::move(line)), address_(address) {}

    void run() {
        if (listener_.config.tls &&
            !line_->secure(*listener_.config.tls, net::TlsSide::kServer, ""))
            return count_refusal("", "tls");
        Bytes opening = opening_pdu(*line_);
        if (opening.empty()) return count_refusal("", "no association");
        if (!admit()) return;
        kinds_ = listener_.expected.kinds(sender_.name);
        if (kinds_.empty()) {
            count_refusal(sender_.name, "nothing expected");
            return refuse(*line_, Refusal::kNothingExpected);
        }
        auto const association = hand_over(std::move(opening));
        if (!association || !negotiate(*association)) return;
        while (serve(*association)) {
        }
    }

private:
    /// Known by address, titles and certificate, all of one archive.
    bool admit() {
        AssociateFacts const& facts = line_->associate();
        auto const senders = listener_.senders();
        std::string const shown =
            listener_.config.tls ? line_->peer_certificate().fingerprint_sha256 : "";
        bool calling = false;
        for (Sender const& one : *senders) {
            bool const here = std::find(one.addresses.begin(), one.addresses.end(), address_) !=
                              one.addresses.end();
            bool const certain = !listener_.config.tls || shown == one.certificate_sha256;
            if (!here || !certain || one.ae_title != facts.calling) continue;
            calling = true;
            if (one.our_ae_title != facts.called) continue;
            sender_ = one;
            return true;
        }
        count_refusal("", calling ? "called title" : "calling title");
        refuse(*line_, calling ? Refusal::kCalled : Refusal::kCalling);
        return false;
    }

    /// DCMTK reads the request once more, from memory. It takes a socket that was accepted already
    /// from one variable of the process.
    std::unique_ptr<Association> hand_over(Bytes opening) {
        static std::mutex one_at_a_time;
        T_ASC_Network* network = nullptr;
        T_ASC_Association* handle = nullptr;
        line_->replay(std::move(opening));
        OFCondition done;
        {
            std::lock_guard const lock(one_at_a_time);
            dcmExternalSocketHandle.set(line_->socket());
            done = ASC_initializeNetwork(NET_ACCEPTOR, 0, kLongSeconds, &network);
            if (done.good()) {
                wire(*network, {line_, nullptr, ""});
                done = ASC_receiveAssociation(network, &handle, kMaxPdu, nullptr, nullptr, OFFalse,
                                              DUL_BLOCK, 0);
            }
            dcmExternalSocketHandle.set(-1);
        }
        auto association = std::make_unique<Association>(line_, network, handle);
        if (done.good()) return association;
        count_refusal(sender_.name, "no association");
        return nullptr;
    }

    /// Kinds that are expected now, in the first syntax that the archive proposes of them.
    bool negotiate(Association& association) {
        T_ASC_Parameters* const parameters = association.handle().params;
        int const count = ASC_countPresentationContexts(parameters);
        for (int i = 0; i < count; ++i) {
            T_ASC_PresentationContext context{};
            if (ASC_getPresentationContext(parameters, i, &context).bad()) return false;
            char const* chosen = nullptr;
            for (int k = 0; k < context.transferSyntaxCount && chosen == nullptr; ++k) {
                std::string const kind =
                    std::string(context.abstractSyntax) + " " + context.proposedTransferSyntaxes[k];
                if (kinds_.contains(kind)) chosen = context.proposedTransferSyntaxes[k];
            }
            if (chosen != nullptr) {
                ASC_acceptPresentationContext(parameters, context.presentationContextID, chosen);
            } else {
                ASC_refusePresentationContext(parameters, context.presentationContextID,
                                              ASC_P_TRANSFERSYNTAXESNOTSUPPORTED);
            }
        }
        ASC_setAPTitles(parameters, nullptr, nullptr, sender_.our_ae_title.c_str());
        return ASC_acknowledgeAssociation(&association.handle(), nullptr, nullptr).good();
    }

    Patience waiting(std::chrono::seconds most) const {
        return {Clock::now() + most, listener_.config.silence,
                [this] { return listener_.stopping.load(); }};
    }

    /// One command; false: it is over.
    bool serve(Association& association) {
        line_->be_patient(waiting(kIdleTime));
        T_DIMSE_Message message{};
        T_ASC_PresentationContextID context = 0;
        OFCondition const done = DIMSE_receiveCommand(&association.handle(), DIMSE_BLOCKING, 0,
                                                      &context, &message, nullptr, nullptr);
        if (done == DUL_PEERREQUESTEDRELEASE) {
            ASC_acknowledgeRelease(&association.handle());
            association.ended();
            return false;
        }
        if (done.good() && message.CommandField == DIMSE_C_STORE_RQ)
            return store(association, context, message.msg.CStoreRQ);
        if (done.good()) count_refusal(sender_.name, "command");
        association.abort();
        return false;
    }

    bool store(Association& association, std::uint8_t context, T_DIMSE_C_StoreRQ const& request) {
        auto const wanted = listener_.expected.claim(sender_.name, request.AffectedSOPInstanceUID,
                                                     request.AffectedSOPClassUID,
                                                     association.transfer_syntax_of(context));
        if (!wanted) {
            count_refusal(sender_.name, "not asked for");
            if (pass_over_object(association) &&
                answer_store(association, context, request, StoreAnswer::kNotAskedFor))
                return true;
            association.abort();
            return false;
        }
        class Handing final : public ObjectReader {
        public:
            explicit Handing(Wanted& to) : to_(to) {}
            Status piece(ByteView octets) override { return to_.piece(octets); }

        private:
            Wanted& to_;
        };
        line_->be_patient({wanted->patience().deadline, wanted->patience().silence,
                           [&] { return listener_.stopping || wanted->withdrawn(); }});
        Handing handing(*wanted);
        Status const received = receive_object(association, context, request, handing);
        // Not taken before the archive was told: it is whole, and that is what was asked for.
        bool const answered =
            received && answer_store(association, context, request, StoreAnswer::kSuccess);
        wanted->finish(received);
        if (!answered) association.abort();
        return answered;
    }

    StorageListener::Impl& listener_;
    std::shared_ptr<Line> const line_;
    std::string const& address_;
    Sender sender_;
    std::set<std::string> kinds_;
};

}  // namespace

void receive_visit(StorageListener::Impl& listener, int socket, std::string const& address) {
    try {
        auto line =
            std::make_shared<Line>(Patience{Clock::now() + kOpeningTime, listener.config.silence,
                                            [&listener] { return listener.stopping.load(); }});
        line->take(socket);
        Visit(listener, std::move(line), address).run();
    } catch (std::exception const&) {  // out of memory
        count_refusal("", "no memory");
    }
}

}  // namespace musubi::dicomnet
