// musubi_r1: the writer that an ITI-41 is compared with. For each 40 KB document: a file (written,
// synced, renamed, its folder synced), then one transaction with the INSERTs of a registration,
// statement by statement, on a connection of the thread's own. Tables of its own, of the shape that
// performance.md section 2.4 describes.
//
//   musubi_r1 --db CONNINFO --folder DIR [--threads 16] [--seconds 10] [--size 40000]
//   musubi_r1 --db CONNINFO --create

#include "perf/corpus.h"
#include "perf/latency.h"
#include "platform/pg/admin.h"
#include "platform/pg/pool.h"

#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <thread>

namespace musubi::perf {
namespace {

using std::chrono::steady_clock;

constexpr char const* kTables = R"sql(
DROP SCHEMA IF EXISTS r1 CASCADE;
CREATE SCHEMA r1;
CREATE TABLE r1.patient (key bigint PRIMARY KEY, cx text NOT NULL UNIQUE);
INSERT INTO r1.patient SELECT n, lpad(n::text, 9, '0') || '^^^&2.999.1.1.1&ISO' FROM generate_series(1, 50000) n;
CREATE TABLE r1.entry (
    patient_key bigint NOT NULL, entry_key bigint NOT NULL, uuid uuid NOT NULL UNIQUE, unique_id text NOT NULL UNIQUE,
    status smallint, kind smallint, created bigint, started bigint, stopped bigint, size bigint, class_code text,
    type_code text, format_code text, practice_code text, facility_code text, mime_type text, hash text,
    repository text, language text, title text, author text, institution text, role text, specialty text,
    source_patient text, source_info text, home text, confidentiality text[], event_codes text[],
    PRIMARY KEY (patient_key, entry_key));
CREATE INDEX entry_find ON r1.entry (patient_key, status, created);
CREATE INDEX entry_type ON r1.entry (patient_key, type_code);
CREATE TABLE r1.submission_set (
    patient_key bigint NOT NULL, set_key bigint NOT NULL, uuid uuid NOT NULL, unique_id text NOT NULL UNIQUE,
    source_id text, content_type text, submitted bigint, PRIMARY KEY (patient_key, set_key));
CREATE TABLE r1.association (
    patient_key bigint NOT NULL, assoc_key bigint NOT NULL, uuid uuid NOT NULL, type smallint, source_key bigint,
    target_key bigint, PRIMARY KEY (patient_key, assoc_key));
)sql";

pg::Statement constexpr kPatient{"r1.patient", "SELECT key FROM r1.patient WHERE key = $1"};
pg::Statement constexpr kUnique{"r1.unique", "SELECT 1 FROM r1.entry WHERE unique_id = $1"};
pg::Statement constexpr kEntry{
    "r1.entry",
    "INSERT INTO r1.entry VALUES ($1, $2, $3, $4, 1, 1, 20260101000000, 20260101000000, "
    "20260101000000, 40000,"
    " 'referral^^JP-classCode', '57133-1^^2.16.840.1.113883.6.1', "
    "'urn:ihe:iti:xds:2017:mimeTypeSufficient',"
    " '01^^1.2.392.200250.2.2.2', 'hospital^^JP-healthcareFacilityTypeCode', 'application/pdf',"
    " 'da39a3ee5e6b4b0d3255bfef95601890afd80709', '2.999.1.1.2', 'ja-JP', '診療情報提供書', "
    "'00001^医師^太郎',"
    " '北総合病院', '担当医', '内科', 'H000000001', 'PID-5|北山^花子', null, "
    "'{N^^2.16.840.1.113883.5.25}', null)"};
pg::Statement constexpr kSet{
    "r1.set",
    "INSERT INTO r1.submission_set VALUES ($1, $2, $3, $4, '2.999', 'referral', 20260101)"};
pg::Statement constexpr kAssociation{"r1.association",
                                     "INSERT INTO r1.association VALUES ($1, $2, $3, 1, $4, $5)"};

struct Options {
    std::string db, folder;
    int threads = 16;
    double seconds = 10;
    std::size_t size = 40'000;
};

class Writers {
public:
    explicit Writers(Options const& options) : options_(options), pool_(pool_config(options)) {}

