#include "platform/dicomnet/retrieve_request.h"

#include "platform/dicomnet/store_receive.h"

#include <dcmtk/config/osconfig.h>

#include <dcmtk/dcmdata/dcdatset.h>
#include <dcmtk/dcmdata/dcdeftag.h>
#include <dcmtk/dcmdata/dcuid.h>
#include <dcmtk/dcmnet/dimse.h>

#include <cstdio>

namespace musubi::dicomnet {
namespace {

constexpr char const* kFindClass = UID_FINDStudyRootQueryRetrieveInformationModel;

/// Nothing: it does not tell.
std::optional<bool> is_there(Association& association, ObjectName const& name) {
    std::uint8_t const context = association.accepted(kFindClass);
    if (context == 0) return std::nullopt;
    T_DIMSE_Message request{};
    request.CommandField = DIMSE_C_FIND_RQ;
    T_DIMSE_C_FindRQ& find = request.msg.CFindRQ;
    find.MessageID = association.handle().nextMsgID++;
    find.Priority = DIMSE_PRIORITY_MEDIUM;
    find.DataSetType = DIMSE_DATASET_PRESENT;
    OFStandard::strlcpy(find.AffectedSOPClassUID, kFindClass, sizeof find.AffectedSOPClassUID);
    if (!send_retrieve(association, context, request, name)) return std::nullopt;
    for (bool found = false;;) {
        T_DIMSE_Message message{};
        T_ASC_PresentationContextID came = 0;
        bool const good = DIMSE_receiveCommand(&association.handle(), DIMSE_BLOCKING, 0, &came,
                                               &message, nullptr, nullptr)
                              .good();
        T_DIMSE_C_FindRSP const& told = message.msg.CFindRSP;
        bool const ours = good && message.CommandField == DIMSE_C_FIND_RSP &&
                          told.MessageIDBeingRespondedTo == find.MessageID;
        if (!ours ||
            (told.DataSetType == DIMSE_DATASET_PRESENT && !pass_over_object(association))) {
            association.abort();
            return std::nullopt;
        }
        if (is_pending(told.DimseStatus))
            found = true;
        else
            return told.DimseStatus == 0 ? std::optional(found) : std::nullopt;
    }
}

}  // namespace

bool send_retrieve(Association& association, std::uint8_t context, T_DIMSE_Message& request,
                   ObjectName const& name) {
    DcmDataset identifier;
    bool const filled =
        identifier.putAndInsertString(DCM_QueryRetrieveLevel, "IMAGE").good() &&
        identifier.putAndInsertString(DCM_StudyInstanceUID, name.study.c_str()).good() &&
        identifier.putAndInsertString(DCM_SeriesInstanceUID, name.series.c_str()).good() &&
        identifier.putAndInsertString(DCM_SOPInstanceUID, name.instance.c_str()).good();
    return filled && DIMSE_sendMessageUsingMemoryData(&association.handle(), context, &request,
                                                      nullptr, &identifier, nullptr, nullptr)
                         .good();
}

Association::Context find_context() {
    return {kFindClass, {known_transfer_syntaxes()[1], known_transfer_syntaxes()[0]}, false};
}

Error unless_absent(Association& association, ObjectName const& name, Error failure) {
    if (failure.code != Code::kUnsupported || is_there(association, name) != false) return failure;
    return Error(Code::kNotFound, "the archive does not have it");
}

bool is_pending(std::uint16_t status) { return status == 0xFF00 || status == 0xFF01; }

Error nothing_came(SubOperations const& told) {
    bool const success = told.status == 0 || told.status == 0xB000;
    if (success && told.failed == 0 && (!told.counted || told.completed + told.warned == 0))
        return Error(Code::kNotFound, "the archive does not have it");
    if (success && told.failed == 0)
        return Error(Code::kInvalidContent, "the archive says it has sent what has not come");
    if (told.status == 0xA801)
        return Error(Code::kPeerUnavailable, "the archive does not know our AE title as a place");
    char status[8];
    std::snprintf(status, sizeof status, "%04X", static_cast<unsigned>(told.status));
    // Refused for want of something (PS3.4 C.4.2.1.5, C.4.3.1.4); else it cannot send it so.
    bool const later = (told.status & 0xFF00) == 0xA700 || told.status == 0xFE00;
    return Error(later ? Code::kPeerUnavailable : Code::kUnsupported, kReasonAnswered,
                 std::string("the archive answers with status ") + status);
}

}  // namespace musubi::dicomnet
