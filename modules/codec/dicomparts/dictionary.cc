#include "codec/dicomparts/dictionary.h"

#include <dcmtk/config/osconfig.h>

#include <dcmtk/dcmdata/dcdicent.h>
#include <dcmtk/dcmdata/dcdict.h>
#include <dcmtk/dcmdata/dcvr.h>
#include <dcmtk/oflog/oflog.h>

#include <mutex>

namespace musubi::dicomparts {
namespace {

/// EVR_UNKNOWN: not in the dictionary.
DcmEVR entry_of(Tag tag) {
    DcmDataDictionary const& dictionary = dcmDataDict.rdlock();
    DcmDictEntry const* const entry = dictionary.findEntry(
        DcmTagKey(static_cast<Uint16>(tag >> 16), static_cast<Uint16>(tag & 0xFFFF)), nullptr);
    DcmEVR const out = entry ? entry->getEVR() : EVR_UNKNOWN;
    dcmDataDict.rdunlock();
    return out;
}

}  // namespace

void quieten_dcmtk() {
    static std::once_flag once;
    std::call_once(once, [] { OFLog::configure(OFLogger::OFF_LOG_LEVEL); });
}

Result<std::string> vr_of(Tag tag) {
    quieten_dcmtk();
    if (!dcmDataDict.isDictionaryLoaded())
        return Error(Code::kInternal, "DCMTK's data dictionary is missing");
    Tag const number = tag & 0xFFFF;
    if (number == 0) return std::string("UL");  // group length
    if ((tag >> 16) % 2 != 0)
        return std::string(number >= 0x10 && number <= 0xFF ? "LO" : "UN");  // private creators
    DcmEVR const entry = entry_of(tag);
    if (entry == EVR_ox || entry == EVR_px || entry == EVR_pixelSQ) return std::string("OW");
    return std::string(DcmVR(entry).getValidVRName());
}

bool may_be_signed(Tag tag) { return (tag >> 16) % 2 == 0 && entry_of(tag) == EVR_xs; }

}  // namespace musubi::dicomparts
