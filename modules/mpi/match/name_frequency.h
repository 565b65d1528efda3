#pragma once
// How common names are: agreeing on a rare one says more. Immutable once loaded, thread-safe.
// Data: profiles/japan/names (embedded); a region may give its own tables of the same form.

#include "mpi/match/names.h"
#include "platform/base/result.h"

#include <memory>
#include <unordered_map>

namespace musubi::mpi::match {

/// Share of the population (0..1) by spelling and by sound.
class NameFrequencies {
public:
    /// Tables of profiles/japan/names; kInvalidContent names the line.
    static Result<NameFrequencies> parse(std::string_view family_tsv, std::string_view given_tsv);
    static std::shared_ptr<NameFrequencies const> embedded();

    /// Of what two equal parts agree in: the spelling when they share it, else the sound. A name
    /// that is not listed is `kUnlisted`.
    double family(NamePart const& part, bool same_kanji) const;
    double given(NamePart const& part, bool same_kanji) const;
    /// Chance that two people agree by accident.
    double family_average() const { return family_.average; }
    double given_average() const { return given_.average; }

    static constexpr double kUnlisted = 2e-4;

private:
    struct Table {
        std::unordered_map<Text, double> kanji, sound;
        double average = 1e-3;
        void add(std::string_view spelling, std::string_view readings, double share);
        void finish();
        double of(NamePart const& part, bool same_kanji) const;
    };
    Table family_, given_;
};

}  // namespace musubi::mpi::match
