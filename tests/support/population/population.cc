#include "support/population/population.h"

#include "support/population/scribe.h"

#include <algorithm>
#include <cstdio>

namespace musubi::population {
namespace {

class Generator {
public:
    explicit Generator(Options const& options)
        : options_(options),
          random_(Random(options.seed).next()),
          region_(random_),
          households_(names_, region_, random_),
          scribe_(names_, random_) {}

    std::vector<GeneratedRecord> run() {
        int made = 0;
        while (made < options_.persons) {
            auto members = households_.next();
            for (Person& person : members) {
                if (made++ >= options_.persons) break;
                record(person);
            }
        }
        strangers();
        // Hospitals feed in no order of persons.
        for (std::size_t i = records_.size(); i > 1; --i) {
            std::swap(records_[i - 1], records_[random_.index(i)]);
        }
        return std::move(records_);
    }

private:
    void record(Person& person) {
        std::size_t const count = 1 + random_.weighted({45, 30, 15, 10});
        std::vector<int> hospitals;
        for (std::size_t nth = 0; nth < count; ++nth) {
            int hospital = random_.between(0, kHospitals - 1);
            while (std::find(hospitals.begin(), hospitals.end(), hospital) != hospitals.end()) {
                hospital = random_.between(0, kHospitals - 1);
            }
            hospitals.push_back(hospital);
            if (nth > 0) live(person);
            add(person, hospital, static_cast<int>(nth));
        }
        if (random_.chance(0.003)) add(person, hospitals.front(), 1);  // registered twice there
    }

    /// What happens between two first visits.
    void live(Person& person) {
        bool const young = person.sex == 'F' && person.year >= 1975 && person.year <= 2003;
        if (young && person.latin_family.empty() && random_.chance(0.06)) {
            person.birth_family_kanji = person.family_kanji;
            person.birth_family_kana = person.family_kana;
            Name const& name = names_.family(random_);
            person.family_kanji = name.kanji;
            person.family_kana = name.readings[0];
            person.home = region_.home(random_);
            new_card(person);
        }
        if (random_.chance(0.08)) {
            std::string const landline = person.home.landline;
            person.home = region_.home(random_);
            if (random_.chance(0.5)) person.home.landline = landline;
        }
        if (random_.chance(0.12)) new_card(person);
        if (!person.mobile.empty() && random_.chance(0.06)) person.mobile = region_.mobile(random_);
    }

    void new_card(Person& person) {
        person.card = region_.card(random_, 1'000'000 + ++later_cards_);
        person.card.branch = "0" + std::to_string(random_.between(1, 4));
    }

    void add(Person const& person, int hospital, int nth) {
        GeneratedRecord record;
        record.person = scribe_.write(person, convention_of(hospital), nth);
        char truth[16];
        std::snprintf(truth, sizeof truth, "P%07d", person.number);
        record.truth = truth;
        keep(std::move(record), hospital);
    }

    /// Test patients and people nobody could name: nobody's other records are theirs.
    void strangers() {
        int const count = options_.persons / 1000;
        for (int i = 0; i < count; ++i) {
            bool const test = random_.chance(0.7);
            GeneratedRecord record;
            record.person.names.push_back({test ? "テスト" : "不明", test ? "太郎" : "不明", "", "",
                                           "", "L", domain::Script::kIdeographic});
            record.person.names.push_back({test ? "テスト" : "フメイ", test ? "タロウ" : "フメイ",
                                           "", "", "", "L", domain::Script::kPhonetic});
            record.person.birth_time = "19700101";
            record.person.sex = "M";
            if (!test) record.person.identity_unknown = "Y";
            record.truth = "S" + std::to_string(i);
            keep(std::move(record), random_.between(0, kHospitals - 1));
        }
    }

    void keep(GeneratedRecord record, int hospital) {
        record.hospital = hospital;
        char id[24];
        std::snprintf(id, sizeof id, "%010d", ++serial_);
        record.id = {id, authority_of(hospital)};
        records_.push_back(std::move(record));
    }

    Options const options_;
    Random random_;
    NamePool names_;
    Region region_;
    Households households_;
    Scribe scribe_;
    std::vector<GeneratedRecord> records_;
    int serial_ = 0, later_cards_ = 0;
};

}  // namespace

std::string authority_of(int hospital) { return "2.999.51.1" + std::to_string(100 + hospital); }

std::vector<GeneratedRecord> generate(Options const& options) { return Generator(options).run(); }

}  // namespace musubi::population
