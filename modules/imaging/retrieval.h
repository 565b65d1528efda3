#pragma once
// The part that RAD-69, RAD-107 and RAD-55 share: whose studies were asked for, which images may be
// had, their way from the archives, and what of it is told and recorded.

#include "core/transaction.h"
#include "domain/retrieve.h"
#include "imaging/deps.h"
#include "imaging/holdings.h"

namespace musubi::imaging {

struct AskedImage {
    ImageName name;
    std::optional<std::string> home;   ///< as asked
    std::string repository_unique_id;  ///< RAD-69: as asked; else that of the source
};

struct FoundImage {
    AskedImage asked;
    FetchedImage image;
    std::string patient;   ///< surviving regional id (CX)
    domain::Label label;   ///< of the manifest that opened it
    std::string manifest;  ///< its unique id
};

struct MissedImage {
    AskedImage asked;
    std::string patient;  ///< for records only; empty: unknown
    Code code = Code::kNotFound;
    Issue why;  ///< location: the SOP Instance UID
};

struct Delivery {
    std::vector<FoundImage> found;
    std::vector<MissedImage> missed;
};

/// Index columns only: whose the studies are.
Result<core::Located> locate_studies(Deps& deps, std::vector<std::string> const& studies);
StudyRows const& rows_of(core::Located const& located);

/// One request on its way, kept in Authorized::notes().
class Trip {
public:
    explicit Trip(StudyRows const& rows) : rows_(rows) {}

    /// An image that may be had, or not: told in the order of the calls.
    void want(Deps& deps, AskedImage asked, Grant const* grant,
              std::shared_ptr<Source const> source);
    void refuse(Deps& deps, AskedImage asked, Reason reason, std::string context);
    std::size_t size() const { return legs_.size(); }

    /// Sends for all that are wanted. `accepted`: transfer syntaxes; empty: as they are stored.
    std::shared_ptr<core::Errand> set_off(Deps& deps, std::vector<std::string> const& accepted);
    /// After the errand is done.
    Delivery take();

private:
    struct Leg {
        AskedImage asked;
        std::string patient;
        std::optional<Issue> refused;
        std::optional<Grant> grant;
        std::shared_ptr<Source const> source;
        std::optional<std::size_t> job;
    };
    StudyRows const& rows_;
    std::vector<Leg> legs_;
    std::shared_ptr<ImageBatch> batch_;
};

/// One that came and of which nothing can be delivered all the same.
MissedImage missed_image(FoundImage&& image, Error const& error);

/// As Iti43::withhold().
int withhold_images(core::Permit const& permit, Delivery& delivery);

/// A record for each patient whose images went out, one for each whose did not, one for what
/// belongs to nobody known; several where one would name more than some hundred images (security
/// fact sheet 6.3). Without a delivery: of what was asked.
std::vector<core::AuditDraft> retrieval_drafts(std::vector<AskedImage> const& asked,
                                               Delivery const* delivery);

}  // namespace musubi::imaging
