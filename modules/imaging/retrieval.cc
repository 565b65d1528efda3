#include "imaging/retrieval.h"

#include "core/image_records.h"
#include "domain/reason.h"
#include "platform/base/log.h"

#include <set>

namespace musubi::imaging {
namespace {

/// One text for absent and hidden, so that nobody can tell them apart.
constexpr char const* kNotAvailable = "no image of this SOP Instance UID is available";

Issue issue(AskedImage const& asked, Reason reason, std::string context) {
    return {Severity::kError, reason, std::move(context), asked.name.instance};
}

/// What became of a fetch, in the words of the profile (fact sheet 12.4).
Issue failure(AskedImage const& asked, Error const& error) {
    switch (error.code) {
        case Code::kNotFound: return issue(asked, Reason::kDocumentUniqueId, kNotAvailable);
        case Code::kUnsupported:
            return issue(asked, Reason::kRepositoryGeneral,
                         "the image cannot be delivered without loss in any of the transfer "
                         "syntaxes that were asked for");
        case Code::kPeerUnavailable:
        case Code::kBusy:
            return issue(asked, Reason::kBusy,
                         "the archive does not deliver the image now; try again later");
        case Code::kTooLarge:
            return issue(asked, Reason::kOutOfResources,
                         "more octets than one request may have; ask for fewer images");
        case Code::kInvalidMessage:
        case Code::kInvalidContent:
        case Code::kUnauthenticated:
        case Code::kDenied:
        case Code::kConflict:
        case Code::kStorageUnavailable:
        case Code::kInternal: break;
    }
    return issue(asked, Reason::kRepositoryGeneral,
                 "the image cannot be delivered; report trace " + LogTrace::current());
}

core::RecordedImage recorded(AskedImage const& asked) {
    return {asked.name.study, asked.name.series, asked.name.instance, asked.repository_unique_id,
            asked.home};
}

}  // namespace

Result<core::Located> locate_studies(Deps& deps, std::vector<std::string> const& studies) {
    std::set<std::string> const each(studies.begin(), studies.end());
    StudyRows rows;
    if (!each.empty()) rows = TRY(find_studies(deps.pool, deps.keys, {each.begin(), each.end()}));
    core::Located located;
    located.patients = patients_of(rows);
    located.details = std::move(rows);
    return located;
}

StudyRows const& rows_of(core::Located const& located) {
    return std::any_cast<StudyRows const&>(located.details);
}

void Trip::want(Deps& deps, AskedImage asked, Grant const* grant,
                std::shared_ptr<Source const> source) {
    if (!grant) return refuse(deps, std::move(asked), Reason::kDocumentUniqueId, kNotAvailable);
    Leg leg;
    leg.asked = std::move(asked);
    leg.patient = grant->patient;
    leg.grant = *grant;
    leg.source = std::move(source);
    legs_.push_back(std::move(leg));
}

void Trip::refuse(Deps& deps, AskedImage asked, Reason reason, std::string context) {
    Leg leg;
    leg.patient = patient_of(rows_, deps.keys, asked.name.study);
    leg.refused = issue(asked, reason, std::move(context));
    leg.asked = std::move(asked);
    legs_.push_back(std::move(leg));
}

std::shared_ptr<core::Errand> Trip::set_off(Deps& deps, std::vector<std::string> const& accepted) {
    std::vector<ImageJob> jobs;
    for (Leg& leg : legs_) {
        if (!leg.grant) continue;
        leg.job = jobs.size();
        jobs.push_back({leg.source, leg.asked.name, leg.grant->patient_id, accepted,
                        leg.grant->sop_class, leg.grant->of_series});
    }
    if (jobs.empty()) return nullptr;
    batch_ = deps.fetcher.send(std::move(jobs),
                               std::chrono::steady_clock::now() + deps.settings.deadline);
    return batch_;
}

Delivery Trip::take() {
    Delivery out;
    for (Leg& leg : legs_) {
        if (!leg.job) {
            Code const code = leg.refused->reason == Reason::kDocumentUniqueId
                                  ? Code::kNotFound
                                  : Code::kInvalidContent;
            out.missed.push_back(
                {std::move(leg.asked), std::move(leg.patient), code, *std::move(leg.refused)});
            continue;
        }
        auto& image = batch_->images().at(*leg.job);
        if (!image) {
            Issue why = failure(leg.asked, image.error());
            out.missed.push_back(
                {std::move(leg.asked), std::move(leg.patient), image.error().code, std::move(why)});
            continue;
        }
        out.found.push_back({std::move(leg.asked), std::move(*image), leg.grant->patient,
                             leg.grant->label, leg.grant->manifest});
    }
    batch_.reset();
    return out;
}

MissedImage missed_image(FoundImage&& image, Error const& error) {
    Issue why = failure(image.asked, error);
    return {std::move(image.asked), std::move(image.patient), error.code, std::move(why)};
}

int withhold_images(core::Permit const& permit, Delivery& delivery) {
    auto const hidden = [&](FoundImage const& one) {
        return !permit.scope_for(one.patient).allows(one.label, one.manifest);
    };
    for (FoundImage const& one : delivery.found) {
        if (!hidden(one)) continue;
        delivery.missed.push_back({one.asked, one.patient, Code::kNotFound,
                                   issue(one.asked, Reason::kDocumentUniqueId, kNotAvailable)});
    }
    return static_cast<int>(std::erase_if(delivery.found, hidden));
}

std::vector<core::AuditDraft> retrieval_drafts(std::vector<AskedImage> const& asked,
                                               Delivery const* delivery) {
    core::ImageRecords delivered(core::ImageRecords::kHomeInSource), failed = delivered;
    std::vector<core::AuditDraft> out;
    if (delivery) {
        for (FoundImage const& one : delivery->found)
            delivered.add(one.patient, recorded(one.asked));
        for (MissedImage const& one : delivery->missed)
            failed.add(one.patient, recorded(one.asked));
        failed.fail();
    } else {
        for (AskedImage const& one : asked) failed.add("", recorded(one));
    }
    delivered.move_to(out);
    failed.move_to(out);
    return out;
}

}  // namespace musubi::imaging
