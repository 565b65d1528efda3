// ITI-47: the question of ITI-21 as a SOAP message.

#include "codec/hl7v3/actions.h"
#include "codec/hl7v3/read.h"
#include "codec/soap/envelope.h"
#include "codec/soap/write_envelope.h"
#include "perf/people.h"
#include "perf/scenario.h"

namespace musubi::perf {
namespace {

constexpr char const* kFamily = "@family@";
constexpr char const* kGiven = "@given@";
constexpr char const* kBirth = "@birth@";

/// What stands around the criteria; they are put in for each request.
constexpr char const* kQuestion =
    R"(<PRPA_IN201305UV02 xmlns="urn:hl7-org:v3" ITSVersion="XML_1.0">)"
    R"(<id root="2.999.7.1" extension="1"/><creationTime value="20261121120000"/>)"
    R"(<interactionId root="2.16.840.1.113883.1.6" extension="PRPA_IN201305UV02"/>)"
    R"(<processingCode code="P"/><processingModeCode code="T"/><acceptAckCode code="AL"/>)"
    R"(<receiver typeCode="RCV"><device classCode="DEV" determinerCode="INSTANCE">)"
    R"(<id root="2.999.1.1"/></device></receiver>)"
    R"(<sender typeCode="SND"><device classCode="DEV" determinerCode="INSTANCE">)"
    R"(<id root="2.999.7"/></device></sender>)"
    R"(<controlActProcess classCode="CACT" moodCode="EVN">)"
    R"(<code code="PRPA_TE201305UV02" codeSystem="2.16.840.1.113883.1.6"/><queryByParameter>)"
    R"(<queryId root="2.999.7.2" extension="1"/><statusCode code="new"/>)"
    R"(<responseModalityCode code="R"/><responsePriorityCode code="I"/><parameterList>)"
    R"(<livingSubjectBirthTime><value value="@birth@"/>)"
    R"(<semanticsText>LivingSubject.birthTime</semanticsText></livingSubjectBirthTime>)"
    R"(<livingSubjectName><value><family>@family@</family><given>@given@</given></value>)"
    R"(<semanticsText>LivingSubject.name</semanticsText></livingSubjectName>)"
    R"(</parameterList></queryByParameter></controlActProcess></PRPA_IN201305UV02>)";

void put(std::string& text, std::string_view sample, std::string const& value) {
    text.replace(text.find(sample), sample.size(), value);
}

class PdqV3 final : public Scenario {
public:
    explicit PdqV3(ScenarioOptions const& options)
        : people_(options.persons, options.population_seed), port_(options.port) {
        soap::RequestHeaders headers;
        headers.action = hl7v3::kFindActions.request;
        headers.message_id = kMessageIdSample;
        headers.to = "https://localhost:" + std::to_string(port_) + "/pdq/supplier";
        content_type_ = "application/soap+xml; charset=UTF-8; action=\"" + headers.action + "\"";
        envelope_ = soap::write_request(headers, kQuestion);
    }

    /// A question that our own reader would not take measures nothing.
    Result<Request> begin(int connection) const override {
        if (people_.searchable().empty()) return wrong("nobody to ask about: --persons N");
        Request request;
        Random random(static_cast<std::uint64_t>(connection));
        next(request, random);
        std::string_view const body =
            std::string_view(request.bytes).substr(request.bytes.find("\r\n\r\n") + 4);
        auto const message = TRY(soap::read_message(as_bytes(body), {}));
        static_cast<void>(
            TRY(hl7v3::read_find_query(message.envelope.payload, hl7v3::FindRules::kPdq)));
        return request;
    }

    void next(Request& request, Random& random) const override {
        auto const count = static_cast<std::int64_t>(people_.searchable().size());
        std::size_t const about =
            people_.searchable()[static_cast<std::size_t>(random.below(count))];
        request.about = static_cast<std::int64_t>(about);
        auto const& person = people_.records()[about].person;
        std::string body = envelope_;
        put(body, kBirth, person.birth_time);
        put(body, kFamily, person.names[0].family);
        put(body, kGiven, person.names[0].given);
        request.bytes = http_post(port_, "/pdq/supplier", content_type_, body);
        request.message_ids = find_all(request.bytes, kMessageIdSample);
        renew_message_id(request, random);
    }

    Status glance(Request const&, Answer const& answer) const override {
        if (answer.status != 200) return wrong("HTTP status " + std::to_string(answer.status));
        if (answer.body.find("<queryResponseCode code=\"OK\"") == std::string_view::npos)
            return wrong("nobody found: " + std::string(answer.body.substr(0, 1500)));
        return {};
    }

    Status inspect(Request const& request, Answer const& answer) const override {
        static_cast<void>(TRY(soap::read_message(as_bytes(answer.body), {})));
        auto const& asked = people_.records()[static_cast<std::size_t>(request.about)].id;
        bool const there =
            answer.body.find("extension=\"" + asked.id + "\"") != std::string_view::npos &&
            answer.body.find("root=\"" + asked.authority + "\"") != std::string_view::npos;
        return there ? Status() : wrong("who was asked for is not in the answer");
    }

private:
    People const people_;
    std::uint16_t const port_;
    std::string content_type_, envelope_;
};

}  // namespace

std::unique_ptr<Scenario> make_pdqv3(ScenarioOptions const& options) {
    return std::make_unique<PdqV3>(options);
}

}  // namespace musubi::perf
