#include "xca/image_check.h"

#include "codec/dicomkos/instance_head.h"
#include "codec/ebxml/read.h"
#include "domain/reason.h"
#include "platform/base/log.h"
#include "platform/base/metrics.h"
#include "platform/base/text.h"
#include "xca/answer_contents.h"
#include "xca/cause.h"
#include "xca/images.h"
#include "xca/merge.h"
#include "xca/records.h"

#include <algorithm>
#include <set>

namespace musubi::xca {
namespace {

/// The first octets, as many as a head may take.
Bytes beginning_of(Content const& content) {
    Bytes out;
    // The sink's own error ends the reading: there is enough.
    static_cast<void>(content.read([&](ByteView piece) -> Status {
        std::size_t const room = dicomkos::kMaxHead - out.size();
        out.insert(out.end(), piece.begin(),
                   piece.begin() + static_cast<std::ptrdiff_t>(std::min(room, piece.size())));
        if (out.size() < dicomkos::kMaxHead) return {};
        return Error(Code::kTooLarge, "enough");
    }));
    return out;
}

class Unpacker {
public:
    Unpacker(Community const& community, WantedImages const& wanted,
             std::vector<std::string> const& transfer_syntaxes, OpenedAnswer const& answer,
             ImageStaging const& staging, core::ImageFindings& out)
        : community_(community),
          wanted_(wanted),
          transfer_syntaxes_(transfer_syntaxes),
          answer_(answer),
          contents_(answer),
          staging_(staging),
          out_(out) {
        for (WantedImage const& one : wanted) {
            by_key_.emplace(key_of(one.asked.document), &one);
            instances_.push_back(one.asked.document.document_unique_id);
        }
    }

    Status unpack() {
        auto const read = TRY(ebxml::read_retrieve_response(answer_.envelope.payload));
        for (ebxml::RetrievedPart const& part : read.documents) take(part);
        for (WantedImage const& one : wanted_) {
            if (!settled_.contains(key_of(one.asked.document)))
                out_.missed.push_back(why_not(one, read.response));
        }
        return {};
    }

private:
    void take(ebxml::RetrievedPart const& part) {
        std::string const key = key_of(part.request);
        auto const asked = by_key_.find(key);
        // What was not asked for, or comes twice, is not looked at.
        if (asked == by_key_.end() || !settled_.insert(key).second) return;
        WantedImage const& wanted = *asked->second;
        if (auto const wrong = wrong_home(part.request)) {
            miss(wanted, *wrong, "the image came without the home that was asked for");
            return;
        }
        auto const content = contents_.find(part.source);
        if (!content) {
            miss(wanted, Reason::kRepositoryGeneral, "the image is damaged");
            return;
        }
        if (char const* const wrong = wrong_object(*content, wanted)) {
            counter("musubi_xca_wrong_images_total", "community=\"" + community_.name + "\"").add();
            log_warning("xca.wrong_image", {{"community", community_.name}, {"detail", wrong}});
            miss(wanted, Reason::kRepositoryGeneral, wrong);
            return;
        }
        keep(wanted, *content);
    }

    std::optional<Reason> wrong_home(domain::DocumentRequest const& told) const {
        if (told.home && community_.serves(*told.home)) return std::nullopt;
        if (told.home) return Reason::kUnknownCommunity;
        if (community_.repair_home) return std::nullopt;
        return Reason::kMissingHomeCommunityId;
    }

    char const* wrong_object(Content const& content, WantedImage const& wanted) const {
        dicomkos::InstanceHead head;
        Bytes const beginning = beginning_of(content);
        if (dicomkos::read_head(beginning, head) != dicomkos::HeadState::kRead)
            return "what came is no DICOM object that can be looked into";
        if (head.study != wanted.asked.study || head.series != wanted.asked.series ||
            head.sop_instance != wanted.asked.document.document_unique_id)
            return "another object than was asked for";
        if (wanted.why && !wanted.why->patient_id.empty() &&
            head.patient_id != wanted.why->patient_id)
            return "another patient's than the manifest says";
        if (std::find(transfer_syntaxes_.begin(), transfer_syntaxes_.end(), head.transfer_syntax) ==
            transfer_syntaxes_.end())
            return "in a transfer syntax that was not asked for";
        return nullptr;
    }

    void keep(WantedImage const& wanted, Content const& content) {
        auto kept = stage(content);
        if (!kept) {
            Code const code = kept.error().code;
            miss(wanted,
                 code == Code::kTooLarge ? Reason::kOutOfResources
                 : code == Code::kBusy   ? Reason::kBusy
                                         : Reason::kGeneral,
                 code == Code::kTooLarge
                     ? "more octets than one request may have; ask for fewer images"
                     : "the image cannot be held here now; try again later");
            return;
        }
        core::FoundImage found;
        found.asked = wanted.asked;
        found.content = *std::move(kept);
        if (wanted.why) {
            found.patient = wanted.why->patient;
            found.label = wanted.why->label;
            found.manifest = wanted.why->manifest;
        }
        out_.delivered.push_back(std::move(found));
    }

    Result<std::shared_ptr<Content const>> stage(Content const& content) const {
        blob::PassingReceiver receiver(staging_.spool, staging_.of_all, staging_.of_request);
        TRY(content.read([&](ByteView piece) { return receiver.write(piece); }));
        return receiver.finish();
    }

    /// What the community said of this image; else what it said of none in particular.
    core::MissedImage why_not(WantedImage const& one,
                              ebxml::RegistryResponse const& response) const {
        if (auto const* row = cause_of(one.asked.document.document_unique_id, instances_, response))
            return relayed_miss(one, *row);
        return missed_image(one, Reason::kDocumentUniqueId, community_.name + ": " + kNoImage);
    }
    core::MissedImage relayed_miss(WantedImage const& one,
                                   ebxml::RegistryErrorRow const& row) const {
        auto const told = relayed(community_, row);
        return missed_image(one, ebxml::reason_of(told.error_code), told.context);
    }

    void miss(WantedImage const& wanted, Reason reason, std::string const& what) {
        out_.missed.push_back(missed_image(wanted, reason, community_.name + ": " + what));
    }

    Community const& community_;
    WantedImages const& wanted_;
    std::vector<std::string> const& transfer_syntaxes_;
    OpenedAnswer const& answer_;
    AnswerContents const contents_;
    ImageStaging const& staging_;
    core::ImageFindings& out_;
    std::vector<std::string> instances_;
    std::map<std::string, WantedImage const*> by_key_;
    std::set<std::string> settled_;
};

}  // namespace

Status unpack_images(Community const& community, WantedImages const& wanted,
                     std::vector<std::string> const& transfer_syntaxes, OpenedAnswer const& answer,
                     ImageStaging const& staging, core::ImageFindings& out) {
    return Unpacker(community, wanted, transfer_syntaxes, answer, staging, out).unpack();
}

core::MissedImage missed_image(WantedImage const& wanted, Reason reason, std::string context) {
    return missed_image(wanted.asked, reason, std::move(context),
                        wanted.why ? wanted.why->patient : "");
}

}  // namespace musubi::xca
