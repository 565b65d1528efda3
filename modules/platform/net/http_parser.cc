#include "platform/net/http_parser.h"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/status.hpp>

#include "platform/base/text.h"
#include "platform/net/http_head_scanner.h"

namespace musubi::net {
namespace {

namespace http = boost::beast::http;
using BeastError = boost::beast::error_code;
using BeastText = boost::beast::string_view;

std::string_view to_view(BeastText text) { return {text.data(), text.size()}; }

/// Beast's callbacks into our own structs: no container of its own, no copy of the body beyond
/// `body`.
class Collector final : public http::basic_parser<true> {
public:
    core::HttpRequestHead head;
    std::string body;
    HttpProblem problem;
    int version = 11;
    bool expects_continue = false;
    bool has_transfer_encoding = false;

private:
    int hosts_ = 0;
    bool in_trailer_ = false;

    BeastError fail(BeastError& ec, int status, std::string detail) {
        if (problem.status == 0) problem = {status, std::move(detail), nullptr};
        ec = http::error::bad_field;
        return ec;
    }

    void on_request_impl(http::verb, BeastText method, BeastText target, int v,
                         BeastError& ec) override {
        version = v;
        head.method = std::string(to_view(method));
        std::string_view rest = to_view(target);
        // The absolute form must be understood (RFC 9112 3.2.2); only its path matters here.
        for (std::string_view const scheme : {"https://", "http://"}) {
            if (rest.substr(0, scheme.size()) != scheme) continue;
            std::size_t const slash = rest.find('/', scheme.size());
            rest = slash == std::string_view::npos ? std::string_view("/") : rest.substr(slash);
        }
        if (rest.empty() || (rest[0] != '/' && rest != "*")) {
            fail(ec, 400, "request target is no path");
            return;
        }
        std::size_t const mark = rest.find('?');
        head.path = std::string(rest.substr(0, mark));
        if (mark != std::string_view::npos) head.query = std::string(rest.substr(mark + 1));
    }

    void on_field_impl(http::field name, BeastText name_text, BeastText value,
                       BeastError& ec) override {
        if (in_trailer_) return;  // trailers carry nothing that we use
        std::string_view const text = to_view(value);
        // An exhaustive switch over Beast's three hundred names would say nothing.
        if (name == http::field::host && ++hosts_ > 1) {
            fail(ec, 400, "more than one Host");
            return;
        }
        if (name == http::field::transfer_encoding) {
            if (has_transfer_encoding || version < 11) {
                fail(ec, 400, "ambiguous Transfer-Encoding");
                return;
            }
            has_transfer_encoding = true;
            if (!equals_ignore_case(trim(text), "chunked")) {
                fail(ec, 501, "transfer coding is not chunked");
                return;
            }
        }
        if (name == http::field::expect) {
            if (!equals_ignore_case(trim(text), "100-continue")) {
                fail(ec, 417, "unknown expectation");
                return;
            }
            expects_continue = version >= 11;
        }
        head.headers.push_back({std::string(to_view(name_text)), std::string(text)});
    }

    void on_header_impl(BeastError& ec) override {
        in_trailer_ = true;
        if (version >= 11 && hosts_ == 0) fail(ec, 400, "no Host");
    }
    void on_body_init_impl(boost::optional<std::uint64_t> const&, BeastError&) override {}
    std::size_t on_body_impl(BeastText bytes, BeastError&) override {
        body.append(bytes.data(), bytes.size());
        return bytes.size();
    }
    void on_chunk_header_impl(std::uint64_t, BeastText, BeastError&) override {}
    std::size_t on_chunk_body_impl(std::uint64_t, BeastText bytes, BeastError&) override {
        body.append(bytes.data(), bytes.size());
        return bytes.size();
    }
    void on_finish_impl(BeastError&) override {}
    void on_response_impl(int, BeastText, int, BeastError&) override {}
};

/// A chunk's size line or the trailer may not grow without end.
constexpr std::size_t kMaxUnreadFraming = 8 * 1024;

}  // namespace

struct HttpParser::Impl {
    HttpLimits limits;
    HeadScanner scanner;
    Collector collector;

