#include "xca/image_trip.h"

#include "codec/ebxml/imaging.h"
#include "core/image_records.h"
#include "domain/reason.h"
#include "xca/images.h"
#include "xca/initiating.h"
#include "xca/records.h"

#include <algorithm>
#include <set>

namespace musubi::xca {
namespace {

/// Questions to one community at the same time, for one request.
constexpr int kUnderWay = 3;

core::TransactionSpec const& client_spec() {
    static core::TransactionSpec const kSpec{
        .id = "RAD-75",
        .name = "Cross Gateway Retrieve Imaging Document Set",
        .action = domain::Action::kRetrieve,
        .event_id = domain::dcm("110103", "DICOM Instances Accessed"),
        .event_action = 'R',
        .requester_is_source = false,
        .soap = {},
        .hl7v2 = {}};
    return kSpec;
}

std::string payload_of(WantedImages const& images, std::vector<std::string> const& syntaxes) {
    ebxml::ImagingRetrieve request;
    request.transfer_syntaxes = syntaxes;
    for (WantedImage const& one : images)
        request.images.push_back({one.asked.study, one.asked.series, one.asked.document});
    return ebxml::write_imaging_retrieve_request(request);
}

std::vector<domain::AuditObject> objects_of(WantedImages const& images) {
    core::ImageRecords records(core::ImageRecords::kHomeAtGateway);
    for (WantedImage const& one : images) {
        records.add(one.why ? one.why->patient : "",
                    {one.asked.study, one.asked.series, one.asked.document.document_unique_id,
                     one.asked.document.repository_unique_id, one.asked.document.home});
    }
    std::vector<core::AuditDraft> drafts;
    records.move_to(drafts);
    std::vector<domain::AuditObject> out;
    for (core::AuditDraft& draft : drafts)
        std::move(draft.objects.begin(), draft.objects.end(), std::back_inserter(out));
    return out;
}

bool too_large(Leg const& leg) {
    if (leg.later) return false;
    auto const& reply = leg.line->replies().front().reply;
    return !reply && reply.error().code == Code::kTooLarge;
}

}  // namespace

ImageTrip::ImageTrip(InitiatingDeps& deps, core::CallContext const& call,
                     std::vector<std::string> transfer_syntaxes)
    : Trip(deps.ports, call),
      deps_(deps),
      transfer_syntaxes_(std::move(transfer_syntaxes)),
      staging_{*deps.spool, deps.staged,
               std::make_shared<blob::StagingBudget>(deps.settings.most_image_octets)} {
    directory = deps.directory();
    deadline = std::chrono::steady_clock::now() + deps.settings.images_deadline;
}

void ImageTrip::want(Community const& community, std::string const& member, WantedImage wanted) {
    domain::DocumentRequest const& document = wanted.asked.document;
    std::string const place = wanted.asked.study + " " + wanted.asked.series;
    auto const [known, fresh] = wanted_.emplace(
        *document.home + " " + document.repository_unique_id + " " + document.document_unique_id,
        place);
    if (!fresh) {
        if (known->second != place)
            refuse(missed_image(wanted, Reason::kDocumentUniqueId, kNoImage));
        return;
    }
    auto party = std::find_if(parties_.begin(), parties_.end(),
                              [&](Party const& p) { return p.community == &community; });
    if (party == parties_.end()) {
        parties_.emplace_back();
        party = parties_.end() - 1;
        party->community = &community;
        party->member = member;
    }
    if (party->waiting.empty() || party->waiting.back().size() == deps_.settings.images_per_call)
        party->waiting.emplace_back();
    party->waiting.back().push_back(std::move(wanted));
}

Status ImageTrip::go_on(domain::Subject const& subject) {
    for (std::size_t i = 0; i < pieces_.size(); ++i) {
        if (!pieces_[i].outcome && legs[i].arrived()) take(i);
    }
    for (Party& party : parties_) TRY(depart(party, subject));
    return {};
}

void ImageTrip::take(std::size_t at) {
    Piece& piece = pieces_[at];
    Leg& leg = legs[at];
    --piece.party->under_way;
    if (too_large(leg)) {
        if (!halve(piece)) {
            for (WantedImage const& one : piece.images) {
                findings.missed.push_back(missed_image(
                    one, Reason::kOutOfResources,
                    piece.party->community->name + ": the image is larger than may pass here"));
            }
        }
        piece.outcome = Error(Code::kTooLarge, "the answer is larger than allowed");
        piece.images = {};
        return;
    }
    std::size_t const before = findings.delivered.size();
    auto opened = answer_of(deps_, leg);
    piece.outcome = opened ? unpack_images(*piece.party->community, piece.images,
                                           transfer_syntaxes_, *opened, staging_, findings)
                           : Status(std::move(opened).error());
    if (!*piece.outcome) {
        piece.party->silent = true;
        give_up(*piece.party, piece.images);
    } else {
        std::set<std::string> came;
        for (std::size_t i = before; i < findings.delivered.size(); ++i)
            came.insert(key_of(findings.delivered[i].asked.document));
        auto const missed = std::stable_partition(
            piece.images.begin(), piece.images.end(),
            [&](WantedImage const& one) { return came.contains(key_of(one.asked.document)); });
        piece.came = objects_of(WantedImages(piece.images.begin(), missed));
        piece.missed = objects_of(WantedImages(missed, piece.images.end()));
    }
    piece.images = {};
}

/// The images were too many for one answer: asked for once more, half as many at a time.
bool ImageTrip::halve(Piece& piece) {
    if (piece.images.size() < 2) return false;
    auto const middle = piece.images.begin() + static_cast<std::ptrdiff_t>(piece.images.size() / 2);
    piece.party->waiting.emplace_front(middle, piece.images.end());
    piece.party->waiting.emplace_front(piece.images.begin(), middle);
    return true;
}

Status ImageTrip::depart(Party& party, domain::Subject const& subject) {
    while (!party.silent && party.under_way < kUnderWay && !party.waiting.empty()) {
        Piece& piece = pieces_.emplace_back();
        piece.party = &party;
        piece.images = std::move(party.waiting.front());
        party.waiting.pop_front();
        Leg& leg = legs.emplace_back();
        leg.spec = &client_spec();
        leg.community = party.community;
        leg.member = party.member;
        leg.url = party.community->images_url;
        leg.message_id = deps_.ids.uuid().to_urn();
        leg.payload = payload_of(piece.images, transfer_syntaxes_);
        leg.objects = objects_of(piece.images);
        if (!leg.url.empty()) {
            TRY(set_off(deps_, *this, leg,
                        {.action = "urn:ihe:rad:2011:CrossGatewayRetrieveImagingDocumentSet",
                         .response_action = "urn:ihe:rad:2011:"
                                            "CrossGatewayRetrieveImagingDocumentSetResponse",
                         .mtom = true,
                         .most_octets = deps_.settings.most_retrieve_octets,
                         .first_byte = deps_.settings.images_first_byte,
                         .wakes = Arrivals::Wakes::kAtOnce},
                        subject));
        }
        if (leg.line) {
            ++party.under_way;
            continue;
        }
        party.silent = true;  // it rests, is not to be asked, or there is no time left
        piece.outcome = Error(Code::kPeerUnavailable, "not asked");
        give_up(party, piece.images);
    }
    if (!party.silent) return {};
    for (WantedImages const& images : party.waiting) give_up(party, images);
    party.waiting.clear();
    return {};
}

void ImageTrip::give_up(Party const& party, WantedImages const& images) {
    std::string const why = party.community->images_url.empty()
                                ? " has no imaging gateway in the directory"
                                : " does not answer";
    for (WantedImage const& one : images) {
        findings.missed.push_back(missed_image(one, Reason::kUnavailableCommunity,
                                               "community " + party.community->title() + why));
    }
}

bool ImageTrip::over() const {
    return std::all_of(parties_.begin(), parties_.end(), [](Party const& party) {
        return party.under_way == 0 && party.waiting.empty();
    });
}

Trip::Records ImageTrip::records() {
    Records out;
    for (std::size_t i = 0; i < pieces_.size(); ++i) {
        Piece& piece = pieces_[i];
        if (!legs[i].line || legs[i].recorded) continue;
        if (*piece.outcome) {
            record_parts(out, legs[i], std::move(piece.came), std::move(piece.missed));
        } else {
            out.push_back(finished(legs[i], *piece.outcome));
        }
    }
    return out;
}

}  // namespace musubi::xca
