#include "perf/people.h"

#include "codec/hl7v2/data_types.h"

namespace musubi::perf {
namespace {

std::string key_of(domain::PatientId const& id) { return id.authority + '|' + id.id; }

bool is_searchable(domain::Demographics const& person) {
    constexpr std::size_t kDay = 8;
    return person.birth_time.size() == kDay && !person.names.empty() &&
           !person.names[0].family.empty() && !person.names[0].given.empty();
}

}  // namespace

People::People(std::int64_t persons, std::uint64_t seed)
    : records_(population::generate({static_cast<int>(persons), seed})) {
    // Slips of the pen make dates that are none; a node refuses them, and that is not the question
    // here.
    for (auto& record : records_) {
        if (!hl7v2::is_timestamp(record.person.birth_time)) record.person.birth_time.clear();
    }
    for (std::size_t i = 0; i < records_.size(); ++i) {
        by_id_.emplace(key_of(records_[i].id), i);
        // Test patients, all of one name and birth date, are more than one answer may tell.
        bool const somebody = !records_[i].truth.starts_with('S');
        if (somebody && is_searchable(records_[i].person)) searchable_.push_back(i);
    }
}

population::GeneratedRecord const* People::find(domain::PatientId const& id) const {
    auto const found = by_id_.find(key_of(id));
    return found == by_id_.end() ? nullptr : &records_[found->second];
}

domain::DemographicsQuery exact_question(population::GeneratedRecord const& record) {
    domain::DemographicsQuery query;
    domain::PersonName const& name = record.person.names[0];
    query.names.push_back({name.family, name.given, "", domain::Script::kUntold, "", false});
    query.birth = domain::DateRange{record.person.birth_time, record.person.birth_time};
    return query;
}

}  // namespace musubi::perf
