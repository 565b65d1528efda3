#include "codec/dicomkos/instance_head.h"

#include "codec/dicomkos/data_set.h"
#include "platform/base/ids.h"

namespace musubi::dicomkos {
namespace {

constexpr Tag kSopClass = 0x0008'0016, kSopInstance = 0x0008'0018, kPatientId = 0x0010'0020;
constexpr Tag kStudyUid = 0x0020'000D, kSeriesUid = 0x0020'000E;
constexpr Tag kWanted[] = {kSopClass, kSopInstance, kPatientId, kStudyUid, kSeriesUid};

HeadState state_of(ReadOutcome const& outcome) {
    return outcome.state == ReadState::kCutShort ? HeadState::kNeedsMore : HeadState::kBroken;
}

}  // namespace

HeadState read_head(ByteView beginning, InstanceHead& into) {
    FileMeta meta;
    if (auto const read = read_file_meta(beginning, meta); read.state != ReadState::kDone)
        return state_of(read);
    Encoding encoding;
    if (!encoding_of(meta.transfer_syntax, encoding)) return HeadState::kBroken;
    ReadLimits limits;
    limits.elements = 64;
    limits.stop_behind = kSeriesUid;
    DataSet head;
    auto const read = read_data_set(beginning.subspan(meta.size), encoding, kWanted, limits, head);
    bool const found = !head.text(kSeriesUid).empty() && !head.text(kStudyUid).empty();
    if (read.state == ReadState::kBroken) return HeadState::kBroken;
    if (!found) return read.stopped ? HeadState::kBroken : HeadState::kNeedsMore;
    into.transfer_syntax = meta.transfer_syntax;
    into.sop_class = head.text(kSopClass);
    into.sop_instance = head.text(kSopInstance);
    into.study = head.text(kStudyUid);
    into.series = head.text(kSeriesUid);
    into.patient_id = head.text(kPatientId);
    if (into.sop_instance != meta.sop_instance || !is_oid(into.sop_instance) ||
        !is_oid(into.study) || !is_oid(into.series))
        return HeadState::kBroken;
    return HeadState::kRead;
}

}  // namespace musubi::dicomkos
