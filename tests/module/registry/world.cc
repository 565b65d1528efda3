#include "module/registry/world.h"

#include "platform/xml/parse.h"
#include "support/migrations.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <map>
#include <stdexcept>

namespace musubi::registry::test {
namespace {

std::unique_ptr<vault::KeyRing> open_keys(std::filesystem::path const& folder) {
    auto keys = vault::KeyRing::open(folder / "keys", folder / "master.key",
                                     vault::KeyRing::IfAbsent::kCreate);
    if (!keys) throw std::runtime_error(keys.error().detail);
    return std::move(*keys);
}

std::filesystem::path make_folder() {
    std::string name = (std::filesystem::temp_directory_path() / "musubi-registry-XXXXXX").string();
    if (!::mkdtemp(name.data())) throw std::runtime_error("mkdtemp");
    return name;
}

domain::CodedValue code(std::string value) { return {std::move(value), "2.999.5", "shown"}; }
domain::InternationalString text(std::string value) { return {{std::move(value), "ja", "UTF-8"}}; }

}  // namespace

Uuid OrderedIds::uuid() {
    std::array<std::uint8_t, 16> octets{};
    std::int64_t const n = ++uuids_;
    for (int i = 0; i < 8; ++i)
        octets[static_cast<std::size_t>(15 - i)] = static_cast<std::uint8_t>(n >> (8 * i));
    octets[0] = 0xEE;
    return Uuid(octets);
}

std::string urn(int n) {
    std::string digits = std::to_string(n);
    return "urn:uuid:aaaaaaaa-0000-4000-8000-" + std::string(12 - digits.size(), '0') + digits;
}
std::string oid(int n) { return "2.999.7." + std::to_string(n); }

domain::DocumentEntry entry(int n, std::string const& patient) {
    domain::DocumentEntry e;
    e.id = urn(n);
    e.object_type = std::string(domain::kStableEntryType);
    e.patient_id = patient;
    e.unique_id = oid(n);
    e.name = text("診療情報提供書");
    e.class_codes = {code("class")};
    e.type_codes = {code("type")};
    e.format_codes = {code("format")};
    e.healthcare_facility_type_codes = {code("facility")};
    e.practice_setting_codes = {code("practice")};
    e.confidentiality_codes = {code("N")};
    e.mime_type = "text/xml";
    e.creation_time = "20260101";
    e.hash = "da39a3ee5e6b4b0d3255bfef95601890afd80709";
    e.size = "10";
    e.language_code = "ja-JP";
    e.repository_unique_id = "2.999.1.1.2";
    e.source_patient_id = "L1^^^&2.999.8&ISO";
    return e;
}

domain::Folder folder(int n, std::string const& patient) {
    domain::Folder f;
    f.id = urn(n);
    f.patient_id = patient;
    f.unique_id = oid(n);
    f.name = text("フォルダ");
    f.codes = {code("folder")};
    return f;
}

Draft::Draft(int set, std::string const& patient) : next(100000 + 100 * set) {
    domain::SubmissionSet ss;
    ss.id = urn(set);
    ss.patient_id = patient;
    ss.unique_id = oid(set);
    ss.source_id = "2.999.6";
    ss.submission_time = "20260102030405";
    ss.content_type_codes = {code("content")};
    s.submission_sets.push_back(std::move(ss));
}

namespace {

domain::Association association(int id, domain::AssociationType type, std::string source,
                                std::string target) {
    domain::Association a;
    a.id = urn(id);
    a.type_urn = std::string(domain::to_urn(type));
    a.source = std::move(source);
    a.target = std::move(target);
    return a;
}

}  // namespace

Draft& Draft::add(domain::DocumentEntry added) {
    auto member = association(next++, domain::AssociationType::kHasMember, s.set().id, added.id);
    member.submission_set_status = "Original";
    s.associations.push_back(std::move(member));
    s.entries.push_back(std::move(added));
    return *this;
}
Draft& Draft::add(domain::Folder added) {
    s.associations.push_back(
        association(next++, domain::AssociationType::kHasMember, s.set().id, added.id));
    s.folders.push_back(std::move(added));
    return *this;
}
Draft& Draft::put(int id, int folder_number, int entry_number) {
    s.associations.push_back(association(id, domain::AssociationType::kHasMember,
                                         urn(folder_number), urn(entry_number)));
    s.associations.push_back(
        association(id + 1, domain::AssociationType::kHasMember, s.set().id, urn(id)));
    return *this;
}
Draft& Draft::relate(int id, domain::AssociationType type, int source, int target) {
    s.associations.push_back(association(id, type, urn(source), urn(target)));
    return *this;
}
Draft& Draft::refer(int entry_number) {
    auto member =
        association(next++, domain::AssociationType::kHasMember, s.set().id, urn(entry_number));
    member.submission_set_status = "Reference";
    s.associations.push_back(std::move(member));
    return *this;
}

World::World(Settings settings)
    : database(musubi::test::migrations_of("registry")),
      pool(pg::PoolConfig{.conninfo = database.serving(), .size = 20}),
      folder_(make_folder()),
      keys(open_keys(folder_)),
      pipeline(
          (ports.provide<core::PolicyPort>(policy), ports.provide<core::AuditPort>(audit), ports),
          pool, clock, core::PipelineSettings{"node", "site"}),
      deps{pool, *keys, clock, ids, affinity_domain, std::move(settings), {}},
      local(pipeline, deps),
      watcher(ids, keys.get()),
      iti42(core::define<Iti42>(deps)),
      iti18(core::define<Iti18>(deps)),
      iti51(core::define<Iti51>(deps)) {
    policy.everything["root"] = true;
    know(kPatient);
    know(kOtherPatient);
}

World::~World() {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
}

void World::know(std::string const& cx) {
    auto done = pool.run([&](pg::Tx& tx) { return watcher.patient_known(tx, cx); });
    if (!done) throw std::runtime_error(done.error().detail);
}

void World::merge(std::string const& subsumed, std::string const& surviving) {
    auto done =
        pool.run([&](pg::Tx& tx) { return watcher.patient_merged(tx, subsumed, surviving); });
    if (!done) throw std::runtime_error(done.error().detail);
}

domain::Subject World::subject(std::string const& member) const {
    domain::Subject subject;
    subject.member.code = member;
    subject.member.institution_oid = "2.999.9." + std::to_string(member.size());
    return subject;
}

xml::Document World::exchange(core::Definition const& definition, std::string const& member,
                              std::string const& body, Answer& answer) {
    auto document = xml::parse(as_bytes(body));
    if (!document) throw std::runtime_error("request does not parse: " + document.error().detail);
    soap::Incoming incoming{std::move(*document), {}, {}, false};
    incoming.envelope.payload = incoming.document.root();
    core::Inbound inbound{subject(member),
                          nullptr,
                          "https://node/xds/registry",
                          "",
                          "",
                          "trace",
                          core::WireRef::of(incoming),
                          std::chrono::steady_clock::now() + std::chrono::seconds(30)};
    core::Outbound out = pipeline.run(definition, inbound);
    if (out.fault) throw std::runtime_error("fault: " + out.fault->detail);
    answer.body = std::any_cast<soap::Outgoing const&>(out.reply).body.front().xml;
    auto reply = xml::parse(as_bytes(answer.body));
    if (!reply) throw std::runtime_error("answer does not parse: " + reply.error().detail);
    return std::move(*reply);
}

void World::tell(ebxml::RegistryResponse const& response, Answer& answer) {
    answer.success = response.status == ebxml::ResponseStatus::kSuccess;
    for (auto const& row : response.errors) {
        answer.codes.push_back(row.error_code);
        answer.contexts.push_back(row.context);
    }
}

Answer World::run(core::Definition const& definition, std::string const& member,
                  std::string const& body) {
    Answer answer;
    xml::Document const reply = exchange(definition, member, body, answer);
    auto read = ebxml::read_query_response(reply.root());
    if (!read) throw std::runtime_error("answer cannot be read: " + read.error().detail);
    tell(read->response, answer);
    answer.objects = std::move(read->objects);
    for (auto const& ref : read->refs) answer.ids.push_back(ref.id);
    for (auto const& o : answer.objects.submission_sets) answer.ids.push_back(o.id);
    for (auto const& o : answer.objects.entries) answer.ids.push_back(o.id);
    for (auto const& o : answer.objects.folders) answer.ids.push_back(o.id);
    for (auto const& o : answer.objects.associations) answer.ids.push_back(o.id);
    std::sort(answer.ids.begin(), answer.ids.end());
    return answer;
}

Answer World::submit(std::string const& member, Draft const& draft) {
    Answer answer;
    xml::Document const reply =
        exchange(iti42, member, ebxml::write_submit_objects_request(draft.s), answer);
    auto const read = ebxml::read_registry_response(reply.root());
    if (!read) throw std::runtime_error("answer cannot be read: " + read.error().detail);
    tell(*read, answer);
    return answer;
}

Answer World::query(std::string const& member, domain::QueryKind kind, Parameters const& parameters,
                    std::string const& return_type) {
    domain::RawQuery raw;
    raw.id = std::string(domain::to_urn(kind));
    raw.return_type = return_type;
    for (auto const& [name, values] : parameters) raw.parameters.push_back({"$" + name, {values}});
    return run(domain::is_multi_patient(kind) ? iti51 : iti18, member,
               ebxml::write_adhoc_query_request(raw));
}

std::string World::sql(std::string const& statement) {
    pg::Pool owner(pg::PoolConfig{.conninfo = database.superuser(), .size = 1});
    pg::Statement const asked{"test.sql", statement.c_str()};
    std::string out;
    auto done = owner.read([&](pg::ReadTx& tx) -> Status {
        pg::Rows const rows = TRY(tx.exec(asked));
        for (pg::Row const row : rows) out.append(row.text(0)).append("\n");
        return {};
    });
    if (!done) throw std::runtime_error(done.error().detail);
    if (!out.empty()) out.pop_back();
    return out;
}

std::vector<std::string> one(std::string const& value) { return {ebxml::query_text(value)}; }
std::vector<std::string> many(std::vector<std::string> const& values) {
    return {ebxml::query_list(values)};
}
std::vector<std::string> approved() {
    return many({std::string(domain::to_urn(domain::Availability::kApproved))});
}
std::vector<std::string> urns(std::vector<int> const& numbers) {
    std::vector<std::string> out;
    for (int const n : numbers) out.push_back(urn(n));
    std::sort(out.begin(), out.end());
    return out;
}

}  // namespace musubi::registry::test
