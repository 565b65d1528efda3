// ITI-41 of one document for one of the spare patients of the corpus: new unique ids each time, so
// that nothing is a repeat.

#include "codec/ebxml/read.h"
#include "codec/soap/envelope.h"
#include "perf/package_reader.h"
#include "perf/provide_package.h"
#include "perf/scenario.h"

#include <atomic>
#include <chrono>

namespace musubi::perf {
namespace {

constexpr DocumentName kSample{987654321, 5};
constexpr char const* kDocumentId = "2.999.1.1.21.3.100000000000000001";
constexpr char const* kSetId = "2.999.1.1.21.4.100000000000000001";

class Provide final : public Scenario {
public:
    explicit Provide(ScenarioOptions const& options)
        : options_(options),
          // No run may repeat the ids of an earlier one on the same database.
          first_(std::chrono::duration_cast<std::chrono::microseconds>(
                     std::chrono::system_clock::now().time_since_epoch())
                     .count()) {}

    Result<Request> begin(int connection) const override {
        domain::Submission submission = submission_of(kSample, Hash::kPretended);
        auto content =
            std::make_shared<MemoryContent>(document_content({connection, 0}, options_.size));
        domain::DocumentEntry& entry = submission.entries[0];
        entry.unique_id = kDocumentId;
        entry.hash = content->sha1_hex();
        entry.size = std::to_string(content->size());
        submission.submission_sets[0].unique_id = kSetId;
        auto const package = provide_package(std::move(submission), content, options_.port);
        std::string body;
        for (auto const& segment : package.segments) {
            body += segment.text;
            if (segment.content) body += as_text(*segment.content->in_memory());
        }
        Request request;
        request.bytes = http_post(options_.port, "/xds/repository", package.content_type, body);
        request.message_ids = find_all(request.bytes, kMessageIdSample);
        request.marks = find_all(request.bytes, std::to_string(kSample.patient));
        for (char const* id : {kDocumentId, kSetId}) {
            for (std::size_t const at : find_all(request.bytes, id))
                request.more[0].push_back(at + 16);
        }
        return request;
    }

    void next(Request& request, Random& random) const override {
        renew_message_id(request, random);
        request.about = first_ + next_.fetch_add(1);
        put_number(request.bytes, request.marks,
                   options_.patients + random.below(spare_patients(options_.patients)), 9);
        put_number(request.bytes, request.more[0], request.about, 17);
    }

    Status glance(Request const&, Answer const& answer) const override {
        return expect_success(answer);
    }

    Status inspect(Request const&, Answer const& answer) const override {
        WholePackage const whole = TRY(read_whole_package(answer));
        auto const message = TRY(soap::read_message(whole.root, {}));
        auto const response = TRY(ebxml::read_registry_response(message.envelope.payload));
        if (response.status == ebxml::ResponseStatus::kSuccess && response.errors.empty())
            return {};
        return wrong(response.errors.empty() ? "not a success"
                                             : "registered with " + response.errors[0].context);
    }

private:
    ScenarioOptions const options_;
    std::int64_t const first_;
    mutable std::atomic<std::int64_t> next_{0};
};

}  // namespace

std::unique_ptr<Scenario> make_provide(ScenarioOptions const& options) {
    return std::make_unique<Provide>(options);
}

}  // namespace musubi::perf
