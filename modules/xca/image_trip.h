#pragma once
// Images on their way from other communities for one request. A community is asked for a few images
// at a time, with few such questions under way: its answers lie in memory only until they are
// opened, then their images are spooled. A community that did not answer once is not asked on.
//
// One thread at a time; lives in its request's notes.

#include "core/image_ports.h"
#include "platform/blob/staging_budget.h"
#include "xca/image_check.h"
#include "xca/trip.h"

#include <deque>
#include <map>

namespace musubi::xca {

class ImageTrip : public Trip {
public:
    ImageTrip(InitiatingDeps& deps, core::CallContext const& call,
              std::vector<std::string> transfer_syntaxes);

    /// The same image twice is one; under two series it is in one of them at most.
    void want(Community const& community, std::string const& member, WantedImage wanted);
    void refuse(core::MissedImage missed) { findings.missed.push_back(std::move(missed)); }
    /// Opens what has come and sends what may go out now. After each arrival.
    Status go_on(domain::Subject const& subject);
    /// Nothing is awaited of any community.
    bool over() const;
    /// The records of the calls, each once. Refer to the trip.
    Records records();

    core::ImageFindings findings;

private:
    struct Party {
        Community const* community = nullptr;
        std::string member;
        std::deque<WantedImages> waiting;  ///< pieces
        int under_way = 0;
        bool silent = false;  ///< it did not answer
    };
    /// One call: a leg of the trip with the same index.
    struct Piece {
        Party* party = nullptr;
        WantedImages images;
        std::optional<Status> outcome;
        Objects came = {}, missed = {};  ///< of its records, where it was answered
    };

    void take(std::size_t at);
    bool halve(Piece& piece);
    Status depart(Party& party, domain::Subject const& subject);
    void give_up(Party const& party, WantedImages const& images);

    InitiatingDeps& deps_;
    std::vector<std::string> const transfer_syntaxes_;
    ImageStaging staging_;
    std::deque<Party> parties_;  ///< pieces point into it
    std::deque<Piece> pieces_;
    std::map<std::string, std::string> wanted_;  ///< home, source and instance -> study, series
};

}  // namespace musubi::xca
