#include "perf/scenario.h"

#include <cstdio>

namespace musubi::perf {

Result<std::unique_ptr<Scenario>> make_scenario(ScenarioOptions const& options) {
    std::string const& name = options.name;
    if (name == "objectref" || name == "leafclass" || name == "get-documents")
        return make_find(options);
    if (name == "retrieve") return make_retrieve(options);
    if (name == "provide") return make_provide(options);
    if (name == "feed") return make_feed(options);
    if (name == "pix-query" || name == "pdq") return make_identity(options);
    if (name == "pdqv3") return make_pdqv3(options);
    if (name == "get" || name == "post") return make_plain(options);
    return Error(Code::kInvalidContent, "unknown scenario " + name);
}

std::string http_post(std::uint16_t port, std::string_view path, std::string_view content_type,
                      std::string_view body) {
    std::string out = "POST ";
    out.append(path).append(" HTTP/1.1\r\nHost: localhost:").append(std::to_string(port));
    out.append("\r\nContent-Type: ").append(content_type);
    out.append("\r\nContent-Length: ")
        .append(std::to_string(body.size()))
        .append("\r\n\r\n")
        .append(body);
    return out;
}

std::vector<std::size_t> find_all(std::string_view text, std::string_view sample) {
    std::vector<std::size_t> places;
    for (std::size_t at = text.find(sample); at != std::string_view::npos;
         at = text.find(sample, at + 1)) {
        places.push_back(at);
    }
    return places;
}

void put_number(std::string& text, std::vector<std::size_t> const& places, std::int64_t value,
                int digits) {
    char printed[24];
    std::snprintf(printed, sizeof printed, "%0*lld", digits, static_cast<long long>(value));
    for (std::size_t const at : places) text.replace(at, static_cast<std::size_t>(digits), printed);
}

void renew_message_id(Request& request, Random& random) {
    char printed[24];
    std::snprintf(printed, sizeof printed, "%012llx",
                  static_cast<unsigned long long>(random.next() >> 16));
    for (std::size_t const at : request.message_ids) {
        request.bytes.replace(at + kMessageIdSample.size() - 12, 12, printed);
    }
}

Status expect_success(Answer const& answer) {
    if (answer.status != 200) return wrong("HTTP status " + std::to_string(answer.status));
    // A large answer is only counted.
    if (answer.body.empty() && answer.bytes != 0) return {};
    if (answer.body.find("ResponseStatusType:Success\"") == std::string_view::npos) {
        return wrong("no success: " + std::string(answer.body.substr(0, 1500)));
    }
    return {};
}

Error wrong(std::string what) { return Error(Code::kInvalidMessage, std::move(what)); }

}  // namespace musubi::perf
