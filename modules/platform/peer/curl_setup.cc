#include "platform/peer/curl_setup.h"

#include <curl/curl.h>

#include "platform/base/text.h"

namespace musubi::peer {
namespace {

bool is_loopback_http(std::string const& url) {
    for (std::string_view const host : {"http://127.0.0.1", "http://localhost", "http://[::1]"}) {
        if (url.substr(0, host.size()) != host) continue;
        char const next = url.size() > host.size() ? url[host.size()] : '/';
        // An '@' further on would make this a user name and another host.
        if ((next == ':' || next == '/') &&
            url.substr(0, url.find('/', 7)).find('@') == std::string::npos) {
            return true;
        }
    }
    return false;
}

void set_identity(CURL* easy, PeerRequest const& request) {
    PeerIdentity const& identity = request.identity;
    curl_easy_setopt(easy, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
    curl_easy_setopt(easy, CURLOPT_SSL_CIPHER_LIST, "ECDHE+AESGCM:DHE+AESGCM:ECDHE+CHACHA20");
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST,
                     request.server_name == ServerName::kChecked ? 2L : 0L);
    // Never the machine's list of public authorities.
    curl_easy_setopt(easy, CURLOPT_CAPATH, nullptr);
    curl_easy_setopt(easy, CURLOPT_CAINFO, identity.ca_file.c_str());
    if (!identity.crl_file.empty())
        curl_easy_setopt(easy, CURLOPT_CRLFILE, identity.crl_file.c_str());
    if (!identity.certificate_file.empty()) {
        curl_easy_setopt(easy, CURLOPT_SSLCERT, identity.certificate_file.c_str());
        curl_easy_setopt(easy, CURLOPT_SSLKEY, identity.key_file.c_str());
    }
}

/// Of https://[user@]host[:port]/..., without the brackets of an IPv6 address.
std::string host_of(std::string const& url) {
    CURLU* const parts = curl_url();
    char* host = nullptr;
    std::string out;
    if (curl_url_set(parts, CURLUPART_URL, url.c_str(), 0) == CURLUE_OK &&
        curl_url_get(parts, CURLUPART_HOST, &host, 0) == CURLUE_OK) {
        out = host;
    }
    curl_free(host);
    curl_url_cleanup(parts);
    if (out.size() > 2 && out.front() == '[') out = out.substr(1, out.size() - 2);
    return out;
}

CURLcode on_tls(CURL*, void* context, void* pointer) {
    auto const* request = static_cast<PeerRequest const*>(pointer);
    try {
        if (request->rules(context, host_of(request->url))) return CURLE_OK;
    } catch (std::exception const&) {
    }
    return CURLE_SSL_CERTPROBLEM;
}

/// `request` must outlive the transfer.
void set_rules(CURL* easy, PeerRequest const& request) {
    if (!request.rules) return;
    curl_easy_setopt(easy, CURLOPT_SSL_CTX_FUNCTION, &on_tls);
    curl_easy_setopt(easy, CURLOPT_SSL_CTX_DATA, &request);
    curl_easy_setopt(easy, CURLOPT_SSL_SESSIONID_CACHE, 0L);
}

}  // namespace

HeaderList::~HeaderList() { curl_slist_free_all(static_cast<curl_slist*>(list_)); }

Status HeaderList::fill(std::vector<PeerHeader> const& headers) {
    for (auto const& [name, value] : headers) {
        std::string const line = name + ": " + value;
        if (line.find_first_of(std::string_view("\r\n\0", 3)) != std::string::npos) {
            return Error(Code::kInvalidContent, "a header has more than one line");
        }
        list_ = curl_slist_append(static_cast<curl_slist*>(list_), line.c_str());
    }
    return {};
}

Status set_up(void* easy, PeerRequest const& request, std::uint64_t size, bool plain_allowed) {
    bool const https = request.url.substr(0, 8) == "https://";
    bool const http = request.url.substr(0, 7) == "http://";
    bool const plain_wanted = http && request.plaintext == Plaintext::kAllowed;
    if (!https && !plain_wanted && !(plain_allowed && is_loopback_http(request.url))) {
        return Error(Code::kInvalidContent, "only https URLs are called");
    }
    curl_easy_setopt(easy, CURLOPT_URL, request.url.c_str());
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, https ? "https" : "http");
    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(easy, CURLOPT_PROXY, "");
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
    curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
    // A peer closes idle connections after a minute; one that is older is not worth the risk.
    curl_easy_setopt(easy, CURLOPT_MAXAGE_CONN, 45L);
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS,
                     static_cast<long>(request.connect_timeout_ms));
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, static_cast<long>(request.total_timeout_ms));
    if (request.method == Method::kGet) {
        curl_easy_setopt(easy, CURLOPT_HTTPGET, 1L);
    } else {
        curl_easy_setopt(easy, CURLOPT_POST, 1L);
        curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(size));
    }
    set_identity(easy, request);
    set_rules(easy, request);
    return {};
}

Error explain(int code) {
    std::string const what =
        std::string("peer: ") + curl_easy_strerror(static_cast<CURLcode>(code));
    // A switch over curl's hundred codes would hide the few that differ.
    if (code == CURLE_URL_MALFORMAT || code == CURLE_SSL_CERTPROBLEM ||
        code == CURLE_SSL_CACERT_BADFILE || code == CURLE_SSL_CRL_BADFILE) {
        return Error(Code::kInvalidContent, what);
    }
    if (code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_SSL_CONNECT_ERROR ||
        code == CURLE_SSL_ISSUER_ERROR) {
        return Error(Code::kUnauthenticated, what);
    }
    return Error(Code::kPeerUnavailable, what);
}

void take_header_line(std::string_view line, std::vector<PeerHeader>& headers) {
    line = trim(line);
    if (line.substr(0, 5) == "HTTP/") {
        headers.clear();
    } else if (std::size_t const colon = line.find(':'); colon != std::string_view::npos) {
        headers.emplace_back(line.substr(0, colon), trim(line.substr(colon + 1)));
    }
}

}  // namespace musubi::peer
