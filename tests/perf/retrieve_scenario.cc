// ITI-43 of one document: any of the corpus that has content, or always the one that is named.

#include "codec/ebxml/read.h"
#include "codec/ebxml/write.h"
#include "codec/mtom/package.h"
#include "codec/soap/envelope.h"
#include "codec/soap/write_envelope.h"
#include "perf/package_reader.h"
#include "perf/scenario.h"

namespace musubi::perf {
namespace {

constexpr DocumentName kSample{987654321, 77};

class Retrieve final : public Scenario {
public:
    explicit Retrieve(ScenarioOptions const& options) : options_(options) {}

    Result<Request> begin(int) const override {
        soap::RequestHeaders headers;
        headers.action = "urn:ihe:iti:2007:RetrieveDocumentSet";
        headers.message_id = kMessageIdSample;
        headers.to = "https://localhost:" + std::to_string(options_.port) + "/xds/repository";
        bool const any = options_.document.empty();
        std::string const sample = document_unique_id(kSample);
        std::string envelope = soap::write_request(
            headers, ebxml::write_retrieve_request(
                         {{std::nullopt, kRepository, any ? sample : options_.document}}));
        auto const package = mtom::write_package(std::move(envelope), {},
                                                 mtom::make_boundary(system_ids()), headers.action);
        std::string body;
        for (auto const& segment : package.segments) body += segment.text;
        Request request;
        request.bytes = http_post(options_.port, "/xds/repository", package.content_type, body);
        request.message_ids = find_all(request.bytes, kMessageIdSample);
        request.marks = find_all(request.bytes, std::to_string(kSample.patient));
        for (std::size_t const at : request.marks) request.more[0].push_back(at + 11);
        return request;
    }

    void next(Request& request, Random& random) const override {
        renew_message_id(request, random);
        if (!options_.document.empty()) return;
        // Contents were given to the first documents of the corpus, patient by patient.
        request.about = random.below(options_.contents);
        put_number(request.bytes, request.marks, request.about / kDocumentsPerPatient, 9);
        put_number(request.bytes, request.more[0], request.about % kDocumentsPerPatient, 2);
    }

    Status glance(Request const&, Answer const& answer) const override {
        return expect_success(answer);
    }

    Status inspect(Request const& request, Answer const& answer) const override {
        if (!options_.document.empty()) return {};
        WholePackage const whole = TRY(read_whole_package(answer));
        auto const message = TRY(soap::read_message(whole.root, {}));
        auto const response = TRY(ebxml::read_retrieve_response(message.envelope.payload));
        if (response.documents.size() != 1) return wrong("not one document");
        auto const part = whole.parts.find(response.documents[0].source.content_id);
        DocumentName const name{request.about / kDocumentsPerPatient,
                                static_cast<int>(request.about % kDocumentsPerPatient)};
        bool const same =
            response.documents[0].request.document_unique_id == document_unique_id(name) &&
            part != whole.parts.end() && part->second == document_content(name);
        return same ? Status() : wrong("other octets than those of " + document_unique_id(name));
    }

private:
    ScenarioOptions const options_;
};

}  // namespace

std::unique_ptr<Scenario> make_retrieve(ScenarioOptions const& options) {
    return std::make_unique<Retrieve>(options);
}

}  // namespace musubi::perf
