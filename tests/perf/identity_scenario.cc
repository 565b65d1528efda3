// ITI-9 (which other ids has this one?) and ITI-21 (who has this name and this birth date?) over
// MLLP, about random people of the made-up region.

#include "codec/hl7v2/data_types.h"
#include "codec/hl7v2/parse.h"
#include "codec/hl7v2/query.h"
#include "codec/hl7v2/write.h"
#include "perf/people.h"
#include "perf/scenario.h"

#include <atomic>

namespace musubi::perf {
namespace {

using hl7v2::At;
using population::GeneratedRecord;

class IdentityQuery : public Scenario {
public:
    explicit IdentityQuery(ScenarioOptions const& options)
        : people_(options.persons, options.population_seed) {}

    /// A question that our own reader would not take measures nothing.
    Result<Request> begin(int connection) const override {
        if (people_.searchable().empty()) return wrong("nobody to ask about: --persons N");
        Request request;
        request.mllp = true;
        Random random(static_cast<std::uint64_t>(connection));
        next(request, random);
        std::string_view const framed = request.bytes;
        auto const message = TRY(hl7v2::parse(as_bytes(framed.substr(1, framed.size() - 3))));
        TRY(check(message));
        return request;
    }

    void next(Request& request, Random& random) const override {
        std::string const control = "Q" + std::to_string(next_.fetch_add(1));
        request.bytes = '\x0b' + message(request, random, control) + "\x1c\r";
    }

    Status glance(Request const&, Answer const& answer) const override {
        if (answer.body.find("\rMSA|AA|") == std::string_view::npos)
            return wrong("not accepted: " + std::string(answer.body.substr(0, 600)));
        if (!may_be_empty() && answer.body.find("\rPID|") == std::string_view::npos)
            return wrong("nobody found: " + std::string(answer.body.substr(0, 600)));
        return {};
    }

    Status inspect(Request const& request, Answer const& answer) const override {
        auto const message = TRY(hl7v2::parse(as_bytes(answer.body)));
        if (request.bytes.find("|" + message.get("MSA", {2}) + "|P|") == std::string::npos)
            return wrong("answers another question");
        std::vector<domain::PatientId> ids;
        for (int n = 1; n <= message.count("PID"); ++n) {
            for (auto const& sent : hl7v2::read_identifiers(*message.find("PID", n), 3))
                ids.push_back({sent.id, sent.authority.universal_id});
        }
        return judge(people_.records()[static_cast<std::size_t>(request.about)], ids);
    }

protected:
    static hl7v2::Builder header(std::string_view trigger, std::string_view control) {
        hl7v2::Builder out;
        out.segment("MSH").set(3, "BENCH").set(4, "KITA").set(5, "MUSUBI").set(6, "MUSUBI");
        out.set(7, "20261121120000").set(At{9, 1, 1, 1}, "QBP").set(At{9, 1, 2, 1}, trigger);
        out.set(At{9, 1, 3, 1}, "QBP_Q21").set(10, control).set(11, "P").set(12, "2.5");
        out.set(17, "JPN").set(18, "UNICODE UTF-8");
        return out;
    }
    People const people_;

private:
    virtual std::string message(Request& request, Random& random,
                                std::string const& control) const = 0;
    virtual Status check(hl7v2::Message const& message) const = 0;
    virtual bool may_be_empty() const = 0;
    virtual Status judge(GeneratedRecord const& asked,
                         std::vector<domain::PatientId> const& ids) const = 0;

    mutable std::atomic<std::int64_t> next_{1};
};

class CrossReferences final : public IdentityQuery {
public:
    using IdentityQuery::IdentityQuery;

private:
    std::string message(Request& request, Random& random,
                        std::string const& control) const override {
        request.about = random.below(static_cast<std::int64_t>(people_.records().size()));
        auto const& asked = people_.records()[static_cast<std::size_t>(request.about)].id;
        auto out = header("Q23", control);
        out.segment("QPD").set(1, "IHE PIX Query").set(2, control);
        out.set(At{3, 1, 1, 1}, asked.id).set(At{3, 1, 4, 2}, asked.authority);
        out.set(At{3, 1, 4, 3}, "ISO");
        out.segment("RCP").set(1, "I");
        return out.text();
    }
    Status check(hl7v2::Message const& message) const override {
        static_cast<void>(TRY(hl7v2::read_cross_reference_query(message)));
        return {};
    }
    /// Half of the people are known at one hospital only.
    bool may_be_empty() const override { return true; }
    /// Links are matching's own judgement, so not every id must be of the same person; but the one
    /// that was asked with never comes back, and what comes belongs to somebody.
    Status judge(GeneratedRecord const& asked,
                 std::vector<domain::PatientId> const& ids) const override {
        bool same = ids.empty();
        for (auto const& id : ids) {
            if (id == asked.id) return wrong("the asked id stands in the answer");
            auto const* other = people_.find(id);
            same = same || !other || other->truth == asked.truth;
        }
        return same ? Status() : wrong("ids of other people only");
    }
};

class ExactDemographics final : public IdentityQuery {
public:
    using IdentityQuery::IdentityQuery;

private:
    std::string message(Request& request, Random& random,
                        std::string const& control) const override {
        auto const count = static_cast<std::int64_t>(people_.searchable().size());
        std::size_t const about =
            people_.searchable()[static_cast<std::size_t>(random.below(count))];
        request.about = static_cast<std::int64_t>(about);
        auto const& person = people_.records()[about].person;
        auto out = header("Q22", control);
        out.segment("QPD").set(1, "IHE PDQ Query").set(2, control);
        auto const criterion = [&](int repetition, char const* name, std::string const& value) {
            out.set(At{3, repetition, 1, 1}, name).set(At{3, repetition, 2, 1}, value);
        };
        criterion(1, "@PID.5.1.1", person.names[0].family);
        criterion(2, "@PID.5.2", person.names[0].given);
        criterion(3, "@PID.7", person.birth_time);
        out.segment("RCP").set(1, "I");
        return out.text();
    }
    Status check(hl7v2::Message const& message) const override {
        static_cast<void>(TRY(hl7v2::read_demographics_query(message)));
        return {};
    }
    bool may_be_empty() const override { return false; }
    Status judge(GeneratedRecord const& asked,
                 std::vector<domain::PatientId> const& ids) const override {
        for (auto const& id : ids) {
            if (id == asked.id) return {};
        }
        return wrong("who was asked for is not in the answer");
    }
};

}  // namespace

std::unique_ptr<Scenario> make_identity(ScenarioOptions const& options) {
    if (options.name == "pix-query") return std::make_unique<CrossReferences>(options);
    return std::make_unique<ExactDemographics>(options);
}

}  // namespace musubi::perf
