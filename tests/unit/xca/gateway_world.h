#pragma once
// A community of made-up documents behind the pipeline: registry, repository, patient index and
// agreement do what a test says.

#include "codec/ebxml/read.h"
#include "codec/ebxml/write.h"
#include "core/pipeline.h"
#include "platform/base/log.h"
#include "platform/xml/parse.h"
#include "unit/core/toy.h"
#include "xca/responding.h"

#include <gtest/gtest.h>

namespace musubi::xca::test {

inline constexpr char kHome[] = "urn:oid:2.999.1.1";
inline constexpr char kOtherHome[] = "urn:oid:2.999.1.2";
inline constexpr char kRepository[] = "2.999.1.1.2";
inline constexpr char kPatient[] = "R1^^^&2.999.1.1.1&ISO";
using Strings = std::vector<std::string>;

class Findings final : public core::QueryFindings {
public:
    explicit Findings(Strings objects) : objects_(std::move(objects)) {}
    std::size_t size() const override { return objects_.size(); }
    int withhold(core::Permit const&) override {
        return static_cast<int>(std::erase(objects_, "hidden"));
    }
    Status render(std::string_view home, std::string& out) const override {
        for (auto const& id : objects_) ebxml::append_object_ref(out, id, home);
        return {};
    }

private:
    Strings objects_;
};

class Registry final : public core::StoredQueryPort {
public:
    Strings objects;
    std::optional<Error> refusal;
    mutable int located = 0;
    int asked = 0;
    Result<core::Located> locate(core::AskedQuery const& query) const override {
        ++located;
        core::Located out;
        out.patients =
            query.query.patient_ids.empty() ? Strings{kPatient} : query.query.patient_ids;
        return out;
    }
    Result<std::unique_ptr<core::QueryFindings>> query(core::CallContext const& call,
                                                       core::AskedQuery) override {
        ++asked;
        EXPECT_NE(call.decided, nullptr);
        if (refusal) return *refusal;
        return std::unique_ptr<core::QueryFindings>(std::make_unique<Findings>(objects));
    }
};

class Repository final : public core::DocumentRetrievePort {
public:
    std::map<std::string, std::string> documents;  ///< unique id -> content
    std::string const id = kRepository;
    std::string const& repository_unique_id() const override { return id; }
    std::size_t most_documents() const override { return 3; }
    Result<core::Located> locate(std::vector<domain::DocumentRequest> const&) const override {
        core::Located out;
        out.patients = {kPatient};
        return out;
    }
    Result<core::RetrieveFindings> retrieve(
        core::CallContext const&, core::Located const&,
        std::vector<domain::DocumentRequest> requests) override {
        core::RetrieveFindings out;
        for (auto const& one : requests) {
            auto const found = documents.find(one.document_unique_id);
            if (one.repository_unique_id != id || found == documents.end()) {
                Reason const why = one.repository_unique_id != id ? Reason::kUnknownRepositoryId
                                                                  : Reason::kDocumentUniqueId;
                out.missed.push_back(
                    {one, kPatient, {Severity::kError, why, "no", one.document_unique_id}});
                continue;
            }
            Bytes const bytes(as_bytes(found->second).begin(), as_bytes(found->second).end());
            out.delivered.push_back(
                {{one, "text/plain", std::make_shared<MemoryContent>(bytes)}, kPatient, {}});
        }
        return out;
    }
};

class Patients final : public core::PatientIdentityPort {
public:
    std::map<std::string, std::string> survivors = {{kPatient, kPatient}};
    Result<std::string> survivor_of(std::string const& cx) const override {
        auto const found = survivors.find(cx);
        if (found == survivors.end()) return Error(Code::kNotFound, "unknown");
        return found->second;
    }
    Result<Strings> authorities_of(std::string const&) const override { return Strings{}; }
};

struct Heard {
    std::string body;
    ebxml::RegistryResponse response;
    std::vector<ebxml::QueryResponse::Ref> refs;
    std::vector<ebxml::RetrievedPart> documents;
    Strings codes() const {
        Strings out;
        for (auto const& row : response.errors) out.push_back(row.error_code);
        return out;
    }
};

inline soap::Incoming incoming_of(std::string const& payload) {
    auto document = xml::parse(as_bytes(payload));
    EXPECT_TRUE(document.ok()) << payload;
    soap::Incoming incoming{*std::move(document), {}, {}, false};
    incoming.envelope.payload = incoming.document.root();
    return incoming;
}

inline domain::RawQuery find_documents(std::optional<std::string> home = std::nullopt,
                                       std::string const& patient = kPatient) {
    domain::RawQuery query;
    query.id = domain::to_urn(domain::QueryKind::kFindDocuments);
    query.return_type = "ObjectRef";
    query.home = std::move(home);
    query.parameters = {
        {"$XDSDocumentEntryPatientId", {{ebxml::query_text(patient)}}},
        {"$XDSDocumentEntryStatus", {{"('urn:oasis:names:tc:ebxml-regrep:StatusType:Approved')"}}}};
    return query;
}

inline domain::RawQuery get_documents(std::optional<std::string> home) {
    domain::RawQuery query;
    query.id = domain::to_urn(domain::QueryKind::kGetDocuments);
    query.return_type = "ObjectRef";
    query.home = std::move(home);
    query.parameters = {{"$XDSDocumentEntryUniqueId", {{"('1.2.3')"}}}};
    return query;
}

class Gateway : public ::testing::Test {
protected:
    Gateway() {
        set_log_sink([](LogLevel, std::string const&) {});
        ports_.provide<core::StoredQueryPort>(registry_);
        ports_.provide<core::DocumentRetrievePort>(repository_);
        ports_.provide<core::PatientIdentityPort>(patients_);
        agreement_.answer = [] {
            core::Decision decision;
            decision.permitted = true;
            decision.rule_id = "K1";
            decision.everything = true;
            return decision;
        };
    }
    ~Gateway() override { set_log_sink({}); }

