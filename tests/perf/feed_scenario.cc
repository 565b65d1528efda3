// ITI-8: patients that the node has not heard of (A01), and later news of known ones (A08), one in
// four.

#include "codec/hl7v2/parse.h"
#include "perf/scenario.h"

#include <atomic>
#include <chrono>

namespace musubi::perf {
namespace {

class Feed final : public Scenario {
public:
    explicit Feed(ScenarioOptions const&)
        : first_(std::chrono::duration_cast<std::chrono::microseconds>(
                     std::chrono::system_clock::now().time_since_epoch())
                     .count()) {}

    Result<Request> begin(int) const override {
        Request request;
        request.mllp = true;
        return request;
    }

    void next(Request& request, Random& random) const override {
        std::int64_t const issued = next_.fetch_add(1);
        bool const known = issued > 16 && issued % 4 == 3;
        request.about = known ? first_ + random.below(issued - 16) : first_ + issued;
        std::string const control = std::to_string(first_ + issued);
        std::string const event = known ? "A08" : "A01";
        request.bytes =
            "\x0bMSH|^~\\&|BENCH|KITA|MUSUBI|MUSUBI|20261121120000||ADT^" + event + "|" + control +
            "|P|2.3.1|||||JPN|UNICODE UTF-8\rEVN|" + event + "|20261121120000\rPID|1||B" +
            std::to_string(request.about) + "^^^&" + kPublisherAuthority +
            "&ISO||北山^花子^^^^^L^I~キタヤマ^ハナコ^^^^^L^P||19700102|F\rPV1|1|O\r\x1c\r";
    }

    Status glance(Request const&, Answer const& answer) const override {
        if (answer.body.find("\rMSA|AA|") != std::string_view::npos) return {};
        return wrong("not accepted: " + std::string(answer.body.substr(0, 600)));
    }

    Status inspect(Request const& request, Answer const& answer) const override {
        auto const ack = TRY(hl7v2::parse(as_bytes(answer.body)));
        auto const control = request.bytes.find("|" + ack.get("MSA", {2}) + "|P|2.3.1");
        return control == std::string::npos ? wrong("acknowledges another message") : Status();
    }

private:
    std::int64_t const first_;
    mutable std::atomic<std::int64_t> next_{0};
};

}  // namespace

std::unique_ptr<Scenario> make_feed(ScenarioOptions const& options) {
    return std::make_unique<Feed>(options);
}

}  // namespace musubi::perf
