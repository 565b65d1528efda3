#include "platform/dicomnet/retrieve_request.h"
#include "platform/dicomnet/storage_listener_impl.h"
#include "platform/dicomnet/store_receive.h"

#include <dcmtk/config/osconfig.h>

#include <dcmtk/dcmdata/dcuid.h>
#include <dcmtk/dcmnet/dimse.h>

namespace musubi::dicomnet {
namespace {

/// For what is under way already when the archive says that it has failed.
constexpr std::chrono::milliseconds kOvertaking{300};

constexpr char const* kMoveClass = UID_MOVEStudyRootQueryRetrieveInformationModel;

class Move final : public Retrieval {
public:
    Move(std::unique_ptr<Association> association, Peer const& peer, Offer offer,
         Expected& expected, std::string sender)
        : association_(std::move(association)),
          destination_(peer.our_ae_title),
          offer_(std::move(offer)),
          expected_(expected),
          sender_(std::move(sender)) {}

    bool usable() const override { return association_->usable(); }

    Status fetch(ObjectName const& name, Patience const& patience, ObjectReader& reader) override {
        if (!usable()) return Error(Code::kPeerUnavailable, "the association is over");
        auto const wanted = expected_.expect(sender_, name.instance, offer_, patience, reader);
        // This association says nothing while the object comes over the other one.
        Patience silent = patience;
        silent.silence = std::chrono::hours(1);
        association_->line().be_patient(std::move(silent));
        bool answered = false;
        Status told = exchange(name, answered);
        if (!answered) association_->abort();
        // The answer may overtake the last octets, and that of a failure even the first.
        auto const now = std::chrono::steady_clock::now();
        auto until = now;
        if (answered && told.error().code == Code::kUnsupported) until = now + kOvertaking;
        if (answered && (wanted->claimed() || expected_.is_shared(sender_, name.instance)))
            until = now + patience.silence;
        auto const came = wanted->outcome(std::min(patience.deadline, until));
        expected_.forget(sender_, wanted);
        if (came) return *came;
        if (answered) return unless_absent(*association_, name, std::move(told).error());
        return told;
    }

private:
    Status exchange(ObjectName const& name, bool& answered) {
        T_DIMSE_Message request{};
        request.CommandField = DIMSE_C_MOVE_RQ;
        T_DIMSE_C_MoveRQ& move = request.msg.CMoveRQ;
        move.MessageID = association_->handle().nextMsgID++;
        move.Priority = DIMSE_PRIORITY_MEDIUM;
        move.DataSetType = DIMSE_DATASET_PRESENT;
        OFStandard::strlcpy(move.AffectedSOPClassUID, kMoveClass, sizeof move.AffectedSOPClassUID);
        OFStandard::strlcpy(move.MoveDestination, destination_.c_str(),
                            sizeof move.MoveDestination);
        std::uint8_t const context = association_->accepted(kMoveClass);
        if (!send_retrieve(*association_, context, request, name))
            return association_->line().failed("C-MOVE");
        for (;;) {
            T_DIMSE_Message message{};
            T_ASC_PresentationContextID came = 0;
            OFCondition const done = DIMSE_receiveCommand(&association_->handle(), DIMSE_BLOCKING,
                                                          0, &came, &message, nullptr, nullptr);
            bool const by_peer =
                done == DUL_PEERABORTEDASSOCIATION || done == DUL_PEERREQUESTEDRELEASE;
            if (done.bad()) return association_->failed("C-MOVE", by_peer);
            T_DIMSE_C_MoveRSP const& told = message.msg.CMoveRSP;
            if (message.CommandField != DIMSE_C_MOVE_RSP ||
                told.MessageIDBeingRespondedTo != move.MessageID)
                return Error(Code::kInvalidContent, "an answer to something else");
            if (told.DataSetType == DIMSE_DATASET_PRESENT && !pass_over_object(*association_))
                return association_->line().failed("C-MOVE");
            if (is_pending(told.DimseStatus)) continue;
            answered = true;
            return nothing_came({told.DimseStatus, told.NumberOfCompletedSubOperations,
                                 told.NumberOfFailedSubOperations,
                                 told.NumberOfWarningSubOperations,
                                 (told.opts & O_MOVE_NUMBEROFCOMPLETEDSUBOPERATIONS) != 0});
        }
    }

    std::unique_ptr<Association> const association_;
    std::string const destination_;
    Offer const offer_;
    Expected& expected_;
    std::string const sender_;
};

}  // namespace

Result<std::unique_ptr<Retrieval>> open_move(Peer const& peer, Offer const& offer,
                                             Patience const& patience, StorageListener& listener,
                                             std::string const& sender) {
    Association::Context const moving{
        kMoveClass, {known_transfer_syntaxes()[1], known_transfer_syntaxes()[0]}, false};
    auto association = TRY(Association::request(peer, {moving, find_context()}, patience));
    if (association->accepted(kMoveClass) == 0)
        return Error(Code::kPeerUnavailable, "the archive does not do C-MOVE");
    return std::unique_ptr<Retrieval>(std::make_unique<Move>(std::move(association), peer, offer,
                                                             listener.impl().expected, sender));
}

}  // namespace musubi::dicomnet