    std::string run(core::Definition const& definition, std::string const& payload) {
        ledger_.events.clear();
        soap::Incoming const incoming = incoming_of(payload);
        domain::Subject subject;
        subject.member = musubi::test::toy_member("minami");
        core::Outbound const out =
            pipeline_.run(definition, core::Inbound{subject,
                                                    &peer_,
                                                    "https://node/xca/responding",
                                                    "",
                                                    "urn:uuid:1",
                                                    "trace-1",
                                                    core::WireRef::of(incoming),
                                                    {}});
        if (out.fault) return "fault " + std::string(to_string(out.fault->code));
        std::string body;
        for (auto const& piece : std::any_cast<soap::Outgoing const&>(out.reply).body) {
            body += piece.xml;
            if (!piece.document) continue;
            body += to_base64(*piece.document->in_memory());
        }
        return body;
    }
    Heard query(domain::RawQuery const& query) {
        Heard heard;
        heard.body = run(iti38_, ebxml::write_adhoc_query_request(query));
        auto const document = xml::parse(as_bytes(heard.body));
        if (!document) return heard;
        auto response = ebxml::read_query_response(document->root());
        if (!response) return heard;
        heard.response = response->response;
        heard.refs = response->refs;
        return heard;
    }
    Heard retrieve(std::vector<domain::DocumentRequest> const& wanted) {
        Heard heard;
        heard.body = run(iti39_, ebxml::write_retrieve_request(wanted));
        answer_ = xml::parse(as_bytes(heard.body));
        if (!answer_) return heard;
        auto response = ebxml::read_retrieve_response(answer_->root());
        if (!response) return heard;
        heard.response = response->response;
        heard.documents = response->documents;
        return heard;
    }

    Registry registry_;
    Repository repository_;
    Patients patients_;
    musubi::test::Gate agreement_;
    musubi::test::Ledger ledger_;
    core::Ports ports_;
    pg::Pool pool_{pg::PoolConfig{}};
    core::Pipeline pipeline_{(ports_.provide<core::PolicyPort>(agreement_),
                              ports_.provide<core::AuditPort>(ledger_), ports_),
                             pool_, system_clock(), core::PipelineSettings{"node-a", "region-a"}};
    RespondingDeps deps_{ports_, kHome};
    core::Definition iti38_ = core::define<Iti38>(deps_);
    core::Definition iti39_ = core::define<Iti39>(deps_);
    core::PeerConnection const peer_ = musubi::test::toy_peer();
    Result<xml::Document> answer_ = Error(Code::kInternal, "nothing yet");  ///< views point into it
};

}  // namespace musubi::xca::test
