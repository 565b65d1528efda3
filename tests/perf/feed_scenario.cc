// ITI-8: what hospitals tell of people whom the node has not heard of (A04), and one message in
// four later news of somebody told before (A08: another telephone). The people of each run are new
// ones, each known at several hospitals, so that matching has to find out who is who.

#include "codec/hl7v2/charset.h"
#include "codec/hl7v2/parse.h"
#include "codec/hl7v2/write.h"
#include "perf/people.h"
#include "perf/population_message.h"
#include "perf/scenario.h"

#include <atomic>
#include <chrono>

namespace musubi::perf {
namespace {

constexpr std::int64_t kPersons = 30'000;
constexpr std::int64_t kInFlight = 64;  ///< additions that may not be acknowledged yet

std::int64_t microseconds_now() {
    return std::chrono::duration_cast<std::chrono::microseconds>(
               std::chrono::system_clock::now().time_since_epoch())
        .count();
}

class Feed final : public Scenario {
public:
    explicit Feed(ScenarioOptions const&)
        : run_(microseconds_now()), people_(kPersons, static_cast<std::uint64_t>(run_)) {}

    Result<Request> begin(int) const override {
        Request request;
        request.mllp = true;
        return request;
    }

    void next(Request& request, Random& random) const override {
        std::int64_t const issued = next_.fetch_add(1);
        std::int64_t const told = issued / 4 * 3 - kInFlight;
        bool const known = issued % 4 == 3 && told > 0;
        request.about = known ? random.below(told) : issued / 4 * 3 + issued % 4;
        auto const count = static_cast<std::int64_t>(people_.records().size());
        auto record = people_.records()[static_cast<std::size_t>(request.about % count)];
        // No run may repeat the ids of an earlier one on the same database.
        record.id.id = "R" + std::to_string(run_ / 1000 % 10'000'000'000) + "-" +
                       std::to_string(request.about);
        if (known) {
            domain::Telecom phone;
            phone.number = "080-" + std::to_string(1000 + random.below(9000)) + "-" +
                           std::to_string(1000 + random.below(9000));
            phone.use_code = "PRN", phone.equipment = "CP";
            record.person.home_phones = {std::move(phone)};
        }
        std::string const control = std::to_string(run_ + issued);
        auto const octets =
            hl7v2::write(population::feed_message(record, known ? "A08" : "A04", control), utf8_);
        // Every text is UTF-8; what could not be written is refused by the node and counted.
        request.bytes = '\x0b' + (octets ? std::string(as_text(*octets)) : control) + "\x1c\r";
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
    std::int64_t const run_;
    People const people_;
    hl7v2::Charset const utf8_ = hl7v2::charset_for(hl7v2::Encoding::kUtf8);
    mutable std::atomic<std::int64_t> next_{0};
};

}  // namespace

std::unique_ptr<Scenario> make_feed(ScenarioOptions const& options) {
    return std::make_unique<Feed>(options);
}

}  // namespace musubi::perf
