#pragma once
// What one connection sends and how its answers are judged. A scenario is shared by all
// connections; what varies from request to request is in the caller's Request and Random.
// Thread-safe unless told.

#include "perf/corpus.h"
#include "perf/exchange.h"

#include <map>
#include <memory>

namespace musubi::perf {

/// One per connection; seeded, so that a run can be repeated.
class Random {
public:
    explicit Random(std::uint64_t seed) : state_(seed) {}
    std::uint64_t next() { return mixed(++state_ * 0x2545f4914f6cdd1dULL); }
    std::int64_t below(std::int64_t limit) {
        return static_cast<std::int64_t>(next() % static_cast<std::uint64_t>(limit));
    }

private:
    std::uint64_t state_;
};

/// Octets to send; made once for a connection and patched in place for each request.
struct Request {
    std::string bytes;
    std::vector<std::size_t> message_ids, marks;  ///< where the varying parts begin
    std::map<int, std::vector<std::size_t>> more;
    std::int64_t about = 0;  ///< what the scenario needs to judge the answer
    bool mllp = false;
    std::uint64_t sent = 0;  ///< how many of it went out
};

class Scenario {
public:
    virtual ~Scenario() = default;
    virtual Result<Request> begin(int connection) const = 0;
    virtual void next(Request& request, Random& random) const = 0;
    /// Cheap, for every answer.
    virtual Status glance(Request const& request, Answer const& answer) const = 0;
    /// Parsed by the project's codecs and compared with the corpus, for some answers.
    virtual Status inspect(Request const& request, Answer const& answer) const = 0;
};

struct ScenarioOptions {
    std::string name;
    std::uint16_t port = 0;
    std::int64_t patients = 0;  ///< of the corpus
    std::int64_t contents = 0;  ///< documents of the corpus that have content
    std::size_t size = 0;       ///< octets: document of `provide`, body of `post`
    std::string path;           ///< of `get` and `post`
    std::string
        document;  ///< `retrieve`: always this one; empty: any of the corpus that has content
    std::uint64_t seed = 1;
    std::int64_t persons = 0;             ///< of the made-up region that identity queries are about
    std::uint64_t population_seed = 1;    ///< as they were loaded with
    std::string provider;                 ///< signs assertions of users: PROVIDER.crt, PROVIDER.key
    std::string organisation;             ///< of these users, urn:oid:...
    std::uint64_t assertion_every = 100;  ///< requests for which one assertion serves
};
Result<std::unique_ptr<Scenario>> make_scenario(ScenarioOptions const& options);

// One of each file.
std::unique_ptr<Scenario> make_find(ScenarioOptions const& options);
std::unique_ptr<Scenario> make_retrieve(ScenarioOptions const& options);
std::unique_ptr<Scenario> make_provide(ScenarioOptions const& options);
std::unique_ptr<Scenario> make_feed(ScenarioOptions const& options);
std::unique_ptr<Scenario> make_identity(ScenarioOptions const& options);
std::unique_ptr<Scenario> make_pdqv3(ScenarioOptions const& options);
std::unique_ptr<Scenario> make_plain(ScenarioOptions const& options);

// Shared by the scenarios.
inline constexpr std::string_view kMessageIdSample =
    "urn:uuid:00000000-0000-4000-8000-000000000000";
std::string http_post(std::uint16_t port, std::string_view path, std::string_view content_type,
                      std::string_view body);
std::vector<std::size_t> find_all(std::string_view text, std::string_view sample);
void put_number(std::string& text, std::vector<std::size_t> const& places, std::int64_t value,
                int digits);
/// A new wsa:MessageID.
void renew_message_id(Request& request, Random& random);
Status expect_success(Answer const& answer);
Error wrong(std::string what);

}  // namespace musubi::perf
