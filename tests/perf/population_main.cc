// musubi_population: a made-up region's patients, for matching and for feeds.
//
//   musubi_population --persons N [--seed S] --out DIR [--format ndjson|hl7]
//
// Writes DIR/records.ndjson or one DIR/hospital-NN.hl7 for each hospital (messages in MLLP frames,
// in the hospital's own character set), and DIR/truth.tsv. The same seed gives the same files.
#include "codec/hl7v2/write.h"
#include "mpi/match/record_file.h"
#include "perf/population_message.h"
#include "support/population/population.h"
#include "support/population/scribe.h"

#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>

namespace musubi::population {
namespace {

struct Arguments {
    Options options;
    std::string out, format = "ndjson";
};

bool read(int argc, char** argv, Arguments& into) {
    for (int i = 1; i + 1 < argc; i += 2) {
        std::string const name = argv[i], value = argv[i + 1];
        if (name == "--persons") into.options.persons = std::atoi(value.c_str());
        if (name == "--seed") into.options.seed = std::strtoull(value.c_str(), nullptr, 10);
        if (name == "--out") into.out = value;
        if (name == "--format") into.format = value;
    }
    bool const known = into.format == "ndjson" || into.format == "hl7";
    return argc % 2 == 1 && known && !into.out.empty() && into.options.persons > 0;
}

Result<int> write_feeds(std::vector<GeneratedRecord> const& records, Arguments const& arguments) {
    std::map<int, std::ofstream> files;
    int number = 0;
    for (auto const& record : records) {
        bool const utf8 = convention_of(record.hospital).utf8;
        auto const charset =
            hl7v2::charset_for(utf8 ? hl7v2::Encoding::kUtf8 : hl7v2::Encoding::kIso2022Jp);
        auto const bytes =
            TRY(hl7v2::write(feed_message(record, "A04", "P" + std::to_string(++number)), charset,
                             nearest_jis_text));
        auto& file = files[record.hospital];
        if (!file.is_open()) {
            file.open(arguments.out + "/hospital-" + std::to_string(record.hospital) + ".hl7",
                      std::ios::binary);
        }
        file << '\x0b';
        file.write(reinterpret_cast<char const*>(bytes.data()),
                   static_cast<std::streamsize>(bytes.size()));
        file << "\x1c\r";
    }
    return number;
}

int run(Arguments const& arguments) {
    std::filesystem::create_directories(arguments.out);
    auto const records = generate(arguments.options);
    std::ofstream truth(arguments.out + "/truth.tsv");
    for (auto const& record : records) {
        truth << mpi::match::truth_key(record.id) << '\t' << record.truth << '\n';
    }
    if (arguments.format == "hl7") {
        if (auto const written = write_feeds(records, arguments); !written) {
            std::fprintf(stderr, "musubi_population: %s\n", written.error().detail.c_str());
            return 1;
        }
    } else {
        std::ofstream file(arguments.out + "/records.ndjson");
        for (auto const& record : records) {
            file << mpi::match::to_json_line({record.id, record.person}) << '\n';
        }
    }
    std::printf("{\"persons\": %d, \"records\": %zu, \"seed\": %llu}\n", arguments.options.persons,
                records.size(), static_cast<unsigned long long>(arguments.options.seed));
    return 0;
}

}  // namespace
}  // namespace musubi::population

int main(int argc, char** argv) {
    musubi::population::Arguments arguments;
    if (!musubi::population::read(argc, argv, arguments)) {
        std::fprintf(stderr,
                     "musubi_population --persons N [--seed S] --out DIR [--format ndjson|hl7]\n");
        return 2;
    }
    return musubi::population::run(arguments);
}
