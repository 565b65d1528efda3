// HTTP without meaning: GET of a file, or POST of some octets. For comparisons with a plain web
// server.

#include "perf/scenario.h"

namespace musubi::perf {
namespace {

class Plain final : public Scenario {
public:
    explicit Plain(ScenarioOptions const& options) : options_(options) {}

    Result<Request> begin(int) const override {
        Request request;
        if (options_.name == "post") {
            request.bytes = http_post(options_.port, options_.path, "application/octet-stream",
                                      std::string(options_.size, 'x'));
        } else {
            request.bytes = "GET " + options_.path +
                            " HTTP/1.1\r\nHost: localhost:" + std::to_string(options_.port) +
                            "\r\n\r\n";
        }
        return request;
    }
    void next(Request&, Random&) const override {}
    Status glance(Request const&, Answer const& answer) const override {
        return answer.status == 200 ? Status()
                                    : wrong("HTTP status " + std::to_string(answer.status));
    }
    Status inspect(Request const&, Answer const&) const override { return {}; }

private:
    ScenarioOptions const options_;
};

}  // namespace

std::unique_ptr<Scenario> make_plain(ScenarioOptions const& options) {
    return std::make_unique<Plain>(options);
}

}  // namespace musubi::perf
