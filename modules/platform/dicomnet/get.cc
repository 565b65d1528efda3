#include "platform/dicomnet/archive.h"
#include "platform/dicomnet/retrieve_request.h"
#include "platform/dicomnet/store_receive.h"

#include <dcmtk/config/osconfig.h>

#include <dcmtk/dcmdata/dcuid.h>
#include <dcmtk/dcmnet/dimse.h>

namespace musubi::dicomnet {
namespace {

constexpr std::size_t kMostStores = 60;

/// Study Root, as PS3.4 C.4.3 and every archive that does C-GET at all.
constexpr char const* kGetClass = UID_GETStudyRootQueryRetrieveInformationModel;

class Get final : public Retrieval {
public:
    explicit Get(std::unique_ptr<Association> association) : association_(std::move(association)) {}

    bool usable() const override { return association_->usable(); }

    Status fetch(ObjectName const& name, Patience const& patience, ObjectReader& reader) override {
        if (!usable()) return Error(Code::kPeerUnavailable, "the association is over");
        association_->line().be_patient(patience);
        stored_ = false;
        bool answered = false;
        Status outcome = exchange(name, reader, answered);
        // Not in order: what may still come belongs to nobody.
        if (!answered) association_->abort();
        // The whole object is here, whatever the archive says of it.
        if (stored_) return {};
        if (answered) return unless_absent(*association_, name, std::move(outcome).error());
        return outcome;
    }

private:
    Status exchange(ObjectName const& name, ObjectReader& reader, bool& answered) {
        T_DIMSE_Message request{};
        request.CommandField = DIMSE_C_GET_RQ;
        T_DIMSE_C_GetRQ& get = request.msg.CGetRQ;
        get.MessageID = association_->handle().nextMsgID++;
        get.Priority = DIMSE_PRIORITY_MEDIUM;
        get.DataSetType = DIMSE_DATASET_PRESENT;
        OFStandard::strlcpy(get.AffectedSOPClassUID, kGetClass, sizeof get.AffectedSOPClassUID);
        std::uint8_t const context = association_->accepted(kGetClass);
        if (!send_retrieve(*association_, context, request, name))
            return association_->line().failed("C-GET");
        for (;;) {
            T_DIMSE_Message message{};
            T_ASC_PresentationContextID came = 0;
            TRY(receive(message, came));
            if (message.CommandField == DIMSE_C_STORE_RQ) {
                TRY(store(message.msg.CStoreRQ, came, name, reader));
                continue;
            }
            T_DIMSE_C_GetRSP const& told = message.msg.CGetRSP;
            if (message.CommandField != DIMSE_C_GET_RSP ||
                told.MessageIDBeingRespondedTo != get.MessageID)
                return Error(Code::kInvalidContent, "an answer to something else");
            if (told.DataSetType == DIMSE_DATASET_PRESENT && !pass_over_object(*association_))
                return association_->line().failed("C-GET");
            if (is_pending(told.DimseStatus)) continue;
            answered = true;
            return nothing_came({told.DimseStatus, told.NumberOfCompletedSubOperations,
                                 told.NumberOfFailedSubOperations,
                                 told.NumberOfWarningSubOperations,
                                 (told.opts & O_GET_NUMBEROFCOMPLETEDSUBOPERATIONS) != 0});
        }
    }

    Status receive(T_DIMSE_Message& message, T_ASC_PresentationContextID& context) {
        OFCondition const done = DIMSE_receiveCommand(&association_->handle(), DIMSE_BLOCKING, 0,
                                                      &context, &message, nullptr, nullptr);
        if (done.good()) return {};
        bool const by_peer = done == DUL_PEERABORTEDASSOCIATION || done == DUL_PEERREQUESTEDRELEASE;
        return association_->failed("C-GET", by_peer);
    }

    Status store(T_DIMSE_C_StoreRQ const& request, std::uint8_t context, ObjectName const& name,
                 ObjectReader& reader) {
        if (stored_ || name.instance != request.AffectedSOPInstanceUID)
            return Error(Code::kInvalidContent, "another object than was asked for");
        TRY(receive_object(*association_, context, request, reader));
        stored_ = true;
        if (!answer_store(*association_, context, request, StoreAnswer::kSuccess))
            return association_->line().failed("C-GET");
        return {};
    }

    std::unique_ptr<Association> const association_;
    bool stored_ = false;
};

}  // namespace

Result<std::unique_ptr<Retrieval>> open_get(Peer const& peer, Offer const& offer,
                                            Patience const& patience) {
    std::vector<Association::Context> contexts{
        {kGetClass, {known_transfer_syntaxes()[1], known_transfer_syntaxes()[0]}, false},
        find_context()};
    std::size_t const others = contexts.size();
    for (std::string const& sop_class : offer.sop_classes) {
        for (std::string const& syntax : offer.transfer_syntaxes)
            contexts.push_back({sop_class, {syntax}, true});
    }
    if (contexts.size() == others || contexts.size() > kMostStores + others)
        return Error(Code::kUnsupported, "nothing, or too much, to offer");
    auto association = TRY(Association::request(peer, contexts, patience));
    if (association->accepted(kGetClass) == 0)
        return Error(Code::kPeerUnavailable, "the archive does not do C-GET");
    bool const finds = association->accepted(find_context().abstract_syntax) != 0;
    if (association->accepted_contexts() < (finds ? 3 : 2))
        return Error(Code::kUnsupported, "the archive sends nothing of this kind");
    return std::unique_ptr<Retrieval>(std::make_unique<Get>(std::move(association)));
}

std::vector<std::string> const& known_transfer_syntaxes() {
    static std::vector<std::string> const kSyntaxes{
        UID_LittleEndianExplicitTransferSyntax,
        UID_LittleEndianImplicitTransferSyntax,
        UID_JPEGProcess14SV1TransferSyntax,
        UID_JPEGProcess14TransferSyntax,
        UID_JPEGLSLosslessTransferSyntax,
        UID_JPEG2000LosslessOnlyTransferSyntax,
        UID_RLELosslessTransferSyntax,
        UID_JPEG2000TransferSyntax,
        UID_JPEGLSLossyTransferSyntax,
        UID_JPEGProcess1TransferSyntax,
        UID_JPEGProcess2_4TransferSyntax,
        UID_MPEG2MainProfileAtMainLevelTransferSyntax,
        UID_MPEG2MainProfileAtHighLevelTransferSyntax,
        UID_MPEG4HighProfileLevel4_1TransferSyntax,
        UID_MPEG4BDcompatibleHighProfileLevel4_1TransferSyntax,
        UID_HEVCMainProfileLevel5_1TransferSyntax,
        UID_HEVCMain10ProfileLevel5_1TransferSyntax,
    };
    return kSyntaxes;
}

}  // namespace musubi::dicomnet
