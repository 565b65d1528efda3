#pragma once
// A transaction that does what its test says, and ports that answer what their test says. For tests
// of the pipeline and of the bindings in front of it.

#include "core/pipeline.h"
#include "core/ports.h"
#include "platform/pg/pool.h"

#include <functional>
#include <mutex>
#include <set>
#include <stdexcept>

namespace musubi::test {

/// Knows members by the subject of their certificate; permits until told otherwise.
class Gate final : public core::PolicyPort {
public:
    std::map<std::string, domain::Member> members;
    std::set<std::string, std::less<>> forbidden;  ///< transactions that nobody may call
    std::function<Result<core::Decision>()> answer = [] {
        core::Decision decision;
        decision.permitted = true;
        decision.rule_id = "K1";
        return decision;
    };
    mutable int asked = 0;
    bool open_gateways = true;
    std::set<std::string, std::less<>> not_called;  ///< members whom no call of ours may reach

    bool gateways_open() const override { return open_gateways; }
    bool may_send(std::string_view member, std::string_view) const override {
        return !not_called.contains(member);
    }
    Result<domain::Member> member_of(core::PeerCertificate const& certificate) const override {
        auto const found = members.find(certificate.subject);
        if (found == members.end()) return Error(Code::kDenied, "no member");
        return found->second;
    }
    bool may_call(domain::Member const&, std::string_view id) const override {
        return !forbidden.contains(id);
    }
    Result<core::Decision> decide(domain::Subject const&, core::TransactionSpec const&,
                                  core::PolicyQuery const&) const override {
        ++asked;
        return answer();
    }
    std::string source_name() const override { return "test"; }
};

/// Keeps what was recorded. `broken`: fails that many times. Records inside a transaction are kept
/// in `joined` until the test looks at the database.
class Ledger final : public core::AuditPort {
public:
    int broken = 0;
    std::function<Status(pg::Tx&, domain::AuditEvent const&)> write;
    std::vector<domain::AuditEvent> events;
    std::vector<domain::AuditEvent> joined;

    Status record(std::vector<domain::AuditEvent> more) override {
        std::lock_guard const lock(mutex_);
        if (broken > 0 && broken--)
            return Error(Code::kStorageUnavailable, "audit is out of order");
        events.insert(events.end(), more.begin(), more.end());
        return {};
    }
    Status record_in(pg::Tx& tx, std::vector<domain::AuditEvent> more) override {
        std::lock_guard const lock(mutex_);
        if (broken > 0 && broken--)
            return Error(Code::kStorageUnavailable, "audit is out of order");
        for (auto const& event : more) {
            if (write) TRY(write(tx, event));
        }
        joined.insert(joined.end(), more.begin(), more.end());
        return {};
    }

private:
    std::mutex mutex_;
};

struct ToyDeps {
    std::vector<std::string> order;        ///< stages as they were passed
    std::set<std::string> throwing;        ///< stages that throw
    std::map<std::string, Error> failing;  ///< stages that refuse
    std::string response = "data";         ///< withhold() removes each '!' and throws at '*'
    bool silent = false;                   ///< audit() has nothing to tell
    std::function<Status(core::CallContext const&)> work;  ///< what handle() does beside answering

    Status pass(std::string const& stage) {
        order.push_back(stage);
        if (throwing.contains(stage)) throw std::runtime_error("thrown in " + stage);
        auto const found = failing.find(stage);
        if (found != failing.end()) return found->second;
        return {};
    }
};

enum class ToyKind { kRead, kChange, kInner };

/// Wire is a text, the answer "data", an error "error CODE".
template <ToyKind kKind, class W = std::string, class R = std::string>
struct Toy {
    using Deps = ToyDeps;
    using Wire = W;
    using Request = std::string;
    using Response = std::string;
    using Reply = R;

    static core::TransactionSpec const& spec() {
        static core::TransactionSpec const kSpec{
            .id = kKind == ToyKind::kRead     ? "TOY-R"
                  : kKind == ToyKind::kChange ? "TOY-C"
                                              : "TOY-I",
            .name = "Toy",
            .action = kKind == ToyKind::kRead ? domain::Action::kQuery : domain::Action::kPublish,
            .changes_data = kKind != ToyKind::kRead,
            .event_id = domain::dcm("110112", "Query"),
            .event_action = 'E',
            .requester_is_source = true,
            .soap = {{.path = "/toy",
                      .action = "urn:toy",
                      .response_action = "urn:toyResponse",
                      .mtom = false,
                      .operation = "Toy_Do",
                      .request_element = "{urn:t}Ask",
                      .response_element = "{urn:t}Answer",
                      .leave = "{urn:toy}Leave"}},
            .hl7v2 = {{"ADT", {"A01", "A04"}}},
        };
        return kSpec;
    }
    static Result<Request> decode(Deps& d, Wire const&, core::DecodeContext const&) {
        TRY(d.pass("decode"));
        return std::string("request");
    }
    static Result<core::Located> locate(Deps& d, Request const&, domain::Subject const&) {
        TRY(d.pass("locate"));
        return core::Located{{"P1^^^&1.2.3&ISO"}, {}};
    }
    static core::PolicyQuery policy_query(Request const&, core::Located const& located) {
        return {located.patients, {}};
    }
    static Result<Response> handle(Deps& d, core::Authorized<Request> const& request) {
        TRY(d.pass("handle"));
        if (d.work) TRY(d.work(request.call()));
        return d.response;
    }
    static int withhold(core::Permit const&, Response& response) {
        if (response.find('*') != std::string::npos) throw std::runtime_error("thrown in withhold");
        return static_cast<int>(std::erase(response, '!'));
    }
    static std::vector<core::AuditDraft> audit(Deps& d,
                                               core::AuditInput<Request, Response> const&) {
        static_cast<void>(d.pass("audit"));
        if (d.silent) return {};
        return {core::AuditDraft{}};
    }
    static Result<Reply> encode(Deps& d, Response&& response, Request const&) {
        TRY(d.pass("encode"));
        return make_reply<Reply>(response);
    }
    static Reply encode_error(Deps& d, Error const& error, Request const*) {
        static_cast<void>(d.pass("encode_error"));
        return make_reply<Reply>("error " + std::string(to_string(error.code)));
    }

    template <class Out>
    static Out make_reply(std::string const& text) {
        if constexpr (std::is_same_v<Out, std::string>) {
            return text;
        } else {
            return Out::of(text);
        }
    }
};

inline domain::Member toy_member(std::string code = "hospital-kita") {
    domain::Member member;
    member.code = std::move(code);
    member.institution_oid = "2.999.1";
    member.default_role = "doctor";
    return member;
}

inline core::PeerConnection toy_peer(std::string subject = "CN=kita") {
    core::PeerConnection peer;
    peer.certificate.subject = std::move(subject);
    peer.certificate.serial_hex = "0a";
    peer.remote_address = "192.0.2.7";
    peer.local_address = "192.0.2.1";
    return peer;
}

}  // namespace musubi::test
