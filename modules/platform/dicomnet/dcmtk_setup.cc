#include "platform/dicomnet/dcmtk_setup.h"

#include <dcmtk/config/osconfig.h>

#include <dcmtk/dcmdata/dcdict.h>
#include <dcmtk/dcmnet/assoc.h>
#include <dcmtk/oflog/oflog.h>
#include <signal.h>

#include <mutex>

namespace musubi::dicomnet {
namespace {

/// Seconds until a connection stands.
constexpr Sint32 kConnectSeconds = 3;

Status set_up() {
    OFLog::configure(OFLogger::OFF_LOG_LEVEL);
    dcmDisableGethostbyaddr.set(OFTrue);
    dcmConnectionTimeout.set(kConnectSeconds);
    if (!dcmDataDict.isDictionaryLoaded())
        return Error(Code::kInternal, "DCMTK's data dictionary is missing");
    // The first network fills tables that all share, and changes what becomes of SIGPIPE.
    struct sigaction before {};
    ::sigaction(SIGPIPE, nullptr, &before);
    T_ASC_Network* network = nullptr;
    bool const good = ASC_initializeNetwork(NET_REQUESTOR, 0, 30, &network).good();
    ASC_dropNetwork(&network);
    ::sigaction(SIGPIPE, &before, nullptr);
    if (!good) return Error(Code::kInternal, "DCMTK cannot be set up");
    return {};
}

}  // namespace

Status set_up_dcmtk() {
    static std::once_flag once;
    static Status outcome;
    std::call_once(once, [] { outcome = set_up(); });
    return outcome;
}

}  // namespace musubi::dicomnet