    Status run() {
        end_ = steady_clock::now() + std::chrono::duration_cast<steady_clock::duration>(
                                         std::chrono::duration<double>(options_.seconds));
        std::vector<std::thread> threads;
        for (int i = 0; i < options_.threads; ++i) threads.emplace_back([this, i] { work(i); });
        for (auto& thread : threads) thread.join();
        if (!failure_) return failure_;
        std::printf(
            "{\"requests\": %llu, \"per_second\": %.1f, \"p50_us\": %llu, \"p99_us\": %llu}\n",
            static_cast<unsigned long long>(latency_.total()),
            static_cast<double>(latency_.total()) / options_.seconds,
            static_cast<unsigned long long>(latency_.percentile(0.5)),
            static_cast<unsigned long long>(latency_.percentile(0.99)));
        return {};
    }

private:
    static pg::PoolConfig pool_config(Options const& options) {
        pg::PoolConfig config;
        config.conninfo = options.db;
        config.size = options.threads;
        return config;
    }

    void work(int number) {
        Bytes const content = document_content({number, 0}, options_.size);
        Latency mine;
        for (std::uint64_t n = 0; steady_clock::now() < end_; ++n) {
            auto const start = steady_clock::now();
            Status const done = write_one(number, n, content);
            if (!done) {
                std::lock_guard const lock(mutex_);
                failure_ = done.error();
                return;
            }
            mine.add(static_cast<std::uint64_t>(
                std::chrono::duration_cast<std::chrono::microseconds>(steady_clock::now() - start)
                    .count()));
        }
        std::lock_guard const lock(mutex_);
        latency_.merge(mine);
    }

    Status write_one(int number, std::uint64_t n, Bytes const& content) {
        TRY(write_file("t" + std::to_string(number) + "-" + std::to_string(n), content));
        std::int64_t const patient =
            static_cast<std::int64_t>(mixed(n * 64 + static_cast<unsigned>(number)) % 50'000) + 1;
        IdSource& ids = system_ids();
        Uuid const entry = ids.uuid(), set = ids.uuid();
        std::int64_t const entry_key = ids.key(), set_key = ids.key();
        TRY(pool_.run([&](pg::Tx& tx) -> Result<int> {
            TRY(tx.exec(kPatient, pg::Params().int8(patient)));
            TRY(tx.exec(kUnique, pg::Params().text(entry.to_string())));
            TRY(tx.exec(kEntry, pg::Params().int8(patient).int8(entry_key).uuid(entry).text(
                                    entry.to_string())));
            TRY(tx.exec(kSet,
                        pg::Params().int8(patient).int8(set_key).uuid(set).text(set.to_string())));
            TRY(tx.exec(kAssociation, pg::Params()
                                          .int8(patient)
                                          .int8(ids.key())
                                          .uuid(ids.uuid())
                                          .int8(set_key)
                                          .int8(entry_key)));
            return 0;
        }));
        return {};
    }

    Status write_file(std::string const& name, Bytes const& content) {
        std::string const temporary = options_.folder + "/." + name,
                          final_name = options_.folder + "/" + name;
        int const file = ::open(temporary.c_str(), O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0600);
        if (file < 0) return Error(Code::kStorageUnavailable, "open");
        bool good =
            ::write(file, content.data(), content.size()) == static_cast<ssize_t>(content.size());
        good = ::fdatasync(file) == 0 && good;
        ::close(file);
        good = ::rename(temporary.c_str(), final_name.c_str()) == 0 && good;
        int const folder = ::open(options_.folder.c_str(), O_DIRECTORY | O_RDONLY | O_CLOEXEC);
        good = ::fsync(folder) == 0 && good;
        ::close(folder);
        return good ? Status() : Error(Code::kStorageUnavailable, "write");
    }

    Options const& options_;
    pg::Pool pool_;
    steady_clock::time_point end_;
    std::mutex mutex_;
    Latency latency_;
    Status failure_;
};

}  // namespace
}  // namespace musubi::perf

int main(int count, char** values) {
    using namespace musubi;
    perf::Options options;
    bool create = false;
    for (int i = 1; i < count; ++i) {
        std::string const name = values[i];
        if (name == "--create") create = true;
        if (i + 1 == count) break;
        std::string const value = values[i + 1];
        if (name == "--db") options.db = value;
        if (name == "--folder") options.folder = value;
        if (name == "--threads") options.threads = std::atoi(value.c_str());
        if (name == "--seconds") options.seconds = std::atof(value.c_str());
        if (name == "--size") options.size = static_cast<std::size_t>(std::atoll(value.c_str()));
    }
    Status done;
    if (create) {
        if (auto made = pg::run_script(options.db, perf::kTables); !made) done = made.error();
    } else {
        done = perf::Writers(options).run();
    }
    if (done) return 0;
    std::fprintf(stderr, "musubi_r1: %s\n", done.error().detail.c_str());
    return 1;
}
