#pragma once
// A registry on a real database, asked through the pipeline with messages as they stand on the
// wire.

#include "codec/ebxml/read.h"
#include "codec/ebxml/write.h"
#include "core/pipeline.h"
#include "platform/pg/pool.h"
#include "platform/vault/key_ring.h"
#include "registry/iti18.h"
#include "registry/iti42.h"
#include "registry/iti51.h"
#include "registry/ports.h"
#include "support/fake_ports.h"
#include "support/test_database.h"

#include <atomic>
#include <filesystem>

namespace musubi::registry::test {

inline constexpr char const* kPatient = "P1^^^&2.999.1.1.1&ISO";
inline constexpr char const* kOtherPatient = "P2^^^&2.999.1.1.1&ISO";

class ManualClock final : public Clock {
public:
    WallTime now() const override { return now_; }
    std::chrono::steady_clock::time_point monotonic() const override {
        return std::chrono::steady_clock::now();
    }
    void set(std::int64_t seconds) { now_ = WallTime(std::chrono::seconds(seconds)); }
    void advance(std::int64_t seconds) { now_ += std::chrono::seconds(seconds); }

private:
    WallTime now_{std::chrono::seconds(1'800'000'000)};
};

/// Keys in order and UUIDs without chance, so that two worlds can be compared octet by octet.
class OrderedIds final : public IdSource {
public:
    Uuid uuid() override;
    std::int64_t key() override { return ++keys_; }
    void random(std::uint8_t* out, std::size_t size) override { system_ids().random(out, size); }

private:
    std::atomic<std::int64_t> uuids_{0}, keys_{0};
};

/// urn:uuid of a test object.
std::string urn(int n);
std::string oid(int n);

domain::DocumentEntry entry(int n, std::string const& patient = kPatient);
domain::Folder folder(int n, std::string const& patient = kPatient);

/// A submission in the making: objects are named by urn(n), their set memberships are added.
struct Draft {
    domain::Submission s;
    explicit Draft(int set, std::string const& patient = kPatient);
    Draft& add(domain::DocumentEntry entry);
    Draft& add(domain::Folder folder);
    /// HasMember folder -> entry and the set's word on it, as urn(id) and urn(id + 1).
    Draft& put(int id, int folder, int entry);
    Draft& relate(int id, domain::AssociationType type, int source, int target);
    Draft& refer(int entry);
    int next = 0;  ///< ids of set memberships: urn(next), counted from 100000 + 100 * set
};

struct Answer {
    bool success = false;
    std::vector<std::string> codes, contexts;
    std::vector<std::string> ids;  ///< of all objects or references, sorted
    domain::Submission objects;
    std::string body;
};

using Parameters =
    std::vector<std::pair<std::string, std::vector<std::string>>>;  ///< one value list per slot

class World {
public:
    explicit World(Settings settings = {});
    ~World();

    void know(std::string const& cx);
    void merge(std::string const& subsumed, std::string const& surviving);
    Answer submit(std::string const& member, Draft const& draft);
    Answer query(std::string const& member, domain::QueryKind kind, Parameters const& parameters,
                 std::string const& return_type = "ObjectRef");
    /// First column of the only row, as text; for looking behind the scenes.
    std::string sql(std::string const& statement);

    musubi::test::TestDatabase database;
    pg::Pool pool;
    std::filesystem::path folder_;
    std::unique_ptr<vault::KeyRing> keys;
    ManualClock clock;
    OrderedIds ids;
    domain::AffinityDomain affinity_domain;
    musubi::test::FakePolicy policy;
    musubi::test::FakeAudit audit;
    core::Ports ports;
    core::Pipeline pipeline;
    Deps deps;
    LocalDocumentRegistry local;
    PatientWatcher watcher;
    core::Definition iti42, iti18, iti51;

    domain::Subject subject(std::string const& member) const;

private:
    Answer run(core::Definition const& definition, std::string const& member,
               std::string const& body);
    /// Through the pipeline and back as XML; keeps the text of the answer.
    xml::Document exchange(core::Definition const& definition, std::string const& member,
                           std::string const& body, Answer& answer);
    static void tell(ebxml::RegistryResponse const& response, Answer& answer);
};

/// 'a' and ('a','b') as query parameters.
std::vector<std::string> one(std::string const& text);
std::vector<std::string> many(std::vector<std::string> const& texts);
std::vector<std::string> approved();
std::vector<std::string> urns(std::vector<int> const& numbers);  ///< sorted

}  // namespace musubi::registry::test
