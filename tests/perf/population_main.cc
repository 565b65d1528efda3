// musubi_population: a made-up region's patients, for matching and for feeds.
//
//   musubi_population --persons N [--seed S] --out DIR [--format ndjson|hl7]
//
// Writes DIR/records.ndjson or one DIR/hospital-NN.hl7 for each hospital (messages in MLLP frames,
// in the hospital's own character set), and DIR/truth.tsv. The same seed gives the same files.
#include "codec/hl7v2/write.h"
#include "mpi/match/record_file.h"
#include "support/population/population.h"
#include "support/population/scribe.h"

#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>

namespace musubi::population {
namespace {

using hl7v2::At;

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

void put_names(hl7v2::Builder& pid, int field, std::vector<domain::PersonName> const& names) {
    constexpr char const* kScripts[] = {"", "I", "P", "A"};
    for (int i = 0; i < static_cast<int>(names.size()); ++i) {
        auto const& name = names[static_cast<std::size_t>(i)];
        pid.set(At{field, i + 1, 1, 1}, name.family).set(At{field, i + 1, 2, 1}, name.given);
        pid.set(At{field, i + 1, 3, 1}, name.middle).set(At{field, i + 1, 7, 1}, name.type_code);
        pid.set(At{field, i + 1, 8, 1}, kScripts[static_cast<std::size_t>(name.script)]);
    }
}

void put_address(hl7v2::Builder& pid, domain::PostalAddress const& address) {
    pid.set(At{11, 1, 1, 1}, address.street).set(At{11, 1, 3, 1}, address.city);
    pid.set(At{11, 1, 4, 1}, address.state).set(At{11, 1, 5, 1}, address.postal_code);
    pid.set(At{11, 1, 6, 1}, address.country).set(At{11, 1, 7, 1}, address.type_code);
    pid.set(At{11, 1, 8, 1}, address.whole);
}

void put_phones(hl7v2::Builder& pid, std::vector<domain::Telecom> const& phones) {
    for (int i = 0; i < static_cast<int>(phones.size()); ++i) {
        auto const& phone = phones[static_cast<std::size_t>(i)];
        pid.set(At{13, i + 1, 2, 1}, phone.use_code).set(At{13, i + 1, 3, 1}, phone.equipment);
        pid.set(At{13, i + 1, 12, 1}, phone.number);
    }
}

std::string message_of(GeneratedRecord const& record, int number) {
    domain::Demographics const& person = record.person;
    hl7v2::Builder message;
    std::string const hospital = "HOSP" + std::to_string(record.hospital);
    message.segment("MSH").set(3, "HIS").set(4, hospital).set(5, "MUSUBI").set(6, "REGION");
    message.set(7, "20250401090000").set(At{9, 1, 1, 1}, "ADT").set(At{9, 1, 2, 1}, "A04");
    message.set(At{9, 1, 3, 1}, "ADT_A01").set(10, "P" + std::to_string(number));
    message.set(11, "P").set(12, "2.3.1");
    message.segment("EVN").set(2, "20250401090000");
    message.segment("PID").set(At{3, 1, 1, 1}, record.id.id).set(At{3, 1, 5, 1}, "PI");
    message.set(At{3, 1, 4, 2}, record.id.authority).set(At{3, 1, 4, 3}, "ISO");
    put_names(message, 5, person.names);
    put_names(message, 6, person.mothers_maiden_names);
    message.set(7, person.birth_time).set(8, person.sex);
    if (!person.addresses.empty()) put_address(message, person.addresses.front());
    put_phones(message, person.home_phones);
    message.set(24, person.multiple_birth).set(25, person.birth_order);
    message.set(30, person.death_indicator);
    message.segment("PV1").set(2, "O");
    for (auto const& card : person.insurances) {
        message.segment("IN1").set(3, card.insurer).set(At{10, 1, 1, 1}, card.symbol);
        message.set(At{10, 1, 2, 1}, card.number).set(At{10, 1, 3, 1}, card.branch);
    }
    return message.text();
}

Result<int> write_feeds(std::vector<GeneratedRecord> const& records, Arguments const& arguments) {
    std::map<int, std::ofstream> files;
    int number = 0;
    for (auto const& record : records) {
        bool const utf8 = convention_of(record.hospital).utf8;
        auto const charset =
            hl7v2::charset_for(utf8 ? hl7v2::Encoding::kUtf8 : hl7v2::Encoding::kIso2022Jp);
        auto const bytes =
            TRY(hl7v2::write(message_of(record, ++number), charset, nearest_jis_text));
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
