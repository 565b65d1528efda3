// ITI-18: FindDocuments of a random patient with the criteria that a viewer's filter sends
// (about 3.7 KB), or GetDocuments by unique id. Every criterion admits all documents of the corpus,
// so that the truth is simple: the approved ones.

#include "codec/ebxml/read.h"
#include "codec/ebxml/write.h"
#include "codec/soap/envelope.h"
#include "codec/soap/write_envelope.h"
#include "perf/scenario.h"
#include "perf/users.h"

#include <set>

namespace musubi::perf {
namespace {

constexpr std::int64_t kSamplePatient = 987654321;

domain::RawParameter list(char const* name, std::vector<std::string> const& values) {
    // One Value each: a Value holds 256 characters at most.
    domain::RawParameter parameter{name, {{}}};
    for (std::string const& value : values)
        parameter.groups[0].push_back(ebxml::query_list({value}));
    return parameter;
}

domain::RawQuery find_documents(std::string const& return_type) {
    domain::RawQuery query;
    query.id = to_urn(domain::QueryKind::kFindDocuments);
    query.return_type = return_type;
    std::vector<std::string> classes, types, practices;
    for (char const* code :
         {"referral", "summary", "clinical-record", "prescription", "injection", "laboratory",
          "physiology", "imaging", "imaging-report", "diagnosis", "allergy", "other"}) {
        classes.push_back(std::string(code) + "^^JP-classCode");
    }
    for (char const* code : {"57133-1", "18842-5", "34108-1", "34112-3", "57833-6", "18748-4"}) {
        types.push_back(std::string(code) + "^^2.16.840.1.113883.6.1");
    }
    types.emplace_back("ADT-61^^JP-ssmix2-dataKind");
    for (char const* code : {"01", "02", "05", "06", "08", "09", "10"}) {
        practices.push_back(std::string(code) + "^^1.2.392.200250.2.2.2");
    }
    query.parameters = {
        {"$XDSDocumentEntryPatientId", {{ebxml::query_text(regional_cx(kSamplePatient))}}},
        list("$XDSDocumentEntryStatus", {std::string(to_urn(domain::Availability::kApproved))}),
        list("$XDSDocumentEntryType", {std::string(domain::kStableEntryType)}),
        list("$XDSDocumentEntryClassCode", classes),
        list("$XDSDocumentEntryTypeCode", types),
        list("$XDSDocumentEntryPracticeSettingCode", practices),
        list("$XDSDocumentEntryHealthcareFacilityTypeCode",
             {"hospital^^JP-healthcareFacilityTypeCode", "clinic^^JP-healthcareFacilityTypeCode"}),
        list("$XDSDocumentEntryConfidentialityCode",
             {"N^^2.16.840.1.113883.5.25", "R^^2.16.840.1.113883.5.25"}),
        list("$XDSDocumentEntryFormatCode",
             {"urn:ihe:iti:xds:2017:mimeTypeSufficient^^1.3.6.1.4.1.19376.1.2.3",
              "urn:ihe:iti:xds-sd:pdf:2008^^1.3.6.1.4.1.19376.1.2.3"}),
        {"$XDSDocumentEntryCreationTimeFrom", {{"20100101"}}},
        {"$XDSDocumentEntryCreationTimeTo", {{"20400101"}}},
        {"$XDSDocumentEntryServiceStartTimeFrom", {{"20100101"}}},
        {"$XDSDocumentEntryServiceStartTimeTo", {{"20400101"}}},
    };
    return query;
}

domain::RawQuery get_documents() {
    domain::RawQuery query;
    query.id = to_urn(domain::QueryKind::kGetDocuments);
    query.return_type = "LeafClass";
    query.parameters = {
        list("$XDSDocumentEntryUniqueId", {document_unique_id({kSamplePatient, 0})})};
    return query;
}

class Find final : public Scenario {
public:
    explicit Find(ScenarioOptions const& options) : options_(options) {
        if (!options.provider.empty()) users_ = std::make_unique<Users>(options);
    }

