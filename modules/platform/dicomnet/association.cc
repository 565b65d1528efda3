#include "platform/dicomnet/association.h"

#include "platform/dicomnet/dcmtk_setup.h"
#include "platform/dicomnet/dcmtk_transport.h"

#include <dcmtk/config/osconfig.h>

#include <dcmtk/dcmnet/assoc.h>

namespace musubi::dicomnet {
namespace {

/// DCMTK's own clock is never the first to end a wait: the line's is.
constexpr int kLongSeconds = 3600;
constexpr std::chrono::seconds kReleaseTime{2};

/// PS3.8 table 9-21.
char const* reason_of(T_ASC_Parameters* parameters) {
    T_ASC_RejectParameters reject{};
    ASC_getRejectParameters(parameters, &reject);
    switch (reject.reason) {
        case ASC_REASON_SU_CALLINGAETITLENOTRECOGNIZED: return "our AE title is not known to it";
        case ASC_REASON_SU_CALLEDAETITLENOTRECOGNIZED: return "its AE title is another one";
        case ASC_REASON_SU_APPCONTEXTNAMENOTSUPPORTED: return "application context not supported";
        case ASC_REASON_SP_ACSE_PROTOCOLVERSIONNOTSUPPORTED: return "protocol not supported";
        case ASC_REASON_SP_PRES_TEMPORARYCONGESTION: return "temporary congestion";
        case ASC_REASON_SP_PRES_LOCALLIMITEXCEEDED: return "it has too many associations";
        case ASC_REASON_SU_NOREASON:
        case ASC_REASON_SP_ACSE_NOREASON: break;
    }
    return "no reason given";
}

bool propose(T_ASC_Parameters* parameters, std::vector<Association::Context> const& contexts) {
    T_ASC_PresentationContextID id = 1;
    for (Association::Context const& one : contexts) {
        std::vector<char const*> syntaxes;
        for (std::string const& syntax : one.transfer_syntaxes) syntaxes.push_back(syntax.c_str());
        OFCondition const added =
            ASC_addPresentationContext(parameters, id, one.abstract_syntax.c_str(), syntaxes.data(),
                                       static_cast<int>(syntaxes.size()),
                                       one.stored_with_us ? ASC_SC_ROLE_SCP : ASC_SC_ROLE_DEFAULT);
        if (added.bad()) return false;
        id = static_cast<T_ASC_PresentationContextID>(id + 2);
    }
    return true;
}

}  // namespace

Result<std::unique_ptr<Association>> Association::request(Peer const& peer,
                                                          std::vector<Context> const& contexts,
                                                          Patience const& patience) {
    TRY(set_up_dcmtk());
    if (peer.host.size() > 100 || contexts.size() > 128)
        return Error(Code::kInternal, "no such peer, or too many presentation contexts");
    auto line = std::make_shared<Line>(patience);
    T_ASC_Network* network = nullptr;
    if (ASC_initializeNetwork(NET_REQUESTOR, 0, kLongSeconds, &network).bad())
        return Error(Code::kInternal, "no network");
    wire(*network, {line, peer.tls.get(), peer.server_name});
    T_ASC_Parameters* parameters = nullptr;
    if (ASC_createAssociationParameters(&parameters, kMaxPdu).bad()) {
        ASC_dropNetwork(&network);
        return Error(Code::kInternal, "no memory for an association");
    }
    ASC_setAPTitles(parameters, peer.our_ae_title.c_str(), peer.ae_title.c_str(), nullptr);
    ASC_setTransportLayerType(parameters, peer.tls != nullptr);
    std::string const address = peer.host + ":" + std::to_string(peer.port);
    ASC_setPresentationAddresses(parameters, "localhost", address.c_str());
    OFCondition outcome = EC_IllegalCall;
    T_ASC_Association* handle = nullptr;
    if (propose(parameters, contexts))
        outcome = ASC_requestAssociation(network, parameters, &handle, nullptr, nullptr,
                                         DUL_NOBLOCK, kLongSeconds);
    if (handle == nullptr) ASC_destroyAssociationParameters(&parameters);
    auto association = std::make_unique<Association>(line, network, handle);
    if (outcome.good()) return association;
    association->ended();
    if (outcome == DUL_ASSOCIATIONREJECTED)
        return Error(Code::kPeerUnavailable,
                     std::string("association refused: ") + reason_of(parameters));
    if (!line->connected()) return Error(Code::kPeerUnavailable, "no connection");
    return line->failed("association");
}

Association::~Association() {
    if (handle_ != nullptr && handle_->DULassociation != nullptr) {
        if (usable()) {
            line_->be_patient({std::chrono::steady_clock::now() + kReleaseTime, kReleaseTime, {}});
            (void)ASC_releaseAssociation(handle_);
        } else {
            abort();
        }
    }
    ASC_destroyAssociation(&handle_);
    ASC_dropNetwork(&network_);
}

void Association::abort() {
    if (!over_) line_->abort_association();
    over_ = true;
}

Error Association::failed(char const* step, bool by_peer) {
    LineEnd const end = line_->end();
    if (end != LineEnd::kNone && end != LineEnd::kStopped) return line_->failed(step);
    if (!by_peer)
        return Error(Code::kInvalidContent, std::string(step) + ": what came is not understood");
    over_ = true;
    return Error(Code::kPeerUnavailable, std::string(step) + ": the archive ended the association");
}

std::uint8_t Association::accepted(std::string const& abstract_syntax) const {
    return ASC_findAcceptedPresentationContextID(handle_, abstract_syntax.c_str());
}

int Association::accepted_contexts() const {
    return ASC_countAcceptedPresentationContexts(handle_->params);
}

std::string Association::transfer_syntax_of(std::uint8_t context) const {
    T_ASC_PresentationContext found{};
    if (ASC_findAcceptedPresentationContext(handle_->params, context, &found).bad()) return "";
    return found.acceptedTransferSyntax;
}

}  // namespace musubi::dicomnet
