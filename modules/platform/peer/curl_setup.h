#pragma once
// Inside the room: what every request sets on its curl handle, and what curl's outcomes mean to us.

#include "platform/peer/peer_client.h"

namespace musubi::peer {

/// Request lines; freed with it.
class HeaderList {
public:
    HeaderList() = default;
    ~HeaderList();
    HeaderList(HeaderList const&) = delete;
    HeaderList& operator=(HeaderList const&) = delete;
    /// kInvalidContent when one has more than one line.
    Status fill(std::vector<PeerHeader> const& headers);
    void* get() const { return list_; }

private:
    void* list_ = nullptr;  ///< curl_slist
};

/// Address, protocol, timeouts and certificates, for a POST of `size` octets. `request` must
/// outlive the transfer. kInvalidContent for an address that is not called.
Status set_up(void* easy, PeerRequest const& request, std::uint64_t size, bool plain_allowed);

/// Of a CURLcode that is not CURLE_OK.
Error explain(int code);

/// Takes one line of the answer's head; what a "100 Continue" said is forgotten.
void take_header_line(std::string_view line, std::vector<PeerHeader>& headers);

inline constexpr std::size_t kMaxHeaderBytes = 64 * 1024;

}  // namespace musubi::peer
