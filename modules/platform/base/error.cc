#include "platform/base/error.h"

namespace musubi {

std::string_view to_string(Code code) {
    switch (code) {
        case Code::kInvalidMessage: return "InvalidMessage";
        case Code::kInvalidContent: return "InvalidContent";
        case Code::kUnsupported: return "Unsupported";
        case Code::kUnauthenticated: return "Unauthenticated";
        case Code::kDenied: return "Denied";
        case Code::kNotFound: return "NotFound";
        case Code::kConflict: return "Conflict";
        case Code::kTooLarge: return "TooLarge";
        case Code::kBusy: return "Busy";
        case Code::kPeerUnavailable: return "PeerUnavailable";
        case Code::kStorageUnavailable: return "StorageUnavailable";
        case Code::kInternal: return "Internal";
    }
    return "Internal";
}

}  // namespace musubi
