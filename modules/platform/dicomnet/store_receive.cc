#include "platform/dicomnet/store_receive.h"

#include "platform/dicomnet/part10.h"

#include <dcmtk/config/osconfig.h>

#include <dcmtk/dcmdata/dcostrma.h>
#include <dcmtk/dcmnet/dimse.h>

namespace musubi::dicomnet {
namespace {

/// Where DCMTK writes the octets of a data set, unparsed.
class Pieces final : public DcmConsumer {
public:
    Pieces(Line& line, ObjectReader& reader) : line_(line), reader_(reader) {}
    OFBool good() const override { return taken_.ok(); }
    OFCondition status() const override { return taken_.ok() ? EC_Normal : EC_InvalidStream; }
    OFBool isFlushed() const override { return OFTrue; }
    offile_off_t avail() const override { return 1 << 20; }
    offile_off_t write(void const* from, offile_off_t octets) override {
        if (!taken_) return 0;
        taken_ = reader_.piece(
            {static_cast<std::uint8_t const*>(from), static_cast<std::size_t>(octets)});
        if (taken_) return octets;
        line_.stop(LineEnd::kStopped);  // DCMTK would read the rest away
        return 0;
    }
    void flush() override {}
    Status const& taken() const { return taken_; }

private:
    Line& line_;
    ObjectReader& reader_;
    Status taken_;
};

class PieceStream final : public DcmOutputStream {
public:
    explicit PieceStream(Pieces& pieces) : DcmOutputStream(&pieces) {}
};

}  // namespace

Status receive_object(Association& association, std::uint8_t context,
                      T_DIMSE_C_StoreRQ const& request, ObjectReader& reader) {
    std::string const head =
        part10_head(request.AffectedSOPClassUID, request.AffectedSOPInstanceUID,
                    association.transfer_syntax_of(context));
    TRY(reader.piece(as_bytes(head)));
    Pieces pieces(association.line(), reader);
    PieceStream stream(pieces);
    T_ASC_PresentationContextID came = 0;
    OFCondition const done = DIMSE_receiveDataSetInFile(&association.handle(), DIMSE_BLOCKING, 0,
                                                        &came, &stream, nullptr, nullptr);
    TRY(Status(pieces.taken()));
    if (done.bad()) return association.failed("object", done == DUL_PEERABORTEDASSOCIATION);
    if (came != context) return Error(Code::kInvalidContent, "an object of another context");
    return {};
}

bool answer_store(Association& association, std::uint8_t context, T_DIMSE_C_StoreRQ const& request,
                  StoreAnswer answer) {
    T_DIMSE_C_StoreRSP response{};
    response.MessageIDBeingRespondedTo = request.MessageID;
    response.DimseStatus = static_cast<DIC_US>(answer);
    response.DataSetType = DIMSE_DATASET_NULL;
    OFStandard::strlcpy(response.AffectedSOPClassUID, request.AffectedSOPClassUID,
                        sizeof response.AffectedSOPClassUID);
    OFStandard::strlcpy(response.AffectedSOPInstanceUID, request.AffectedSOPInstanceUID,
                        sizeof response.AffectedSOPInstanceUID);
    response.opts = O_STORE_AFFECTEDSOPCLASSUID | O_STORE_AFFECTEDSOPINSTANCEUID;
    if (request.opts & O_STORE_RQ_BLANK_PADDING) response.opts |= O_STORE_RSP_BLANK_PADDING;
    return DIMSE_sendStoreResponse(&association.handle(), context, &request, &response, nullptr)
        .good();
}

bool pass_over_object(Association& association) {
    DIC_UL octets = 0, fragments = 0;
    return DIMSE_ignoreDataSet(&association.handle(), DIMSE_BLOCKING, 0, &octets, &fragments)
        .good();
}

}  // namespace musubi::dicomnet