    explicit Impl(HttpLimits l) : limits(l), scanner(l.header_lines, l.header_line_bytes) {
        collector.eager(false);
        collector.header_limit(0xffffffff);  // the scanner has counted already
        collector.body_limit(l.body_bytes);
    }

    void fail(HttpProblem problem) {
        if (collector.problem.status == 0) collector.problem = std::move(problem);
    }

    void translate(BeastError const& ec) {
        if (ec == http::error::body_limit) {
            fail({413, "body is larger than allowed", "body"});
        } else if (ec == http::error::bad_version) {
            fail({505, "HTTP version is not 1.0 or 1.1", nullptr});
        } else {
            fail({400, "malformed HTTP: " + ec.message(), nullptr});
        }
    }

    std::size_t feed_head(std::string_view input) {
        HeadScan const scan = scanner.scan(input);
        if (scan.problem.status != 0) {
            fail(scan.problem);
            return 0;
        }
        if (!scan.complete) return 0;
        BeastError ec;
        std::string_view const head = input.substr(scan.skipped, scan.end - scan.skipped);
        std::size_t const taken = collector.put({head.data(), head.size()}, ec);
        if (ec && ec != http::error::need_more) {
            translate(ec);
        } else if (!collector.is_header_done() || taken != head.size()) {
            fail({400, "malformed HTTP head", nullptr});
        } else if (auto const length = collector.content_length()) {
            collector.head.content_length = *length;
        }
        return scan.end;
    }

    std::size_t feed_body(std::string_view input) {
        std::size_t total = 0;
        while (total < input.size() && !collector.is_done()) {
            BeastError ec;
            std::string_view const rest = input.substr(total);
            // A last chunk is never shorter than "0 CRLF CRLF"; Beast 1.74 asserts when it is
            // offered less of it twice.
            if (collector.chunked() && rest.size() < 5 && rest.front() == '0') break;
            std::size_t const taken = collector.put({rest.data(), rest.size()}, ec);
            total += taken;
            if (ec == http::error::need_more) {
                if (rest.size() - taken > kMaxUnreadFraming) {
                    fail({400, "chunk framing is too long", "chunk_framing"});
                }
                break;
            }
            if (ec) {
                translate(ec);
                break;
            }
        }
        return total;
    }
};

HttpParser::HttpParser(HttpLimits limits) : impl_(std::make_unique<Impl>(limits)) {}
HttpParser::~HttpParser() = default;

std::size_t HttpParser::feed(std::string_view input) {
    if (problem().status != 0 || complete()) return 0;
    return head_complete() ? impl_->feed_body(input) : impl_->feed_head(input);
}

HttpProblem const& HttpParser::problem() const { return impl_->collector.problem; }
bool HttpParser::head_complete() const { return impl_->collector.is_header_done(); }
bool HttpParser::complete() const { return impl_->collector.is_done(); }
bool HttpParser::started() const { return impl_->scanner.started(); }
core::HttpRequestHead& HttpParser::head() { return impl_->collector.head; }
bool HttpParser::has_body() const {
    return chunked() || impl_->collector.head.content_length.value_or(0) > 0;
}
bool HttpParser::chunked() const { return impl_->collector.chunked(); }
bool HttpParser::keep_alive() const { return impl_->collector.keep_alive(); }
bool HttpParser::http_1_0() const { return impl_->collector.version < 11; }
bool HttpParser::expects_continue() const { return impl_->collector.expects_continue; }
std::string& HttpParser::body() { return impl_->collector.body; }

std::string_view http_reason(int status) {
    return to_view(http::obsolete_reason(static_cast<http::status>(status)));
}

}  // namespace musubi::net
