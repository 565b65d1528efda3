// musubi_audit --config FILE [--records N] [--fresh N]: fills the trail of a node that is not
// running up to N records, then measures on it and prints one JSON object:
//
//   verify_s       walking the whole chain, every record opened      rows_s   only reading its rows
//   search_ms      a patient's records, as `musubi audit search` finds them, right after `fresh`
//                  records were written and sealed                   sql_ms   the statement behind
//                  it
//
// Medians of five.

#include "atna/indexer.h"
#include "atna/store.h"
#include "node/operator_tools.h"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <stdexcept>

namespace musubi {
namespace {

constexpr int kRounds = 5;
constexpr int kBatch = 1'000;
constexpr int kPatients = 50'000;

template <class T>
T need(Result<T> result) {
    if (!result) throw std::runtime_error(result.error().detail);
    return std::move(*result);
}
void need(Status const& status) {
    if (!status) throw std::runtime_error(status.error().detail);
}

std::string patient_of(std::int64_t number) {
    return "BENCH" + std::to_string(number % kPatients) + "^^^&2.999.1.1.1&ISO";
}

domain::AuditEvent look(std::int64_t number) {
    domain::AuditEvent out;
    out.event_id = domain::dcm("110106", "Export");
    out.action = 'R';
    out.time = system_clock().now();
    out.event_types = {domain::ihe_transaction("ITI-43", "Retrieve Document Set")};
    domain::AuditParticipant source, destination, human;
    source.user_id = "https://localhost:8443/xds/repository";
    source.alternative_user_id = "1";
    source.roles = {domain::dcm("110153", "Source Role ID")};
    destination.user_id = "CN=hospital-kita";
    destination.is_requestor = true;
    destination.roles = {domain::dcm("110152", "Destination Role ID")};
    human.user_id = "user-" + std::to_string(number % 997);
    human.is_requestor = true;
    out.participants = {source, destination, human};
    out.source_id = "bench";
    out.objects = {domain::audit_patient(patient_of(number)),
                   domain::audit_document("2.25." + std::to_string(number), "2.999.1.1.2", {})};
    out.transaction = "ITI-43";
    out.organisation = number % 2 == 0 ? "hospital-kita" : "clinic-kita";
    out.rule = "K3.2 @v1 0123456789ab";
    out.trace = "bench-" + std::to_string(number);
    return out;
}

double median(std::vector<double> all) {
    std::sort(all.begin(), all.end());
    return all[all.size() / 2];
}

template <class Work>
double seconds(Work const& work) {
    std::vector<double> all;
    for (int round = 0; round < kRounds; ++round) {
        auto const began = std::chrono::steady_clock::now();
        work(round);
        all.push_back(
            std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count());
    }
    return median(std::move(all));
}

struct Trail {
    node::OperatorTools& tools;
    std::unique_ptr<atna::Journal> journal;
    atna::JournalAudit audit;
    atna::Indexer indexer;

    explicit Trail(node::OperatorTools& with)
        : tools(with),
          journal(need(atna::Journal::open({with.config().text("atna.journal_folder")}))),
          audit(*with.services->pool, *with.sealer, system_ids(), *journal),
          indexer(*with.services->pool, *with.services->keys, *with.sealer,
                  with.config().text("atna.journal_folder"), journal.get()) {}

    std::int64_t size() {
        auto tx = need(tools.services->pool->begin());
        return need(atna::store::last(tx)).seq;
    }
    void add(std::int64_t from, std::int64_t count) {
        for (std::int64_t done = 0; done < count; done += kBatch) {
            std::vector<domain::AuditEvent> batch;
            for (std::int64_t i = done; i < std::min(count, done + kBatch); ++i)
                batch.push_back(look(from + i));
            need(audit.record(std::move(batch)));
            if (done % 50'000 == 0) need(indexer.run());
        }
        need(indexer.run());
    }
};

int run(std::string const& config, std::int64_t records, std::int64_t fresh) {
    auto tools = need(node::OperatorTools::open(config));
    auto const archive = tools->archive();
    auto& pool = *tools->services->pool;
    Trail trail(*tools);
    need(trail.indexer.run());
    auto const there = trail.size();
    if (there < records) trail.add(there, records - there);
    trail.add(trail.size(), fresh);

    double const search_s = seconds([&](int round) {
        atna::SearchQuery query;
        query.patient = patient_of(round * 7'919);
        if (need(atna::search(archive, query)).empty()) throw std::runtime_error("nothing found");
    });
    double const sql_s = seconds([&](int round) {
        atna::store::Filter filter;
        filter.patients = tools->sealer->patient_search_keys(patient_of(round * 7'919));
        filter.to = WallTime(std::chrono::sys_days(std::chrono::year(9999) / 1 / 1));
        need(pool.read([&](pg::ReadTx& tx) { return atna::store::search(tx, filter); }));
    });
    std::int64_t verified = 0;
    double const verify_s = seconds([&](int) {
        auto const result = need(atna::verify(archive));
        if (result.damage != atna::Damage::kNone) throw std::runtime_error(result.text);
        verified = result.records;
    });
    double const rows_s = seconds([&](int) {
        std::int64_t at = 0;
        for (;;) {
            auto const page =
                need(pool.read([&](pg::ReadTx& tx) { return atna::store::page(tx, at, kBatch); }));
            if (page.empty()) return;
            at = page.back().seq;
        }
    });
    std::printf(
        "{\"records\": %lld, \"fresh\": %lld, \"verify_s\": %.3f, \"rows_s\": %.3f, "
        "\"search_ms\": %.2f, \"sql_ms\": %.2f}\n",
        static_cast<long long>(verified), static_cast<long long>(fresh), verify_s, rows_s,
        search_s * 1e3, sql_s * 1e3);
    return 0;
}

}  // namespace
}  // namespace musubi

int main(int argc, char** argv) {
    std::string config;
    std::int64_t records = 1'000'000, fresh = 100'000;
    for (int i = 1; i + 1 < argc; i += 2) {
        char const* const value = argv[i + 1];
        auto const number = [&](std::int64_t& into) {
            std::from_chars(value, value + std::strlen(value), into);
        };
        if (std::string_view(argv[i]) == "--config") config = value;
        if (std::string_view(argv[i]) == "--records") number(records);
        if (std::string_view(argv[i]) == "--fresh") number(fresh);
    }
    try {
        return musubi::run(config, records, fresh);
    } catch (std::exception const& e) {
        std::fprintf(stderr, "musubi_audit: %s\n", e.what());
        return 1;
    }
}