    Result<Request> begin(int) const override {
        bool const named = options_.name == "get-documents";
        domain::RawQuery const query =
            named ? get_documents()
                  : find_documents(options_.name == "objectref" ? "ObjectRef" : "LeafClass");
        soap::RequestHeaders headers;
        headers.action = "urn:ihe:iti:2007:RegistryStoredQuery";
        headers.message_id = kMessageIdSample;
        headers.to = "https://localhost:" + std::to_string(options_.port) + "/xds/registry";
        if (users_) headers.security = users_->header();
        std::string const envelope =
            soap::write_request(headers, ebxml::write_adhoc_query_request(query));
        Request request;
        request.bytes = http_post(
            options_.port, "/xds/registry",
            "application/soap+xml; charset=UTF-8; action=\"" + headers.action + "\"", envelope);
        request.message_ids = find_all(request.bytes, kMessageIdSample);
        request.marks = find_all(request.bytes, std::to_string(kSamplePatient));
        if (named) {
            for (std::size_t const at : request.marks) request.more[0].push_back(at + 11);
        }
        return request;
    }

    void next(Request& request, Random& random) const override {
        renew_message_id(request, random);
        if (users_) users_->renew(request, random);
        std::int64_t const patient = random.below(options_.patients);
        std::int64_t const place = random.below(kDocumentsPerPatient);
        request.about = patient * kDocumentsPerPatient + place;
        put_number(request.bytes, request.marks, patient, 9);
        if (!request.more.empty()) put_number(request.bytes, request.more[0], place, 2);
    }

    Status glance(Request const&, Answer const& answer) const override {
        return expect_success(answer);
    }

    Status inspect(Request const& request, Answer const& answer) const override {
        std::int64_t const patient = request.about / kDocumentsPerPatient;
        auto const message = TRY(soap::read_message(as_bytes(answer.body), {}));
        auto const found = TRY(ebxml::read_query_response(message.envelope.payload));
        std::set<std::string> got, wanted;
        if (options_.name == "get-documents") {
            wanted = {entry_uuid({patient, static_cast<int>(request.about % kDocumentsPerPatient)})
                          .to_urn()};
        } else {
            for (int place = 0; place < kDocumentsPerPatient; ++place) {
                if (!is_deprecated({patient, place}))
                    wanted.insert(entry_uuid({patient, place}).to_urn());
            }
        }
        for (auto const& ref : found.refs) got.insert(ref.id);
        for (auto const& entry : found.objects.entries) {
            got.insert(entry.id);
            TRY(compare(entry, patient));
        }
        if (got != wanted) {
            return wrong("found " + std::to_string(got.size()) +
                         " documents, not those of patient " + std::to_string(patient));
        }
        return {};
    }

private:
    static Status compare(domain::DocumentEntry const& entry, std::int64_t patient) {
        for (int place = 0; place < kDocumentsPerPatient; ++place) {
            if (entry.id != entry_uuid({patient, place}).to_urn()) continue;
            auto const truth = submission_of({patient, place}, Hash::kPretended).entries[0];
            bool const same =
                entry.unique_id == truth.unique_id && entry.patient_id == truth.patient_id &&
                !entry.name.empty() && entry.name[0].value == truth.name[0].value &&
                entry.authors.size() == 1 && entry.authors[0].persons == truth.authors[0].persons &&
                entry.creation_time == truth.creation_time && entry.size == truth.size;
            return same ? Status()
                        : wrong("metadata of " + truth.unique_id.value_or("") + " differ");
        }
        return wrong("a document of somebody else");
    }

    ScenarioOptions const options_;
    std::unique_ptr<Users> users_;  ///< null: requests name nobody
};

}  // namespace

std::unique_ptr<Scenario> make_find(ScenarioOptions const& options) {
    return std::make_unique<Find>(options);
}

}  // namespace musubi::perf
