#include "mpi/aliases.h"

#include <algorithm>
#include <optional>
#include <tuple>

namespace musubi::mpi {
namespace {

struct Home {
    bool issued = false;
    std::int64_t age = 0;
    std::string before;  ///< who stood for it
    std::vector<std::size_t> records;
};

class Planner {
public:
    Planner(std::vector<Record> const& records, std::vector<std::vector<RecordKey>> const& groups,
            std::function<std::string()> const& issue)
        : records_(records), issue_(issue) {
        for (std::size_t i = 0; i < records.size(); ++i) at_[records[i].key] = i;
        group_.resize(records.size());
        for (std::size_t g = 0; g < groups.size(); ++g) {
            for (RecordKey const key : groups[g]) group_[at_.at(key)] = g;
        }
        for (std::size_t i = 0; i < records.size(); ++i) {
            Record const& record = records[i];
            Home& home = homes_[record.home];
            home.issued = record.home_issued;
            home.age = record.home_age;
            home.before = record.home_survivor;
            home.records.push_back(i);
            plan_.homes[record.key] = record.home;
        }
    }

    AliasPlan plan(std::size_t groups) {
        part_homes();
        roots_.resize(groups);
        find_roots();
        for (auto const& [cx, home] : homes_) plan_.survivor[cx] = survivor_of(cx, home, 0);
        for (auto const& [cx, home] : homes_) {
            if (plan_.survivor[cx] != home.before)
                plan_.changes.push_back({cx, home.before, plan_.survivor[cx]});
        }
        return std::move(plan_);
    }

private:
    /// A regional id belongs to one person: of records that part, one group keeps it.
    void part_homes() {
        std::map<std::string, Home> fresh;
        for (auto& [cx, home] : homes_) {
            std::size_t const keeper = group_[keeper_of(home)];
            std::map<std::size_t, std::string> given;  // group that leaves -> its new id
            std::vector<std::size_t> staying;
            for (std::size_t const i : home.records) {
                if (group_[i] == keeper) {
                    staying.push_back(i);
                    continue;
                }
                auto [place, made] = given.try_emplace(group_[i]);
                if (made) {
                    place->second = issue_();
                    plan_.issued.push_back(place->second);
                }
                plan_.homes[records_[i].key] = place->second;
                Home& own = fresh[place->second];
                own.issued = true;
                own.age = INT64_MAX;
                own.records.push_back(i);
            }
            home.records = std::move(staying);
        }
        homes_.merge(fresh);
    }

    std::size_t keeper_of(Home const& home) const {
        return *std::min_element(home.records.begin(), home.records.end(),
                                 [&](std::size_t x, std::size_t y) {
                                     auto const rank = [&](std::size_t i) {
                                         return std::tuple(!records_[i].owns_home,
                                                           !records_[i].active(), records_[i].key);
                                     };
                                     return rank(x) < rank(y);
                                 });
    }

    bool has_active(Home const& home) const {
        return std::any_of(home.records.begin(), home.records.end(),
                           [&](std::size_t i) { return records_[i].active(); });
    }

    /// Who may stand for each group; empty: nothing was issued in it.
    void find_roots() {
        // First who stands for active records already, then who stands for merged ones, then any.
        std::vector<std::optional<std::tuple<int, std::int64_t, std::string>>> best(roots_.size());
        for (auto const& [cx, home] : homes_) {
            if (!home.issued || home.records.empty()) continue;
            bool const stands = home.before.empty() && home.age != INT64_MAX;
            int const rank = has_active(home) ? (stands ? 0 : 2) : (stands ? 1 : 3);
            std::tuple candidate(rank, home.age, cx);
            auto& first = best[group_[home.records.front()]];
            if (!first || candidate < *first) first = candidate;
        }
        for (std::size_t g = 0; g < roots_.size(); ++g)
            roots_[g] = best[g] ? std::get<2>(*best[g]) : std::string();
    }

    std::size_t final_of(std::size_t i) const {
        for (std::size_t step = 0; step < records_.size(); ++step) {
            auto const next = at_.find(records_[i].survivor);
            if (records_[i].active() || next == at_.end()) break;
            i = next->second;
        }
        return i;
    }

    std::string survivor_of(std::string const& cx, Home const& home, int depth) const {
        if (home.records.empty() || depth > 64) return home.before;
        std::size_t const first = home.records.front();
        std::string const& root = roots_[group_[first]];
        if (home.issued && (has_active(home) || cx == root)) return cx == root ? "" : root;
        std::size_t owner = first;
        for (std::size_t const i : home.records) {
            if (records_[i].owns_home) owner = i;
        }
        if (!home.issued && (!records_[owner].owns_home || records_[owner].active())) return "";
        // Merged away: whoever stands for the record that survives.
        std::size_t const final = final_of(owner);
        if (!records_[final].active()) return home.before;
        std::string const& target = plan_.homes.at(records_[final].key);
        if (target == cx) return "";
        std::string const further = survivor_of(target, homes_.at(target), depth + 1);
        return further.empty() ? target : further;
    }

    std::vector<Record> const& records_;
    std::function<std::string()> const& issue_;
    std::map<RecordKey, std::size_t> at_;
    std::vector<std::size_t> group_;
    std::map<std::string, Home> homes_;
    std::vector<std::string> roots_;
    AliasPlan plan_;
};

}  // namespace

std::string const& AliasPlan::stands_for(RecordKey record) const {
    std::string const& home = homes.at(record);
    std::string const& other = survivor.at(home);
    return other.empty() ? home : other;
}

AliasPlan plan_aliases(std::vector<Record> const& records,
                       std::vector<std::vector<RecordKey>> const& groups,
                       std::function<std::string()> const& issue) {
    return Planner(records, groups, issue).plan(groups.size());
}

}  // namespace musubi::mpi
