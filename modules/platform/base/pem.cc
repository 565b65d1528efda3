#include "platform/base/pem.h"

namespace musubi {

Result<Bytes> certificate_der(std::string_view pem) {
    constexpr std::string_view kBegin = "-----BEGIN CERTIFICATE-----";
    constexpr std::string_view kEnd = "-----END CERTIFICATE-----";
    auto const begin = pem.find(kBegin);
    auto const end = begin == pem.npos ? begin : pem.find(kEnd, begin);
    if (end == pem.npos) return Error(Code::kInvalidContent, "no PEM certificate");
    Bytes der = TRY(from_base64(pem.substr(begin + kBegin.size(), end - begin - kBegin.size())));
    if (der.empty()) return Error(Code::kInvalidContent, "empty PEM certificate");
    return der;
}

}  // namespace musubi
